"""Mastering: brings every mix to one loudness and limits its peaks."""

from dataclasses import dataclass

import numpy as np

from music.tones import Floats

PEAK = 0.9  # of full scale: the highest peak after the limiter
LOUDNESS = -18.0  # dB relative to full scale: the root mean square of a mix, without its rests
_BLOCK = 1 << 16  # samples
_LAST_FADE = 0.75  # seconds over which a sound fades out at its end
_LIMITER_SECONDS = 0.02  # attack and release of the limiter
_LIMITER_STEP = 64  # samples that share a peak
POWER_SECONDS = 0.4  # length of the blocks whose power is averaged
_GATE = 0.1  # share of the mean power below which a block counts as a rest


@dataclass(frozen=True)
class Master:
    """The mastering of a mix: its end fades out, it gets its loudness, and its peaks are limited.

    The limiter looks ahead: its gain falls smoothly before a peak and rises again after it. The gain is
    a weighted average of minima over windows that all contain the peak, so it is never above what the
    peak allows.

    Args:
        gain: The factor that brings the mix to `LOUDNESS`.
        limits: The limiter's gain at every `_LIMITER_STEP`th sample, 1 where it does not act.
        sample_rate: Samples a second.
    """

    gain: float
    limits: Floats
    sample_rate: int

    @classmethod
    def of(cls, mix: Floats, sample_rate: int) -> "Master":
        """Measures a mix of shape (2, samples)."""
        power = mean_power(mix, sample_rate)
        gain = float(10 ** (LOUDNESS / 20) / np.sqrt(power)) if power else 1.0
        return cls(gain, _limits(_peaks(mix) * np.float32(gain), sample_rate), sample_rate)

    def apply(self, mix: Floats) -> None:
        """Masters the mix that was measured, or one of its stems, of shape (2, samples), in place."""
        count = mix.shape[1]
        fade = min(count, round(_LAST_FADE * self.sample_rate))
        mix[:, count - fade :] *= np.cos(np.linspace(0, np.pi / 2, fade, dtype=np.float32)) ** 2
        for start in range(0, count, _BLOCK):
            block = mix[:, start : start + _BLOCK]
            edges = self.limits[start // _LIMITER_STEP : (start + _BLOCK) // _LIMITER_STEP + 1]
            if edges.min() < 1:
                places = np.arange(block.shape[1]) / _LIMITER_STEP
                block *= np.interp(places, np.arange(len(edges)), edges).astype(np.float32)
            block *= np.float32(self.gain)


def mean_power(mix: Floats, sample_rate: int) -> float:
    """The mean square of a mix of shape (2, samples) without its rests; 0 for silence.

    The relative gate of -10 dB is that of Recommendation ITU-R BS.1770-4, here without its frequency
    weighting, overlapping blocks and absolute gate, and on the mean of the channels.
    """
    size = round(POWER_SECONDS * sample_rate)
    starts = range(0, mix.shape[1], size)
    blocks = [mix[:, start : start + size] for start in starts]
    powers = np.array([np.einsum("cs,cs->", block, block) / block.size for block in blocks])
    sounding = powers[powers > 0]
    return float(np.mean(sounding[sounding >= _GATE * sounding.mean()])) if len(sounding) else 0.0


def _peaks(mix: Floats) -> Floats:
    """The highest peak of each step of `_LIMITER_STEP` samples, left or right."""
    levels = [np.zeros(0, dtype=np.float32)]
    for start in range(0, mix.shape[1], _BLOCK):
        loud = np.abs(mix[:, start : start + _BLOCK]).max(axis=0)
        levels.append(np.maximum.reduceat(loud, np.arange(0, len(loud), _LIMITER_STEP)))
    return np.concatenate(levels)


def _limits(peaks: Floats, sample_rate: int) -> Floats:
    """The limiter's gain at the edges of the steps, from the peak of each step."""
    needed = np.minimum(1, PEAK / np.maximum(peaks, PEAK))
    if needed.min(initial=1) == 1:
        return np.ones(len(peaks) + 1, dtype=np.float32)
    reach = max(1, round(_LIMITER_SECONDS * sample_rate / _LIMITER_STEP))
    ones = np.ones(2 * reach + 1)
    padded = np.concatenate([ones, needed, ones])
    windows = np.lib.stride_tricks.sliding_window_view
    lowest = windows(padded, 2 * reach + 2).min(axis=1)  # over reach + 1 steps on either side of an edge
    weights = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(lowest, weights / weights.sum(), "valid").astype(np.float32)

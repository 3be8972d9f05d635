"""Drums by synthesis: bands of noise and falling tones, each with an envelope, for every General MIDI key."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from music.tones import HIGHEST_SHARE, SIXTY_DECIBELS, Floats, noise_band

_ATTACK = 0.0008  # seconds from silence to full sound
_ENERGY_RATE = 32_000  # samples a second at which energies are computed
_SILENT = 1.2  # how many times its fall of 60 dB a component lasts


Partial = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drum:
    """How a drum or cymbal sounds.

    Args:
        noise: Bands of noise: lowest and highest hertz, seconds in which it falls by 60 dB, amplitude.
        tones: Tones: hertz at the start and at the end of the fall, seconds in which it falls by 60 dB,
            amplitude.
        gain: Loudness in the mix.
        pan: Where it stands, from -1, left, to 1, right.
    """

    noise: tuple[Partial, ...] = ()
    tones: tuple[Partial, ...] = ()
    gain: float = 1.0
    pan: float = 0.0


def _partials(lowest: float, highest: float, fall: float, amplitude: float) -> tuple[Partial, ...]:
    """Tones of a cymbal: many, at no simple ratios, the higher ones dying sooner."""
    generator = np.random.default_rng(2)
    hertz = lowest * (highest / lowest) ** ((np.arange(24) + generator.random(24)) / 24)
    return tuple((float(f), float(f), float(fall * (lowest / f) ** 0.3), amplitude) for f in hertz)


_KICK = Drum(((1200, 4000, 0.02, 0.12),), ((110, 52, 0.40, 1.0),), 1.7)
_STICK = Drum(((1500, 6000, 0.03, 0.5),), ((1720, 1650, 0.06, 0.7), (830, 820, 0.05, 0.4)), 1.8, -0.1)
_SNARE = Drum(((900, 9000, 0.24, 0.6),), ((205, 178, 0.14, 0.7),), 1.9, -0.1)
_CLAP = Drum(((800, 5000, 0.16, 1.0),), (), 0.7, 0.1)
_CLOSED_HAT = Drum(((5500, 14_000, 0.12, 1.0),), (), 2.6, -0.3)
_OPEN_HAT = Drum(((5500, 15_000, 0.6, 1.0),), (), 1.2, -0.3)
_RIDE = Drum(
    ((2500, 14_000, 0.06, 0.3), (1800, 11_000, 1.1, 0.22)), _partials(1500, 9000, 1.0, 0.035), 2.0, 0.35
)
_BELL = Drum(((3000, 12_000, 0.3, 0.2),), ((1870, 1870, 1.2, 0.5), (2960, 2960, 0.9, 0.4)), 0.6, 0.35)
_CRASH = Drum(((1800, 15_000, 2.2, 0.7), (600, 3000, 0.25, 0.4)), (), 1.9, 0.2)
_WOOD = Drum(((1500, 5000, 0.02, 0.3),), ((1050, 1000, 0.08, 1.0),), 0.7, 0.15)
_METAL = Drum((), ((540, 540, 0.35, 0.7), (845, 845, 0.3, 0.6), (2160, 2160, 0.15, 0.3)), 0.6, 0.25)
_SHAKER = Drum(((4500, 13_000, 0.10, 1.0),), (), 0.45, 0.3)
_SKIN = Drum(((700, 4000, 0.05, 0.25),), ((310, 270, 0.22, 1.0),), 0.8, 0.2)


def _tom(hertz: float, pan: float) -> Drum:
    return Drum(((500, 3500, 0.06, 0.15),), ((hertz * 1.25, hertz, 0.45, 1.0),), 1.9, pan)


_BY_KEY = {
    **dict.fromkeys((31, 33, 37, 75), _STICK),
    **dict.fromkeys((35, 36), _KICK),
    **dict.fromkeys((38, 40), _SNARE),
    39: _CLAP,
    41: _tom(78, 0.3),
    43: _tom(92, 0.25),
    45: _tom(110, 0.15),
    47: _tom(132, 0.05),
    48: _tom(150, -0.05),
    50: _tom(175, -0.15),
    42: _CLOSED_HAT,
    44: replace(_CLOSED_HAT, noise=((4000, 12_000, 0.08, 1.0),)),
    46: _OPEN_HAT,
    **dict.fromkeys((49, 52, 55, 57), _CRASH),
    **dict.fromkeys((51, 59), _RIDE),
    53: _BELL,
    **dict.fromkeys((34, 56, 67, 68, 80, 81), _METAL),
    **dict.fromkeys((54, 58, 69, 70, 71, 72, 73, 74, 78, 79), _SHAKER),
    **dict.fromkeys((60, 61, 62, 63, 64, 65, 66), _SKIN),
    **dict.fromkeys((76, 77), _WOOD),
}


def drum(key: int) -> Drum:
    """The sound of a General MIDI key; keys that have no name sound like a stick."""
    return _BY_KEY.get(key, _STICK)


@lru_cache(maxsize=128)
def stroke(key: int, sample_rate: int) -> Floats:
    """A stroke on a drum, which rings until it has died away.

    Args:
        key: The General MIDI key.
        sample_rate: Samples a second.

    Returns:
        Shape (samples,), the peak at 1, not to be changed; the same every time.
    """
    chosen, generator = drum(key), np.random.default_rng(key)
    seconds = max(fall for *_, fall, _ in (*chosen.noise, *chosen.tones))
    count = round(_SILENT * seconds * sample_rate)
    time = np.arange(count) / sample_rate
    wave = np.zeros(count)
    for low, high, fall, amplitude in chosen.noise:
        band = noise_band(generator.standard_normal(count), low, high, sample_rate)
        wave += amplitude * band * np.exp(-SIXTY_DECIBELS / fall * time)
    for number, (start, end, fall, amplitude) in enumerate(chosen.tones):
        if start < HIGHEST_SHARE * sample_rate:
            angle = end * time
            if start != end:  # the integral of a frequency that falls twice as fast as the tone
                rate = 2 * SIXTY_DECIBELS / fall
                angle += (start - end) * (1 - np.exp(-rate * time)) / rate
            angle = 2 * np.pi * angle + 2.4 * number  # the tones of a cymbal do not begin alike
            wave += amplitude * np.sin(angle) * np.exp(-SIXTY_DECIBELS / fall * time)
    wave *= np.clip(time / _ATTACK, 0, 1) * np.clip((time[-1] - time) / 0.01, 0, 1)
    return np.asarray(wave / np.abs(wave).max(), dtype=np.float32)


@lru_cache(maxsize=128)
def energy(key: int) -> float:
    """The integral of a stroke's square, at a peak of 1."""
    wave = stroke(key, _ENERGY_RATE)
    return float(np.dot(wave, wave)) / _ENERGY_RATE

"""Tones by additive synthesis: the harmonics of a plucked string, a soft electric piano, a bass."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LONGEST_TONE = 10.0  # seconds after which every tone has died away
_A4, _A4_HERTZ = 69, 440.0
_HIGHEST_SHARE = 0.45  # of the sample rate: harmonics above it would fold back as false tones
_MIDDLE_HERTZ = 261.6  # where the decays are the ones written below

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Timbre:
    """How an instrument sounds.

    Args:
        harmonics: Amplitudes of the first, second, ... harmonic.
        decay: With damping: harmonic k decays at decay + k * damping, in 1/s, near middle C; higher
            pitches decay faster.
        damping: See decay.
        cutoff: Hertz above which harmonics are weakened, as an amplifier or a wooden body does.
        attack: Seconds from silence to full sound.
        release: Seconds of fading at the end of a note, within the note.
        gain: Loudness in the mix.
        width: How far pitches an octave from middle C are to the side, 0 to 1.
        pan: Where middle C stands, from -1, left, to 1, right.
    """

    harmonics: tuple[float, ...]
    decay: float
    damping: float
    cutoff: float
    attack: float
    release: float
    gain: float
    width: float
    pan: float = 0.0


def _plucked(count: int, place: float) -> tuple[float, ...]:
    """Harmonics of a string plucked at a part of its length: |sin(k pi place)| / k^1.2, the first is 1."""
    strengths = [abs(np.sin(k * np.pi * place)) / k**1.2 for k in range(1, count + 1)]
    return tuple(float(strength / strengths[0]) for strength in strengths)


# Plucked near the neck, through a round amplifier: the guitar of cool jazz.
GUITAR = Timbre(_plucked(16, 0.27), 1.0, 0.55, 2300.0, 0.004, 0.030, 0.94, 0.06)
ELECTRIC_PIANO = Timbre(
    (1.0, 0.30, 0.10, 0.06, 0.02, 0.01, 0.03), 0.7, 0.9, 2600.0, 0.012, 0.060, 0.72, 0.15, -0.35
)
BASS = Timbre(_plucked(8, 0.20), 1.6, 0.5, 700.0, 0.008, 0.040, 0.9, 0.0)

_BASSES = range(32, 40)
_SOFT = (*range(8), *range(16, 24), *range(48, 56), *range(88, 96))  # pianos, organs, strings, pads


def timbre_of(program: int) -> Timbre:
    """The sound for a General MIDI program: a bass, a soft one for what plays chords, else a guitar."""
    if program in _BASSES:
        return BASS
    return ELECTRIC_PIANO if program in _SOFT else GUITAR


def hertz(pitch: int) -> float:
    """The frequency of a MIDI number in equal temperament, A4 at 440 Hz."""
    return float(_A4_HERTZ * 2 ** ((pitch - _A4) / 12))


def tone(pitch: int, count: int, timbre: Timbre, sample_rate: int) -> Floats:
    """A tone that begins from silence and dies away; cut it to any length with `with_release`.

    With w = 2 pi frequency and z = exp((i w - damping) t) the k-th harmonic, damped k times as much as
    the first, is z^k, so the tone is the imaginary part of a polynomial in z: one exponential, and one
    product for each harmonic.

    Args:
        pitch: The MIDI number.
        count: How many samples.
        timbre: The instrument.
        sample_rate: Samples a second.

    Returns:
        Shape (count,), with peaks of about 1.
    """
    frequency = hertz(pitch)
    faster = (frequency / _MIDDLE_HERTZ) ** 0.4  # short strings and bars die away sooner
    time = np.arange(count) / sample_rate
    z = np.exp((2j * np.pi * frequency - timbre.damping * faster) * time)
    total = np.zeros_like(z)
    for amplitude in reversed(_amplitudes(frequency, timbre, sample_rate)):  # Horner's rule
        total += amplitude
        total *= z
    wave = total.imag * np.exp(-timbre.decay * faster * time)
    rise = min(count, round(timbre.attack * sample_rate))
    wave[:rise] *= _ramp(rise)
    return np.asarray(wave, dtype=np.float32)


def with_release(wave: Floats, timbre: Timbre, sample_rate: int) -> Floats:
    """Returns a copy that fades to silence over the timbre's release, at most half of the tone."""
    fall = min(len(wave) // 2, round(timbre.release * sample_rate))
    faded = wave.copy()
    faded[len(wave) - fall :] *= _ramp(fall)[::-1]
    return faded


def _amplitudes(frequency: float, timbre: Timbre, sample_rate: int) -> NDArray[np.float64]:
    """The harmonics' amplitudes at one pitch: what the cutoff leaves, their squares summing to 1."""
    order = np.arange(1, len(timbre.harmonics) + 1) * frequency
    amplitudes = np.array(timbre.harmonics) / (1 + (order / timbre.cutoff) ** 2)
    amplitudes[order > _HIGHEST_SHARE * sample_rate] = 0
    power = float(np.sum(amplitudes**2))
    return np.asarray(amplitudes / np.sqrt(power) if power else amplitudes, dtype=np.float64)


@lru_cache(maxsize=64)
def _ramp(count: int) -> Floats:
    """A smooth rise from 0 to 1 without corners: half a cosine."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))).astype(np.float32)

"""Tones by additive synthesis, each with the noise of its attack: a guitar, a piano, a bass.

A tone is a sum of damped harmonics. The upper ones are what tells instruments apart and lets a line be heard
through a band: of a solo or a piano 95 % of the energy lies below 2,000 to 2,700 Hz, as in a sampled band.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LONGEST_TONE = 10.0  # seconds after which every tone has died away
_A4, _A4_HERTZ = 69, 440.0
_FULL_RATE = 44_100  # samples a second at which energies are computed
HIGHEST_SHARE = 0.45  # of the sample rate: harmonics above it would fold back as false tones
SIXTY_DECIBELS = 3 * np.log(10)  # as an exponent
_NOISE_RISE = 0.004  # seconds in which the noise of an attack swells, or it would click
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
        noise: What the pick, the hammer or the finger adds at the attack: a band's lowest and highest hertz,
            seconds in which it falls by 60 dB, and its amplitude against the tone's.
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
    noise: tuple[float, float, float, float] | None = None


def _string(count: int, place: float, slope: float = 1.2) -> tuple[float, ...]:
    """Harmonics of a string set off at a part of its length: |sin(k pi place)| / k^slope, the first is 1."""
    strengths = [abs(np.sin(k * np.pi * place)) / k**slope for k in range(1, count + 1)]
    return tuple(float(strength / strengths[0]) for strength in strengths)


# Plucked near the neck, through an open amplifier.
GUITAR = Timbre(
    _string(24, 0.23, 0.75), 1.0, 0.20, 4800.0, 0.004, 0.030, 0.88, 0.06, noise=(1500, 5500, 0.05, 0.30)
)
# Struck at an eighth of the string, where the hammer leaves out the seventh and the eighth harmonic.
PIANO = Timbre(
    _string(32, 1 / 8, 0.85), 0.6, 0.14, 7000.0, 0.005, 0.080, 0.60, 0.15, -0.35, (600, 4000, 0.06, 0.25)
)
BASS = Timbre(_string(8, 0.20), 1.6, 0.5, 700.0, 0.008, 0.040, 0.9, 0.0)

_BASSES = range(32, 40)
# What dies away by itself: pianos, bells, mallets, guitars, basses, pizzicato, harp, sitar and its kin.
_DYING = frozenset({*range(16), *range(24, 40), 45, 46, *range(104, 109)})
_CHORDS = (*range(8), *range(16, 24), *range(48, 56), *range(88, 96))  # pianos, organs, strings, pads


def timbre_of(program: int) -> Timbre:
    """The sound for a General MIDI program: a bass, a piano for what plays chords, else a guitar."""
    if program in _BASSES:
        return BASS
    return PIANO if program in _CHORDS else GUITAR


def dies_away(program: int) -> bool:
    """Whether a General MIDI program's tones die away by themselves, so that a last one may ring."""
    return program in _DYING


def hertz(pitch: int) -> float:
    """The frequency of a MIDI number in equal temperament, A4 at 440 Hz."""
    return float(_A4_HERTZ * 2 ** ((pitch - _A4) / 12))


def _faster(frequency: float) -> float:
    """How much faster a pitch decays than middle C: short strings and bars die away sooner."""
    return float((frequency / _MIDDLE_HERTZ) ** 0.4)


def tone(pitch: int, count: int, timbre: Timbre, sample_rate: int) -> Floats:
    """A tone that begins from silence and dies away; cut it to any length with `with_release`.

    With w = 2 pi frequency and z = exp((i w - damping) t) the k-th harmonic, damped k times as much as
    the first, is z^k, so the tone is the imaginary part of a polynomial in z: one exponential, and one
    product for each harmonic, in single precision once the angles are within half a turn.

    Args:
        pitch: The MIDI number.
        count: How many samples.
        timbre: The instrument.
        sample_rate: Samples a second.

    Returns:
        Shape (count,), with peaks of about 1.
    """
    frequency = hertz(pitch)
    faster = _faster(frequency)
    time = np.arange(count) / sample_rate
    turns = frequency * time
    angle, faded = (
        (2 * np.pi * (turns - np.rint(turns))).astype(np.float32),
        (-faster * time).astype(np.float32),
    )
    z = np.empty(count, dtype=np.complex64)
    z.real, z.imag = np.cos(angle), np.sin(angle)
    z *= np.exp(timbre.damping * faded)
    amplitudes = _amplitudes(frequency, timbre, sample_rate)
    total = np.zeros_like(z)
    for amplitude in reversed(amplitudes):  # Horner's rule
        total += amplitude
        total *= z
    wave: Floats = total.imag * np.exp(timbre.decay * faded)
    rise = min(count, round(timbre.attack * sample_rate))
    wave[:rise] *= _ramp(rise)
    if timbre.noise is not None and amplitudes.size:
        burst = _attack_noise(*timbre.noise, sample_rate)[:count]
        wave[: len(burst)] += burst
    return wave


@lru_cache(maxsize=1024)
def energy(pitch: int, seconds: float, timbre: Timbre) -> float:
    """The integral of a tone's square over its first seconds, without its attack: harmonics are added."""
    frequency = hertz(pitch)
    amplitudes = _amplitudes(frequency, timbre, _FULL_RATE)
    order = np.arange(1, len(amplitudes) + 1)
    rates = 2 * _faster(frequency) * (timbre.decay + timbre.damping * order)
    return float(np.sum(amplitudes**2 / 2 * (1 - np.exp(-rates * seconds)) / rates))


def with_release(wave: Floats, timbre: Timbre, sample_rate: int) -> Floats:
    """Returns a copy that fades to silence over the timbre's release, at most half of the tone."""
    fall = min(len(wave) // 2, round(timbre.release * sample_rate))
    faded = wave.copy()
    faded[len(wave) - fall :] *= _ramp(fall)[::-1]
    return faded


def _amplitudes(frequency: float, timbre: Timbre, sample_rate: int) -> Floats:
    """The amplitudes at one pitch, up to the highest harmonic that may sound, their squares summing to 1."""
    order = np.arange(1, len(timbre.harmonics) + 1) * frequency
    amplitudes = np.array(timbre.harmonics) / (1 + (order / timbre.cutoff) ** 2)
    amplitudes = amplitudes[order <= HIGHEST_SHARE * sample_rate]
    return np.asarray(amplitudes / np.sqrt(np.sum(amplitudes**2)), dtype=np.float32)


@lru_cache(maxsize=16)
def _attack_noise(low: float, high: float, fall: float, amplitude: float, sample_rate: int) -> Floats:
    """The noise of an attack, from silence to silence; the same every time."""
    time = np.arange(round(fall * sample_rate)) / sample_rate
    band = noise_band(np.random.default_rng(3).standard_normal(len(time)), low, high, sample_rate)
    band *= amplitude * np.sqrt(10) * np.exp(-SIXTY_DECIBELS / fall * time)  # noise_band has a power of 0.1
    rise, end = min(len(time), round(_NOISE_RISE * sample_rate)), len(time) // 4
    band[:rise] *= _ramp(rise)
    band[len(time) - end :] *= _ramp(end)[::-1]
    return np.asarray(band, dtype=np.float32)


def noise_band(noise: NDArray[np.float64], low: float, high: float, sample_rate: int) -> NDArray[np.float64]:
    """Noise with soft edges at two frequencies and a mean square of 0.1; lower ones at low sample rates."""
    low, high = min(low, 0.2 * sample_rate), min(high, HIGHEST_SHARE * sample_rate)
    hertz = np.fft.rfftfreq(len(noise), 1 / sample_rate)
    shape = 1 / (1 + (low / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / high) ** 8)
    shape *= np.sqrt(low / np.maximum(hertz, low))  # as much in each octave of the band
    band = np.fft.irfft(np.fft.rfft(noise) * shape, len(noise))
    return np.asarray(band * np.sqrt(0.1 / np.mean(band**2)))


@lru_cache(maxsize=64)
def _ramp(count: int) -> Floats:
    """A smooth rise from 0 to 1 without corners: half a cosine."""
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))).astype(np.float32)

"""The instruments as samples: a few tones of each, which a player plays faster or slower to make the others.

They are the synthesis of `music.audio`: what is played with them sounds like its WAV.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import soundfile

from music import audio, percussion, tones
from music.score import Part
from music.tones import Floats, Timbre

SPACING = 4  # semitones between the tones that are there: a player moves them by two at most
_LONGEST = 5.0  # seconds
_QUIET = -42.0  # dB under its peak: where a tone ends
_FADE = 0.25  # seconds in which a tone that is cut there fades out
_BITS = 11  # of a sample: the noise of rounding lies 68 dB under a tone's peak
_GAP = 0.05  # seconds of silence between two sounds: what a decoder smears stays away from the next


@dataclass(frozen=True)
class _Kind:
    """An instrument that plays pitches: its sound, its lowest and highest tone, and samples a second.

    The sample rate is what its harmonics need: a bass has none above 4 kHz.
    """

    timbre: Timbre
    lowest: int
    highest: int
    sample_rate: int


_KINDS = {
    "guitar": _Kind(tones.GUITAR, 42, 94, 22_050),
    "piano": _Kind(tones.PIANO, 37, 93, 22_050),
    "bass": _Kind(tones.BASS, 29, 61, 11_025),
}
DRUMS, ROOM = "drums", "room"
NAMES = (*_KINDS, DRUMS, ROOM)
_DRUMS_RATE = 32_000


@dataclass(frozen=True)
class Sound:
    """A sound within an instrument's samples.

    Args:
        key: The MIDI number it is at, or the key of a drum.
        start: Where it begins, in seconds.
        seconds: How long it lasts.
        level: The factor for its loudness in the mix at full velocity: samples have peaks of 1.
        pan: Where it stands, from -1, left, to 1, right.
    """

    key: int
    start: float
    seconds: float
    level: float
    pan: float


@dataclass(frozen=True)
class Instrument:
    """An instrument's samples.

    Args:
        samples: Shape (samples, channels): its sounds one after the other; for the room its response.
        sample_rate: Samples a second.
        sounds: The sounds, lowest key first.
        release: Seconds of fading at the end of a note, within the note; 0: it rings on.
        width: How far pitches an octave above middle C are to the right of it.
        keys: For drums, keys that sound like another, and that one.
    """

    samples: Floats
    sample_rate: int
    sounds: tuple[Sound, ...] = ()
    release: float = 0.0
    width: float = 0.0
    keys: tuple[tuple[int, int], ...] = ()

    def to_flac(self) -> bytes:
        """The samples as a FLAC file, 16 bits of which the first `_BITS` are used."""
        full = 2 ** (_BITS - 1)
        whole = np.clip(np.rint(self.samples * full), -full, full - 1).astype(np.int16) * 2 ** (16 - _BITS)
        content = io.BytesIO()
        soundfile.write(content, whole, self.sample_rate, "PCM_16", format="FLAC", compression_level=1.0)
        return content.getvalue()

    def describe(self) -> dict[str, Any]:
        """What a player must know of it, as JSON."""
        return {
            "sounds": [[s.key, s.start, s.seconds, round(s.level, 5), round(s.pan, 3)] for s in self.sounds],
            "sampleRate": self.sample_rate,
            "release": self.release,
            "width": self.width,
            "keys": dict(self.keys),
        }


def name_of(part: Part) -> str:
    """The name of the instrument that plays a part.

    Example:
        >>> name_of(Part("Bass", (), 33))
        'bass'
    """
    timbre = tones.timbre_of(part.program)
    return DRUMS if part.is_drums else next(name for name, kind in _KINDS.items() if kind.timbre == timbre)


@lru_cache(maxsize=len(NAMES))
def instrument(name: str) -> Instrument:
    """Makes an instrument's samples.

    Args:
        name: One of `NAMES`; room is what `audio.add_room` adds: its response at a low sample rate.

    Raises:
        ValueError: There is no such instrument.

    Example:
        >>> [sound.key for sound in instrument("bass").sounds]
        [29, 33, 37, 41, 45, 49, 53, 57, 61]
    """
    if name == DRUMS:
        return _drums()
    if name == ROOM:
        response = audio.room(audio.ROOM_RATE).T
        peak = float(np.abs(response).max())
        sound = Sound(0, 0.0, len(response) / audio.ROOM_RATE, peak, 0.0)
        return Instrument(response / np.float32(peak), audio.ROOM_RATE, (sound,))
    if name not in _KINDS:
        raise ValueError(f"name: expected one of {', '.join(NAMES)}, got {name!r}")
    kind = _KINDS[name]
    timbre, rate = kind.timbre, kind.sample_rate
    sounds = [
        (
            pitch,
            _faded(tones.tone(pitch, round(_LONGEST * rate), timbre, rate), rate),
            timbre.gain,
            timbre.pan,
        )
        for pitch in range(kind.lowest, kind.highest + 1, SPACING)
    ]
    return Instrument(*_joined(sounds, rate), timbre.release, timbre.width)


def _drums() -> Instrument:
    """Each drum once; keys that are the same drum share it."""
    first: dict[percussion.Drum, int] = {}
    keys = [(key, first.setdefault(percussion.drum(key), key)) for key in range(128)]
    sounds = [(key, percussion.stroke(key, _DRUMS_RATE), drum.gain, drum.pan) for drum, key in first.items()]
    shared = tuple((key, other) for key, other in keys if key != other)
    return Instrument(*_joined(sounds, _DRUMS_RATE), keys=shared)


def _faded(tone: Floats, sample_rate: int) -> Floats:
    """A tone to where it has become quiet."""
    step = round(_GAP * sample_rate)
    loud = [np.abs(tone[start : start + step]).max() for start in range(0, len(tone), step)]
    heard = np.flatnonzero(np.array(loud) >= max(loud) * 10 ** (_QUIET / 20))
    wave = tone[: (int(heard[-1]) + 1) * step].copy()
    fall = round(_FADE * sample_rate)
    wave[-fall:] *= np.linspace(1, 0, fall, dtype=np.float32)
    return wave


def _joined(
    sounds: list[tuple[int, Floats, float, float]], sample_rate: int
) -> tuple[Floats, int, tuple[Sound, ...]]:
    """Puts sounds one after the other, each with a peak of 1.

    Args:
        sounds: For each its key, its samples, its gain in the mix and its place.
        sample_rate: Samples a second.
    """
    gap, found, waves, count = np.zeros(round(_GAP * sample_rate), dtype=np.float32), [], [], 0
    for key, wave, gain, pan in sounds:
        peak = float(np.abs(wave).max())
        start, seconds = count / sample_rate, len(wave) / sample_rate
        found.append(Sound(key, round(start, 6), round(seconds, 6), gain * peak, pan))
        waves += [wave / np.float32(peak), gap]
        count += len(wave) + len(gap)
    return np.concatenate(waves)[:, np.newaxis], sample_rate, tuple(found)

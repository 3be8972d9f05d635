"""Scores as sound with a soundfont (.sf2): sampled instruments, by the optional tinysoundfont."""

import logging
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from music.audio import SAMPLE_RATE, sample_count, sample_span, stems
from music.mastering import Master
from music.score import Part, Score
from music.tones import Floats
from utils.errors import UserError
from utils.files import is_file, read_bytes, regular_file

LARGEST = 1 << 30  # bytes
INSTALL = "pip install --no-deps -r requirements-optional.txt"
AUTO = "auto"
FOLDERS = (Path("/usr/share/sounds/sf2"), Path("/usr/share/soundfonts"))
_FIRST_WITHOUT_WHEEL = (3, 13)
_MELODIC_BANK, _DRUM_BANK = 0, 128

logger = logging.getLogger("cadenza")


def find_soundfont(name: str | Path = AUTO) -> Path:
    """Finds a soundfont on this machine, and logs which one.

    Args:
        name: A file, or "auto" for the one that the system's packages put into `FOLDERS`: the one called
            default, else the largest, for it has the most samples.

    Raises:
        UserError: There is no such file, or none in the folders.
    """
    if str(name) != AUTO:
        regular_file(Path(name))
        return Path(name)
    found = [path for folder in FOLDERS for path in folder.glob("*.sf2") if is_file(path)]
    if not found:
        folders = " or ".join(map(str, FOLDERS))
        raise UserError(f"no soundfont (.sf2) in {folders}; install one or name a file")
    best = max(found, key=lambda path: (path.stem.startswith("default"), path.stat().st_size, path.name))
    logger.info("soundfont: %s", best)
    return best


def render_soundfont(score: Score, path: str | Path) -> Floats:
    """Renders a score with the instruments of a soundfont.

    Each part plays on its channel with its General MIDI program, or with the first instrument there
    is where the soundfont lacks it; parts on the drum channel play its drum kit. The sound is exactly
    as long as the score.

    Args:
        score: The score.
        path: The soundfont.

    Returns:
        Shape (samples, 2), as `music.audio.render`.

    Raises:
        UserError: tinysoundfont is not installed, the file is no soundfont or cannot be read, or the
            score is too long.
        ValueError: A note's numbers are out of range.
    """
    mix = _mixed(Path(path), score, score.parts)
    Master.of(mix, SAMPLE_RATE).apply(mix)
    return mix.T


def soundfont_stems(score: Score, path: str | Path) -> Iterator[tuple[str, Floats]]:
    """Renders each part of a score by itself with a soundfont; see `music.audio.render_stems`.

    Args:
        score: The score.
        path: The soundfont.

    Raises:
        UserError: As `render_soundfont`.
    """
    return stems(score, partial(_mixed, Path(path), score), SAMPLE_RATE)


def require_tinysoundfont() -> Any:
    """The library, imported; call it before long work.

    Raises:
        UserError: It is not installed, and perhaps cannot be on this Python.
    """
    try:
        import tinysoundfont
    except ImportError:
        if sys.version_info >= _FIRST_WITHOUT_WHEEL:
            raise UserError(
                "soundfonts need the package tinysoundfont, which has no wheel for Python 3.13: "
                "use Python 3.11 or 3.12, or the built-in sounds"
            ) from None
        raise UserError(f"soundfonts need the package tinysoundfont; get it with: {INSTALL}") from None
    return tinysoundfont


def _synth(path: Path, score: Score) -> Any:
    """A synthesizer with the soundfont loaded and each part's program chosen."""
    library = require_tinysoundfont()
    content = read_bytes(path, LARGEST)
    if content[:4] != b"RIFF" or content[8:12] != b"sfbk":
        raise UserError(f"{path} is not a soundfont: it does not begin with RIFF and sfbk")
    if int.from_bytes(content[4:8], "little") + 8 > len(content):
        raise UserError(f"{path} is a soundfont that was cut off after {len(content)} bytes")
    synth = library.Synth(samplerate=SAMPLE_RATE)
    try:
        font = synth.sfload(content)
    except (RuntimeError, library.SoundFontException) as error:
        raise UserError(f"{path} cannot be read as a soundfont: {error}") from None
    melodic, kits = (_programs(synth, font, bank) for bank in (_MELODIC_BANK, _DRUM_BANK))
    for part in score.parts:
        if part.is_drums:
            synth.program_change(part.channel, part.program if part.program in kits else 0, True)
        elif melodic:
            synth.program_change(part.channel, part.program if part.program in melodic else melodic[0])
        else:
            raise UserError(f"{path} has no melodic instrument")
    return synth


def _programs(synth: Any, font: int, bank: int) -> list[int]:
    """The programs of a bank for which a soundfont has an instrument."""
    return [program for program in range(128) if synth.sfpreset_name(font, bank, program) is not None]


def _mixed(path: Path, score: Score, parts: Sequence[Part]) -> Floats:
    """Some parts of a score as sound of shape (2, samples), before gain and limiter.

    The sound is taken from the synthesizer in pieces between the events of all parts: its envelopes go
    in steps from where a piece begins, so that only then a stem is what the mix holds of it.
    """
    count, synth = sample_count(score, SAMPLE_RATE), _synth(path, score)
    samples = np.zeros((count, 2), dtype=np.float32)
    borders = {event[0] for event in _events(score.parts, score.tempo, count)}
    silent = [(position, 1, 0, 0, 0) for position in {*borders, count}]
    events, now = _events(parts, score.tempo, count), 0
    for position, start, channel, pitch, velocity in sorted([*events, *silent]):
        if position > now:
            synth.generate_simple(position - now, samples[now:position].data.cast("B"))
            now = position
        if velocity:
            synth.noteon(channel, pitch, velocity)
        elif not start:
            synth.noteoff(channel, pitch)
    return samples.T


def _events(parts: Sequence[Part], tempo: float, count: int) -> list[tuple[int, int, int, int, int]]:
    """(sample up to `count`, 0 for off and 1 for on, channel, pitch, velocity) in time order, offs first."""
    per_quarter = 60 / tempo * SAMPLE_RATE
    events = []
    for part in parts:
        for note in part.notes:
            start, end = sample_span(note, per_quarter, count)
            if end > start and note.velocity:
                events.append((start, 1, part.channel, note.pitch, note.velocity))
                events.append((end, 0, part.channel, note.pitch, 0))
    return sorted(events)

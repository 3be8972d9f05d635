"""Scores as sound with a soundfont (.sf2): sampled instruments, by the optional tinysoundfont."""

from pathlib import Path
from typing import Any

import numpy as np

from utils.errors import UserError
from utils.files import read_bytes
from utils.music.audio import SAMPLE_RATE, finish, sample_count, sample_span
from utils.music.score import DRUM_CHANNEL, Score
from utils.music.tones import Floats

LARGEST = 1 << 30  # bytes
INSTALL = "pip install --no-deps -r requirements-optional.txt"


def render_soundfont(score: Score, path: Path, sample_rate: int = SAMPLE_RATE) -> Floats:
    """Renders a score with the instruments of a soundfont.

    Each part plays on its channel with its General MIDI program, or with the first instrument there
    is where the soundfont lacks it. The sound is exactly as long as the score.

    Args:
        score: The score.
        path: The soundfont.
        sample_rate: Samples a second.

    Returns:
        Shape (samples, 2), as `utils.music.audio.render`.

    Raises:
        UserError: tinysoundfont is not installed, the file is no soundfont or cannot be read, or the
            score is too long.
        ValueError: A note's numbers or the sample rate are out of range.
    """
    count = sample_count(score, sample_rate)
    synth = _synth(path, score, sample_rate)
    samples = np.zeros((count, 2), dtype=np.float32)
    events, now = _events(score, sample_rate, count), 0
    for position, start, channel, pitch, velocity in [*events, (count, 1, 0, 0, 0)]:
        if position > now:
            synth.generate_simple(position - now, samples[now:position].data.cast("B"))
            now = position
        if velocity:
            synth.noteon(channel, pitch, velocity)
        elif not start:
            synth.noteoff(channel, pitch)
    finish(samples.T, sample_rate)
    return samples


def require_tinysoundfont() -> Any:
    """The library, imported; ask before long work.

    Raises:
        UserError: It is not installed.
    """
    try:
        import tinysoundfont
    except ImportError:
        raise UserError(f"--soundfont needs the package tinysoundfont; get it with: {INSTALL}") from None
    return tinysoundfont


def _synth(path: Path, score: Score, sample_rate: int) -> Any:
    """A synthesizer with the soundfont loaded and each part's program chosen."""
    library = require_tinysoundfont()
    content = read_bytes(path, LARGEST)
    if content[:4] != b"RIFF" or content[8:12] != b"sfbk":
        raise UserError(f"{path} is not a soundfont: it does not begin with RIFF and sfbk")
    if int.from_bytes(content[4:8], "little") + 8 > len(content):
        raise UserError(f"{path} is a soundfont that was cut off after {len(content)} bytes")
    synth = library.Synth(samplerate=sample_rate)
    try:
        font = synth.sfload(content)
    except (RuntimeError, library.SoundFontException) as error:
        raise UserError(f"{path} cannot be read as a soundfont: {error}") from None
    there = [program for program in range(128) if synth.sfpreset_name(font, 0, program) is not None]
    for part in score.parts:
        if part.channel == DRUM_CHANNEL:
            synth.program_change(part.channel, 0, True)
        elif there:
            synth.program_change(part.channel, part.program if part.program in there else there[0])
        else:
            raise UserError(f"{path} has no melodic instrument")
    return synth


def _events(score: Score, sample_rate: int, count: int) -> list[tuple[int, int, int, int, int]]:
    """(sample up to `count`, 0 for off and 1 for on, channel, pitch, velocity) in time order, offs first."""
    per_quarter = 60 / score.tempo * sample_rate
    events = []
    for part in score.parts:
        for note in part.notes:
            start, end = sample_span(note, per_quarter, count)
            if end > start and note.velocity:
                events.append((start, 1, part.channel, note.pitch, note.velocity))
                events.append((end, 0, part.channel, note.pitch, 0))
    return sorted(events)

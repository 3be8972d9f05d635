"""The jazz exercise's rendering as sound: `from course.midi import *`.

Two errors of the course's are mended. Its milliseconds a tick are rounded up to 1, so that a file of 1024
ticks plays 2.2 times too slowly at 130 quarter notes a minute; and its notes are tuned to an A of 500 Hz.
`music.audio` is how the project itself sounds.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from music import audio, midi
from utils.errors import UserError
from utils.files import make_folder, read_bytes

__all__ = ["mid2wav", "note_to_freq", "ticks_to_ms"]

TEMPO = 130  # quarter notes a minute: what generate_music writes
OUTPUT = Path("output") / "rendered.wav"
VOLUME = 0.1  # of a note: -20 dB
FADE_IN, FADE_OUT, GAP = 0.03, 0.1, 0.05  # seconds; a note ends a gap before its note-off
MOST_SECONDS = 3600


def note_to_freq(note: int, concert_A: float = 440.0) -> float:
    """The frequency of a MIDI number in Hz.

    Example:
        >>> round(note_to_freq(60), 2)
        261.63
    """
    return float(concert_A * 2.0 ** ((note - 69) / 12.0))


def ticks_to_ms(ticks: float, tempo: float, mid: Any) -> float:
    """The milliseconds of a number of ticks, not rounded.

    Args:
        ticks: Ticks.
        tempo: Quarter notes a minute.
        mid: The ticks of a quarter note; or a MIDI file that has them as `ticks_per_beat`, as mido's have.

    Example:
        >>> ticks_to_ms(48, 120, 96)
        250.0
    """
    return float(ticks * 60_000.0 / tempo / getattr(mid, "ticks_per_beat", mid))


def mid2wav(file: str | Path, tempo: float = TEMPO, output: str | Path = OUTPUT) -> Path:
    """Renders a MIDI file as sines, in the course's way: one for each note, at -20 dB, faded in and out.

    Args:
        file: The MIDI file.
        tempo: Quarter notes a minute.
        output: The WAV file.

    Returns:
        The WAV file's path.

    Raises:
        UserError: The file cannot be read, or lasts more than an hour; or the output cannot be written.
    """
    path = Path(file)
    read = midi.parse_midi(read_bytes(path, midi.LARGEST_FILE), path)
    rate = audio.SAMPLE_RATE
    notes = [
        (ticks_to_ms(note.onset, tempo, read.ticks_per_quarter) / 1000, note)
        for track in read.tracks
        for note in track.notes
    ]
    spans = [
        (start, ticks_to_ms(note.end - note.onset, tempo, read.ticks_per_quarter) / 1000, note.pitch)
        for start, note in notes
    ]
    seconds = max((start + length for start, length, _ in spans), default=0.0)
    if seconds > MOST_SECONDS:
        raise UserError(f"{path}: expected at most {MOST_SECONDS} seconds, got {seconds:.0f}")
    sound = np.zeros(int(seconds * rate) + 1)
    for start, length, pitch in spans:
        first, tone = int(start * rate), _tone(note_to_freq(pitch), max(length - GAP, 0.0), rate)
        sound[first : first + len(tone)] += tone
    output = Path(output)
    make_folder(output.parent)
    audio.write_wav(output, np.clip(sound, -1, 1)[:, None].repeat(2, axis=1))
    return output


def _tone(frequency: float, seconds: float, rate: int) -> NDArray[np.float64]:
    """A sine that is faded in and out."""
    time = np.arange(int(seconds * rate)) / rate
    envelope = np.minimum(1, np.minimum(time / FADE_IN, (seconds - time) / FADE_OUT))
    return np.asarray(VOLUME * envelope * np.sin(2 * np.pi * frequency * time))

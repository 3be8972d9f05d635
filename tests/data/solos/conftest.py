"""MIDI files for the tests of solos."""

from collections.abc import Callable
from pathlib import Path

import pytest

from music.midi_writer import to_midi
from music.score import Part, Score


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(parts ..., beats=4, title=""): the path of a MIDI file of type 1."""

    def writer(*parts: Part, beats: float = 4.0, title: str = "", name: str = "a tune.mid") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(to_midi(Score(parts, beats=beats, title=title)))
        return path

    return writer

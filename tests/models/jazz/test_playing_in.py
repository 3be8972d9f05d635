"""What a person plays becomes what would be written."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.jazz.band import swung
from models.jazz.delivery import soloists_swing
from models.jazz.playing_in import as_written, line
from music.score import Note, Part, Score

# Lines as they are written: onset and duration in quarter notes.
EIGHTHS = [(0, 0.5), (0.5, 0.5), (1, 0.5), (1.5, 1.0), (2.5, 0.5), (3, 1)]
TRIPLETS = [(0, 1 / 3), (1 / 3, 1 / 3), (2 / 3, 1 / 3), (1, 1), (2, 0.5), (2.5, 0.5), (3, 1)]
SIXTEENTHS = [(0, 0.25), (0.25, 0.25), (0.5, 0.25), (0.75, 0.25), (1, 1), (2, 0.5), (2.5, 0.5), (3, 1)]


def measures(count: int, length: float = 4.0) -> list[float]:
    return [length * number for number in range(count + 1)]


def notes_of(times: list[tuple[float, float]]) -> list[Note]:
    return [Note(onset, duration, 60 + number % 5) for number, (onset, duration) in enumerate(times)]


@pytest.mark.parametrize("times", [EIGHTHS, TRIPLETS, SIXTEENTHS])
@pytest.mark.parametrize("share", [0.0, 0.45, 1.0])
@pytest.mark.parametrize(("tempo", "swing"), [(80, 2.0), (120, 2.0), (160, 1.8), (120, 1.0)])
def test_what_is_played_as_written_is_written_so(
    times: list[tuple[float, float]], share: float, tempo: float, swing: float
) -> None:
    """Whether it is swung as the band does, as a soloist, or not at all; a little off the beat each time."""
    if times is SIXTEENTHS and share == 1.0 and swing == 2.0:
        share = 0.9
    written = notes_of(times)
    (part,) = swung(Score((Part("You", tuple(written)),)), 1 + share * (swing - 1), measures(1)).parts
    generator = np.random.default_rng(1)
    seconds = 0.012  # standard deviation
    sounded = [
        Note(note.onset + generator.normal(0, seconds * tempo / 60), note.duration * 0.85, note.pitch)
        for note in part.notes
    ]
    found = as_written(line(sounded, tempo), measures(1), swing=swing, tempo=tempo)
    assert [(note.onset, note.pitch) for note in found] == [
        (pytest.approx(note.onset), note.pitch) for note in written
    ]
    assert [note.duration for note in found] == pytest.approx([note.duration for note in written])


def test_at_a_fast_tempo_there_are_no_sixteenths() -> None:
    played = [Note(0.0, 0.4, 60), Note(0.61, 0.3, 62), Note(0.84, 0.4, 64), Note(1.5, 0.4, 65)]
    found = as_written(line(played, 240), measures(1), swing=1.35, tempo=240)
    assert [note.onset for note in found] == [0.0, 0.5, 1.0, 1.5]


def test_a_note_before_the_beat_is_meant_on_it_and_over_the_bar_line() -> None:
    played = [Note(3.96, 0.3, 60), Note(4.97, 0.5, 62), Note(7.66, 1.3, 64)]
    found = as_written(played, measures(3), swing=2.0, tempo=120)
    assert [(note.onset, note.duration) for note in found] == [(4.0, 0.5), (5.0, 0.5), (7.5, 1.5)]


def test_of_a_chord_the_highest_note_is_the_line() -> None:
    found = line([Note(0, 1, 60), Note(0.02, 3, 67), Note(0.03, 1, 64), Note(1, 1, 55)], 120)
    assert [(note.onset, note.pitch, note.end) for note in found] == [(0, 67, 1), (1, 55, 2)]


@pytest.mark.parametrize("length", [3.0, 5.0, 3.5, 1.0])
def test_beats_are_counted_from_the_bar_line(length: float) -> None:
    starts = measures(3, length)
    played = [Note(start + place, 0.4, 60) for start in starts[:-1] for place in (0.02, 0.49)]
    found = as_written(played, starts, swing=1.0, tempo=120)
    assert [note.onset for note in found] == [start + place for start in starts[:-1] for place in (0, 0.5)]


@given(
    st.lists(st.tuples(st.floats(-1, 30), st.floats(0, 9), st.integers(0, 127)), max_size=60),
    st.sampled_from([1.0, 3.0, 3.5, 5.0]),
    st.floats(1, 4),
    st.sampled_from([20, 120, 240, 400]),
)
def test_anything_can_be_written(
    played: list[tuple[float, float, int]], length: float, swing: float, tempo: float
) -> None:
    sounded = line([Note(onset, duration, pitch) for onset, duration, pitch in played], tempo)
    found = as_written(sounded, measures(round(33 / length), length), swing=swing, tempo=tempo)
    assert [note.pitch for note in found] == [note.pitch for note in sounded]
    assert all(before.end <= after.onset + 1e-9 for before, after in pairwise(found))
    assert all(note.duration > 0 and note.onset >= 0 for note in found)
    assert all(abs(after.onset - before.onset) < 0.75 for before, after in zip(sounded, found, strict=True))


def test_nobody_swings_more_than_the_band() -> None:
    assert soloists_swing(2.0) < 2.0

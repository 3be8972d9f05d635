"""Pieces: the grid, the gathering of chords, measures of any length, and the naming of tracks."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.solos import pieces
from data.solos.pieces import Line, Piece, from_midi, gather, note_on_grid, on_grid
from music.changes import meter_of
from music.harmony import Chord
from music.midi import MidiFile, MidiTrack, TickNote, TimeSignature
from music.score import Note
from utils.errors import UserError

NOTE, CHORD = Note(0.0, 1.0, 60), Chord(0.0, (60, 64))
LEAD = Line(1, "Lead guitar", (NOTE,) * 3, ())
RHYTHM = Line(2, "Rhythm guitar", (), (CHORD,) * 2)
DRUMS = Line(3, "Kit", (NOTE,), (), is_drums=True)


def piece(*lines: Line, meters: Sequence[tuple[float, float]] = ((0.0, 4.0),), end: float = 15.0) -> Piece:
    found = tuple(pieces.MeterChange(start, length, meter_of(length)) for start, length in meters)
    return Piece(Path("tune.mid"), lines, found, end)


@pytest.mark.parametrize(
    ("quarters", "nearest"),
    [(0.0, 0.0), (0.26, 0.25), (0.32, 1 / 3), (7 / 24, 0.25), (17 / 24, 0.75), (0.6, 2 / 3), (3.9, 4.0)],
)
def test_the_grid_has_quarters_and_thirds_and_prefers_quarters(quarters: float, nearest: float) -> None:
    assert on_grid(quarters) == pytest.approx(nearest)
    assert note_on_grid(Note(quarters, quarters, 60)).duration == pytest.approx(nearest or 0.25)


def test_notes_that_start_and_end_together_are_gathered_in_file_order() -> None:
    notes = [TickNote(2, 96, 64, 9), TickNote(0, 96, 60, 9), TickNote(1, 40, 67, 9), TickNote(90, 96, 72, 9)]
    groups = gather(notes, tolerance=6)
    assert [[note.pitch for note in group] for group in groups] == [[64, 60], [67], [72]]


def test_a_gathered_note_may_be_gathered_again_by_a_later_one() -> None:
    notes = [TickNote(0, 96, 60, 9), TickNote(5, 96, 64, 9), TickNote(4, 88, 62, 9)]
    groups = gather(notes, tolerance=6)
    assert [[note.pitch for note in group] for group in groups] == [[60, 64], [62]]


def test_a_midi_file_becomes_lines() -> None:
    notes = (TickNote(0, 96, 60, 9), TickNote(0, 96, 64, 9), TickNote(480, 500, 72, 9))
    tracks = (MidiTrack("Empty", 0, ()), MidiTrack("Piano", 0, notes, 1, 4))
    found = from_midi(MidiFile(96, tracks, (TimeSignature(0, 3.0, (3, 4)),)), Path("x.mid"))
    assert [line.counts for line in found.all_lines] == ["1 'Piano' (1 notes, 1 chords)"]
    assert found.all_lines[0].chords == (Chord(0.0, (60, 64)),)
    assert found.all_lines[0].singles == (Note(5.0, 0.25, 72, 9),)
    assert found.all_lines[0].notes == (Note(0, 1, 60, 9), Note(0, 1, 64, 9), Note(5, 20 / 96, 72, 9))
    assert found.all_lines[0].program == 4
    assert (found.meters, found.measure_count) == ((pieces.MeterChange(0.0, 3.0, (3, 4)),), 2)
    assert found.notices == ["x.mid: 1 notes never end and are left out"]


def test_measures_follow_the_meters_and_a_cut_measure_counts() -> None:
    waltz = piece(meters=((0.0, 4.0), (6.0, 3.0)), end=13.0)
    onsets = (0.0, 3.99, 4.0, 6.0, 8.9, 9.0, 13.0)
    assert [waltz.measure_of(onset) for onset in onsets] == [1, 1, 2, 3, 3, 4, 5]
    found = [(start, measure.length) for start, measure in waltz.measures(1, 4)]
    assert found == [(0.0, 4.0), (4.0, 2.0), (6.0, 3.0), (9.0, 3.0)]
    assert waltz.measures(2, 3) == waltz.measures(1, 4)[1:3]
    assert waltz.measure_count == 5


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 7)), min_size=1, max_size=4), st.integers(0, 200))
def test_every_onset_lies_in_its_measure(changes: list[tuple[int, int]], sixteenths: int) -> None:
    starts = [0.0]
    for gap, _ in changes[1:]:
        starts.append(starts[-1] + gap)
    lengths = [float(length) for _, length in changes]
    waltz = piece(meters=tuple(zip(starts, lengths, strict=True)))
    onset = sixteenths / 4
    number = waltz.measure_of(onset)
    ((start, measure),) = waltz.measures(number, number)
    assert start <= onset < start + measure.length


def test_tracks_are_found_by_number_name_and_part_of_a_name() -> None:
    band = piece(LEAD, RHYTHM, DRUMS)
    assert band.line(2) is band.line("2") is band.line("rhythm guitar") is band.line("Rhythm") is RHYTHM
    listing = r".*1 'Lead guitar' \(3 notes, 0 chords\); 2 'Rhythm guitar' \(0 notes, 2 chords\)"
    for name in ("guitar", "flute", 3, "9"):
        count = "more than one track" if name == "guitar" else "no track"
        with pytest.raises(UserError, match=f"^{count} {listing}"):
            band.line(name)


def test_a_piece_without_pitches_says_so() -> None:
    with pytest.raises(UserError, match=r"tune\.mid has no notes"):
        _ = piece().lines
    with pytest.raises(UserError, match=r"only drums: 3 'Kit' \(1 notes, 0 chords, drums\)"):
        _ = piece(DRUMS).lines

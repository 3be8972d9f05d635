"""Rhythm on paper: beats are divided in one way, measures are full, values can be read."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music import rhythm
from music.rhythm import FULL_MEASURE, TICKS, Event, TickMeasure, Written
from music.score import Note, Part, Score
from tests.music.scores import METERS, free_notes, voices

QUARTERS = {"whole": 4, "half": 2, "quarter": 1, "eighth": "1/2", "16th": "1/4", "32nd": "1/8"}


def as_measures(notes: Sequence[Note], beats: float) -> list[TickMeasure]:
    score = Score((Part("Solo", tuple(notes)),), beats=beats)
    starts = rhythm.measure_starts(score)
    return rhythm.measures(starts, starts[-1] + beats)


def text(value: Written) -> str:
    """A value as people type it: 4. is a dotted quarter, r8 a rest, ~ a tie to the next, 3: a triplet."""
    number = {"whole": "1", "half": "2", "quarter": "4", "eighth": "8", "16th": "16", "32nd": "32"}
    rest, tie, triplet = "" if value.pitches else "r", "~" * value.tied_on, "3:" * bool(value.tuplet)
    return f"{triplet}{rest}{number.get(value.kind, value.kind)}{'.' * value.dots}{tie}"


def written(spans: Sequence[tuple[float, float]], beats: float = 4.0) -> str:
    """How notes, given by their starts and ends in one measure, are written."""
    notes = [Note(start, end - start, 60) for start, end in spans]
    measures = as_measures(notes, beats)
    values = rhythm.write(rhythm.quantise(notes, measures), measures)
    return " | ".join(" ".join(map(text, measure)) for measure in values)


@given(st.sampled_from(METERS).flatmap(lambda beats: st.tuples(st.just(beats), voices(beats))))
def test_notes_on_one_grid_a_beat_are_kept_exactly(case: tuple[float, list[Note]]) -> None:
    beats, notes = case
    events = rhythm.quantise(notes, as_measures(notes, beats))
    found = [(Fraction(event.start, TICKS), Fraction(event.end, TICKS), event.pitches) for event in events]
    exact = [Fraction(note.onset).limit_denominator(12) for note in notes]
    ends = [Fraction(note.end).limit_denominator(12) for note in notes]
    assert found == [(s, e, (note.pitch,)) for s, e, note in zip(exact, ends, notes, strict=True)]


@given(free_notes())
def test_every_onset_of_the_grid_stays_an_onset(notes: list[Note]) -> None:
    events = rhythm.quantise(notes, as_measures(notes, 4.0))
    onsets = sorted({round(note.onset * TICKS) for note in notes})
    assert len(events) == len(onsets)
    for event, onset in zip(events, onsets, strict=True):
        assert abs(event.start - onset) <= 2  # a sixth of a quarter note
        assert set(event.pitches) == {note.pitch for note in notes if round(note.onset * TICKS) == onset}
    assert all(event.start < event.end for event in events)
    assert all(before.end <= after.start for before, after in zip(events, events[1:], strict=False))


@given(st.sampled_from(METERS).flatmap(lambda beats: st.tuples(st.just(beats), voices(beats) | free_notes())))
def test_values_fill_their_measures_and_give_the_events_back(case: tuple[float, list[Note]]) -> None:
    beats, notes = case
    measures = as_measures(notes, beats)
    events = rhythm.quantise(notes, measures)
    back: list[Event] = []
    for measure, values in zip(measures, rhythm.write(events, measures), strict=True):
        now = 0
        for value in values:
            assert value.start == now
            now = value.end
            if value.kind != FULL_MEASURE:
                nominal = Fraction(QUARTERS[value.kind]) * (1 if not value.dots else Fraction(3, 2))
                assert value.length == nominal * (Fraction(2, 3) if value.tuplet else 1) * TICKS
            start, end = measure.start + value.start, measure.start + value.end
            if value.tied_back:
                assert (back[-1].pitches, back[-1].end) == (value.pitches, start)
                back[-1] = back[-1]._replace(end=end)
            elif value.pitches:
                back.append(Event(start, end, value.pitches))
        assert now == measure.length
    assert back == events


@given(free_notes())
def test_tuplets_are_whole(notes: list[Note]) -> None:
    measures = as_measures(notes, 4.0)
    for values in rhythm.write(rhythm.quantise(notes, measures), measures):
        begun: Written | None = None
        for value in values:
            if value.edge == "start":
                assert begun is None
                begun = value
            assert bool(value.tuplet) == (begun is not None)
            if value.edge == "stop":
                assert begun is not None
                length = value.end - begun.start
                assert length == {"eighth": TICKS, "quarter": 2 * TICKS}[value.tuplet]
                assert begun.start % length == 0
                begun = None
        assert begun is None


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(0, 4)], "1"),
        ([(0, 3)], "2. r4"),
        ([(0.5, 2)], "r8 4. r2"),
        ([(0.5, 1.5), (1.5, 2)], "r8 4 8 r2"),
        ([(1, 3)], "r4 2 r4"),
        ([(1.5, 2.5)], "r4 r8 8~ 8 r8 r4"),  # the middle of the measure can be seen
        ([(0.25, 1.5)], "r16 8.~ 8 r8 r2"),
        ([(0, 0.25), (0.25, 0.75), (0.75, 1)], "16 8 16 r4 r2"),
        ([(0, 0.25)], "16 r16 r8 r4 r2"),
        ([(0, 1 / 3), (1 / 3, 2 / 3), (2 / 3, 1)], "3:8 3:8 3:8 r4 r2"),
        ([(0, 2 / 3), (2 / 3, 2)], "3:4 3:2 r2"),
        ([(0, 2 / 3), (2 / 3, 4 / 3), (4 / 3, 2)], "3:4 3:4 3:4 r2"),
        ([(1, 5 / 3), (5 / 3, 7 / 3)], "r4 3:4 3:8~ 3:8 3:r4 r4"),
        ([(3, 5)], "r2 r4 4~ | 4 r4 r2"),
        ([(4, 8)], "rmeasure | 1"),
    ],
)
def test_rhythms_are_written_as_players_read_them(spans: list[tuple[float, float]], expected: str) -> None:
    assert written(spans) == expected


@pytest.mark.parametrize(
    ("beats", "spans", "expected"),
    [
        (3.0, [(0, 3)], "2."),
        (3.0, [(0.5, 1.5)], "r8 4 r8 r4"),
        (5.0, [(0, 5)], "2.~ 2"),
        (3.5, [(0, 3.5)], "2.~ 8"),
        (6.0, [(0, 6)], "1~ 2"),
        (1.0, [(0, 1)], "4"),
        (0.75, [(0, 0.25)], "16 r16 r16"),
    ],
)
def test_other_meters(beats: float, spans: list[tuple[float, float]], expected: str) -> None:
    assert written(spans, beats) == expected


@pytest.mark.parametrize(
    ("onsets", "expected"),
    [
        ([0, 1 / 3, 0.5], [0, 3, 6]),
        ([0, 0.5, 2 / 3], [0, 6, 9]),
        ([0, 1 / 3, 2 / 3, 0.75], [0, 3, 6, 9]),
        ([0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75], [0, 3, 4, 6, 8, 9]),  # too many for either grid
    ],
)
def test_mixed_beats_take_the_nearer_grid(onsets: list[float], expected: list[int]) -> None:
    notes = [Note(onset, 1 / 12, 60) for onset in onsets]
    assert [event.start for event in rhythm.quantise(notes, as_measures(notes, 4.0))] == expected


def test_notes_that_start_together_are_one_chord() -> None:
    notes = [Note(0, 1, 60), Note(0, 3, 64), Note(2, 1, 67), Note(0, 1, 60)]
    assert rhythm.quantise(notes, as_measures(notes, 4.0)) == [Event(0, 24, (60, 64)), Event(24, 36, (67,))]


def beams(onsets: Sequence[float], end: float) -> list[str]:
    notes = [Note(a, b - a, 60) for a, b in zip(onsets, [*onsets[1:], end], strict=True)]
    measures = as_measures(notes, 4.0)
    values = rhythm.write(rhythm.quantise(notes, measures), measures)[0]
    return [" ".join(value.beams) for value in values if value.pitches]


def test_eighths_are_beamed_by_half_measures_and_others_by_beats() -> None:
    assert beams([0, 0.5, 1, 1.5], 2) == ["start", "continue", "continue", "stop"]
    assert beams([0, 0.5, 1, 1.5, 1.75], 2) == ["start", "stop", "start", "continue start", "stop stop"]
    assert beams([0, 0.25, 0.75], 1) == ["start forward", "continue", "stop backward"]
    assert beams([0, 0.75], 1) == ["start", "stop backward"]
    assert beams([0.5, 1], 2) == ["", ""]


def test_a_tuplet_that_one_beam_holds_has_no_bracket() -> None:
    for onsets, bracket in (([0, 1 / 3, 2 / 3], False), ([0, 2 / 3], True), ([1 / 3, 2 / 3], True)):
        notes = [Note(a, b - a, 60) for a, b in zip(onsets, [*onsets[1:], 1], strict=True)]
        measures = as_measures(notes, 4.0)
        first = rhythm.write(rhythm.quantise(notes, measures), measures)[0][0]
        assert (first.edge, first.bracket) == ("start", bracket)


def test_measures_lie_on_sixteenths_and_know_their_time_signatures() -> None:
    measures = rhythm.measures([0.0, 4.0, 7.0, 10.5, 11.25], 15.3)
    assert [measure.time_signature for measure in measures] == [(4, 4), (3, 4), (7, 8), (3, 16), (17, 16)]
    assert [measure.start for measure in measures] == [0, 48, 84, 126, 135]


def test_very_long_measures_are_divided() -> None:
    measures = rhythm.measures([0.0], 150.0)
    assert [measure.length / TICKS for measure in measures] == [64, 64, 22]


def test_measures_begin_where_the_score_says() -> None:
    note = Note(8.0, 1.0, 60)
    assert rhythm.measure_starts(Score((Part("Solo", (note,)),), beats=3.0)) == [0.0, 3.0, 6.0]
    assert rhythm.measure_starts(Score((), beats=3.0)) == [0.0]

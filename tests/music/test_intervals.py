"""Intervals: names, their inverse, and agreement with music21."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music import intervals
from music.intervals import Interval

PITCHES = st.integers(24, 108)


def test_each_pitch_has_the_one_spelling_of_the_course() -> None:
    assert [intervals.name(pitch) for pitch in range(60, 72)] == "C C# D E- E F F# G G# A B- B".split()
    assert (intervals.octave(59), intervals.octave(60)) == (3, 4)  # middle C


@pytest.mark.parametrize(
    ("interval", "name"),
    [
        (Interval(0, 0), "P1"),
        (Interval(0, 1), "A1"),
        (Interval(0, -1), "d1"),
        (Interval(1, 1), "m2"),
        (Interval(1, 3), "A2"),
        (Interval(-3, -5), "P-4"),
        (Interval(4, 5), "dd5"),
        (Interval(-7, -11), "d-8"),
        (Interval(9, 16), "M10"),
        (Interval(2, 2), "d3"),
    ],
)
def test_directed_names(interval: Interval, name: str) -> None:
    assert intervals.directed_name(interval) == name
    assert intervals.parse_name(name) == interval


@given(PITCHES, PITCHES)
def test_a_name_stands_for_its_interval(first: int, second: int) -> None:
    interval = intervals.between(first, second)
    assert intervals.parse_name(intervals.directed_name(interval)) == interval


@pytest.mark.parametrize("text", ["", "P", "4", "P3", "M5", "m-8", "Q2", "P0", "M2 ", "A123", "P--4"])
def test_what_is_no_name_is_refused(text: str) -> None:
    qualities = {
        "P3": ": expected the quality M, m, A or d, got P",
        "M5": ": expected the quality P, A or d, got M",
    }
    with pytest.raises(ValueError, match=f"interval.*{qualities.get(text, '')}"):
        intervals.parse_name(text)


def test_windows_agree_with_music21() -> None:
    from music21 import interval, pitch

    def spelled(number: int) -> pitch.Pitch:
        return pitch.Pitch(f"{intervals.name(number)}{intervals.octave(number)}")

    for first in range(55, 68):
        for second in range(40, 90, 3):
            theirs = interval.Interval(spelled(first), spelled(second))
            ours = intervals.between(first, second)
            upper, lower = ours.moved(intervals.MINOR_THIRD), ours.moved(intervals.MINOR_THIRD, -1)
            assert intervals.directed_name(upper) == interval.add([theirs, "m3"]).directedName
            assert intervals.directed_name(lower) == interval.subtract([theirs, "m3"]).directedName

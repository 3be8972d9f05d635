"""Scores as sound in sections: together they are the whole, and another speed keeps the pitch."""

import numpy as np
import pytest

from music import audio
from music.score import DRUM_CHANNEL, Note, Part, Score
from music.sections import RING, Sections
from tests.music.sounds import loudest_frequency

RATE = 22_050
SOLO = Part("Solo", tuple(Note(n / 2, 0.75, 60 + n % 12) for n in range(32)), 26)
DRUMS = Part("Drums", tuple(Note(float(n), 0.25, 51) for n in range(16)), 0, DRUM_CHANNEL)
STARTS = [0, 4, 8, 12]


def whole(sections: Sections, part: int) -> np.ndarray:
    """What a player hears that starts every section at its own time."""
    per_quarter = 60 / sections.score.tempo * RATE
    stems = [sections.stem(number, part) for number in range(len(sections.starts))]
    found = np.zeros((round(sections.starts[-1] * per_quarter) + len(stems[-1]), 2))
    for start, stem in zip(sections.starts, stems, strict=True):
        place = round(start * per_quarter)
        found[place : place + len(stem)] += stem
    return found


def test_sections_sum_to_the_whole() -> None:
    # At this tempo sections begin at whole samples of the room, which is computed at every second one.
    score = Score((SOLO, DRUMS), tempo=120)
    sections = Sections(score, STARTS, seconds=2, sample_rate=RATE)
    assert sections.starts == (0, 4, 8, 12)
    stems = dict(audio.render_stems(score, RATE))
    for number, name in enumerate(stems):
        end = len(stems[name]) - RATE  # the whole fades out at its end
        expected, found = stems[name][:end], whole(sections, number)[:end]
        scale = np.vdot(expected, found) / np.vdot(expected, expected)
        assert scale == pytest.approx(1, abs=0.15)  # the estimate leaves out the highest tones of the cymbal
        assert np.abs(found - scale * expected).max() < 0.005


def test_a_section_holds_the_notes_that_begin_in_it_to_their_end() -> None:
    part = Part("Solo", (Note(0, 6, 60), Note(4, 1, 72), Note(8, 2, 67)), 26)
    sections = Sections(Score((part,), tempo=60), [0, 4, 8], seconds=1, sample_rate=RATE)
    first, second, third = (sections.stem(number, 0) for number in range(3))
    assert len(third) == round((2 + audio.RING + RING) * RATE)  # the last note rings
    assert len(first) == round((6 + RING) * RATE)
    assert len(second) == round((1 + RING) * RATE)
    assert loudest_frequency(first[5 * RATE : 6 * RATE], RATE) == pytest.approx(261.6, rel=0.01)
    assert loudest_frequency(second[:RATE], RATE) == pytest.approx(523.3, rel=0.01)


def test_sections_are_as_long_as_asked_and_begin_with_measures() -> None:
    score = Score((SOLO,), tempo=120)
    assert Sections(score, STARTS, seconds=3).starts == (0, 8)
    assert Sections(score, STARTS, seconds=4, first_seconds=1).starts == (0, 4, 12)


@pytest.mark.parametrize("speed", [0.5, 1.5])
def test_another_speed_keeps_the_pitch_and_the_loudness(speed: float) -> None:
    part = Part("Solo", (Note(0, 4, 69),), 26)
    sections = Sections(Score((part,), tempo=120), [0], sample_rate=RATE)
    plain, other = sections.stem(0, 0), sections.stem(0, 0, speed=speed)
    assert len(other) == pytest.approx((2 / speed + audio.RING + RING) * RATE, abs=1)
    assert loudest_frequency(other, RATE) == pytest.approx(loudest_frequency(plain, RATE), rel=0.005)
    assert np.abs(other).max() == pytest.approx(np.abs(plain).max(), rel=0.1)


def test_silence_stays_silent() -> None:
    sections = Sections(Score((Part("Solo", ()),)), [0, 4], sample_rate=RATE)
    assert not sections.stem(0, 0).any()


def test_what_is_out_of_range_is_named() -> None:
    score = Score((SOLO,), tempo=120)
    with pytest.raises(ValueError, match=r"starts: expected numbers that rise from 0, got \[1, 2\]"):
        Sections(score, [1, 2])
    sections = Sections(score, STARTS)
    with pytest.raises(ValueError, match="speed: expected a number above 0, got 0"):
        sections.stem(0, 0, speed=0)
    for number, part in ((9, 0), (0, 1), (-1, 0)):
        with pytest.raises(IndexError, match="expected one of"):
            sections.stem(number, part)

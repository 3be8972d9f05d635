"""Written-out solos: beats become notes over chords, and phrases get their dynamics."""

from dataclasses import replace

import pytest

from music.score import Note
from tools.bundled.lines import WrittenSolo, compose

SOLO = WrittenSolo("key: C\nC7 | Dm7 G7", (". . . . | . . . .",), lowest=55, highest=79)


def notes(line: str, **settings: object) -> tuple[Note, ...]:
    """The notes of a line over the two measures."""
    return compose(replace(SOLO, choruses=(line,), **settings)).parts[0].notes  # type: ignore[arg-type]


def pitches(line: str, **settings: object) -> list[int]:
    return [note.pitch for note in notes(line, **settings)]


def times(line: str, **settings: object) -> list[tuple[float, float]]:
    return [(round(note.onset, 3), round(note.duration, 3)) for note in notes(line, **settings)]


def test_a_beat_is_shared_by_its_items() -> None:
    assert times("1,2 3,5,3 1,2,3,5 . | . . . .") == [
        (0, 0.667), (0.667, 0.333), (1, 0.333), (1.333, 0.333), (1.667, 0.333),
        (2, 0.25), (2.25, 0.25), (2.5, 0.25), (2.75, 0.25),
    ]  # fmt: skip
    assert times("1,2 . . . | . . . .", straight=True) == [(0, 0.5), (0.5, 0.5)]


def test_holds_lengthen_a_note_also_over_the_bar_line() -> None:
    assert times("1 ~ .,2 ~,~,3 | ~ ~,5 . .") == [(0, 2), (2.667, 1), (3.667, 2), (5.667, 0.333)]


def test_degrees_are_those_of_the_chord_or_ahead_of_the_one_to_come_or_of_the_key() -> None:
    classes = [pitch % 12 for pitch in pitches("1 3 7 >3 | 3 5 3 tb3")]
    assert classes == [0, 4, 10, 5, 5, 9, 11, 3]


def test_notes_are_near_the_note_before_unless_told_otherwise() -> None:
    assert pitches("@60 1,3 5,7 6,5 3 | . . . .") == [60, 64, 67, 70, 69, 67, 64]
    assert pitches("@60 1 ^5 v5 @79 5 | . . . .") == [60, 67, 55, 79]
    assert pitches("@60 1,u 3,~ o,u 5 | . . uu,u 3") == [60, 63, 64, 68, 66, 67, 69, 70, 71]
    assert pitches("@72 1 5 . . | . . . .") == [72, 67]
    assert pitches("@62 1 4 . . | . . . .") == [60, 65]


def test_a_fourth_away_from_the_middle_becomes_a_fifth_towards_it() -> None:
    assert pitches("@76 1,3 5 1 . | . . . .", highest=90, lowest=40) == [72, 76, 79, 72]


def test_phrases_have_dynamics() -> None:
    velocities = [note.velocity for note in notes("1,2 3,5 6!,5 3_,1 | . . 1 .")]
    assert velocities[4] == max(velocities) > 1.2 * velocities[0]  # the accented peak
    assert velocities[6] == min(velocities)  # the ghost note
    assert all(1 <= velocity <= 127 for velocity in velocities)


def test_the_piano_strikes_every_chord_where_it_begins_and_within_it() -> None:
    _, piano = compose(SOLO).parts
    assert {0, 4, 6} <= {note.onset for note in piano.notes}
    ends = {start: max(note.end for note in piano.notes if note.onset == start) for start in (0, 4, 6)}
    assert ends[0] <= 4
    assert ends[4] <= 6
    assert ends[6] <= 8


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 2 3 | . . . .", "measure 1: expected 4 beats, got 3"),
        ("1 2 3 4", "chorus: expected 2 measures, got 1"),
        ("1 8 3 4 | . . . .", "beats: expected notes, rests and holds, got '8'"),
        ("1,2,3,4,5 . . . | . . . .", "beats: expected at most 4 items"),
        (". . . . | . . . u", "expected a note to lean on"),
        ("^1 ^1 ^1 ^1 | . . . .", "measure 1: expected pitches of 55 to 79, got"),
    ],
)
def test_what_cannot_be_played_is_refused(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        notes(line)


def test_a_chart_without_a_chord_is_refused() -> None:
    with pytest.raises(ValueError, match="chart: expected a chord in measure 2"):
        notes("1 . . . | . . . .", chart="C7 | N.C.")

"""Chords recognised from notes, and the melody found among them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.chord_symbols import ChordSymbol, parse_symbol, voicing_with_bass
from music.recognition import RECOGNISED, polyphony, recognise_chords, skyline
from music.score import Note

TURNAROUND = "Cmaj7 Am7 Dm7 G7 Em7b5 A7 Dm Fm C".split()


def played(names: list[str], length: float = 4.0, **changes: int) -> list[Note]:
    """Chords held one after the other, in voicings with a bass."""
    notes, pitches = [], None
    for number, name in enumerate(names):
        pitches = voicing_with_bass(parse_symbol(name), pitches)
        notes += [Note(number * length, length, pitch, **changes) for pitch in pitches]
    return notes


def measures(count: int, length: float = 4.0) -> list[tuple[float, float]]:
    return [(number * length, length) for number in range(count)]


def names(found: list[tuple[float, ChordSymbol]]) -> list[str]:
    return [str(symbol) for _, symbol in found]


@pytest.mark.parametrize("quality", RECOGNISED)
@pytest.mark.parametrize("root", range(12))
def test_every_chord_is_recognised(root: int, quality: str) -> None:
    chord = ChordSymbol(root, quality)
    assert recognise_chords(played([str(chord)]), measures(1)) == [(0.0, chord)]


@pytest.mark.parametrize("length", [2.0, 3.0, 4.0, 6.0])
def test_a_chord_a_measure_is_recognised_where_it_begins(length: float) -> None:
    found = recognise_chords(played(TURNAROUND, length), measures(len(TURNAROUND), length))
    assert names(found) == TURNAROUND
    assert [onset for onset, _ in found] == [number * length for number in range(len(TURNAROUND))]


@pytest.mark.parametrize(("length", "half"), [(4.0, 2.0), (3.0, 1.5), (6.0, 3.0)])
def test_two_chords_a_measure_change_in_its_middle(length: float, half: float) -> None:
    found = recognise_chords(played(["Dm7", "G7", "Cmaj7", "A7"], half), measures(2, length))
    assert [(onset, str(symbol)) for onset, symbol in found] == [
        (0.0, "Dm7"),
        (half, "G7"),
        (2 * half, "Cmaj7"),
        (3 * half, "A7"),
    ]


@given(st.permutations(played(TURNAROUND)), st.integers(0, 11))
def test_neither_order_nor_key_matters(notes: list[Note], key: int) -> None:
    moved = [Note(note.onset, note.duration, note.pitch + key) for note in notes]
    found = recognise_chords(moved, measures(len(TURNAROUND)))
    expected = [parse_symbol(name) for name in TURNAROUND]
    assert [symbol for _, symbol in found] == [
        ChordSymbol((symbol.root + key) % 12, symbol.quality) for symbol in expected
    ]


@given(st.integers(0, 10_000))
def test_passing_notes_do_not_change_the_chord(seed: int) -> None:
    generator = np.random.default_rng(seed)
    steps = generator.choice([0, 2, 4, 5, 7, 9, 11], size=16)
    melody = [Note(0.25 + 0.5 * number, 0.25, 72 + int(step)) for number, step in enumerate(steps)]
    assert names(recognise_chords([*played(["C", "C"]), *melody], measures(2))) == ["C"]


def test_a_walking_bass_leaves_its_root() -> None:
    comping = [Note(bar * 4.0, 4.0, pitch) for bar in range(2) for pitch in (53, 57, 60, 62)]
    bass = [Note(float(beat), 1.0, pitch, 100) for beat, pitch in enumerate((38, 41, 45, 42) * 2)]
    assert names(recognise_chords(comping + bass, measures(2))) == ["Dm7"]


def test_the_bass_tells_a_chord_from_the_top_of_another() -> None:
    notes = [Note(0.0, 4.0, pitch) for pitch in (60, 65, 69)]
    assert names(recognise_chords([*notes, Note(0.0, 4.0, 38)], measures(1))) == ["Dm7"]
    assert names(recognise_chords([*notes, Note(0.0, 4.0, 41)], measures(1))) == ["F"]


def test_silence_keeps_the_chord_before_and_takes_the_first_to_come() -> None:
    notes = [Note(note.onset + 8, note.duration, note.pitch) for note in played(["Bbm7"])]
    assert recognise_chords(notes, measures(6)) == [(0.0, parse_symbol("Bbm7"))]
    assert recognise_chords([], measures(6)) == []
    assert recognise_chords(notes, measures(2)) == []


def test_loud_notes_count_more() -> None:
    fifth = [Note(0.0, 4.0, pitch, 100) for pitch in (36, 55)]
    for loud, quiet, expected in ((64, 63, "C"), (63, 64, "Cm")):
        notes = [*fifth, Note(0.0, 4.0, loud, 100), Note(0.0, 4.0, quiet, 10)]
        assert names(recognise_chords(notes, measures(1))) == [expected]


ACCOMPANIMENT = [Note(0.5 * number, 0.5, (48, 55, 52, 55)[number % 4]) for number in range(32)]


def test_the_skyline_is_the_highest_line() -> None:
    melody = [Note(float(number), 1.0, 72 + number % 5) for number in range(16)]
    assert skyline([*ACCOMPANIMENT, *melody]) == melody


def test_of_a_rolled_chord_the_highest_note_is_the_melody() -> None:
    places = ((0, 60), (0.04, 64), (0.08, 72))
    rolled = [Note(bar + late, 1.0, pitch) for bar in range(4) for late, pitch in places]
    assert skyline(rolled) == rolled[2::3]


def test_whole_numbers_are_times_too() -> None:
    chord = [Note(0, 4, pitch) for pitch in (48, 52, 55, 58)]
    assert [(onset, str(symbol)) for onset, symbol in recognise_chords(chord, [(0, 4)])] == [(0, "C7")]


def test_a_short_rest_of_the_melody_is_not_filled_by_the_accompaniment() -> None:
    melody = [Note(float(number), 1.0, 72 + number % 5) for number in range(16) if number % 8 not in (5, 6)]
    assert skyline([*ACCOMPANIMENT, *melody]) == melody


def test_after_a_long_rest_the_melody_is_what_goes_on() -> None:
    melody = [Note(float(number), 1.0, 72 + number % 5) for number in range(4)]
    found = skyline([*ACCOMPANIMENT, *melody])
    assert found[:4] == melody
    assert found[4:] == ACCOMPANIMENT[8:]


def test_a_held_note_hides_what_is_struck_under_it_but_not_a_legato_line() -> None:
    assert skyline([Note(0, 4, 72), Note(1, 1, 60), Note(2, 1, 64)]) == [Note(0, 4, 72)]
    assert skyline([Note(0, 1.05, 72), Note(1, 1, 71)]) == [Note(0, 1, 72), Note(1, 1, 71)]


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(60, 66)), min_size=1, max_size=30))
def test_a_single_line_is_its_own_skyline(steps: list[tuple[int, int]]) -> None:
    line, now = [], 0.0
    for quarters, pitch in steps:
        line.append(Note(now, quarters / 4, pitch))
        now += quarters / 4
    assert skyline(line) == line
    assert polyphony(line) == 1.0


SIXTEENTHS = st.integers(0, 240).map(lambda number: number / 4)


@given(st.lists(st.builds(Note, SIXTEENTHS, SIXTEENTHS, st.integers(0, 127)), max_size=40))
def test_any_notes_have_a_skyline_and_chords(notes: list[Note]) -> None:
    line = skyline(notes)
    assert bool(line) == bool(notes)
    assert {(note.onset, note.pitch) for note in line} <= {(note.onset, note.pitch) for note in notes}
    assert all(a.onset < b.onset and a.end <= b.onset + 1e-9 for a, b in zip(line, line[1:], strict=False))
    found = recognise_chords(notes, measures(16))
    assert bool(found) == any(note.duration > 0 for note in notes)
    assert all(onset in {0.0, *np.arange(64)} for onset, _ in found)


def test_polyphony_counts_the_notes_that_sound_at_a_time() -> None:
    assert polyphony([]) == 0.0
    assert polyphony([Note(0, 0, 60)]) == 1.0
    assert polyphony(played(["C7", "F7"])) == pytest.approx(5.0, abs=1)

"""What stands on a sheet: staves, clefs, transpositions, chord symbols."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music import sheet
from music.chord_symbols import ChordSymbol
from music.rhythm import Event
from music.score import DRUM_CHANNEL, Note, Part, Score
from music.sheet import Reader, Staff, Symbol

C, F, G = ChordSymbol(0, ""), ChordSymbol(5, ""), ChordSymbol(7, "7")


def scale(low: int, step: int = 1, count: int = 8) -> tuple[Note, ...]:
    return tuple(Note(number / 2, 0.5, low + step * number) for number in range(count))


def only_staff(part: Part, reader: Reader = "C") -> Staff:
    ((staff,),) = sheet.layout(Score((part,)), transpose_for=reader).parts
    return staff


def test_symbols_move_to_the_nearest_beat_and_the_later_of_two_stays() -> None:
    symbols = [(5.7, F), (0.0, C), (3.6, G), (7.9, C), (8.3, F)]
    found = sheet.layout(Score((), beats=4.0), chord_symbols=symbols, measure_starts=[0, 4, 8]).symbols
    assert found == [Symbol(0, C), Symbol(48, G), Symbol(72, F), Symbol(96, F)]


def test_no_symbol_stands_after_the_last_beat() -> None:
    assert sheet.layout(Score((), beats=3.5), chord_symbols=[(3.4, C)]).symbols == [Symbol(36, C)]
    assert sheet.layout(Score((), beats=4.0), chord_symbols=[(3.9, C)]).symbols == [Symbol(36, C)]


def test_the_chord_that_sounds_is_the_last_one_begun() -> None:
    found = sheet.layout(Score(()), chord_symbols=[(1, C), (3, G)])
    assert [found.chord_at(tick) for tick in (0, 12, 35, 36, 47)] == [None, C, C, G, G]


@pytest.mark.parametrize(
    ("reader", "semitones", "clef", "name"),
    [
        ("C", 0, "treble", "Solo"),
        ("Bb", 2, "treble", "Solo in B♭"),
        ("Eb", 9, "treble", "Solo in E♭"),
        ("bass", -24, "bass", "Solo, bass clef"),
    ],
)
def test_the_solo_is_transposed_for_its_reader(reader: Reader, semitones: int, clef: str, name: str) -> None:
    staff = only_staff(Part("Solo", scale(70), 26), reader)
    assert (staff.semitones, staff.clef, staff.name) == (semitones, clef, name)


def test_only_the_first_part_is_transposed() -> None:
    parts = tuple(Part(name, scale(70), 26) for name in ("Solo", "Guitar"))
    found = sheet.layout(Score(parts), transpose_for="Bb").parts
    assert [[staff.semitones for staff in staves] for staves in found] == [[2], [0]]


def test_a_bass_is_written_an_octave_above_its_sound() -> None:
    staff = only_staff(Part("Bass", scale(36), 32))
    assert (staff.semitones, staff.clef) == (12, "bass")


def test_a_piano_has_two_staves_where_its_notes_need_them() -> None:
    low, high = tuple(Note(0, 4, pitch) for pitch in (41, 52)), tuple(Note(0, 4, pitch) for pitch in (60, 72))
    ((right, left),) = sheet.layout(Score((Part("Piano", low + high, 0),))).parts
    assert (right.clef, right.events) == ("treble", [Event(0, 48, (60, 72))])
    assert (left.clef, left.events) == ("bass", [Event(0, 48, (41, 52))])
    assert only_staff(Part("Piano", high, 0)).clef == "treble"
    assert only_staff(Part("Piano", (*scale(60, count=20), low[0]), 0)).clef == "treble"  # one low note
    assert only_staff(Part("Piano", low, 0)).clef == "bass"
    assert only_staff(Part("Guitar", low + high, 26)).events == [Event(0, 48, (41, 52, 60, 72))]


def test_drum_strokes_last_to_the_next_stroke_or_beat() -> None:
    drums = Part("Drums", tuple(Note(onset, 0.05, 51) for onset in (0, 0.5, 2)), channel=DRUM_CHANNEL)
    staff = only_staff(drums)
    assert staff.clef == "percussion"
    assert [(event.start, event.end) for event in staff.events] == [(0, 6), (6, 12), (24, 36)]


def test_high_runs_are_under_octave_lines() -> None:
    pitches = [72, 81, 85, 89, 86, 79, 72, 88]
    staff = only_staff(Part("Solo", tuple(Note(n, 1, pitch) for n, pitch in enumerate(pitches)), 26))
    assert [[event.pitches[0] for event in run] for run in staff.octave_lines()] == [[85, 89, 86]]
    assert only_staff(Part("Solo", scale(72), 26)).octave_lines() == []


@given(st.integers(0, 11))
def test_the_key_is_estimated_from_what_sounds(tonic: int) -> None:
    chords = [
        (4.0 * n, ChordSymbol((tonic + root) % 12, quality)) for n, (root, quality) in enumerate(CADENCE)
    ]
    found = sheet.layout(Score((), beats=4.0), chord_symbols=chords, measure_starts=[0, 4, 8, 12])
    assert (7 * tonic - found.sharps) % 12 == 0


CADENCE = [(0, "maj7"), (2, "m7"), (7, "7"), (0, "maj7")]


def test_a_key_can_be_given() -> None:
    assert sheet.layout(Score(()), sharps=-5).sharps == -5
    for sharps in (-8, 8):
        with pytest.raises(ValueError, match=f"sharps: expected -7 to 7, got {sharps}"):
            sheet.layout(Score(()), sharps=sharps)


def test_an_unknown_reader_is_refused() -> None:
    with pytest.raises(ValueError, match="transpose_for: expected C, Bb, Eb or bass, got 'F'"):
        sheet.layout(Score(()), transpose_for="F")  # type: ignore[arg-type]


def test_a_score_without_parts_is_an_empty_staff() -> None:
    (staves,) = sheet.layout(Score(())).parts
    assert [staff.events for staff in staves] == [[]]

"""The grammar: notes to tokens, tokens to notes, and back again."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music import grammar, intervals
from music.harmony import Chord
from music.score import Note
from utils.errors import UserError

C_MAJOR_7 = Chord(0.0, (60, 64, 67, 71))
D_MINOR_7 = Chord(2.0, (50, 60, 65, 69))
CHORDS = st.lists(st.integers(40, 76), min_size=3, max_size=5, unique_by=lambda pitch: pitch % 12)


def test_kinds_of_notes() -> None:
    kinds = {intervals.name(pitch): grammar.kind_of(pitch, C_MAJOR_7.pitches) for pitch in range(60, 72)}
    # Of the major scales with all four notes the one on G has the highest tonic, so F sharp is in it.
    assert kinds == dict(zip(intervals.NAMES, "C A S A C A S C A S A C".split(), strict=True))


def test_a_note_neither_near_nor_in_the_scale_is_another() -> None:
    assert grammar.kind_of(70, (60, 64)) == "X"


def test_a_measure_becomes_tokens() -> None:
    notes = [Note(0.0, 0.5, 64), Note(0.5, 1 / 3, 69), Note(2.25, 0.25, 68)]
    tokens = grammar.parse_melody(notes, [C_MAJOR_7, D_MINOR_7])
    assert tokens == ["C,0.500", "S,0.333,<m6,M2>", "A,0.250,<M2,d-4>"]


def test_the_chord_of_a_note_is_the_last_before_it_else_the_first() -> None:
    late = Chord(1.5, (60, 64, 67))
    assert grammar.current_chord(0.0, [late, D_MINOR_7]) is late
    assert grammar.current_chord(2.0, [late, D_MINOR_7]) is D_MINOR_7
    with pytest.raises(ValueError, match="chords: expected one or more, got none"):
        grammar.current_chord(0.0, [])


def test_a_token_is_taken_apart() -> None:
    assert grammar.parse_token("S,0.333,<m2,P-4>") == ("S", 0.333, (-5, 1))
    assert grammar.parse_token("C,0.25") == ("C", 0.25, None)


@pytest.mark.parametrize("token", ["", "C", "Q,0.250", "C,-1", "C,0.25,<m2>", "C,0.25,<m2,P3>", "C,1e9"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(UserError, match=re.escape(repr(token))):
        grammar.parse_token(token)


def test_pruning_rounds_up_and_down_and_keeps_what_fits() -> None:
    generator = np.random.default_rng(1)
    rounded = {grammar.prune_grammar(["S,0.333,<m2,P-4>"], generator)[0] for _ in range(50)}
    assert rounded == {"S,0.250,<m2,P-4>", "S,0.500,<m2,P-4>"}
    assert grammar.prune_grammar(["C,0.750", "C,2.000"], generator) == ["C,0.750", "C,2.000"]


def test_notes_start_with_the_measure_and_end_within_it() -> None:
    generator = np.random.default_rng(2)
    tokens = ["C,0.250", *["S,0.750,<m2,P-4>"] * 9]
    notes = grammar.unparse_grammar(tokens, [C_MAJOR_7], generator, length=4.0)
    assert notes[0].onset == 0.0
    assert [note.onset for note in notes[1:3]] == [0.25, 1.0]
    assert max(note.end for note in notes) == pytest.approx(4.0)


def test_a_note_takes_the_chord_at_its_onset() -> None:
    chords = [Chord(0.0, (60, 64, 67)), Chord(2.0, (61, 65, 68))]
    notes = grammar.unparse_grammar(["C,2.000", "C,2.000,<M6,d-6>"], chords, np.random.default_rng(0))
    assert [note.onset for note in notes] == [0.0, 2.0]
    assert notes[0].pitch % 12 in {0, 4, 7}
    assert notes[1].pitch % 12 in {1, 5, 8}


@given(chord=CHORDS, seed=st.integers(0, 1000), data=st.data())
def test_parsing_what_was_unparsed_gives_the_same_kinds_and_durations(
    chord: list[int], seed: int, data: st.DataObject
) -> None:
    pitches = tuple(chord)
    playable = sorted({grammar.kind_of(pitch, pitches) for pitch in range(60, 72)})
    kinds = data.draw(st.lists(st.sampled_from(playable), min_size=1, max_size=6))
    durations = data.draw(
        st.lists(st.sampled_from(["0.250", "0.333", "0.500"]), min_size=len(kinds), max_size=len(kinds))
    )
    windows = ["", *[data.draw(st.sampled_from([",<m2,P-4>", ",<A4,d-2>", ",<d6,m2>"])) for _ in kinds[1:]]]
    tokens = [
        f"{kind},{duration}{window}" for kind, duration, window in zip(kinds, durations, windows, strict=True)
    ]
    chords = [Chord(0.0, pitches)]
    notes = grammar.unparse_grammar(tokens, chords, np.random.default_rng(seed))
    again = [token.split(",")[:2] for token in grammar.parse_melody(notes, chords)]
    assert again == [token.split(",")[:2] for token in tokens]


def choices(tokens: list[str], chord: tuple[int, ...]) -> dict[int, list[int]]:
    """The pitches that each first note is followed by, over all seeds."""
    found: dict[int, set[int]] = {}
    for seed in range(200):
        notes = grammar.unparse_grammar(tokens, [Chord(0.0, chord)], np.random.default_rng(seed))
        found.setdefault(notes[0].pitch, set()).add(notes[1].pitch)
    return {first: sorted(found[first]) for first in sorted(found)}


C_MAJOR_TRIAD = (60, 64, 67)
AUGMENTED = (60, 64, 68)


@pytest.mark.parametrize(
    ("token", "chord", "expected"),
    [
        # Inside the window, both its ends included, and never the note before.
        ("C,1,<M3,m-3>", C_MAJOR_7.pitches, {60: [59, 64], 64: [67], 67: [64, 71], 71: [72]}),
        (
            "C,1,<P4,P-5>",
            C_MAJOR_7.pitches,
            {60: [55, 59, 64], 64: [59, 60, 67], 67: [60, 64, 71, 72], 71: [64, 67, 72, 76]},
        ),
        ("S,1,<P4,M2>", C_MAJOR_7.pitches, {60: [62], 64: [66, 69], 67: [69], 71: [74]}),
        # None inside: a whole step from the note before, up or down.
        ("S,1,<m2,P1>", C_MAJOR_7.pitches, {60: [62], 64: [62, 66], 67: [69], 71: [69]}),
        # No whole step either: the nearest, both where two are equally near.
        ("C,1,<m2,P1>", C_MAJOR_7.pitches, {60: [59], 64: [67], 67: [64], 71: [72]}),
        ("C,1,<m2,P1>", AUGMENTED, {60: [56, 64], 64: [60, 68], 68: [64, 72]}),
        # The harmony has no such note: a chord tone.
        ("X,1,<M3,m-3>", C_MAJOR_7.pitches, {60: [59, 64], 64: [67], 67: [64, 71], 71: [72]}),
        # Without a window: the octave from middle C, the note before too.
        ("C,1", C_MAJOR_TRIAD, {60: [60, 64, 67], 64: [60, 64, 67], 67: [60, 64, 67]}),
    ],
)
def test_every_pitch_that_a_token_allows_and_no_other_is_chosen(
    token: str, chord: tuple[int, ...], expected: dict[int, list[int]]
) -> None:
    assert choices(["C,1", token], chord) == expected


def test_a_line_turns_at_the_ends_of_the_range() -> None:
    def line(root: int, window: str) -> list[int]:
        tokens = ["C,0.5", *[f"C,0.5,{window}"] * 3]
        notes = grammar.unparse_grammar(tokens, [Chord(0.0, (root,))], np.random.default_rng(0))
        return [note.pitch for note in notes]

    assert line(64, "<P8,P8>") == [64, 76, grammar.HIGHEST, 76]
    assert line(60, "<P-8,P-8>") == [60, grammar.LOWEST, 60, grammar.LOWEST]


def test_repeated_pitches_are_pruned() -> None:
    notes = [Note(0, 0.25, 60), Note(0.25, 0.25, 60), Note(0.5, 0.25, 62), Note(0.75, 0.25, 60)]
    assert [note.onset for note in grammar.prune_notes(notes)] == [0, 0.5, 0.75]


def test_zero_durations_and_double_onsets_are_mended() -> None:
    notes = [Note(1.0, 0.0, 60), Note(0.0, 0.5, 62), Note(1.0, 0.5, 64)]
    assert grammar.clean_up_notes(notes) == [Note(0.0, 0.5, 62), Note(1.0, 0.5, 64)]
    assert grammar.clean_up_notes([Note(0.0, 0.0, 60)]) == [Note(0.0, 0.25, 60)]

"""Lines: rests, notes over bar lines, articulation, and factors as numbers and back."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.grammar import REST, Token, parse_token
from music.lines import MOVES, PLACES, Factors, Step, place_rows, read_line
from music.score import Note
from utils.errors import UserError
from utils.vocabulary import Vocabulary

BARS = [0.0, 4.0, 8.0]


def read(*notes: tuple[float, float, int]) -> list[tuple[str, float, int | None, int]]:
    line = read_line([Note(*note) for note in notes], "C" * len(notes), BARS)
    return [(step.token.kind, step.token.duration, step.token.move, step.place) for step in line]


def test_a_note_lasts_until_the_next_unless_a_rest_lies_between() -> None:
    assert read((0, 0.4, 60), (0.5, 0.5, 64), (2.5, 0.5, 62)) == [
        ("C", 0.5, None, 0),
        ("C", 0.5, 4, 6),
        ("R", 1.0, None, 12),
        ("R", 0.5, None, 24),
        ("C", 0.5, -2, 30),
    ]


def test_a_note_is_held_over_the_bar_line_and_a_rest_ends_there() -> None:
    assert read((3.5, 1.0, 60), (4.5, 0.5, 72), (9, 1, 50)) == [
        ("C", 1.0, None, 42),
        ("C", 0.5, 12, 6),
        ("R", 3.0, None, 12),
        ("R", 1.0, None, 0),
        ("C", 1.0, -12, 12),  # further than an octave counts as one
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(1, 60), st.integers(30, 90)), min_size=1, max_size=20
    ).map(sorted)
)
def test_a_line_has_no_gap_and_loses_no_onset(ticks: list[tuple[int, int, int]]) -> None:
    notes = [Note(onset / 12, length / 12, pitch) for onset, length, pitch in ticks]
    line = read_line(notes, "C" * len(notes), [0.0, 4.0, 7.0, 11.0])
    lengths = [round(step.token.duration * 12) for step in line]
    assert all(length > 0 for length in lengths)
    starts = ticks[0][0] + np.cumsum([0, *lengths[:-1]])
    played = [start for start, step in zip(starts.tolist(), line, strict=True) if step.token.kind != REST]
    onsets = sorted({onset for onset, _, _ in ticks})
    # A rest may leave out its last tick.
    assert np.abs(np.diff(played) - np.diff(onsets)).max(initial=0) <= 1


LINE = [
    Step(Token("C", 0.5), 0),
    Step(Token.of_move("A", 1 / 3, -1), 6),
    Step(Token(REST, 1.0), 12),
    Step(Token.of_move("S", 2 / 3, 40), 24),
]


def test_factors_are_numbered_and_named() -> None:
    factors = Factors.of([LINE])
    assert factors == Factors((4, 6, 8), (12,))
    assert factors.encode(LINE).tolist() == [[1, 0, -1, 0], [0, 2, 11, 6], [3, -1, -1, 12], [2, 1, 24, 24]]
    assert factors.token(0, 2, 11) == Token.of_move("A", 1 / 3, -1)
    assert factors.token(3, -1, -1) == Token(REST, 1.0)
    assert Factors.parse(factors.vocabulary) == factors
    assert factors.vocabulary.symbols[:5] == ("C,0.333", "C,0.500", "C,0.667", "R,1.000", "C")


def test_what_no_factor_has_is_read_as_the_nearest() -> None:
    factors = Factors((6, 12), ())
    assert factors.numbers(Token.of_move("X", 5.0, 3)) == (1, 3, 15)
    assert factors.numbers(Token(REST, 1.0)) == (-1, -1, -1)


def test_inputs_are_the_step_before_and_the_place_to_come() -> None:
    factors = Factors((6, 12), (12,))
    first = factors.n_values
    assert first == 3 + 4 + len(MOVES)
    assert factors.rows((-1, -1, -1), 0) == [first, first + 8]
    assert factors.rows((1, 2, 12), 30) == [1, 3 + 2, 7 + 12, first + 2, first + 8 + 6]
    assert max(place_rows(12 * 99 + 11)) == PLACES - 1


@pytest.mark.parametrize(
    "symbols",
    [
        ["C,0.500"],
        [*Factors((6,), ()).vocabulary.symbols, "more"],
        ["R,0.500", *Factors((6,), ()).vocabulary.symbols],
        Factors((6,), ()).vocabulary.symbols[1:],
        ["nonsense", *Factors((6,), ()).vocabulary.symbols],
        ["C,0.000", *Factors((6,), ()).vocabulary.symbols],
    ],
)
def test_another_vocabulary_is_refused(symbols: list[str]) -> None:
    with pytest.raises(UserError, match="expected"):
        Factors.parse(Vocabulary(symbols))


@given(st.sampled_from("CSAX"), st.sampled_from([3, 4, 8, 12]), st.sampled_from([None, *MOVES]))
def test_a_token_is_read_back_from_its_text(kind: str, ticks: int, move: int | None) -> None:
    token = Token.of_move(kind, ticks / 12, move)
    again = parse_token(token.text)
    assert (again.kind, again.window, again.move) == (kind, token.window, move)
    assert again.duration == pytest.approx(token.duration, abs=1e-3)
    assert all(before != after for before, after in pairwise(token.text.split(",")[2:]))

"""Rows of names, texts and sentences, and their three parts."""

import numpy as np
import pytest

from models.comparison import data as rows
from utils.errors import UserError
from utils.vocabulary import Vocabulary

LETTERS = Vocabulary("\nabcdefghijklmnopqrstuvwxyz")
NAMES = [f"{first}{second}" for first in "abcde" for second in "fghijklm"]


def read_names(part: rows.Rows) -> list[str]:
    """The names of rows, read from the answers that count."""
    return [
        "".join(LETTERS.decode(y[weights > 0])).removesuffix("\n")
        for y, weights in zip(part.y, part.weights, strict=True)
    ]


def test_a_name_is_read_after_nothing_and_ends_with_a_newline() -> None:
    made = rows.name_rows(["cab", "a"], LETTERS)
    assert made.x.tolist() == [[-1, 3, 1, 2], [-1, 1, -1, -1]]
    assert made.y.tolist() == [[3, 1, 2, 0], [1, 0, 0, 0]]
    assert made.weights.tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]


def test_every_character_of_a_text_but_the_first_is_answered_once() -> None:
    text = "abcdefghijk"
    made = rows.text_rows(text, LETTERS, length=4)
    assert made.x.shape == (3, 4)
    counted = made.weights.astype(bool)
    assert "".join(LETTERS.decode(made.x[counted])) == text[:-1]
    assert "".join(LETTERS.decode(made.y[counted])) == text[1:]
    assert made.weights.sum() == len(text) - 1


def test_a_text_that_fits_its_rows_is_not_filled_up() -> None:
    made = rows.text_rows("abcdefghi", LETTERS, length=4)
    assert made.weights.tolist() == [[1] * 4] * 2


def test_unknown_words_are_passed_over() -> None:
    made = rows.word_rows([["a", "b"], ["c", "a"], ["d"]], [4, 0, 1], Vocabulary(["a", "b"]))
    assert made.x.tolist() == [[1, 2], [1, 0], [0, 0]]
    assert made.y.tolist() == [4, 0, 1]
    assert made.weights.tolist() == [1, 1, 1]


def test_no_name_is_in_two_parts() -> None:
    parts = rows.divided_names([*NAMES, *NAMES[:5]], LETTERS, 3, "here")
    read = [read_names(part) for part in parts]
    assert [len(names) for names in read] == [32, 4, 4]
    assert sorted(sum(read, [])) == sorted(NAMES)


def test_the_seed_draws_what_is_held_out() -> None:
    first, again, other = (rows.divided_names(NAMES, LETTERS, seed, "here").held_out for seed in (1, 1, 2))
    assert read_names(first) == read_names(again) != read_names(other)


def test_the_end_of_a_text_is_held_out() -> None:
    text = "".join(LETTERS.symbols[number % 26 + 1] for number in range(200))
    parts = rows.divided_text(text, LETTERS, "here")
    read = ["".join(LETTERS.decode(part.y[part.weights > 0])) for part in parts]
    assert read == [text[1:160], text[161:180], text[181:]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", "here has 1 character; 100 or more are wanted, so that a tenth can be held out"),
        ("ab" * 40, "here has 80 characters; 100 or more"),
        ("a" * 100, "here holds only the character 'a'; there is nothing to learn"),
    ],
)
def test_a_text_of_which_nothing_can_be_learnt_is_refused(text: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        rows.divided_text(text, Vocabulary.of(text), "here")
    assert said in str(caught.value)


def test_a_text_that_is_just_long_enough_has_three_parts() -> None:
    parts = rows.divided_text("ab" * 50, Vocabulary("ab"), "here")
    assert [int(part.weights.sum()) for part in parts] == [79, 9, 9]


def test_too_few_names_are_refused() -> None:
    with pytest.raises(UserError, match="here has 19 different names; 20 or more are wanted"):
        rows.divided_names(NAMES[:19] * 2, LETTERS, 0, "here")


def test_sentences_that_are_not_learnt_are_halved() -> None:
    training = ([["a", "b"], ["c"]], [0, 1])
    others = ([["a"], ["b", "z"], ["c"], ["a", "b"], ["q"]], [0, 1, 2, 3, 4])
    parts, vocabulary = rows.divided_sentences(training, others, seed=0)
    assert vocabulary.symbols == ("a", "b", "c")
    assert parts.training.x.tolist() == [[1, 2], [3, 0]]
    assert [len(part.x) for part in parts] == [2, 3, 2]
    whole = np.concatenate((parts.validation.y, parts.held_out.y))
    assert sorted(whole.tolist()) == [0, 1, 2, 3, 4]
    made = rows.word_rows(*others, vocabulary)
    for part in (parts.validation, parts.held_out):
        np.testing.assert_array_equal(part.x, made.x[part.y])

"""Names, texts and sentences as examples, and their split."""

import numpy as np
import pytest

from models.comparison import data
from utils.errors import UserError
from utils.vocabulary import Vocabulary

LETTERS = Vocabulary("\nabcdefghijklmnopqrstuvwxyz")
NAMES = [f"{first}{second}" for first in "abcde" for second in "fghijklm"]


def decoded(part: data.Examples) -> list[str]:
    """The names of examples, decoded from the outputs that count."""
    return [
        "".join(LETTERS.decode(y[weights > 0])).removesuffix("\n")
        for y, weights in zip(part.y, part.weights, strict=True)
    ]


def test_a_name_is_read_after_nothing_and_ends_with_a_newline() -> None:
    made = data.name_examples(["cab", "a"], LETTERS)
    assert made.x.tolist() == [[-1, 3, 1, 2], [-1, 1, -1, -1]]
    assert made.y.tolist() == [[3, 1, 2, 0], [1, 0, 0, 0]]
    assert made.weights.tolist() == [[1, 1, 1, 1], [1, 1, 0, 0]]


def test_every_character_of_a_text_but_the_first_is_an_output_once() -> None:
    text = "abcdefghijk"
    made = data.text_examples(text, LETTERS, length=4)
    assert made.x.shape == (3, 4)
    counted = made.weights.astype(bool)
    assert "".join(LETTERS.decode(made.x[counted])) == text[:-1]
    assert "".join(LETTERS.decode(made.y[counted])) == text[1:]
    assert made.weights.sum() == len(text) - 1


def test_unknown_words_are_skipped() -> None:
    made = data.sentence_examples([["a", "b"], ["c", "a"], ["d"]], [4, 0, 1], Vocabulary(["a", "b"]))
    assert made.x.tolist() == [[1, 2], [1, 0], [0, 0]]
    assert made.y.tolist() == [4, 0, 1]
    assert made.weights.tolist() == [1, 1, 1]


def test_no_name_is_in_two_parts() -> None:
    parts = data.split_names([*NAMES, *NAMES[:5]], LETTERS, 3, "here")
    read = [decoded(part) for part in parts]
    assert [len(names) for names in read] == [32, 4, 4]
    assert sorted(sum(read, [])) == sorted(NAMES)


def test_the_seed_draws_what_is_held_out() -> None:
    with pytest.raises(UserError, match="here: expected 20 or more different names, got 19"):
        data.split_names(NAMES[:19] * 2, LETTERS, 0, "here")
    first, again, other = (data.split_names(NAMES, LETTERS, seed, "here").held_out for seed in (1, 1, 2))
    assert decoded(first) == decoded(again) != decoded(other)


def test_the_end_of_a_text_is_held_out() -> None:
    text = "".join(LETTERS.symbols[number % 26 + 1] for number in range(200))
    parts = data.split_text(text, LETTERS, "here")
    read = ["".join(LETTERS.decode(part.y[part.weights > 0])) for part in parts]
    assert read == [text[1:160], text[161:180], text[181:]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x", "here: expected 100 or more characters, so that a tenth can be held out, got 1"),
        ("ab" * 40, "so that a tenth can be held out, got 80"),
        ("a" * 100, "here: expected different characters, got only 'a'"),
    ],
)
def test_a_text_of_which_nothing_can_be_learnt_is_refused(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        data.split_text(text, Vocabulary.of(text), "here")
    assert message in str(caught.value)


def test_sentences_that_are_not_for_training_are_halved() -> None:
    training = ([["a", "b"], ["c"]], [0, 1])
    others = ([["a"], ["b", "z"], ["c"], ["a", "b"], ["q"]], [0, 1, 2, 3, 4])
    parts, vocabulary = data.split_sentences(training, others, seed=0)
    assert vocabulary.symbols == ("a", "b", "c")
    assert parts.training.x.tolist() == [[1, 2], [3, 0]]
    assert [len(part.x) for part in parts] == [2, 3, 2]
    whole = np.concatenate((parts.validation.y, parts.held_out.y))
    assert sorted(whole.tolist()) == [0, 1, 2, 3, 4]
    made = data.sentence_examples(*others, vocabulary)
    for part in (parts.validation, parts.held_out):
        np.testing.assert_array_equal(part.x, made.x[part.y])

"""Sentences as words: the course's split, punctuation, contractions, what is unknown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.emojify.words import MAX_WORD, Words, bare_words, known_words, sentences_to_indices

KNOWN = set("sad i am game not is n't it 's u.s. happy well-known don't do x".split())


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("I am SAD.", ["i", "am", "sad"]),
        ("sad, sad!!! (sad) “sad” ¿sad?", ["sad"] * 5),
        ("sad ... - !", ["sad"]),
        ("the game", [None, "game"]),
        ("It isn't", ["it", "is", "n't"]),
        ("it\u2019s", ["it", "'s"]),
        ("don't", ["don't"]),
        ("the U.S.", [None, "u.s."]),
        ("happy/sad", ["happy", "sad"]),
        ("well-known", ["well-known"]),
        ("happy-go", [None]),
        ("sad❤️ ❤️", ["sad"]),
        ("\uff33\uff21\uff24", ["sad"]),
        ("?!", []),
    ],
)
def test_words_are_found_without_punctuation_and_in_parts(typed: str, words: list[str | None]) -> None:
    assert known_words(typed, KNOWN).places == words


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("我很开心！", ["我", "很", "开", "心"]),
        ("iPhone很好 3月", ["iphone", "很", "好", "3", "月"]),
        ("ねこが、ﾈｺ。", ["ね", "こ", "が", "ネ", "コ"]),
        ("กินน้ำ", ["กิ", "น", "น้ํ", "า"]),
        ("나는 행복해", ["나는", "행복해"]),
        ("पानी!", ["पानी"]),
    ],
)
def test_letters_are_words_where_a_script_has_no_spaces(sentence: str, words: list[str]) -> None:
    assert [unicodedata.normalize("NFKC", word) for word in words] == bare_words(sentence)
    assert known_words(sentence, set(bare_words(sentence))).known == bare_words(sentence)


def test_unknown_words_are_named_without_their_punctuation() -> None:
    words = known_words("I, am Grumpy! not 'cross'.", KNOWN)
    assert words == Words(["i", "am", None, "not", None], ["grumpy", "cross"])
    assert words.known == ["i", "am", "not"]


def test_a_contraction_is_spelt_out_if_its_halves_are_unknown() -> None:
    assert known_words("It isn't, can't", {"is", "not", "it"}) == Words(["it", "is", "not", None], ["can't"])


def test_a_long_unknown_word_is_shortened() -> None:
    assert known_words("y" * 10_000, KNOWN).unknown == ["y" * MAX_WORD]


def test_indices_count_from_one_and_are_padded_with_zero() -> None:
    index = {"happy": 1, "sad,": 2, "very": 3}
    X = ["Very \tHAPPY", "SAD, indeed very", "a b c d sad", ""]
    expected = [[3, 1, 0, 0], [2, 0, 3, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert sentences_to_indices(X, index, 4).tolist() == expected


@given(st.text())
def test_every_bare_word_is_its_own_bare_word(text: str) -> None:
    words = bare_words(text)
    assert known_words(text, set(words)) == Words(list(words), [])
    assert all(
        word[0].isalnum()
        and (word[-1].isalnum() or unicodedata.category(word[-1])[0] == "M")
        and not set(word) & set(" \t\n")
        for word in words
    )

"""Folding what people write into a small alphabet."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.folding import Text, fold

ALPHABET = "\n !'(),-.:;?abcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("written", "folded", "dropped"),
    [
        ("Shall I ", "shall i ", {}),
        ("\u2018tis\u2019 \u2014 na\u00efve \u0152uvre", "'tis' -- naive oeuvre", {}),
        ("caf\u00e9\tfor you & me\u2026", "cafe for you and me...", {}),
        ("a\r\nb\rc", "a\nb\nc", {}),
        ("love \U0001f496\U0001f496 is \u7231", "love  is ", {"\U0001f496": 2, "\u7231": 1}),
        ("x\u200by \U0001f469\u200d\U0001f680", "xy ", {"\U0001f469": 1, "\U0001f680": 1}),
        ("\u0130stanbul 1599", "istanbul ", {"1": 1, "5": 1, "9": 2}),
        ("", "", {}),
    ],
)
def test_folding(written: str, folded: str, dropped: dict[str, int]) -> None:
    text = fold(written, ALPHABET)
    assert (text.text, text.dropped) == (folded, Counter(dropped))


@given(st.text())
def test_folding_leaves_only_the_alphabet_and_then_nothing_to_do(written: str) -> None:
    text = fold(written, ALPHABET).text
    assert set(text) <= set(ALPHABET)
    assert fold(text, ALPHABET) == Text("the text", text, Counter())


def test_one_sentence_says_what_was_left_out() -> None:
    assert fold("plain", ALPHABET, "the poem").notice() is None
    assert fold("1", ALPHABET, "the poem").notice() == "the poem: 1 character left out (1 different: '1')"
    notice = fold("2011 345678", ALPHABET, "the poem").notice()
    assert notice == "the poem: 10 characters left out (9 different: '1' '2' '0' '3' '4' ...)"

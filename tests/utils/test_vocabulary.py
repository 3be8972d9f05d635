import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.errors import UserError
from utils.vocabulary import Vocabulary

sequences = st.lists(st.text("aä \n😀", max_size=3), min_size=1)


@given(sequences)
def test_the_symbols_of_data_are_sorted_whatever_their_order(symbols: list[str]) -> None:
    vocabulary = Vocabulary.of(symbols)
    assert list(vocabulary.symbols) == sorted(set(symbols))
    assert (vocabulary, len(vocabulary)) == (Vocabulary.of(reversed(symbols)), len(set(symbols)))
    assert vocabulary.decode(vocabulary.encode(symbols)) == symbols


def test_membership_and_equality() -> None:
    vocabulary = Vocabulary(["a", "b"])
    assert "a" in vocabulary and "c" not in vocabulary and 0 not in vocabulary
    assert vocabulary.index == {"a": 0, "b": 1}
    assert vocabulary != Vocabulary(["b", "a"])
    assert vocabulary != ("a", "b")
    assert {vocabulary, Vocabulary(("a", "b"))} == {vocabulary}


def test_an_unknown_symbol_is_named() -> None:
    with pytest.raises(UserError, match="'x' is not among the 2 known symbols"):
        Vocabulary.of("ab").encode("abx")


@pytest.mark.parametrize("symbols", [[], ["a", "b", "a"]])
def test_no_symbols_and_repeated_ones_are_refused(symbols: list[str]) -> None:
    with pytest.raises(ValueError, match=f"got {len(symbols)} of which {len(set(symbols))} differ"):
        Vocabulary(symbols)

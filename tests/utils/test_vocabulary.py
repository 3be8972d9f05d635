import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.errors import UserError
from utils.vocabulary import Vocabulary

sequences = st.lists(st.text("aä \n😀", max_size=3), min_size=1)


def test_of_is_sorted_and_without_repetition() -> None:
    vocabulary = Vocabulary.of("banana\n")
    assert vocabulary.symbols == ("\n", "a", "b", "n")
    assert vocabulary.index == {"\n": 0, "a": 1, "b": 2, "n": 3}
    assert len(vocabulary) == 4


@given(sequences)
def test_the_order_of_the_data_does_not_matter(symbols: list[str]) -> None:
    assert Vocabulary.of(symbols) == Vocabulary.of(reversed(symbols))


@given(sequences)
def test_decode_undoes_encode(symbols: list[str]) -> None:
    vocabulary = Vocabulary.of(symbols)
    assert vocabulary.decode(vocabulary.encode(symbols)) == symbols


def test_given_symbols_keep_their_order() -> None:
    vocabulary = Vocabulary(["b", "a"])
    assert vocabulary.encode("ab") == [1, 0]
    assert vocabulary.decode([1, 0]) == ["a", "b"]


def test_membership_and_equality() -> None:
    vocabulary = Vocabulary(["a", "b"])
    assert "a" in vocabulary and "c" not in vocabulary and 0 not in vocabulary
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

"""Ranges of measures, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.solos.measures import MeasureRange
from utils.errors import UserError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("1-16", 1, 16), ("17-", 17, None), ("5", 5, 5), (" 3 - 4 ", 3, 4), ("3–4", 3, 4), ("007", 7, 7)],
)
def test_measures_are_counted_from_1_and_the_last_is_included(
    text: str, first: int, last: int | None
) -> None:
    assert MeasureRange.parse(text) == MeasureRange.of(text) == MeasureRange(first, last)


@pytest.mark.parametrize("text", ["", "-4", "8:24", "0-4", "0", "9-4", "1-2-3", "one", "1" * 99, "1.5", "٣"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="^measures: expected "):
        MeasureRange.parse(text)


def test_what_is_neither_range_nor_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"measures: expected a MeasureRange or text .* got \(0, 32\)"):
        MeasureRange.of((0, 32))  # type: ignore[arg-type]


@given(st.integers(1, 999_999), st.none() | st.integers(0, 1000))
def test_a_range_is_read_as_it_is_written(first: int, more: int | None) -> None:
    measures = MeasureRange(first, None if more is None else min(first + more, 999_999))
    assert MeasureRange.parse(str(measures)) == measures

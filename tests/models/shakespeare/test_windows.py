"""The course's windows, as text, as one-hot arrays and as indices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import sonnets
from models import shakespeare
from models.shakespeare.weights import VOCABULARY
from models.shakespeare.windows import validation_rows, window_indices

TEXT = "from fairest creatures we desire increase, that thereby"


@pytest.mark.parametrize(("length", "stride"), [(0, 3), (40, 0)])
def test_windows_need_a_length_and_a_stride(length: int, stride: int) -> None:
    with pytest.raises(ValueError, match=f"Tx and stride: expected 1 or more, got {length} and {stride}"):
        shakespeare.build_data(TEXT, length, stride)


@pytest.mark.course_data("shakespeare.txt")
def test_the_sonnets_have_the_courses_windows() -> None:
    text = sonnets.sonnets().text
    assert len(shakespeare.build_data(text)[0]) == len(window_indices(VOCABULARY.encode(text))[1]) == 31412
    assert sorted(set(text)) == list(VOCABULARY.symbols)


def test_vectorization_is_one_hot() -> None:
    windows, following = shakespeare.build_data(TEXT, Tx=10, stride=3)
    x, y = shakespeare.vectorization(windows, following, 38, VOCABULARY.index, Tx=10)
    assert (x.dtype, x.shape, y.shape) == (np.bool_, (len(windows), 10, 38), (len(windows), 38))
    assert (x.sum(axis=2) == 1).all()
    assert "".join(VOCABULARY.symbols[i] for i in x[4].argmax(axis=1)) == windows[4]
    assert [VOCABULARY.symbols[i] for i in y.argmax(axis=1)] == following


def test_vectorization_refuses_windows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="X: expected windows of 40 characters, got 3"):
        shakespeare.vectorization(["abc"], ["d"], 38, VOCABULARY.index)
    with pytest.raises(ValueError, match="X and Y: expected the same length, got 1 and 0"):
        shakespeare.vectorization(["abc"], [], 38, VOCABULARY.index, Tx=3)


def test_window_indices_are_the_same_windows() -> None:
    windows, following = shakespeare.build_data(TEXT, Tx=10, stride=3)
    assert (windows[2], following[2]) == (TEXT[6:16], TEXT[16])
    x, y = window_indices(VOCABULARY.encode(TEXT), Tx=10, stride=3)
    assert ["".join(VOCABULARY.decode(row)) for row in x] == windows
    assert VOCABULARY.decode(y) == following
    assert window_indices([1, 2, 3])[0].shape == window_indices([])[0].shape == (0, 40)
    assert [array.shape for array in window_indices(range(41))] == [(1, 40), (1,)]


@given(st.integers(2, 300), st.integers(1, 60), st.integers(0, 40))
def test_validation_predicts_every_character_once_behind_its_context(
    characters: int, length: int, context: int
) -> None:
    text = np.arange(characters)
    x, y, weight = validation_rows(text, length, context)
    assert np.array_equal(y, x + 1)
    assert sorted(y[weight == 1].tolist()) == list(range(1, characters))
    assert all(
        np.argmax(row) >= min(context, row_x[np.argmax(row)]) for row, row_x in zip(weight, x, strict=True)
    )

"""The engine of a bundle that nothing else has checked: accepted or refused in one line."""

import re

import numpy as np
import pytest

from models.engine.engine import Engine
from models.shapes import stacked_shapes
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

GOOD = {name: np.ones(shape) for name, shape in stacked_shapes("lstm", 3, (4, 2), 3).items()}


def engine_of(arrays):
    return Engine.from_bundle(Bundle("test", {}, Vocabulary("abc"), arrays), "some/bundle")


def test_numbers_of_any_type_become_float32_and_the_optimizers_are_left_out():
    whole = GOOD | {"dense/kernel": np.ones((2, 3), np.int64), "optimizer/m": np.ones(9)}
    engine = engine_of(whole)
    assert engine.run([0, 1]).dtype == np.float32
    assert [layer.n_a for layer in engine.layers] == [4, 2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lstm_1/bias": None}, "lacks the array lstm_1/bias"),
        ({"dense/kernel": None}, "expected a matrix dense/kernel, got no array"),
        ({"lstm_1/recurrent_kernel": None}, "expected a matrix lstm_1/recurrent_kernel, got no array"),
        ({"lstm_2/kernel": np.ones((5, 8))}, "lstm_2/kernel of shape (5, 8), expected (4, 8)"),
        ({"dense/kernel": np.ones((4, 3))}, "dense/kernel of shape (4, 3), expected (2, 3)"),
        ({"lstm_1/recurrent_kernel": np.ones(16)}, "got shape (16,)"),
        ({"dense/kernel": np.ones((2, 0))}, "got shape (2, 0)"),
        ({"lstm_2/bias": np.ones((2, 8))}, "lstm_2/bias of shape (2, 8), expected (8,)"),
        ({"lstm_1/bias": np.full(16, np.nan)}, "lstm_1/bias with values that are not finite"),
        ({"dense/bias": np.full(3, 1e300)}, "dense/bias with values that are not finite"),
        ({"bidirectional/kernel": np.ones((1, 1))}, "bidirectional/kernel, which the NumPy engine cannot"),
        ({"lstm_4/kernel": np.ones((1, 1))}, "lstm_4/kernel, which the NumPy engine cannot"),
        ({"embedding/embeddings": np.ones((9, 5))}, "lstm_1/kernel of shape (3, 16), expected (5, 16)"),
        ({"lstm_1/kernel": None}, "has no recurrent layer: expected an array such as lstm_1/kernel"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(change, message):
    arrays = {name: array for name, array in (GOOD | change).items() if array is not None}
    with pytest.raises(UserError, match=re.escape(message)) as raised:
        engine_of(arrays)
    assert "some/bundle" in str(raised.value)

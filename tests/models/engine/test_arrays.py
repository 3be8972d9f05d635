import re
from pathlib import Path

import numpy as np
import pytest

from models.engine.arrays import checked_arrays, layer_names
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

WHERE = Path("some/bundle")


def good():
    ones = np.ones
    return {
        "lstm_1/kernel": ones((3, 16), np.float32),
        "lstm_1/recurrent_kernel": ones((4, 16), np.float32),
        "lstm_1/bias": ones(16, np.float32),
        "gru_2/kernel": ones((4, 6)),
        "gru_2/recurrent_kernel": ones((2, 6)),
        "gru_2/bias": ones(6),
        "dense/kernel": ones((2, 3), np.int64),
        "dense/bias": ones(3),
    }


def bundle_of(arrays):
    return Bundle("test", {}, Vocabulary("abc"), arrays)


def test_good_arrays_come_as_float32_without_the_optimizers():
    arrays = checked_arrays(bundle_of(good() | {"optimizer/m": np.ones(9)}), WHERE)
    assert arrays.keys() == good().keys()
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}


def test_layers_are_ordered_by_number():
    names = ["lstm_10/kernel", "lstm/kernel", "gru_2/kernel", "lstm_1/kernel", "dense/kernel"]
    assert layer_names(dict.fromkeys(names)) == [
        ("lstm", "lstm"),
        ("lstm_1", "lstm"),
        ("gru_2", "gru"),
        ("lstm_10", "lstm"),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lstm_1/bias": None}, "lacks the array lstm_1/bias"),
        ({"dense/kernel": None}, "lacks the array dense/kernel"),
        ({"lstm_1/recurrent_kernel": None}, "lacks the array lstm_1/recurrent_kernel"),
        ({"gru_2/kernel": np.ones((5, 6))}, "gru_2/kernel of shape (5, 6); (4, 6) is wanted"),
        ({"dense/kernel": np.ones((4, 3))}, "dense/kernel of shape (4, 3); (2, 3) is wanted"),
        ({"lstm_1/recurrent_kernel": np.ones(16)}, "shape (16,); a matrix is wanted"),
        ({"dense/kernel": np.ones((2, 0))}, "shape (2, 0); a matrix is wanted"),
        ({"gru_2/bias": np.ones((2, 6))}, "gru_2/bias of shape (2, 6); (6,) is wanted"),
        ({"lstm_1/bias": np.full(16, np.nan)}, "lstm_1/bias with values that are not finite"),
        ({"dense/bias": np.full(3, 1e300)}, "dense/bias with values that are not finite"),
        ({"bidirectional/kernel": np.ones((1, 1))}, "bidirectional/kernel, which the NumPy engine cannot"),
        ({"embedding/embeddings": np.ones((9, 5))}, "lstm_1/kernel of shape (3, 16); (5, 16) is wanted"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(change, message):
    arrays = {name: array for name, array in (good() | change).items() if array is not None}
    with pytest.raises(UserError, match=re.escape(message)) as raised:
        checked_arrays(bundle_of(arrays), WHERE)
    assert str(WHERE) in str(raised.value)


def test_no_recurrent_layer_is_refused():
    with pytest.raises(UserError, match="has no recurrent layer"):
        checked_arrays(bundle_of({"dense/kernel": np.ones((2, 2))}), WHERE)


def test_a_saved_bundle_gives_the_same_arrays(tmp_path):
    bundles.save(bundle_of(good()), tmp_path)
    arrays = checked_arrays(bundles.load(tmp_path, "test"), tmp_path)
    assert arrays.keys() == good().keys()

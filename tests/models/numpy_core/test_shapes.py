import re

import numpy as np
import pytest

from models.numpy_core.shapes import require, require_cell


@pytest.mark.parametrize(
    ("shape", "expected", "message"),
    [
        ((3, 9), ("n_x", 10), "xt: expected shape (n_x, 10), got (3, 9)"),
        ((3,), ("n_x", 10), "xt: expected shape (n_x, 10), got (3,)"),
        ((3, 10, 1), (3, 10), "xt: expected shape (3, 10), got (3, 10, 1)"),
        ((0, 10), ("n_x", "m"), "xt: expected shape (n_x, m), got (0, 10)"),
        ((), ("n",), "xt: expected shape (n,), got ()"),
    ],
)
def test_require_names_the_argument_the_rule_and_the_shape_received(shape, expected, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        require("xt", np.zeros(shape), *expected)


def test_a_missing_parameter_is_named():
    with pytest.raises(ValueError, match=r"parameters: expected 'Wf', got Wi, bf"):
        require_cell("lstm", np.ones((3, 1)), np.ones((2, 1)), {"Wi": np.ones((2, 5)), "bf": np.ones((2, 1))})
    with pytest.raises(ValueError, match=r"parameters: expected 'Wax', got none"):
        require_cell("rnn", np.ones((3, 1)), np.ones((2, 1)), {})

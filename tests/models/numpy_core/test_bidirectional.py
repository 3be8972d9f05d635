import numpy as np
import pytest

from models.numpy_core import (
    bidirectional_backward,
    bidirectional_forward,
    rnn_backward,
    rnn_forward,
    softmax,
)
from models.numpy_core.gradcheck import compare, random_parameters
from tests.models.numpy_core.cells import CELLS, OUTPUT

N_X, N_A, N_Y, M, T_X = 3, 4, 2, 2, 5


def example(kind):
    """x, both first states, and parameters: other ones for each direction."""
    rng = np.random.default_rng(0)
    both = {}
    for direction in ("forwards", "backwards"):
        drawn = random_parameters(kind, N_X, N_A, N_Y, rng)
        both[direction] = {name: array for name, array in drawn.items() if name not in OUTPUT}
    both |= {"Wy": rng.standard_normal((N_Y, 2 * N_A)), "by": rng.standard_normal((N_Y, 1))}
    x, *a0 = rng.standard_normal((N_X, M, T_X)), *rng.standard_normal((2, N_A, M))
    return x, a0, both


@pytest.mark.parametrize("kind", CELLS)
def test_each_half_is_the_sequence_read_its_way(kind):
    x, a0, parameters = example(kind)
    forward = CELLS[kind].forward
    a, y, _ = bidirectional_forward(forward, x, a0, parameters)
    outputs = {"Wy": np.ones((N_Y, N_A)), "Wya": np.ones((N_Y, N_A)), "by": np.ones((N_Y, 1))}
    np.testing.assert_array_equal(a[:N_A], forward(x, a0[0], parameters["forwards"] | outputs)[0])
    turned = forward(x[:, :, ::-1], a0[1], parameters["backwards"] | outputs)[0]
    np.testing.assert_array_equal(a[N_A:], turned[:, :, ::-1])
    for t in range(T_X):
        np.testing.assert_allclose(y[:, :, t], softmax(parameters["Wy"] @ a[:, :, t] + parameters["by"]))


@pytest.mark.parametrize("kind", CELLS)
def test_central_differences(kind):
    x, a0, parameters = example(kind)
    forward, backward = CELLS[kind].forward, CELLS[kind].backward
    da = np.random.default_rng(1).standard_normal((2 * N_A, M, T_X))
    gradients = bidirectional_backward(backward, da, bidirectional_forward(forward, x, a0, parameters)[2])

    def loss():
        return np.sum(bidirectional_forward(forward, x, a0, parameters)[0] * da)

    arrays, analytic = {"x": x}, {"dx": gradients["dx"]}
    for number, direction in enumerate(("forwards", "backwards")):
        own = parameters[direction] | {"a0": a0[number]}
        found = gradients[direction] | {"da0": gradients["da0"][number]}
        arrays |= {f"{name} {direction}": array for name, array in own.items()}
        analytic |= {f"{name} {direction}": array for name, array in found.items()}
    checks = compare(loss, arrays, analytic)
    assert len(checks) == len(arrays)
    assert max(check.relative_error for check in checks) < 1e-7


def test_shapes_that_do_not_fit_are_named():
    x, a0, parameters = example("rnn")
    with pytest.raises(ValueError, match=r"^a0\[0\]: expected shape \(n_a, m\), got \(4,\)"):
        bidirectional_forward(rnn_forward, x, (np.ones(4), a0[1]), parameters)
    with pytest.raises(ValueError, match=r"a0\[1\]: expected shape \(4, 2\), got \(4, 3\)"):
        bidirectional_forward(rnn_forward, x, (a0[0], np.ones((4, 3))), parameters)
    with pytest.raises(ValueError, match=r"parameters\['Wy'\]: expected shape \(n_y, 8\), got \(2, 4\)"):
        bidirectional_forward(rnn_forward, x, a0, parameters | {"Wy": np.ones((2, 4))})
    _, _, caches = bidirectional_forward(rnn_forward, x, a0, parameters)
    with pytest.raises(ValueError, match=r"da: expected shape \(8, 2, 5\), got \(4, 2, 5\)"):
        bidirectional_backward(rnn_backward, np.ones((4, 2, 5)), caches)

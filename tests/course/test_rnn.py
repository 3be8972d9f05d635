"""RNN step by step: the cells as a learner types them, with the values that the course prints."""

import numpy as np
import pytest

from course import rnn
from models import numpy_core

CELLS = """
import numpy as np
from course.rnn_utils import *

def rnn_cell_forward(xt, a_prev, parameters):
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.tanh(np.dot(Wax, xt) + np.dot(Waa, a_prev) + parameters["ba"])
    yt_pred = softmax(np.dot(Wya, a_next) + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)

def rnn_forward(x, a0, parameters):
    n_x, m, T_x = x.shape
    n_y, n_a = parameters["Wya"].shape
    a, y_pred, caches = np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x)), []
    a_next = a0
    for t in range(T_x):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a[:, :, t], y_pred[:, :, t] = a_next, yt_pred
        caches.append(cache)
    return a, y_pred, (caches, x)

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    concat = np.concatenate((a_prev, xt), axis=0)
    ft = sigmoid(np.dot(parameters["Wf"], concat) + parameters["bf"])
    it = sigmoid(np.dot(parameters["Wi"], concat) + parameters["bi"])
    cct = np.tanh(np.dot(parameters["Wc"], concat) + parameters["bc"])
    ot = sigmoid(np.dot(parameters["Wo"], concat) + parameters["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(np.dot(parameters["Wy"], a_next) + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)

def lstm_forward(x, a0, parameters):
    n_x, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    a, c, y, caches = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x)), []
    a_next, c_next = a0, np.zeros((n_a, m))
    for t in range(T_x):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t], c[:, :, t], y[:, :, t] = a_next, c_next, yt
        caches.append(cache)
    return a, y, c, (caches, x)

np.random.seed(1)
xt = np.random.randn(3, 10)
a_prev = np.random.randn(5, 10)
parameters = {"Waa": np.random.randn(5, 5), "Wax": np.random.randn(5, 3), "Wya": np.random.randn(2, 5),
              "ba": np.random.randn(5, 1), "by": np.random.randn(2, 1)}
a_next, yt_pred, cache = rnn_cell_forward(xt, a_prev, parameters)
print("a_next[4] = ", a_next[4])
print("yt_pred[1] =", yt_pred[1])

np.random.seed(1)
x = np.random.randn(3, 10, 4)
a0 = np.random.randn(5, 10)
parameters = {"Waa": np.random.randn(5, 5), "Wax": np.random.randn(5, 3), "Wya": np.random.randn(2, 5),
              "ba": np.random.randn(5, 1), "by": np.random.randn(2, 1)}
a, y_pred, caches = rnn_forward(x, a0, parameters)
print("a[4][1] = ", a[4][1])
print("y_pred[1][3] =", y_pred[1][3])
print("caches[1][1][3] =", caches[1][1][3])

np.random.seed(1)
xt = np.random.randn(3, 10)
a_prev = np.random.randn(5, 10)
c_prev = np.random.randn(5, 10)
parameters = {}
for gate in "fioc":
    parameters["W" + gate], parameters["b" + gate] = np.random.randn(5, 8), np.random.randn(5, 1)
parameters["Wy"], parameters["by"] = np.random.randn(2, 5), np.random.randn(2, 1)
a_next, c_next, yt, cache = lstm_cell_forward(xt, a_prev, c_prev, parameters)
print("c_next[2] = ", c_next[2])
print("len(cache) = ", len(cache))

np.random.seed(1)
x = np.random.randn(3, 10, 7)
a0 = np.random.randn(5, 10)
for gate in "fioc":
    parameters["W" + gate], parameters["b" + gate] = np.random.randn(5, 8), np.random.randn(5, 1)
parameters["Wy"], parameters["by"] = np.random.randn(2, 5), np.random.randn(2, 1)
a, y, c, caches = lstm_forward(x, a0, parameters)
print("a[4][3][6] = ", a[4][3][6])
print("y[1][4][3] =", y[1][4][3])
print("c[1][2][1]", c[1][2][1])
"""

PRINTED = [
    "[ 0.59584544  0.18141802  0.61311866  0.99808218  0.85016201  0.99980978",
    "[0.9888161  0.01682021 0.21140899 0.36817467 0.98988387 0.88945212",
    "[-0.99999375  0.77911235 -0.99861469 -0.99833267]",
    "[0.79560373 0.86224861 0.11118257 0.81515947]",
    "[-1.1425182  -0.34934272 -0.20889423  0.58662319]",
    "[ 0.63267805  1.00570849  0.35504474  0.20690913 -1.64566718  0.11832942",
    "len(cache) =  10",
    "0.17211776753291",
    "0.95087346185011",
    "-0.855544916718198",
]


def test_the_cells_print_the_published_values(capsys):
    exec(CELLS, {})
    said = capsys.readouterr().out
    assert [text for text in PRINTED if text not in said] == []


def published_parameters(shapes):
    return {name: np.random.randn(*shape) for name, shape in shapes.items()}


GATES = {f"{kind}{gate}": (5, 8 if kind == "W" else 1) for gate in "fioc" for kind in "Wb"}
RNN = {"Wax": (5, 3), "Waa": (5, 5), "Wya": (2, 5), "ba": (5, 1), "by": (2, 1)}


def test_the_published_gradients_of_the_plain_cell():
    np.random.seed(1)
    x, a0 = np.random.randn(3, 10, 4), np.random.randn(5, 10)
    *_, caches = rnn.rnn_forward(x, a0, published_parameters(RNN))
    gradients = rnn.rnn_backward(np.random.randn(5, 10, 4), caches)
    found = [gradients["da0"][2][3], gradients["dWax"][3][1], gradients["dWaa"][1][2], gradients["dba"][4][0]]
    np.testing.assert_allclose(found, [-0.314942375127, 11.2641044965, 2.30333312658, -0.74747722], atol=5e-9)


def test_the_published_gradients_of_the_lstm_are_those_of_2021():
    np.random.seed(1)
    x, a0 = np.random.randn(3, 10, 7), np.random.randn(5, 10)
    parameters = published_parameters(GATES) | {"Wy": np.zeros((2, 5)), "by": np.zeros((2, 1))}
    *_, caches = rnn.lstm_forward(x, a0, parameters)
    gradients = rnn.lstm_backward(np.random.randn(5, 10, 4), caches)
    assert gradients["da0"][2][3] == pytest.approx(0.312770310257, abs=5e-10)  # 2018's table: -0.0959
    biases = [gradients[f"db{gate}"][4][0] for gate in "fico"]
    np.testing.assert_allclose(biases, [-0.15745657, -0.50848333, -0.42510818, -0.17958196], atol=5e-9)


def test_the_2018_table_of_lstm_backward_comes_out_of_its_two_errors():
    """No state is carried back; and dbi, dbc and dbo start again from dbf's sum in every step."""
    np.random.seed(1)
    x, a0 = np.random.randn(3, 10, 7), np.random.randn(5, 10)
    parameters = published_parameters(GATES) | {"Wy": np.zeros((2, 5)), "by": np.zeros((2, 1))}
    *_, (steps, _) = rnn.lstm_forward(x, a0, parameters)
    da, zero = np.random.randn(5, 10, 4), np.zeros((5, 10))
    found = [rnn.lstm_cell_backward(da[:, :, t], zero, steps[t]) for t in range(4)]
    assert found[0]["da_prev"][2][3] == pytest.approx(-0.095911501954, abs=5e-13)
    dbf = sum(step["dbf"][4][0] for step in found)
    table = [dbf, *(dbf + found[0][f"db{gate}"][4][0] for gate in "ico")]
    np.testing.assert_allclose(table, [-0.0565788, -0.06997391, -0.27441821, 0.16532821], atol=5e-9)
    summed = [sum(step[f"db{gate}"][4][0] for step in found) for gate in "ico"]
    np.testing.assert_allclose(summed, [-0.15399065, -0.29691142, -0.29798344], atol=5e-9)


def test_the_functions_are_those_of_the_project():
    assert rnn.__all__ == sorted(rnn.__all__)
    assert all(getattr(rnn, name) is getattr(numpy_core, name) for name in rnn.__all__)

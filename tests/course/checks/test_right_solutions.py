"""Right solutions in unusual styles pass: loops, einsum, other names, helpers, float32, an own cache."""

from typing import Any

import pytest

from course.checks.cells import report_on
from course.checks.exercises import EXERCISES

RNN_LOOPS = """
import numpy as np
from math import tanh, exp

def rnn_cell_forward(eingang, zustand, gewichte):
    n_a, m = zustand.shape
    neu, y = np.zeros((n_a, m)), np.zeros((gewichte["by"].shape[0], m))
    for i in range(m):
        for j in range(n_a):
            z = gewichte["ba"][j, 0]
            for k in range(eingang.shape[0]):
                z += gewichte["Wax"][j, k] * eingang[k, i]
            for k in range(n_a):
                z += gewichte["Waa"][j, k] * zustand[k, i]
            neu[j, i] = tanh(z)
        scores = []
        for r in range(len(y)):
            scores += [sum(gewichte["Wya"][r, j] * neu[j, i] for j in range(n_a)) + gewichte["by"][r, 0]]
        total = sum(exp(s) for s in scores)
        for r, s in enumerate(scores):
            y[r, i] = exp(s) / total
    return neu, y, [neu, zustand, eingang, gewichte]

def rnn_forward(x, a0, parameters):
    a = np.zeros((a0.shape[0], x.shape[1], x.shape[2]))
    y = np.zeros((parameters["Wya"].shape[0], x.shape[1], x.shape[2]))
    caches, state, t = [], a0, 0
    while t < x.shape[2]:
        state, y[:, :, t], cache = rnn_cell_forward(x[:, :, t], state, parameters)
        a[:, :, t] = state
        caches += [cache]
        t += 1
    return [a, y, [caches, x]]
"""

EINSUM = """
import numpy as np
_gate = lambda W, b, s: 1 / (1 + np.exp(-(np.einsum("ij,jm->im", W, s) + b)))

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    s = np.vstack([a_prev, xt])
    f, i, o = (_gate(parameters["W" + g], parameters["b" + g], s) for g in "fio")
    c_tilde = np.tanh(np.einsum("ij,jm->im", parameters["Wc"], s) + parameters["bc"])
    c = f * c_prev + i * c_tilde
    a = o * np.tanh(c)
    e = np.exp(parameters["Wy"].dot(a) + parameters["by"])
    return a, c, e / e.sum(0), (a, c, a_prev, c_prev, f, i, c_tilde, o, xt, parameters)

def lstm_forward(x, a0, parameters):
    caches, A, C, Y = [], [], [], []
    a, c = a0, np.zeros(a0.shape)
    for xt in np.moveaxis(x, 2, 0):
        a, c, y, cache = lstm_cell_forward(xt, a, c, parameters)
        A.append(a), C.append(c), Y.append(y), caches.append(cache)
    A, C, Y = (np.moveaxis(np.array(v), 0, 2) for v in (A, C, Y))
    return A, Y, C, (caches, x)

def lstm_cell_backward(da_next, dc_next, cache):
    (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters) = cache
    n_x, m = xt.shape
    n_a, m = a_next.shape
    dot = da_next * np.tanh(c_next) * ot * (1 - ot)
    dcct = (dc_next * it + ot * (1 - np.square(np.tanh(c_next))) * it * da_next) * (1 - np.square(cct))
    dit = (dc_next * cct + ot * (1 - np.square(np.tanh(c_next))) * cct * da_next) * it * (1 - it)
    dft = (dc_next * c_prev + ot * (1 - np.square(np.tanh(c_next))) * c_prev * da_next) * ft * (1 - ft)
    concat = np.concatenate((a_prev, xt), axis=0).T
    out = {}
    for name, d in (("f", dft), ("i", dit), ("c", dcct), ("o", dot)):
        out["dW" + name] = np.dot(d, concat)
        out["db" + name] = np.sum(d, axis=1, keepdims=True)
    gates = (("f", dft), ("i", dit), ("c", dcct), ("o", dot))
    W = lambda part: sum(np.dot(parameters["W" + k][part].T, d) for k, d in gates)
    out["da_prev"] = W((slice(None), slice(0, n_a)))
    out["dxt"] = W((slice(None), slice(n_a, None)))
    out["dc_prev"] = dc_next * ft + ot * (1 - np.square(np.tanh(c_next))) * ft * da_next
    return out

def lstm_backward(da, caches):
    (caches, x) = caches
    n_a, m, T_x = da.shape
    gradients = {}
    da_prevt = dc_prevt = 0.0
    dx = np.zeros((x.shape[0], m, T_x))
    for t in range(T_x - 1, -1, -1):
        g = lstm_cell_backward(da[:, :, t] + da_prevt, dc_prevt, caches[t])
        da_prevt, dc_prevt, dx[:, :, t] = g["da_prev"], g["dc_prev"], g["dxt"]
        for k in g:
            if k[:2] in ("dW", "db"):
                gradients[k] = gradients.get(k, 0) + g[k]
    gradients.update(dx=dx, da0=da_prevt, note="mine")
    return gradients
"""

SINGLE = """
import numpy as np

def f32(p):
    return {k: v.astype(np.float32) for k, v in p.items()}

def soft(z):
    z = np.exp(z - z.max(0))
    return z / z.sum(0)

def rnn_cell_forward(xt, a_prev, parameters):
    p = f32(parameters)
    a_next = np.tanh(p["Wax"] @ xt.astype(np.float32) + p["Waa"] @ a_prev.astype(np.float32) + p["ba"])
    return a_next, soft(p["Wya"] @ a_next + p["by"]), (a_next, a_prev, xt, parameters)

def rnn_cell_backward(da_next, cache):
    a_next, a_prev, xt, parameters = cache
    dtanh = ((1 - a_next * a_next) * da_next).astype(np.float32)
    return dict(
        dxt=f32(parameters)["Wax"].T @ dtanh, da_prev=f32(parameters)["Waa"].T @ dtanh,
        dWax=dtanh @ xt.T.astype(np.float32), dWaa=dtanh @ a_prev.T.astype(np.float32),
        dba=dtanh.sum(1).reshape(-1, 1),
    )
"""

OWN_CACHE = """
import numpy as np

def rnn_cell_forward(xt, a_prev, parameters):
    from course.rnn_utils import softmax
    a_next = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"])
    return a_next, softmax(parameters["Wya"] @ a_next + parameters["by"]), (xt, a_prev, a_next, parameters)

def rnn_cell_backward(da_next, cache):
    xt, a_prev, a_next, parameters = cache
    dz = (1 - a_next ** 2) * da_next
    return {"dxt": parameters["Wax"].T @ dz, "dWax": dz @ xt.T, "dWaa": dz @ a_prev.T,
            "da_prev": parameters["Waa"].T @ dz, "dba": dz.sum(1, keepdims=True)}
"""


@pytest.mark.parametrize("code", [RNN_LOOPS, EINSUM, SINGLE], ids=["loops", "einsum", "single"])
def test_a_right_solution_passes(code: str) -> None:
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    own = [name for name in EXERCISES["rnn"].names if name in namespace]
    report = report_on(EXERCISES["rnn"], namespace, own)
    assert report.passed, report.table()
    assert namespace[own[0]].__globals__ is namespace  # what was replaced meanwhile is as before


def test_an_own_order_of_the_cache_is_one_red_line() -> None:
    namespace: dict[str, Any] = {}
    exec(OWN_CACHE, namespace)
    report = report_on(EXERCISES["rnn"], namespace, ["rnn_cell_forward", "rnn_cell_backward"])
    assert [verdict.status for verdict in report.verdicts] == ["wrong", "passed"]
    assert "cache" in report.verdicts[0].reason

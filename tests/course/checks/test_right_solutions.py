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

DINOS = """
import numpy as np

def clip(gradients, maxValue):
    return {name: np.minimum(np.maximum(array, -maxValue), maxValue) for name, array in gradients.items()}

def sample(parameters, char_to_ix, seed):
    p, end, letters = parameters, char_to_ix["\\n"], []
    state, x = np.zeros(p["BIAS"].shape), np.zeros(p["by"].shape)
    for counter in range(50):
        state = np.tanh(p["Wax"].dot(x) + p["Waa"].dot(state) + p["BIAS"])
        scores = np.exp(p["Wya"].dot(state) + p["by"])
        np.random.seed(2 * counter + seed)
        letter = int(np.random.choice(len(scores), p=(scores / scores.sum())[:, 0]))
        letters += [letter]
        if letter == end:
            break
        x = np.eye(len(x))[:, [letter]]
    return letters + [end] * (len(letters) == 50)

def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = rnn_forward(X, Y, a_prev, parameters)
    gradients, a = rnn_backward(X, Y, parameters, cache)
    gradients = clip(gradients, 5)
    for name in parameters:
        parameters[name] -= learning_rate * gradients["d" + name]
    return loss, gradients, a[len(X) - 1]
"""
MODEL_2018 = """
def model(data, ix_to_char, char_to_ix, num_iterations=35000, n_a=50, dino_names=7, vocab_size=27):
    with open("dinos.txt") as file:
        names = [line.lower().strip() for line in file]
    np.random.seed(0)
    np.random.shuffle(names)
    state, parameters = np.zeros((n_a, 1)), initialize_parameters(n_a, vocab_size, vocab_size)
    for j in range(num_iterations):
        letters = [char_to_ix[letter] for letter in names[j % len(names)]]
        _, _, state = optimize([None] + letters, letters + [char_to_ix["\\n"]], state, parameters)
    return parameters
"""
MODEL_2021 = """
def model(data_x, ix_to_char, char_to_ix, num_iterations=35000, n_a=50, dino_names=7, vocab_size=27,
          verbose=False):
    names = [line.strip() for line in data_x]
    np.random.seed(0)
    np.random.shuffle(names)
    state, parameters = np.zeros((n_a, 1)), initialize_parameters(n_a, vocab_size, vocab_size)
    for j in range(num_iterations):
        letters = [char_to_ix[letter] for letter in names[j % len(names)]]
        _, _, state = optimize([None] + letters, letters + [char_to_ix["\\n"]], state, parameters)
    return parameters, get_sample(sample(parameters, char_to_ix, dino_names - 1), ix_to_char)
"""
EMOJIFY = """
import numpy as np

def sentence_to_avg(sentence, word_to_vec_map):
    total, count = np.zeros(next(iter(word_to_vec_map.values())).shape), 0
    for word in sentence.lower().split():
        if word in word_to_vec_map:
            total, count = total + word_to_vec_map[word], count + 1
    return total / count if count else total

def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    np.random.seed(1)
    n_y, n_h = LABELS, sentence_to_avg(X[0], word_to_vec_map).shape[0]
    W, b = np.random.randn(n_y, n_h) / np.sqrt(n_h), np.zeros((n_y,))
    for epoch in range(num_iterations):
        for sentence, label in zip(X, Y):
            avg = sentence_to_avg(sentence, word_to_vec_map)
            dz = softmax(W.dot(avg) + b) - np.eye(n_y)[label]
            W = W - learning_rate * dz[:, None] * avg
            b = b - learning_rate * dz
        if epoch % 100 == 0:
            pred = np.array([[np.argmax(W.dot(sentence_to_avg(x, word_to_vec_map)) + b)] for x in X])
    return pred, W, b

def sentences_to_indices(X, word_to_index, max_len):
    rows = [[word_to_index[w] for w in x.lower().split() if w in word_to_index] for x in X]
    return np.array([row + [0.0] * (max_len - len(row)) for row in rows])
"""
SHAKESPEARE = """
import numpy as np

def build_data(text, Tx=40, stride=3):
    pairs = [(text[i - Tx:i], text[i]) for i in range(Tx, len(text), stride)]
    return [x for x, _ in pairs], [y for _, y in pairs]

def vectorization(X, Y, n_x, char_indices, Tx=40):
    eye = np.eye(n_x)
    x = [[eye[char_indices[c]] for c in window] for window in X]
    return np.array(x), np.array([eye[char_indices[c]] for c in Y])

def sample(preds, temperature=1.0):
    weights = np.asarray(preds, "float64") ** (1 / temperature)
    return np.searchsorted(np.cumsum(weights / weights.sum()), np.random.rand(), side="right")
"""
OTHERS = {
    "2018, b": ("dinos", DINOS.replace("BIAS", "b") + MODEL_2018),
    "2021, ba": ("dinos", DINOS.replace("BIAS", "ba") + MODEL_2021),
    "five labels": ("emojify", EMOJIFY.replace("LABELS", "5")),
    "labels counted": ("emojify", EMOJIFY.replace("LABELS", "len(np.unique(Y))")),
    "shakespeare": ("shakespeare", SHAKESPEARE),
}
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


@pytest.mark.parametrize(("exercise", "code"), OTHERS.values(), ids=list(OTHERS))
def test_a_right_solution_of_each_edition_passes(exercise: str, code: str) -> None:
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    report = report_on(
        EXERCISES[exercise], namespace, [n for n in EXERCISES[exercise].names if n in namespace]
    )
    assert report.passed, report.table()
    assert len(report.verdicts) >= 3


def test_an_own_order_of_the_cache_is_one_red_line() -> None:
    namespace: dict[str, Any] = {}
    exec(OWN_CACHE, namespace)
    report = report_on(EXERCISES["rnn"], namespace, ["rnn_cell_forward", "rnn_cell_backward"])
    assert [verdict.status for verdict in report.verdicts] == ["wrong", "passed"]
    assert "cache" in report.verdicts[0].reason

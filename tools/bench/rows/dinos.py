"""The row of `python -m tools.bench dinos`: training, compared with the course's loop over characters.

Both start from the same weights and read the same names. The plain implementation multiplies a one-hot
column and adds to the gradients for every character.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import dinosaurs
from data.dinosaurs import Names
from models.dinos.course import Parameters
from models.dinos.training import NameTrainer
from tools.bench.harness import Row

Column = NDArray[np.float64]
TURN = 700  # names read in a turn


class PlainTraining:
    """The course's training; each call of `step` reads a name.

    Args:
        read: The names and their symbols.
        training: Where the first weights and the first running loss come from.
    """

    def __init__(self, read: Names, training: NameTrainer) -> None:
        self.parameters = {name: array.copy() for name, array in training.parameters.items()}
        self.order = list(read.names)
        np.random.RandomState(0).shuffle(self.order)
        self.index, self.done, self.loss = read.vocabulary.index, 0, training.loss
        self.a_prev: Column = np.zeros((len(self.parameters["b"]), 1))

    def step(self) -> None:
        """Reads the next name."""
        symbols = [self.index[symbol] for symbol in self.order[self.done % len(self.order)]]
        X, Y = [None, *symbols], [*symbols, self.index["\n"]]
        loss, self.a_prev = plain_step(X, Y, self.a_prev, self.parameters)
        self.loss = 0.999 * self.loss + 0.001 * loss
        self.done += 1


def rows(data_dir: Path | None) -> Iterator[Row]:
    """The one comparison."""
    read = dinosaurs.course_or_bundled(data_dir)
    training = NameTrainer(read.names, read.vocabulary)
    plain = PlainTraining(read, training)
    ways = (turn(training.step, TURN), turn(plain.step, TURN))
    yield Row(
        "training", "names", *ways, "products over whole names", "one-hot products, a step at a time", 2
    )


def turn(step: Callable[[], object], names: int) -> Callable[[], float]:
    """Returns a function that reads that many names and returns their number."""

    def run() -> float:
        for _ in range(names):
            step()
        return float(names)

    return run


def plain_step(
    X: Sequence[int | None], Y: Sequence[int], a_prev: Column, parameters: Parameters
) -> tuple[float, Column]:
    """Trains on one name, a character at a time; the parameters are changed in place."""
    p, n = parameters, len(parameters["by"])
    x, a, y_hat = {}, {-1: a_prev}, {}
    loss = 0.0
    for t in range(len(X)):
        x[t] = np.zeros((n, 1))
        if X[t] is not None:
            x[t][X[t]] = 1
        a[t] = np.tanh(np.dot(p["Wax"], x[t]) + np.dot(p["Waa"], a[t - 1]) + p["b"])
        z = np.dot(p["Wya"], a[t]) + p["by"]
        e = np.exp(z - np.max(z))
        y_hat[t] = e / e.sum(axis=0)
        loss -= float(np.log(y_hat[t][Y[t], 0]))
    gradients = {name: np.zeros_like(array) for name, array in p.items()}
    da_next = np.zeros_like(a_prev)
    for t in reversed(range(len(X))):
        dy = np.copy(y_hat[t])
        dy[Y[t]] -= 1
        gradients["Wya"] += np.dot(dy, a[t].T)
        gradients["by"] += dy
        dz = (1 - a[t] * a[t]) * (np.dot(p["Wya"].T, dy) + da_next)
        gradients["b"] += dz
        gradients["Wax"] += np.dot(dz, x[t].T)
        gradients["Waa"] += np.dot(dz, a[t - 1].T)
        da_next = np.dot(p["Waa"].T, dz)
    for name, gradient in gradients.items():
        np.clip(gradient, -5, 5, out=gradient)
        p[name] += -0.01 * gradient
    return loss, a[len(X) - 1]

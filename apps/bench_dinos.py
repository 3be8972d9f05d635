"""python -m apps.bench_dinos: training dinosaur names, beside the step-by-step way of the course.

Both ways read the same names from the same first weights, in turns of a few names, so that whatever
else the machine does falls on both. The step-by-step way is written out here as a course would: a
one-hot column for every character, and every product and every sum of gradients a step at a time.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from utils import cli

if TYPE_CHECKING:
    import numpy as np

    from models.dinos_network import Parameters

    Column = np.ndarray
TURN = 50  # iterations


class Measured(NamedTuple):
    """Microseconds an iteration, the median over all turns, and the largest difference in a loss."""

    plain: float
    fast: float
    ratio: float
    difference: float


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    parser = cli.Parser(
        prog="python -m apps.bench_dinos",
        description="Measure how much faster than step by step the dinosaur network trains.",
    )
    iterations = "names that each way reads"
    parser.add_argument("--iterations", type=cli.positive_int, default=3500, help=iterations)
    options: argparse.Namespace = parser.parse_args(argv)
    result = measure(options.iterations)
    print(f"step by step  {result.plain:8.1f} us an iteration")
    print(f"whole names   {result.fast:8.1f} us an iteration")
    print(f"ratio         {result.ratio:8.2f} (largest difference in a loss {result.difference:.0e})")
    return 0


def measure(iterations: int) -> Measured:
    """Trains both ways in turns and takes the medians of the turns.

    Args:
        iterations: Names that each way reads; at least one turn is done.
    """
    import numpy as np

    from data import dinosaurs
    from models.dinos_training import Training

    read = dinosaurs.course_or_bundled()
    training = Training(read.names, read.vocabulary)
    parameters = {name: array.copy() for name, array in training.parameters().items()}
    order = list(read.names)
    np.random.RandomState(0).shuffle(order)
    index, newline = read.vocabulary.index, read.vocabulary.index["\n"]
    a_prev, loss = np.zeros((len(parameters["b"]), 1)), training.state.loss
    turns, difference = [], 0.0
    for turn in range(max(1, iterations // TURN)):
        started = time.perf_counter()
        for iteration in range(turn * TURN, turn * TURN + TURN):
            symbols = [index[symbol] for symbol in order[iteration % len(order)]]
            X, Y = [None, *symbols], [*symbols, newline]
            cur_loss, a_prev = plain_step(X, Y, a_prev, parameters)
            loss = 0.999 * loss + 0.001 * cur_loss
        between = time.perf_counter()
        for _ in range(TURN):
            training.step()
        turns.append((between - started, time.perf_counter() - between))
        difference = max(difference, abs(loss - training.state.loss))
    seconds = np.array(turns)
    plain, fast = np.median(seconds, axis=0) / TURN * 1e6
    return Measured(plain, fast, float(np.median(seconds[:, 0] / seconds[:, 1])), difference)


def plain_step(
    X: "Sequence[int | None]", Y: Sequence[int], a_prev: "Column", parameters: "Parameters"
) -> "tuple[float, Column]":
    """One name, one character at a time; the parameters are changed in place."""
    import numpy as np

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


if __name__ == "__main__":
    sys.exit(cli.run(main))

"""Training the dinosaur network so that it can be stopped after any name and taken up again exactly.

All that one iteration changes is a `State`, and it is replaced whole: whatever interrupts a step leaves
the state of the step before.
"""

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.dinos.course import (
    LEARNING_RATE,
    MOST_GRADIENT,
    N_A,
    PARAMETERS,
    get_initial_loss,
    initialize_parameters,
    smooth,
)
from models.dinos.network import Floats, Network, Parameters, backward, forward
from models.engine.layers import NOTHING
from utils import resuming
from utils.bundle import OPTIMIZER, Arrays, Bundle, architecture_sizes, require_shapes
from utils.errors import UserError
from utils.vocabulary import Vocabulary

APP = "dinos"
LIMITS = {"n_a": 4096, "vocab_size": 65536}
CURVE_EVERY = 100  # iterations from one point of the loss curve to the next
EXPLODED = 2.0  # nats a symbol worse than guessing, on a running mean: no more to be learnt from here
HEALTHY = 0.5  # nats a symbol worse than guessing: weights that are worth keeping
_FIGURES = ("iterations", "loss", "nats_a_symbol")  # of a bundle's training: what going on needs


class State(NamedTuple):
    """Everything that an iteration changes.

    Args:
        network: The weights, float64.
        a_prev: (n_a,), the state that the last name left, from which the next one starts.
        iteration: Names read.
        loss: The course's running loss, nats.
        mean: A running mean over about 100 names of the nats a symbol.
    """

    network: Network
    a_prev: Floats
    iteration: int
    loss: float
    mean: float


class Exploded(UserError):
    """The loss of an iteration is no number any more, or far worse than guessing."""

    def __init__(self, iteration: int, mean: float, learning_rate: float) -> None:
        super().__init__(
            f"the training exploded at iteration {iteration} with learning rate {learning_rate:g} "
            f"({mean:.3g} nats a symbol)",
            exit_code=1,
        )


class Training:
    """A training run over names in one shuffled order.

    Args:
        names: Lower-case names.
        vocabulary: The symbols, the newline among them.
        n_a: Hidden units.
        learning_rate: What a clipped gradient is multiplied by.
        seed: For the first weights and the order of names; None: the course's two, 1 and 0.
        dino_names: How many names' guesses the running loss starts from.

    Raises:
        ValueError: There is no name.
        UserError: A name has a symbol that is not in the vocabulary.
    """

    def __init__(
        self,
        names: Sequence[str],
        vocabulary: Vocabulary,
        n_a: int = N_A,
        learning_rate: float = LEARNING_RATE,
        seed: int | None = None,
        dino_names: int = 7,
    ) -> None:
        if not names:
            raise ValueError("names must hold one name or more, got none")
        self.vocabulary, self.learning_rate, self.seed = vocabulary, learning_rate, seed
        self.names_sha256 = hashlib.sha256("\n".join(names).encode()).hexdigest()
        self.names = sorted(set(names))
        order = list(names)
        np.random.RandomState(0 if seed is None else seed).shuffle(order)
        newline = vocabulary.index["\n"]
        encoded = [np.array(vocabulary.encode(name), dtype=np.intp) for name in order]
        self._examples = [(np.insert(name, 0, NOTHING), np.append(name, newline)) for name in encoded]
        n = len(vocabulary)
        parameters = initialize_parameters(n_a, n, n, seed=1 if seed is None else seed)
        self.state = State(
            Network.of(parameters), np.zeros(n_a), 0, get_initial_loss(n, dino_names), math.log(n)
        )
        self.healthy = self.state
        self._curve: list[float] = []

    def step(self) -> None:
        """One iteration: one name.

        Raises:
            Exploded: The loss says that the weights are ruined; `healthy` holds good ones.
        """
        old = self.state
        X, Y = self._examples[old.iteration % len(self._examples)]
        with np.errstate(all="ignore"):  # what explodes is seen by its loss
            loss, cache = forward(old.network, X, Y, old.a_prev)
            gradients = backward(old.network, cache)
            gradients.clip(MOST_GRADIENT)
            network = old.network.minus(gradients, self.learning_rate)
        mean = 0.99 * old.mean + 0.01 * loss / len(Y)
        guessing = math.log(old.network.n)
        if not mean < guessing + EXPLODED:
            raise Exploded(old.iteration, mean, self.learning_rate)
        running = smooth(old.loss, loss)
        if old.iteration % CURVE_EVERY == 0:
            self._curve[old.iteration // CURVE_EVERY :] = [running]
            if old.mean < guessing + HEALTHY:
                self.healthy = old
        self.state = State(network, cache.a[-1], old.iteration + 1, running, mean)

    def parameters(self) -> Parameters:
        """The weights under the course's names."""
        return self.state.network.parameters()

    @property
    def curve(self) -> list[float]:
        """The running loss after iterations 0, 100, 200, ... as far as the state goes."""
        return self._curve[: -(-self.state.iteration // CURVE_EVERY)]

    def bundle(self, seconds: float) -> Bundle:
        """The weights in float32 for sampling, and all that training needs to go on exactly.

        Args:
            seconds: How long the training took so far.
        """
        state = self.state
        parameters = {name: np.ascontiguousarray(array) for name, array in self.parameters().items()}
        arrays: Arrays = {name: array.astype(np.float32) for name, array in parameters.items()}
        arrays |= {OPTIMIZER + name: array for name, array in parameters.items()}
        arrays[OPTIMIZER + "a_prev"] = state.a_prev
        return Bundle(
            APP,
            {"n_a": state.network.n_a, "vocab_size": state.network.n},
            self.vocabulary,
            arrays,
            {
                "iterations": state.iteration,
                "loss": state.loss,
                "nats_a_symbol": state.mean,
                "losses": [round(loss, 6) for loss in self.curve],
                "learning_rate": self.learning_rate,
                "seed": self.seed,
                "names_sha256": self.names_sha256,
                "seconds": round(seconds, 1),
            },
            {"names": self.names},
        )

    def resume(self, bundle: Bundle, where: Path) -> None:
        """Takes up the state of a bundle that was trained on the same names with the same sizes.

        Raises:
            UserError: It was trained on others, or lacks what training needs.
        """
        n, n_a = self.state.network.n, self.state.network.n_a
        training = bundle.training
        if training.get("names_sha256") != self.names_sha256:
            raise UserError(
                f"the bundle {where} was trained on another list of names; --resume needs the same one"
            )
        if training.get("seed") != self.seed:
            raise UserError(f"the bundle {where} was begun with seed {training.get('seed')}, not {self.seed}")
        shapes = {f"{OPTIMIZER}{name}": shape for name, shape in _shapes(n, n_a).items()}
        require_shapes(bundle, shapes | {f"{OPTIMIZER}a_prev": (n_a,)}, where)
        arrays = {name: np.asarray(array, dtype=np.float64) for name, array in bundle.optimizer().items()}
        figures: list[Any] = [training.get(name) for name in _FIGURES]
        curve = training.get("losses")
        if not isinstance(curve, list) or not all(map(resuming.is_figure, [*figures, *curve])):
            raise UserError(f"the bundle {where} does not say how far it was trained; it cannot be resumed")
        self._curve = list(curve)
        iteration, loss, mean = figures
        self.state = State(Network.of(arrays), arrays["a_prev"], int(iteration), loss, mean)
        self.healthy = self.state


def check_bundle(bundle: Bundle, where: Path) -> Parameters:
    """The weights of a bundle for sampling, each of the shape it must have, in float64.

    Raises:
        UserError: An array is missing, does not fit or holds what is not a number, or the vocabulary
            does not fit.
    """
    sizes = architecture_sizes(bundle, LIMITS, where)
    if len(bundle.vocabulary) != sizes["vocab_size"] or "\n" not in bundle.vocabulary:
        raise UserError(
            f"the bundle {where} has a vocabulary of {len(bundle.vocabulary)}; {sizes['vocab_size']} symbols "
            f"with the newline among them are wanted"
        )
    for symbol in bundle.vocabulary.symbols:
        if symbol != "\n" and not (len(symbol) == 1 and symbol.isprintable()):
            raise UserError(f"the bundle {where} has the symbol {symbol!r}; a printable character is wanted")
    require_shapes(bundle, _shapes(sizes["vocab_size"], sizes["n_a"]), where)
    return {name: bundle.weights[name].astype(np.float64) for name in PARAMETERS}


def known_names(bundle: Bundle, where: Path) -> frozenset[str]:
    """The names that a bundle was trained on.

    Raises:
        UserError: The bundle does not hold them as a list of strings.
    """
    names = bundle.extra.get("names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UserError(f"the bundle {where} lacks the list of names it was trained on")
    return frozenset(names)


def _shapes(n: int, n_a: int) -> dict[str, tuple[int, ...]]:
    return {"Wax": (n_a, n), "Waa": (n_a, n_a), "Wya": (n, n_a), "b": (n_a, 1), "by": (n, 1)}

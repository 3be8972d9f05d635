"""Trains the dinosaur network with checkpoints: stopped, killed or diverged, it keeps what was done.

An epoch is a block of 100 iterations, and an iteration is one name, as in the course.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from models.checkpoint import Checkpoint, Run, training
from models.dinos.course import (
    LEARNING_RATE,
    N_A,
    Parameters,
    get_initial_loss,
    initialize_parameters,
    optimize,
    shuffled_examples,
    smooth,
)
from models.dinos.network import APP
from models.dinos.options import TrainOptions
from models.numpy_core.shapes import Array
from utils.bundle import OPTIMIZER, Arrays, Bundle, require_shapes
from utils.errors import UserError
from utils.progress import progress
from utils.vocabulary import Vocabulary

EPOCH = 100  # iterations
DIVERGED = 0.5  # nats a symbol above guessing, over an epoch: the weights are ruined

METRICS = {"iterations", "loss", "nats_per_symbol"}

Report = Callable[[int, float, Parameters], None]
EpochReport = Callable[[int, Mapping[str, float], Parameters], None]


class NameTrainer:
    """The course's loop, an iteration at a call.

    Args:
        names: The names.
        vocabulary: The symbols, the newline among them.
        n_a: Hidden units.
        learning_rate: The factor of a clipped gradient.
        seed: For the first weights and the order of the names; None: the course's two, 1 and 0.

    Raises:
        ValueError: There is no name, or one has a symbol that is not in the vocabulary.
    """

    def __init__(
        self,
        names: Sequence[str],
        vocabulary: Vocabulary,
        *,
        n_a: int = N_A,
        learning_rate: float = LEARNING_RATE,
        seed: int | None = None,
    ) -> None:
        n = len(vocabulary)
        self.learning_rate = learning_rate
        self.examples = shuffled_examples(names, vocabulary.index, 0 if seed is None else seed)
        self.parameters = initialize_parameters(n_a, n, n, 1 if seed is None else seed)
        self.a_prev: Array = np.zeros((n_a, 1))
        self.iteration, self.loss = 0, get_initial_loss(n, 7)

    def step(self) -> tuple[float, int]:
        """Reads the next name; returns its loss in nats, and its symbols."""
        X, Y = self.examples[self.iteration % len(self.examples)]
        loss, _, self.a_prev = optimize(X, Y, self.a_prev, self.parameters, self.learning_rate)
        self.loss = smooth(self.loss, loss)
        self.iteration += 1
        return loss, len(Y)

    def state(self) -> Arrays:
        """Copies everything that an iteration changes."""
        return {
            **{name: array.copy() for name, array in self.parameters.items()},
            "a_prev": self.a_prev.copy(),
            "progress": np.array([self.iteration, self.loss]),
        }

    def restore(self, bundle: Bundle, folder: Path) -> None:
        """Restores what `state` copied from a bundle.

        Raises:
            UserError: An array is missing, of another shape, or not finite.
        """
        parameters = {name: array.shape for name, array in self.parameters.items()}
        shapes = {**parameters, "a_prev": self.a_prev.shape, "progress": (2,)}
        require_shapes(bundle, {OPTIMIZER + name: shape for name, shape in shapes.items()}, folder)
        arrays = {name: array.astype(np.float64) for name, array in bundle.optimizer().items()}
        self.parameters = {name: arrays[name] for name in self.parameters}
        self.a_prev, (iteration, self.loss) = arrays["a_prev"], arrays["progress"].tolist()
        self.iteration = max(0, int(iteration))


def train(
    names: Sequence[str],
    vocabulary: Vocabulary,
    run: Run,
    *,
    iterations: int = TrainOptions.iterations,
    n_a: int = N_A,
    learning_rate: float = LEARNING_RATE,
    seed: int | None = None,
    report: Report | None = None,
    on_epoch_end: EpochReport | None = None,
) -> Bundle:
    """Trains a network on names and writes it as a bundle.

    Args:
        names: The names.
        vocabulary: The symbols, the newline among them.
        run: How the training runs; `iterations` says how long.
        iterations: Names to read in all, over and over in one shuffled order.
        n_a: Hidden units.
        learning_rate: The factor of a clipped gradient.
        seed: For the first weights and the order of the names; None: the course's two, 1 and 0.
        report: Called after every iteration with its number, the running loss and the parameters.
        on_epoch_end: Called after every finished epoch with its number from 0, its metrics, and the
            parameters.

    Returns:
        The network; its history has the metrics "iterations" and "loss", the running loss in nats a name, and
        "nats_per_symbol", the mean over the epoch.

    Raises:
        UserError: The training diverged (exit code 1); or see `models.checkpoint.training`.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    trainer = NameTrainer(names, vocabulary, n_a=n_a, learning_rate=learning_rate, seed=seed)
    settings = {
        "seed": seed,
        "learning_rate": learning_rate,
        "names_sha256": hashlib.sha256("\n".join(names).encode()).hexdigest(),
    }
    architecture = {"n_a": n_a, "vocab_size": len(vocabulary)}
    template = Bundle(APP, architecture, vocabulary, {}, settings, {"names": sorted(set(names))})
    with training(template, run) as checkpoint, progress("training", iterations) as advance:
        if run.resume:
            _restore(trainer, checkpoint)
        while trainer.iteration < iterations and not checkpoint.stop.is_set():
            finished = _epoch(trainer, checkpoint, iterations, report)
            if finished and on_epoch_end is not None:
                metrics = {name: values[-1] for name, values in checkpoint.result.history.items()}
                on_epoch_end(checkpoint.result.epochs - 1, metrics, trainer.parameters)
            advance(trainer.iteration, f"loss {trainer.loss:.3f}")
    return checkpoint.trained


def _restore(trainer: NameTrainer, checkpoint: Checkpoint) -> None:
    folder, history = checkpoint.folder, checkpoint.result.history
    lengths = {len(values) for values in history.values()}
    if history.keys() != METRICS or len(lengths) > 1 or 0 in lengths:
        raise UserError(f"the bundle {folder} has no history of {', '.join(sorted(METRICS))}: not resumed")
    trainer.restore(checkpoint.saved, folder)


def _epoch(
    trainer: NameTrainer,
    checkpoint: Checkpoint,
    iterations: int,
    report: Report | None,
) -> bool:
    """Trains to the next multiple of 100 iterations, or to the last; true if the epoch is whole."""
    checkpoint.start_clock()
    first, end = trainer.iteration, min((trainer.iteration // EPOCH + 1) * EPOCH, iterations)
    losses, symbols = 0.0, 0
    with np.errstate(all="ignore"):  # a loss that overflows is seen below
        while trainer.iteration < end:
            if checkpoint.stop.is_set():
                return False
            loss, length = trainer.step()
            losses, symbols = losses + loss, symbols + length
            if report is not None:
                report(trainer.iteration - 1, trainer.loss, trainer.parameters)
    mean, guessing = losses / symbols, math.log(len(trainer.parameters["by"]))
    if not mean < guessing + DIVERGED:  # NaN is not either
        kept = f"; {checkpoint.folder} keeps the {first} iterations before" if first else ""
        raise UserError(
            f"the training diverged after iteration {first} with learning rate {trainer.learning_rate:g}: "
            f"{mean:.3g} nats a symbol, and guessing costs {guessing:.3g}{kept}; try a smaller learning rate",
            1,
        )
    state = trainer.state()
    network = {name: state[name].astype(np.float32) for name in trainer.parameters}
    metrics = {"iterations": trainer.iteration, "loss": trainer.loss, "nats_per_symbol": mean}
    checkpoint.keep(network, state, metrics)
    return True

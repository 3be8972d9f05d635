"""Training the jazz networks: the course's loss and optimizer, and a run that can be resumed."""

import hashlib
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from models.checkpoint import Run
from models.jazz.factored import factored_layers, one_hot_steps, solo_model
from models.jazz.networks import N_A, sequence_model, shared_layers
from models.jazz.options import TrainOptions
from models.jazz.weights import APP, FACTORED
from models.training import fit_bundle, seeded_batches, steps
from music.changes import Changes
from music.lines import Factors
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

LEARNING_RATE = 0.01
DECAY = 0.01  # a step
EPOCHS = 100  # the course's
LINES_DECAY = 0.003  # of the soloist's network, which has more examples


def masked_crossentropy(y_true: Any, y_pred: Any) -> Any:
    """Computes the categorical cross-entropy, with neither loss nor gradient where the target is all zero.

    The targets of the course's last output are all zero. Keras 3 replaces softmax and logarithm in `fit` by
    TensorFlow's softmax_cross_entropy_with_logits, whose gradient, softmax - target, assumes that a target
    sums to one: for zeros the loss is 0 and the gradient is the softmax. It reaches the steps before
    through time, and after 100 epochs of the course the loss is 7.8 instead of 6.0.

    Args:
        y_true: One-hot targets or zeros, shape (..., n_values).
        y_pred: Probabilities of the same shape.

    Returns:
        Losses in nats, shape (...).
    """
    return keras.losses.categorical_crossentropy(y_true, y_pred) * ops.sum(y_true, axis=-1)


def summed_crossentropy(y_true: Any, y_pred: Any) -> Any:
    """Sums `masked_crossentropy` over the time steps, as `fit` sums the losses of `djmodel`'s outputs.

    Args:
        y_true: One-hot targets or zeros, shape (m, T_x, n_values).
        y_pred: Probabilities of the same shape.

    Returns:
        Losses in nats, shape (m,).
    """
    return ops.sum(masked_crossentropy(y_true, y_pred), axis=-1)


def factors_crossentropy(y_true: Any, y_pred: Any) -> Any:
    """Sums the cross-entropies of all steps and factors; one without a target counts nothing.

    Args:
        y_true: One-hot targets or zeros of the factors side by side, shape (m, T_x, n_values).
        y_pred: The factors' probabilities, of the same shape.

    Returns:
        Losses in nats, shape (m,).
    """
    return -ops.sum(y_true * ops.log(ops.maximum(y_pred, keras.config.epsilon())), axis=(-2, -1))


def adam(decay: float = DECAY) -> keras.optimizers.Adam:
    """Makes the course's optimizer: Adam at 0.01 / (1 + decay * steps done).

    Args:
        decay: The course's is 0.01. On its solo 100 epochs end at a loss of 6.0 to 6.5 with it, whether
            `djmodel` or `sequence_model` is trained, and at 4.6 to 4.7 without decay.

    Example:
        >>> round(float(adam(0.01).learning_rate), 6)
        0.01
    """
    schedule = keras.optimizers.schedules.InverseTimeDecay(LEARNING_RATE, 1, decay)
    return keras.optimizers.Adam(schedule, beta_1=0.9, beta_2=0.999)


def train(
    X: NDArray[np.float32],
    Y: NDArray[np.float32],
    vocabulary: Vocabulary,
    run: Run,
    *,
    seed: int | None = None,
    decay: float | None = None,
    held_out: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None,
    n_a: int = N_A,
    batch_size: int = 32,
    changes: Changes | None = None,
) -> Bundle:
    """Trains the shared layers as one sequence, by `models.training.fit_bundle`.

    Args:
        X: One-hot inputs, shape (m, T_x, n_values).
        Y: One-hot targets, shape (T_x, m, n_values).
        vocabulary: The n_values tokens.
        run: How the training runs; 100 epochs if it names no number.
        seed: For the initial weights and the order of the examples; None: 0, or the resumed run's.
        decay: The learning rate's, see `adam`. None: the course's, 0.01, or the resumed run's.
        held_out: X and Y of examples to measure `val_loss` on after every epoch; None: none.
        n_a: Hidden units.
        batch_size: Examples a step.
        changes: The piece's title and chords, which the bundle offers to improvise over; None: it has none.

    Returns:
        The network; the losses of its history are in nats an example.

    Raises:
        UserError: The folder is not free or cannot be written, or the loss is not finite.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.

    Example:
        >>> import tempfile
        >>> X = np.eye(2, dtype=np.float32)[[[0, 1, 0], [1, 0, 1]]]
        >>> Y = np.roll(X.swapaxes(0, 1), -1, axis=0)
        >>> run = Run(tempfile.mkdtemp(), epochs=3)
        >>> losses = train(X, Y, Vocabulary(["C,0.250", "C,0.500"]), run, n_a=4).training["history"]["loss"]
        >>> len(losses), losses[2] < losses[0]
        (3, True)
    """
    seed, decay = run.seed(seed, APP, default=0), _decay(decay, run, DECAY)
    shared = shared_layers(len(vocabulary), n_a, seed)
    model = sequence_model(X.shape[1], shared)
    model.compile(optimizer=adam(decay), loss=summed_crossentropy)
    settings = {"seed": seed, "decay": decay, "batch_size": batch_size, "dataset": _checksum(X, Y)}
    sizes = {"n_a": n_a, "n_values": len(vocabulary)}
    targets = np.ascontiguousarray(Y.swapaxes(0, 1))
    validation = None
    if held_out is not None and len(held_out[0]):
        validation = (held_out[0], np.ascontiguousarray(held_out[1].swapaxes(0, 1)))
    return fit_bundle(
        model,
        Bundle(APP, sizes, vocabulary, {}, settings, _piece(changes)),
        lambda epoch: seeded_batches(X, targets, batch_size=batch_size, seed=seed, epoch=epoch),
        replace(run, epochs=run.epochs or EPOCHS),
        layers=[shared.LSTM_cell, shared.densor],
        steps_per_epoch=steps(len(X), batch_size),
        validation_data=validation,
    )


def train_lines(
    windows: NDArray[np.intp],
    factors: Factors,
    run: Run,
    *,
    seed: int | None = None,
    decay: float | None = None,
    held_out: NDArray[np.intp] | None = None,
    n_a: int = N_A,
    batch_size: int = 32,
    changes: Changes | None = None,
) -> Bundle:
    """Trains the soloist's network on lines with rests and bar lines, as `train` trains the course's.

    Args:
        windows: The numbers of each step, shape (m, T_x, 4): length, kind, move, place; from
            `data.solos.lines.line_examples`.
        factors: What they stand for.
        run: How the training runs; `TrainOptions.epochs` if it names no number.
        seed: For the initial weights, the dropout and the order of the examples; None: 0, or the resumed
            run's.
        decay: The learning rate's, see `adam`. None: `LINES_DECAY`, or the resumed run's.
        held_out: Windows to measure `val_loss` on after every epoch; None: none.
        n_a: Hidden units.
        batch_size: Examples a step.
        changes: What the bundle offers to improvise over; None: nothing.

    Returns:
        The network; the losses of its history are in nats a window.

    Raises:
        UserError: The folder is not free or cannot be written, or the loss is not finite.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.

    Example:
        >>> import tempfile
        >>> windows = np.array([[[0, 0, -1, 0], [1, -1, -1, 12], [0, 1, 14, 24]]])
        >>> run = Run(tempfile.mkdtemp(), epochs=3)
        >>> losses = train_lines(windows, Factors((12,), (12,)), run, n_a=4).training["history"]["loss"]
        >>> len(losses), losses[2] < losses[0]
        (3, True)
    """
    seed, decay = run.seed(seed, APP, default=0), _decay(decay, run, LINES_DECAY)
    shared = factored_layers(factors, n_a, seed)
    model = solo_model(windows.shape[1] - 1, shared, seed)
    model.compile(optimizer=adam(decay), loss=factors_crossentropy)
    settings = {"seed": seed, "decay": decay, "batch_size": batch_size, "dataset": _checksum(windows)}
    sizes = {"n_a": n_a, "n_values": factors.n_values, "softmax": FACTORED}
    X, Y = one_hot_steps(windows, factors)
    validation = None if held_out is None or not len(held_out) else one_hot_steps(held_out, factors)
    return fit_bundle(
        model,
        Bundle(APP, sizes, factors.vocabulary, {}, settings, _piece(changes)),
        lambda epoch: seeded_batches(X, Y, batch_size=batch_size, seed=seed, epoch=epoch),
        replace(run, epochs=run.epochs or TrainOptions().epochs),
        layers=list(shared),
        steps_per_epoch=steps(len(X), batch_size),
        validation_data=validation,
    )


def _piece(changes: Changes | None) -> dict[str, Any]:
    """The piece as a bundle keeps it, to improvise over."""
    return {} if changes is None else {"piece": changes.title, "changes": changes.to_json()}


def _decay(given: float | None, run: Run, usual: float) -> float:
    """The decay that is given, or else that of the training to resume, or else the usual one."""
    if given is None and run.resume:
        given = bundles.load(run.folder, APP).training.get("decay")
    checked = TrainOptions(decay=given).decay
    return usual if checked is None else checked


def _checksum(*arrays: NDArray[Any]) -> str:
    """The sha256 of the examples, by which a resumed run recognises them."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()

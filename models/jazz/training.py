"""Training the jazz networks: the course's loss and optimizer, and a run that can be resumed."""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from models.checkpoint import TrainingResult
from models.jazz.networks import N_A, sequence_model, shared_layers
from models.jazz.options import TrainOptions
from models.jazz.weights import APP, ChordSet
from models.training import BundleCheckpoint, seeded_dataset, standard_callbacks
from utils import bundle as bundles
from utils import plots
from utils.bundle import Bundle
from utils.options import changed
from utils.vocabulary import Vocabulary

logger = logging.getLogger("cadenza")

LEARNING_RATE = 0.01
DECAY = 0.01  # a step


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
    folder: str | Path,
    options: TrainOptions | None = None,
    *,
    held_out: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None,
    n_a: int = N_A,
    batch_size: int = 32,
    chord_sets: Sequence[ChordSet] = (),
    title: str = "",
    loss_curve: str | Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **fields: Any,
) -> TrainingResult:
    """Trains the shared layers as one sequence, and keeps every finished epoch in a bundle.

    A run that Ctrl-C, a loss that is not finite or a full disk ends keeps the epochs before. A resumed run
    equals one that was never stopped, bit for bit.

    Args:
        X: One-hot inputs, shape (m, T_x, n_values).
        Y: One-hot targets, shape (T_x, m, n_values).
        vocabulary: The n_values tokens.
        folder: The bundle's.
        options: How; None: the defaults.
        held_out: X and Y of examples to measure `val_loss` on after every epoch; None: none.
        n_a: Hidden units.
        batch_size: Examples a step.
        chord_sets: The chords of the piece, which the bundle offers to improvise over.
        title: The piece's name.
        loss_curve: Where to draw the loss of every epoch, also if the run is stopped; None: nowhere.
        callbacks: More callbacks for `fit`, which come after the checkpoint.
        **fields: Fields of `TrainOptions`, in place of those in `options`.

    Returns:
        The epochs, the loss of each in nats an example, and the seconds.

    Raises:
        UserError: The folder cannot be written; the training in it cannot be resumed with these examples and
            settings; or the loss is not finite (exit code 1).
        KeyboardInterrupt: Ctrl-C was pressed; the finished epochs are saved.

    Example:
        >>> import tempfile
        >>> X = np.eye(2, dtype=np.float32)[[[0, 1, 0], [1, 0, 1]]]
        >>> Y = np.roll(X.swapaxes(0, 1), -1, axis=0)
        >>> result = train(X, Y, Vocabulary(["C,0.250", "C,0.500"]), tempfile.mkdtemp(), epochs=3, n_a=4)
        >>> result.epochs, result.history["loss"][2] < result.history["loss"][0]
        (3, True)
    """
    folder = Path(folder)
    options = changed(options, TrainOptions, fields)
    seed, decay = _settings(folder, options)
    shared = shared_layers(len(vocabulary), n_a, seed)
    model = sequence_model(X.shape[1], shared)
    model.compile(optimizer=adam(decay), loss=summed_crossentropy)
    template = Bundle(
        APP,
        {"n_a": n_a, "n_values": len(vocabulary)},
        vocabulary,
        {},
        {"seed": seed, "decay": decay, "batch_size": batch_size, "dataset": _checksum(X, Y)},
        {
            "piece": title,
            "chord_sets": [
                [length, [[chord.onset, list(chord.pitches)] for chord in chords]]
                for length, chords in chord_sets
            ],
        },
    )
    checkpoint = BundleCheckpoint(folder, template, layers=[shared.LSTM_cell, shared.densor])
    if options.resume:
        checkpoint.resume(model)
        logger.info(f"resuming after {checkpoint.epoch} epochs")
    targets = np.ascontiguousarray(Y.swapaxes(0, 1))
    validation = None
    if held_out is not None and len(held_out[0]):
        validation = (held_out[0], np.ascontiguousarray(held_out[1].swapaxes(0, 1)))
    try:
        model.fit(
            seeded_dataset(X, targets, batch_size=batch_size, seed=seed, epoch=checkpoint.epoch),
            epochs=options.epochs,
            initial_epoch=checkpoint.epoch,
            steps_per_epoch=-(-len(X) // batch_size),
            validation_data=validation,
            shuffle=False,
            verbose=0,
            callbacks=standard_callbacks(checkpoint, callbacks),
        )
    finally:
        losses = checkpoint.result.history.get("loss")
        if loss_curve is not None and losses:
            curves = {"training": losses}
            if validation is not None:
                curves["held out"] = checkpoint.result.history["val_loss"]
            plots.loss_curve(Path(loss_curve), curves, f"Jazz network on {title}", y_label="loss (nats)")
    return checkpoint.result


def _settings(folder: Path, options: TrainOptions) -> tuple[int, float]:
    """The seed and the decay: those given, else those of the run to resume, else 0 and the course's."""
    stored = bundles.load(folder, APP).training if options.resume else {}
    before = TrainOptions(seed=stored.get("seed"), decay=stored.get("decay"))
    seed = before.seed if options.seed is None else options.seed
    decay = before.decay if options.decay is None else options.decay
    return 0 if seed is None else seed, DECAY if decay is None else decay


def _checksum(*arrays: NDArray[Any]) -> str:
    """The sha256 of the examples, by which a resumed run recognises them."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()

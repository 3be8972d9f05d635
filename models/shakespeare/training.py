"""Training the poem network: from nothing on stateful sequences, and fine-tuning on windows.

The course's windows predict one character in forty. From nothing every character of a sequence is
predicted, which learns the same from a fortieth of the work. Rows continue with carried state; towards
the end all rows are independent windows, of which only characters with some context are scored, as in
the course.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models.keras_weights import set_arrays
from models.shakespeare.batches import POLISH, SequenceBatches, StageSettings
from models.shakespeare.networks import OnIndices, SequenceModel, course_model
from models.shakespeare.weights import APP, UNITS, FineTuningSettings, architecture, fine_tuning_settings
from models.shakespeare.windows import Indices, window_indices
from models.training import BundleCheckpoint, Interruptible, ProgressBar, SeededBatches, StopOnNonFinite
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

VALIDATION_BATCH = 1000  # windows
PARTS = 2  # of a batch in fine-tuning; the same on every machine, so that a seed gives the same network


def compile_for_stage(model: SequenceModel, settings: StageSettings) -> None:
    """Compiles a model with a stage's loss, learning rate and averaged weights."""
    rate = settings.learning_rate
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / max(1, settings.warmup_steps),
        max(1, settings.steps - settings.warmup_steps),
        alpha=settings.alpha,
        warmup_target=rate,
        warmup_steps=settings.warmup_steps,
    )
    optimizer = keras.optimizers.Adam(
        schedule,
        beta_2=settings.beta_2,
        global_clipnorm=settings.global_clipnorm,
        use_ema=True,
        ema_momentum=settings.ema_momentum,
    )
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight", name="nats"
    )
    model.compile(optimizer=optimizer, loss=loss)


def train(
    main: Indices,
    validation: Indices,
    vocabulary: Vocabulary,
    folder: str | Path,
    *,
    other: Indices | None = None,
    stages: Sequence[StageSettings] = (StageSettings(), POLISH),
    seed: int = 1,
    units: int = UNITS,
    resume: bool = False,
    every_seconds: float = 10.0,
    training: dict[str, Any] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Bundle:
    """Trains a poem network from nothing; its weights are moving averages.

    Args:
        main: The main text as indices.
        validation: A text of the same kind that `val_loss` is measured on, by windows. It chooses nothing:
            the weights after the last step are kept.
        vocabulary: The symbols.
        folder: The bundle's folder, which the finished epochs are written to.
        other: A longer text of another kind, which is mixed in; None: none.
        stages: The stages' settings; each starts from the network of the one before.
        seed: The seed of initial weights, batches and dropout.
        units: Units of each LSTM.
        resume: Whether to continue the training in `folder`.
        every_seconds: The shortest time between two checkpoints.
        training: More settings to record that a resumed training must share.
        callbacks: More callbacks for `fit`.

    Returns:
        The network, with `epochs`, `history` and `seconds` in its `training`.

    Raises:
        UserError: A training cannot be resumed, the loss is not finite, or the folder cannot be written.
        KeyboardInterrupt: Ctrl-C; the finished epochs are in the folder.
    """
    other = main[:0] if other is None else other
    settings = {
        "seed": seed,
        "stages": [asdict(stage) for stage in stages],
        "characters": len(main),
        "data_sha256": _checksum(main, validation, other),
        **(training or {}),
    }
    template = Bundle(APP, architecture("carried", units=units), vocabulary, {}, settings)
    checkpoint = BundleCheckpoint(folder, template, every_seconds=every_seconds)
    if resume:
        checkpoint.checkpoint.resume()
    first = 0
    for stage in stages:
        if checkpoint.epoch < first + stage.epochs:
            keras.utils.set_random_seed(seed)
            model = SequenceModel(len(vocabulary), stage.batch_size, dropout=stage.dropout, units=units)
            compile_for_stage(model, stage)
            if checkpoint.epoch > first:
                checkpoint.resume(model)
            elif first:
                set_arrays(checkpoint.checkpoint.network, model)
            model.fit(
                SequenceBatches(main, other, stage, seed=seed, epoch=checkpoint.epoch - first),
                validation_data=window_indices(validation),
                validation_batch_size=VALIDATION_BATCH,
                initial_epoch=checkpoint.epoch,
                epochs=first + stage.epochs,
                shuffle=False,
                verbose=0,
                callbacks=[
                    ProgressBar("training"),
                    keras.callbacks.SwapEMAWeights(),
                    checkpoint,
                    *callbacks,
                    Interruptible(),
                    StopOnNonFinite(folder),
                ],
            )
        first += stage.epochs
    return checkpoint.checkpoint.bundle()


def fine_tune(
    network: Bundle,
    text: Indices,
    folder: str | Path,
    *,
    model: keras.Model | None = None,
    settings: FineTuningSettings | None = None,
    epochs: int = 1,
    batch_size: int = 128,
    seed: int = 1,
    resume: bool = False,
    every_seconds: float = 10.0,
    training: dict[str, Any] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Bundle:
    """Trains a network on every window of a text once an epoch, as the course does.

    Args:
        network: The network to start from.
        text: Indices.
        folder: The bundle's folder, which the finished epochs are written to.
        model: The network's Keras model, from `course_model`, whose layers are trained; None: a new one.
        settings: Dropout, where the model is a new one, and learning rate; None: the network's own.
        epochs: How often each window is read.
        batch_size: Windows in a batch.
        seed: The seed of batches and dropout.
        resume: Whether to continue the training in `folder`.
        every_seconds: The shortest time between two checkpoints.
        training: More settings to record that a resumed training must share.
        callbacks: More callbacks for `fit`.

    Returns:
        The network, with `epochs`, `history` and `seconds` in its `training`.

    Raises:
        UserError: The text is shorter than a window, a training cannot be resumed, the loss is not finite,
            or the folder cannot be written.
        KeyboardInterrupt: Ctrl-C; the finished epochs are in the folder.
    """
    x, y = window_indices(text, network.architecture["window"])
    if not len(y):
        raise UserError(f"text: expected more than {x.shape[1]} characters, a window, got {len(text)}")
    settings = settings or fine_tuning_settings(network, Path(folder))
    keras.utils.set_random_seed(seed)
    course = model or course_model(network, settings.dropout)
    trained = model_on_windows(course, settings.learning_rate)
    shared = {
        "seed": seed,
        "batch_size": batch_size,
        **settings._asdict(),
        "characters": len(text),
        "data_sha256": _checksum(text),
        "start_sha256": _checksum(*network.network().values()),
        **(training or {}),
    }
    template = Bundle(APP, network.architecture, network.vocabulary, {}, shared, network.extra)
    checkpoint = BundleCheckpoint(folder, template, layers=(course,), every_seconds=every_seconds)
    if resume:
        checkpoint.resume(trained)
    fit_windows(
        trained,
        x,
        y,
        batch_size=batch_size,
        seed=seed,
        initial_epoch=checkpoint.epoch,
        epochs=epochs,
        callbacks=[
            ProgressBar("training"),
            checkpoint,
            *callbacks,
            Interruptible(),
            StopOnNonFinite(folder),
        ],
    )
    return checkpoint.checkpoint.bundle()


def model_on_windows(network: keras.Model, learning_rate: float) -> keras.Model:
    """Compiles a network to learn from indices, x (m, Tx) and y (m,), with a fresh Adam.

    Args:
        network: From `course_model`; its layers are shared.
        learning_rate: Adam's.
    """
    model = OnIndices(network, PARTS)
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    return model


def fit_windows(
    model: keras.Model,
    x: Indices,
    y: Indices,
    *,
    batch_size: int,
    seed: int,
    initial_epoch: int = 0,
    epochs: int = 1,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Fits a model of `model_on_windows` to windows, in an order that depends on seed and epoch alone."""
    model.fit(
        SeededBatches(x, y, batch_size=batch_size, seed=seed, epoch=initial_epoch),
        initial_epoch=initial_epoch,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=list(callbacks),
    )


def _checksum(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()

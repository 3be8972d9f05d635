"""Training the poem network: from nothing on stateful sequences, and fine-tuning on windows.

The course's windows predict one character in forty. From nothing every character of a sequence is
predicted, which learns the same from a fortieth of the work. Rows continue with carried state; towards
the end all rows are independent windows, of which only characters with some context are scored, as in
the course.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import checkpoint as checkpoints
from models.checkpoint import Checkpoint, Run
from models.keras_weights import set_arrays
from models.shakespeare.batches import POLISH, SequenceBatches, StageSettings, WindowBatches
from models.shakespeare.networks import OnIndices, SequenceModel, course_model
from models.shakespeare.weights import APP, Architecture, FineTuningSettings, fine_tuning_settings
from models.shakespeare.windows import Indices, validation_rows
from models.training import fit
from models.workers import Workers, WorkersCallback
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

VALIDATION_BATCH = 64  # rows
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
    run: Run,
    *,
    other: Indices | None = None,
    stages: Sequence[StageSettings] = (StageSettings(), POLISH),
    seed: int = 1,
    sizes: Architecture = Architecture(),  # noqa: B008
    training: dict[str, Any] | None = None,
    extra: dict[str, Any] | None = None,
    workers: Workers | None = None,
) -> Bundle:
    """Trains a poem network from nothing; its weights are moving averages.

    Args:
        main: The main text as indices.
        validation: A text of the same kind, of two characters or more, every one of which `val_loss` counts.
        vocabulary: The symbols.
        run: How the training runs; the stages have the epochs.
        other: A longer text of another kind, which is mixed in; None: none.
        stages: The stages' settings; each starts from the network of the one before.
        seed: The seed of initial weights, batches and dropout.
        sizes: The network's.
        training: More settings to record that a resumed training must share.
        extra: What else the bundle says.
        workers: The processes that share every batch; None: this one alone.

    Returns:
        The network, with `epochs`, `history` and `seconds` in its `training`.

    Raises:
        UserError: The workers do not divide a stage's batch; or see `models.training.fit_bundle`.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    other = main[:0] if other is None else other
    settings = {
        "seed": seed,
        "stages": [asdict(stage) for stage in stages],
        "characters": len(main),
        "data_sha256": _checksum(main, validation, other),
        **(training or {}),
    }
    template = Bundle(APP, sizes.record(), vocabulary, {}, settings, extra or {})
    held_out: tuple[Any, ...] = validation_rows(validation)
    if workers and len(held_out[0]) >= workers.count:
        held_out = tuple(part[workers.rank :: workers.count] for part in held_out)
    first = 0
    with _checkpoint(template, run, workers) as checkpoint:
        for stage in stages:
            last = first + stage.epochs
            if checkpoint.result.epochs < last:
                keras.utils.set_random_seed(seed)
                rows = workers.rows(stage.batch_size) if workers else None
                model = SequenceModel(
                    len(vocabulary), stage.batch_size, sizes, rows=rows, dropout=stage.dropout
                )
                compile_for_stage(model, stage)
                if workers:
                    workers.average_gradients(model.optimizer)
                if first and checkpoint.result.epochs == first:
                    set_arrays(checkpoint.network, model)
                fit(
                    model,
                    partial(_sequences, main, other, stage, seed, rows),
                    epochs=last,
                    checkpoint=checkpoint,
                    first=first,
                    before=[*_together(workers, int(held_out[2].sum())), keras.callbacks.SwapEMAWeights()],
                    callbacks=run.callbacks,
                    validation_data=held_out,
                    validation_batch_size=VALIDATION_BATCH,
                )
            first = last
        checkpoint.complete = True
    return checkpoint.trained


def _sequences(
    main: Indices, other: Indices, stage: StageSettings, seed: int, rows: slice | None, epoch: int
) -> SequenceBatches:
    return SequenceBatches(main, other, stage, seed=seed, epoch=epoch, rows=rows)


def fine_tune(
    network: Bundle,
    text: Indices,
    run: Run,
    *,
    model: keras.Model | None = None,
    settings: FineTuningSettings | None = None,
    batch_size: int = 128,
    seed: int = 1,
    training: dict[str, Any] | None = None,
    workers: Workers | None = None,
) -> Bundle:
    """Trains a network on every window of a text once an epoch, as the course does.

    Args:
        network: The network to start from.
        text: Indices.
        run: How the training runs; one epoch if it names no number.
        model: The network's Keras model, from `course_model`, whose layers are trained; None: a new one.
        settings: Dropout, where the model is a new one, and learning rate; None: the network's own.
        batch_size: Windows in a batch.
        seed: The seed of batches and dropout.
        training: More settings to record that a resumed training must share.
        workers: The processes that share every batch; None: this one alone.

    Returns:
        The network, with `epochs`, `history` and `seconds` in its `training`.

    Raises:
        UserError: The workers do not divide the batch, or the text is shorter than a window; or see
            `models.training.fit_bundle`.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    window = network.architecture["window"]
    if len(text) <= window:
        raise UserError(f"text: expected more than {window} characters, a window, got {len(text)}")
    settings = settings or fine_tuning_settings(network, Path(run.folder))
    keras.utils.set_random_seed(seed)
    course = model or course_model(network, settings.dropout)
    trained = model_on_windows(course, settings.learning_rate)
    if workers:
        workers.rows(batch_size)
        workers.average_gradients(trained.optimizer)
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
    with _checkpoint(template, run, workers) as checkpoint:
        fit(
            trained,
            lambda epoch: WindowBatches(
                text,
                Tx=window,
                batch_size=batch_size,
                seed=seed,
                epoch=epoch,
                worker=workers.rank if workers else 0,
                workers=workers.count if workers else 1,
            ),
            epochs=run.epochs or 1,
            checkpoint=checkpoint,
            layers=(course,),
            before=_together(workers),
            callbacks=run.callbacks,
        )
    return checkpoint.trained


@contextmanager
def _checkpoint(template: Bundle, run: Run, workers: Workers | None) -> Iterator[Checkpoint]:
    """The checkpoint of a training, which workers share: the first writes, and all stop together."""
    if workers is None:
        with checkpoints.training(template, run) as checkpoint:
            yield checkpoint
        return
    together = replace(run, stop=workers.stopped)
    with checkpoints.training(template, together, shared=True, writes=workers.writes) as checkpoint:
        workers.require_same("texts", int(template.training["data_sha256"][:4], 16))
        workers.require_same("checkpoints", checkpoint.result.epochs)
        yield checkpoint


def _together(workers: Workers | None, validated: int = 0) -> list[keras.callbacks.Callback]:
    return [WorkersCallback(workers, validated)] if workers else []


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


def _checksum(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)  # not a copy: the text may be larger than the memory
    return digest.hexdigest()

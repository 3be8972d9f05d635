"""Training the poem network: from nothing on stateful sequences, and fine-tuning on windows.

The course's windows predict one character in forty. From nothing every character of a sequence is
predicted, which learns the same from a fortieth of the work. Rows continue with carried state; towards
the end all rows are independent windows, of which only characters with some context are scored, as in
the course.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from models import checkpoint as checkpoints
from models.checkpoint import Checkpoint, Run
from models.keras_weights import averaged_weights, get_arrays, set_arrays
from models.shakespeare.batches import POLISH, SequenceBatches, StageSettings, WindowBatches
from models.shakespeare.networks import OnIndices, SequenceModel, course_model
from models.shakespeare.poems import PoemModel
from models.shakespeare.weights import (
    APP,
    WRITING,
    Architecture,
    FineTuningSettings,
    Writing,
    fine_tuning_settings,
)
from models.shakespeare.windows import NEW_LINE, Indices, validation_rows, window_indices
from models.training import ResumableEarlyStopping, fit
from models.workers import Workers, WorkersCallback
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

VALIDATION_BATCH = 64  # rows
SAMPLE = 60  # characters
MONITOR = "val_loss"  # chooses the epoch that is kept
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
    writing: Writing = Writing(),  # noqa: B008
    patience: int | None = None,
    training: dict[str, Any] | None = None,
    extra: dict[str, Any] | None = None,
    workers: Workers | None = None,
) -> Bundle:
    """Trains a poem network from nothing; its weights are the moving averages of the best epoch.

    Args:
        main: The main text as indices.
        validation: A text of the same kind, of two characters or more. `val_loss` counts every one of them;
            the epoch where it is lowest is kept.
        vocabulary: The symbols.
        run: How the training runs; the stages have the epochs. A training that is resumed with more of them
            than it has goes on from the network that it kept, in one more stage, with the first's settings.
        other: A longer text of another kind, which is mixed in; None: none.
        stages: The stages' settings; each starts from the best network of those before. A training that is
            resumed may have others, of which only what is left counts.
        seed: The seed of initial weights, batches and dropout.
        sizes: The network's.
        writing: What the texts are.
        patience: Epochs without a lower `val_loss` after which a stage ends; None: it runs to its end.
        training: More settings to record that a resumed training must share.
        extra: What else the bundle says.
        workers: The processes that share every batch; None: this one alone.

    Returns:
        The network, with `epochs`, `kept_epoch`, `history` and `seconds` in its `training`.

    Raises:
        UserError: The workers do not divide a stage's batch; or see `models.training.fit_bundle`.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    other = main[:0] if other is None else other
    if run.resume:
        stages = _continued(bundles.load(run.folder, APP), stages, run)
    settings = {
        "seed": seed,
        "stages": [asdict(stage) for stage in stages],
        "characters": len(main),
        "data_sha256": _checksum(main, validation, other),
        **(training or {}),
    }
    more = {WRITING: writing._asdict()} if writing.lines else {}
    template = Bundle(APP, sizes.record(), vocabulary, {}, settings, (extra or {}) | more)
    held_out: tuple[Any, ...] = validation_rows(validation)
    if workers and len(held_out[0]) >= workers.count:
        held_out = tuple(part[workers.rank :: workers.count] for part in held_out)
    start = vocabulary.index.get(NEW_LINE) if writing.lines else None
    first, stopping = 0, list[ResumableEarlyStopping]()
    with _checkpoint(template, run, workers, free=("stages",)) as checkpoint:
        for number, stage in enumerate(stages):
            last, done = first + stage.epochs, checkpoint.result.epochs
            earlier = checkpoint.result.history.get(MONITOR, [])[first:last]
            stopping = [ResumableEarlyStopping(earlier, patience, MONITOR)] if patience else []
            if done < last and not any(stop.ended for stop in stopping):
                keras.utils.set_random_seed(seed)
                rows = workers.rows(stage.batch_size) if workers else None
                model = SequenceModel(
                    len(vocabulary), stage.batch_size, sizes, rows=rows, dropout=stage.dropout
                )
                compile_for_stage(model, stage)
                if workers:
                    workers.average_gradients(model.optimizer)
                if first and done == first:
                    set_arrays(checkpoint.network, model)
                fit(
                    model,
                    partial(_sequences, main, other, stage, seed, rows, start),
                    epochs=last,
                    checkpoint=checkpoint,
                    first=first,
                    before=[*_together(workers, int(held_out[2].sum())), keras.callbacks.SwapEMAWeights()],
                    callbacks=[*run.callbacks, *stopping],
                    validation_data=held_out,
                    validation_batch_size=VALIDATION_BATCH,
                )
            last = min(last, checkpoint.result.epochs)  # fewer, where it stopped early
            settings["stages"][number]["epochs"] = last - first
            first = last
        checkpoint.complete = True
        settings["ended"] = "patience" if any(stop.stopped_epoch for stop in stopping) else "epochs"
    return checkpoint.trained


def _continued(saved: Bundle, stages: Sequence[StageSettings], run: Run) -> list[StageSettings]:
    """The stages of a training that is resumed: those that it had, with what may change, and one more.

    Raises:
        UserError: The bundle does not say which stages it had, or fewer epochs are wanted than it has.
    """
    done, found = int(saved.training.get("epochs", 0)), saved.training.get("stages", 0)
    try:
        recorded = [StageSettings(**stage) for stage in found]
    except TypeError:
        raise UserError(f"the bundle {run.folder} names no stages: not resumed") from None
    wanted = stages[0] if stages else StageSettings()
    first, kept = 0, list[StageSettings]()
    for stage in recorded:
        first += stage.epochs
        kept.append(stage if first <= done else replace(stage, learning_rate=wanted.learning_rate))
    if run.epochs is None or run.epochs == first:
        return kept
    if run.epochs < first:
        raise UserError(
            f"epochs: {run.folder} has {first} epochs, expected {first + 1} or more to prolong it"
        )
    more = wanted.with_steps((run.epochs - first) * wanted.steps_per_epoch)
    return [*kept, replace(more, epochs=run.epochs - first, steps_per_epoch=wanted.steps_per_epoch)]


def _sequences(
    main: Indices,
    other: Indices,
    stage: StageSettings,
    seed: int,
    rows: slice | None,
    start: int | None,
    epoch: int,
) -> SequenceBatches:
    return SequenceBatches(main, other, stage, seed=seed, epoch=epoch, rows=rows, start=start)


def fine_tune(
    network: Bundle,
    text: Indices,
    run: Run,
    *,
    validation: Indices | None = None,
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
        validation: A text on whose windows `val_loss` is measured; the epoch where it is lowest is kept.
            None: the last epoch is.
        settings: Dropout and learning rate; None: the network's own.
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
    course = course_model(network, settings.dropout)
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
    x, y = window_indices((text[:0] if validation is None else validation).astype(np.int32), window)
    if workers and len(y) >= workers.count:
        x, y = x[workers.rank :: workers.count], y[workers.rank :: workers.count]
    count = len(y)
    measured: dict[str, Any] = {"validation_data": (x, y), "validation_batch_size": batch_size}
    with _checkpoint(template, run, workers, free=("dropout", "learning_rate")) as checkpoint:
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
            before=_together(workers, count),
            callbacks=run.callbacks,
            **(measured if count else {}),
        )
    return checkpoint.trained


@contextmanager
def _checkpoint(
    template: Bundle, run: Run, workers: Workers | None, *, free: Collection[str]
) -> Iterator[Checkpoint]:
    """The checkpoint of a training, which workers share: the first writes, and all stop together."""
    if workers is None:
        with checkpoints.training(template, run, monitor=MONITOR, free=free) as checkpoint:
            yield checkpoint
        return
    together = replace(run, stop=workers.stopped)
    writes = workers.writes
    with checkpoints.training(
        template, together, shared=True, writes=writes, monitor=MONITOR, free=free
    ) as checkpoint:
        workers.require_same("texts", int(template.training["data_sha256"][:4], 16))
        workers.require_same("checkpoints", checkpoint.result.epochs)
        yield checkpoint


class Samples(keras.callbacks.Callback):
    """Writes a sample at each of three temperatures after each epoch that ran to its end.

    Args:
        like: A bundle of the model's architecture, vocabulary and texts.
        show: Takes each temperature and what was written.
    """

    temperatures = (0.5, 0.7, 1.0)

    def __init__(self, like: Bundle, show: Callable[[float, str], None]) -> None:
        super().__init__()
        self.like, self.show = like, show

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Writes with the averaged weights."""
        with averaged_weights(self.model):
            model = PoemModel(replace(self.like, weights=get_arrays(self.model)))
        for temperature in self.temperatures:
            written = model.complete("\n", length=SAMPLE, temperature=temperature, seed=epoch)
            self.show(temperature, written.strip())


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

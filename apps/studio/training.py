"""Trains networks with Keras for the studio: each step is reported as an event, and an event stops it.

Every function trains through the public training function of its app, as the commands do, with one more
callback, `TrainingEvents`, and the `stop` of their `Run`.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np

from apps.studio import materials
from apps.studio.materials import Material
from apps.studio.runs import FINE_TUNING_CHARACTERS, Emit, Event, Plan
from data import emoji, sonnets
from models import emojify, jazz, shakespeare
from models.checkpoint import Run
from models.comparison.sizes import NAMES
from models.comparison.tasks import name_task, text_task
from models.comparison.training import train as train_network
from models.emojify.dataset import Dataset
from models.emojify.training import LEARNT_EMBEDDING
from models.shakespeare import weights
from models.shakespeare.batches import StageSettings
from models.shakespeare.weights import PRETRAINED, fine_tuning_settings
from models.training import Logs
from music import audio

EVERY_SECONDS = 0.25  # between two losses within an epoch
MEASURES = 8  # of a jazz network's solo
SHOWN_LABELS = 5  # of an emoji network's own, a sentence each
# Of poems that are learnt from nothing: short enough to be watched.
STEPS_PER_EPOCH, BATCH_SIZE, WARMUP_STEPS = 25, 32, 20


def train(plan: Plan, folder: Path, *, emit: Emit, stop: threading.Event, resume: bool = False) -> None:
    """Trains a network of jazz, poems or emoji and writes its bundle.

    Args:
        plan: What is trained, and how.
        folder: The bundle's folder.
        emit: Called with an event, a dictionary that JSON can express:
            {"event": "loss", "epoch": 1.25, "loss": 2.3} within an epoch,
            {"event": "epoch", "epoch": 2, "loss": 2.1, ...} with the metrics after it, and
            {"event": "sample", "epoch": 2, "lines": [...]} with what the network makes by then.
        stop: Set from another thread, ends the training after its batch.
        resume: Whether to continue the training in the folder, up to `plan.epochs`.

    Raises:
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
        UserError: The material cannot be read, the loss is not finite, or the training cannot be resumed.
    """
    trainings = {"jazz": _train_jazz, "shakespeare": _train_poems, "emojify": _train_emoji}
    run = Run(folder, plan.epochs, resume, every_seconds=0, stop=stop)
    trainings[plan.material.app](plan, run, emit)


def compare(
    material: Material, *, epochs: int, parameters: int, seed: int, emit: Emit, stop: threading.Event
) -> None:
    """Trains an RNN, an LSTM and a GRU of one size on names or a text.

    Args:
        material: The names or the text.
        epochs: Passes over the training examples.
        parameters: Weights of each network, about.
        seed: For the split of the names, initial weights and order.
        emit: Called with {"event": "network", "kind": "rnn", "title": "RNN", "units": 52}
            before each, and then with the events of `train` that have its "kind": the metrics are "loss",
            the mean of the epoch, and "val_loss", in nats a character.
        stop: Set from another thread, ends the training after its batch.

    Raises:
        KeyboardInterrupt: It was stopped.
        UserError: The material cannot be read, or is too little; or the loss is not finite.
    """
    if material.app == "dinos":
        found = materials.read_names(material)
        task = name_task(found.names, found.vocabulary, found.name, seed)
    else:
        task = text_task(materials.read_verse(material).text, material.title)
    task = replace(task, epochs=epochs, parameters=parameters)
    for kind, n_a in task.units.items():
        emit({"event": "network", "kind": kind, "title": NAMES[kind], "units": n_a})
        events = TrainingEvents(partial(_emit_of_kind, emit, kind))
        train_network(kind, n_a, seed=seed, callbacks=[events], stop=stop, **task.settings)


def write_solo(folder: Path, path: Path, *, seed: int = 1) -> None:
    """Writes a solo over the first measures that a jazz network was trained on as WAV.

    Args:
        folder: The network's bundle.
        path: The file.
        seed: For every choice.
    """
    network = jazz.load(folder)
    changes = network.changes
    if changes is not None:
        changes = replace(changes, measures=changes.measures[:MEASURES])
    improvisation = network.improvise(changes, seed=seed)
    audio.write_wav(path, improvisation.perform())


def _emit_of_kind(emit: Emit, kind: str, event: Event) -> None:
    emit({**event, "kind": kind})


class TrainingEvents(keras.callbacks.Callback):
    """Reports a training: its loss within every epoch, and the metrics and a sample after it.

    Args:
        emit: Sends an event to the page.
        sample: Makes the lines of a sample; it is called after each epoch.
    """

    def __init__(self, emit: Emit, sample: Callable[[], list[str]] | None = None) -> None:
        super().__init__()
        self.emit, self.sample = emit, sample
        self._emitted = 0.0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._epoch, self._batches, self._reported = epoch, 0, (0, 0.0)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Reports the mean loss of the batches since the last report, now and then."""
        self._batches = batch + 1
        steps = self.params.get("steps")
        if steps is None or self._batches >= steps or time.monotonic() - self._emitted < EVERY_SECONDS:
            return
        total = float((logs or {})["loss"]) * self._batches  # the log is the mean of the epoch so far
        before, total_before = self._reported
        loss = (total - total_before) / (self._batches - before)
        self._reported, self._emitted = (self._batches, total), time.monotonic()
        if math.isfinite(loss):
            epoch = self._epoch + self._batches / steps
            self.emit({"event": "loss", "epoch": round(epoch, 3), "loss": round(loss, 4)})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Reports a whole epoch's metrics, and then a sample."""
        steps, metrics = self.params.get("steps"), _metrics(logs)
        if (steps is not None and self._batches < steps) or not metrics:
            return
        self._emitted = time.monotonic()
        self.emit({"event": "epoch", "epoch": epoch + 1, **metrics})
        if self.sample is not None:
            self.emit({"event": "sample", "epoch": epoch + 1, "lines": self.sample()})


def _metrics(logs: Logs) -> dict[str, float]:
    """The metrics that the page shows, under one name in all apps; none if one is not finite."""
    names = {"loss": "loss", "val_loss": "val_loss", "validation_loss": "val_loss", "accuracy": "accuracy"}
    found = {names[name]: round(float(value), 4) for name, value in (logs or {}).items() if name in names}
    return found if all(map(math.isfinite, found.values())) else {}


def _train_jazz(plan: Plan, run: Run, emit: Emit) -> None:
    solo, examples = materials.read_solo(plan.material)
    jazz.train(
        examples.X,
        examples.Y,
        examples.vocabulary,
        replace(run, callbacks=[TrainingEvents(emit)]),
        seed=plan.seed,
        changes=solo.changes,
    )


def _train_poems(plan: Plan, run: Run, emit: Emit) -> None:
    text = materials.read_verse(plan.material).text
    network = weights.load()
    indices = np.array(network.vocabulary.encode(text), np.int32)

    def sample() -> list[str]:
        poem: str = shakespeare.load(run.folder).complete(length=160, lines=2, temperature=0.7, seed=1)
        return poem.splitlines()

    run = replace(run, callbacks=[TrainingEvents(emit, sample)])
    if plan.start == "pretrained":
        settings = fine_tuning_settings(network, PRETRAINED)
        if plan.learning_rate is not None:
            settings = settings._replace(learning_rate=plan.learning_rate)
        shakespeare.fine_tune(
            network,
            indices[:FINE_TUNING_CHARACTERS],
            run,
            settings=settings,
            seed=plan.seed,
        )
        return
    training, held_out = sonnets.split(indices)
    stage = StageSettings(
        batch_size=BATCH_SIZE,
        steps_per_epoch=STEPS_PER_EPOCH,
        learning_rate=plan.learning_rate or 4e-3,
        warmup_steps=WARMUP_STEPS,
    )
    shakespeare.train(
        training,
        held_out,
        network.vocabulary,
        run,
        stages=[stage.with_steps(STEPS_PER_EPOCH * plan.epochs)],
        seed=plan.seed,
    )


def _train_emoji(plan: Plan, run: Run, emit: Emit) -> None:
    dataset = materials.read_sentences(plan.material)
    sentences = _unseen_sentences() if dataset.labels == emoji.EMOJI else _sentences_of_each_label(dataset)

    def sample() -> list[str]:
        predictions = emojify.load(run.folder).predict(sentences)
        return [f"{text} {found.emoji}" for text, found in zip(sentences, predictions, strict=True)]

    rate = plan.learning_rate or LEARNT_EMBEDDING.learning_rate
    emojify.train_v2(
        dataset,
        replace(run, callbacks=[TrainingEvents(emit, sample)]),
        settings=replace(LEARNT_EMBEDDING, learning_rate=rate),
        seed=plan.seed,
    )


def _sentences_of_each_label(dataset: Dataset) -> list[str]:
    """A sentence of each of the first labels, where there are no others than those that are trained on."""
    return [dataset.X[int(np.argmax(label == dataset.Y))] for label in np.unique(dataset.Y)[:SHOWN_LABELS]]


def _unseen_sentences() -> list[str]:
    """For each of the five emoji a bundled sentence that is not for training."""
    X, Y = emoji.read_csv(emoji.BUNDLED_TEST)
    return [X[int(np.argmax(label == Y))] for label in range(len(emoji.EMOJI))]

"""The course's exercise: train one epoch further, ask for a beginning, write; and the verb `evaluate`."""

import argparse
import logging
import time
from typing import Any

import numpy as np

from apps.shakespeare.complete import asked_prompt, make_reader, write_poems
from data import sonnets
from data.sonnets import VOCABULARY
from models.epochs import train_epoch
from models.shakespeare import evaluation as shakespeare_measures
from models.shakespeare import predictors as shakespeare_writing
from models.shakespeare import weights as shakespeare_weights
from models.shakespeare.course import BLANK, LENGTH, on_epoch_end, window_indices
from models.shakespeare.predictors import Choice, Reader, uniforms, write
from utils import bundle, cli, plots
from utils.bundle import Bundle
from utils.errors import UserError
from utils.progress import progress

logger = logging.getLogger("cadenza")

POEMS = 64  # written to count their words


def exercise(options: argparse.Namespace) -> int:
    """No verb: trains further, asks, writes."""
    network = shakespeare_weights.load(options.weights, VOCABULARY)
    seed = cli.chosen_seed(options.seed)
    if not options.no_finetune:
        network = finetune(network, seed, options)
    prompt = asked_prompt(None)
    print("\n\nHere is your poem: \n")
    write_poems(make_reader(network, options), prompt, seed, options)
    return 0


def finetune(network: Bundle, seed: int, options: argparse.Namespace) -> Bundle:
    """Trains on all windows of the text, and keeps what is done when it is stopped.

    Returns:
        The network after it, with the figures of the further training beside those it had.

    Raises:
        UserError: The text cannot be read, or is shorter than a window.
        KeyboardInterrupt: Ctrl-C, when the network has been saved.
    """
    text = _text(options)
    window = network.architecture["window"]
    x, y = window_indices(np.array(VOCABULARY.encode(text.text)), window)
    if not len(y):
        raise UserError(
            f"{text.name} has {len(text.text)} characters; more than a window of {window} are wanted"
        )
    logger.info(f"training on {text.name}: {len(y)} windows")
    training = _Training(network, seed, options)
    started = time.monotonic()
    stopped = False
    try:
        training.fit(x, y)
    except KeyboardInterrupt:
        stopped = True
    figures = {"texts": [text.name], "losses": training.losses, "seconds": time.monotonic() - started}
    tuned = training.bundle(figures)
    folder = options.save or (options.out / "stopped" if stopped else None)
    if folder:
        bundle.save(tuned, folder)
        logger.info(f"the network that was trained further: {folder}")
    if stopped:
        raise KeyboardInterrupt
    if training.losses:
        path = options.out / "loss.png"
        plots.loss_curve(path, {"training": training.losses}, f"Trained further on {text.name}")
        logger.info(f"the loss: {path}")
    return tuned


class _Training:
    """A model that learns the windows, with a bar for its batches and a sample for its epochs."""

    def __init__(self, network: Bundle, seed: int, options: argparse.Namespace) -> None:
        from models.shakespeare import networks as shakespeare_keras
        from utils.backend import keras

        self._keras, self._network, self._options = shakespeare_keras, network, options
        keras().utils.set_random_seed(seed)
        self._generator = np.random.default_rng(seed)
        self._further = shakespeare_weights.further(network, options.weights)
        self._model = shakespeare_keras.course_model(network, self._further.dropout)
        self.losses: list[float] = []

    def fit(self, x: Any, y: Any) -> None:
        """All epochs."""
        options = self._options
        model = self._keras.compile_on_indices(self._model, self._further.rate)
        batches = -(-len(y) // options.batch)
        with progress("training", batches * options.epochs) as advance:
            for epoch in range(options.epochs):
                steps = train_epoch(model, x, y, options.batch, self._generator)
                for done, loss in enumerate(steps, epoch * batches + 1):
                    advance(done, f"loss {loss:.3f}")
                self._epoch_ended(epoch, {"loss": loss})

    def bundle(self, figures: dict[str, Any]) -> Bundle:
        """The weights as they are now."""
        return self._keras.to_bundle(
            self._model, self._network, self._network.training | {"further": figures}
        )

    def _epoch_ended(self, epoch: int, logs: dict[str, float]) -> None:
        self.losses.append(float(logs["loss"]))
        predictor = _reader(self.bundle({}), self._options.state)
        line = on_epoch_end(epoch, logs, predictor, VOCABULARY, self._generator)
        logger.info(line)


def evaluate(options: argparse.Namespace) -> int:
    """The verb `evaluate`: nats a character and accuracy, by windows and with the state carried.

    Raises:
        UserError: The network or the text cannot be read, or the text is shorter than a window.
    """
    network = shakespeare_weights.load(options.weights, VOCABULARY)
    text = _text(options)
    training, held_out = sonnets.split(text.text)
    part = {"held-out": held_out, "training": training, "all": text.text}[options.part]
    window = network.architecture["window"]
    if len(part) <= window:
        raise UserError(f"{text.name} has {len(part)} characters to measure; more than {window} are wanted")
    ways = ("window", "carried") if options.state is None else (options.state,)
    figures = shakespeare_measures.measure(network, np.array(VOCABULARY.encode(part)))
    print(f"{text.name}, {options.part}: {len(part)} characters, {figures['windows']} windows")
    for way in ways:
        nats, accuracy = figures[f"{way}_nats"], figures[f"{way}_accuracy"]
        print(f"{way:8}  {nats:.4f} nats a character  accuracy {accuracy:.4f}")
    if options.words:
        _count_words(network, training, options)
    return 0


def _count_words(network: Bundle, training: str, options: argparse.Namespace) -> None:
    """Writes poems at three temperatures, and says how many of their words the training text has."""
    plays = None if options.corpus else sonnets.plays(options.data_dir)
    known = set(shakespeare_measures.words(f"{training} {plays.text if plays else ''}"))
    reader = _reader(network, options.state)
    numbers = uniforms(options.seed or 0, POEMS, LENGTH)
    for temperature in (0.5, 0.7, 1.0):
        steps = write(reader, VOCABULARY.encode(BLANK), numbers, Choice(temperature))
        chosen = np.stack([indices for indices, _ in steps], axis=1)
        poems = ["".join(VOCABULARY.decode(row)) for row in chosen.tolist()]
        share, count = shakespeare_measures.known_words(poems, known)
        print(f"temperature {temperature}: {share:.2%} of {count} words are in the training text")


def _text(options: argparse.Namespace) -> sonnets.Text:
    text = sonnets.corpus(options.corpus) if options.corpus else sonnets.sonnets(options.data_dir)
    if text.notice():
        logger.info(str(text.notice()))
    return text


def _reader(network: Bundle, state: str | None) -> Reader:
    return shakespeare_writing.reader(network, state or network.architecture["state"])

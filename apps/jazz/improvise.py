"""What python -m apps.jazz does between its flags and its files: training and improvising."""

import argparse
import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.solos import reading as solos
from models.engine.engine import Engine
from models.jazz import improviser
from models.jazz import networks as jazz
from models.jazz import training as jazz_training
from models.jazz.improviser import ChordSet, Improvisation
from utils import bundle as bundles
from utils import plots, resuming
from utils.bundle import OPTIMIZER, Bundle
from utils.errors import UserError
from utils.music import grammar
from utils.music.harmony import Chord
from utils.progress import progress

logger = logging.getLogger("cadenza")

APP = "jazz"
SAVE_EVERY = 10.0  # seconds between the saves of a training run


@dataclass(frozen=True)
class Outcome:
    """How a training run ended."""

    folder: Path
    epochs: int
    interrupted: bool = False
    problem: str = ""


def improvise(options: argparse.Namespace, seed: int) -> tuple[Improvisation, str]:
    """Plays a solo as the options say.

    Returns:
        The solo, and the name of the piece whose chords it is played over.

    Raises:
        UserError: The bundle or the piece cannot be read.
    """
    bundle = bundles.load(options.bundle, APP)
    engine = _engine(bundle, options.bundle, options.engine)
    if options.midi is None:
        _refuse_track_options(options)
        chord_sets, title = _chord_sets(bundle, options.bundle), str(bundle.extra.get("piece", ""))
    else:
        solo = _read_solo(options)
        chord_sets, title = solo.chord_sets(), solo.name
    played = improviser.improvise(
        engine,
        bundle.vocabulary,
        chord_sets * options.choruses,
        np.random.default_rng(seed),
        temperature=options.temperature,
        greedy=options.greedy,
        tempo=options.tempo,
    )
    return played, title


def train(options: argparse.Namespace) -> Outcome:
    """Trains on a solo; Ctrl-C, an exploding loss and a killed run all leave the epochs done.

    Raises:
        UserError: The solo cannot be read, or the bundle to go on from does not fit it.
    """
    solo = _read_solo(options)
    run = _Run(solo, options)
    stopped, problem = False, ""
    with progress("training", options.epochs) as advance:
        advance(run.epochs, run.figure)
        try:
            while run.epochs < options.epochs and not problem:
                problem = run.epoch()
                advance(run.epochs, run.figure)
        except KeyboardInterrupt:
            stopped = True
    run.finish()
    return Outcome(options.out, run.epochs, stopped, problem)


class _Run:
    """One training run: the network, what is kept of it after every epoch, and where it is saved."""

    def __init__(self, solo: solos.Solo, options: argparse.Namespace) -> None:
        self.solo, self.folder = solo, options.out
        self.asked_seed, self.seed = options.seed, options.seed or 0
        self.decay, self.seconds, self.losses = options.decay, 0.0, list[float]()
        old = self._old_bundle() if options.resume else None
        X, Y = solos.training_examples(solo.flat_tokens, solo.vocabulary)
        if old is None:
            shared = jazz.shared_layers(len(solo.vocabulary), seed=self.seed)
        else:
            shared = jazz.layers_from_bundle(old, self.folder)
        self.trainer = jazz_training.Trainer(shared, X, Y, seed=self.seed, decay=self.decay)
        if old is not None:
            self.trainer.restore_optimizer(old.optimizer(), self.folder)
            logger.info(f"going on after {self.epochs} epochs")
        self._kept = self._arrays()
        self._saved_at, self._saved_epochs = time.monotonic(), self.epochs

    @property
    def epochs(self) -> int:
        """Epochs done."""
        return len(self.losses)

    @property
    def figure(self) -> str:
        """The last loss, for the progress bar."""
        return f"loss {self.losses[-1]:.3f}" if self.losses else ""

    def epoch(self) -> str:
        """Trains one epoch and keeps its weights; returns what went wrong, or nothing."""
        started = time.monotonic()
        loss = self.trainer.epoch(self.epochs)
        if not math.isfinite(loss):
            return f"the loss of epoch {self.epochs + 1} is {loss}; {self.folder} keeps the epochs before it"
        self._kept = self._arrays()
        self.losses.append(loss)
        self.seconds += time.monotonic() - started
        if time.monotonic() - self._saved_at > SAVE_EVERY:
            self.save()
        return ""

    def save(self) -> None:
        """Writes the bundle as of the last whole epoch."""
        bundles.save(self._bundle(), self.folder)
        self._saved_at, self._saved_epochs = time.monotonic(), self.epochs

    def finish(self) -> None:
        """Saves what is not saved yet, and draws the losses."""
        if self.epochs > self._saved_epochs:
            self.save()
        if self.losses:
            title = f"Jazz network on {self.solo.name}"
            plots.loss_curve(
                self.folder / "loss.png", {"training": self.losses}, title, y_label="loss (nats)"
            )

    def _old_bundle(self) -> Bundle:
        """The bundle to go on from, if it fits the solo."""
        old = bundles.load(self.folder, APP)
        if old.vocabulary != self.solo.vocabulary:
            raise UserError(
                f"the bundle {self.folder} knows {len(old.vocabulary)} tokens, and {self.solo.name} has "
                f"{len(self.solo.vocabulary)} others; --resume needs the solo it was trained on"
            )
        _, n_a = jazz.check_bundle(old, self.folder)
        if n_a != jazz.N_A:
            raise UserError(f"the bundle {self.folder} has {n_a} hidden units; {jazz.N_A} are wanted")
        self.losses = resuming.losses(old, self.folder)
        self.seed = resuming.seed(old, self.folder, self.asked_seed)
        self.decay = resuming.figure(old, "decay", self.folder)
        self.seconds = resuming.figure(old, "seconds", self.folder)
        return old

    def _arrays(self) -> bundles.Arrays:
        optimizer = self.trainer.optimizer_arrays()
        return {
            **jazz.network_arrays(self.trainer.shared),
            **{OPTIMIZER + name: array for name, array in optimizer.items()},
        }

    def _bundle(self) -> Bundle:
        training = {
            "epochs": self.epochs,
            "losses": [round(loss, 6) for loss in self.losses],
            "seconds": round(self.seconds, 1),
            "seed": self.seed,
            "decay": self.decay,
            "tokens": len(self.solo.flat_tokens),
        }
        chord_sets = [
            [length, [[chord.onset, list(chord.pitches)] for chord in chords]]
            for length, chords in self.solo.chord_sets()
        ]
        return Bundle(
            APP,
            {"n_a": jazz.N_A, "n_values": len(self.solo.vocabulary)},
            self.solo.vocabulary,
            self._kept,
            training,
            {"piece": self.solo.name, "chord_sets": chord_sets},
        )


def describe(solo: Improvisation) -> str:
    """What the solo is like, in figures, on one line."""
    return improviser.describe(solo)


def _read_solo(options: argparse.Namespace) -> solos.Solo:
    solo = solos.read_solo(
        options.midi or solos.BUNDLED,
        melody_track=options.melody_track,
        chord_track=options.chord_track,
        measures=options.measures,
    )
    for text in solo.notices:
        logger.info(text)
    return solo


def _refuse_track_options(options: argparse.Namespace) -> None:
    for name in ("melody_track", "chord_track", "measures"):
        if getattr(options, name) is not None:
            raise UserError(
                f"--{name.replace('_', '-')} says what to take from a piece: give --midi FILE too"
            )


def _engine(bundle: Bundle, where: Path, kind: str) -> Any:
    jazz.check_bundle(bundle, where)
    for token in bundle.vocabulary.symbols:
        _check_token(token, where)
    if kind == "keras":
        return jazz.KerasEngine(jazz.layers_from_bundle(bundle, where))
    return Engine.from_bundle(bundle, where)


def _check_token(token: str, where: Path) -> None:
    """Refuses what is no token, before one of them is drawn and played."""
    try:
        grammar.parse_token(token)
    except UserError as error:
        raise UserError(f"the bundle {where} has a bad vocabulary: {error}") from None


def _chord_sets(bundle: Bundle, where: Path) -> list[ChordSet]:
    """The chords that a bundle was trained over, checked, for bundles are other people's files."""
    try:
        found = [
            (
                float(length),
                [Chord(float(onset), tuple(_midi_number(p) for p in pitches)) for onset, pitches in chords],
            )
            for length, chords in bundle.extra["chord_sets"]
        ]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise UserError(
            f"the bundle {where} has no good chord_sets; give --midi FILE for the chords"
        ) from None
    for length, chords in found:
        good = 0.25 <= length <= 64 and chords and all(chord.pitches for chord in chords)
        if not good or not all(0 <= chord.onset < length for chord in chords):
            raise UserError(
                f"the bundle {where} has a measure without good chords; give --midi FILE for the chords"
            )
    if not 1 <= len(found) <= solos.MOST_MEASURES:
        raise UserError(
            f"the bundle {where} has chords for {len(found)} measures; 1 to {solos.MOST_MEASURES} are wanted"
        )
    return found


def _midi_number(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= 127:
        raise ValueError("a pitch must be 0 to 127")
    return value

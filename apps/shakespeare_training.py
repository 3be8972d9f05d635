"""The verb `train` of apps.shakespeare: texts, recipe, checkpoints, the bundle and its figures."""

import argparse
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from data import sonnets
from models import shakespeare_measures, shakespeare_weights
from models.shakespeare_rows import Indices, Recipe, RunningRows, WindowRecipe, WindowRows
from models.shakespeare_training import Trainer
from models.shakespeare_writing import TX
from utils import bundle, cli, plots
from utils.errors import UserError
from utils.vocabulary import Vocabulary

VOCABULARY = Vocabulary(sonnets.ALPHABET)
CHECKPOINT = "unfinished"
SEED = 1  # without --seed the same network comes out every time
REPORT = 100  # steps from one validation to the next


def train(arguments: argparse.Namespace) -> int:
    """Trains, keeps checkpoints, writes the bundle and prints its figures."""
    checkpoint = arguments.out / CHECKPOINT
    saved = bundle.load(checkpoint, shakespeare_weights.APP) if arguments.resume else None
    seed = saved.training.get("seed", SEED) if saved else arguments.seed
    seed = SEED if seed is None else seed
    main, other, names = _texts(arguments)
    fit, held_out = sonnets.split(main)
    trainer, about = _trainer(arguments, fit, other, seed)
    about |= {"seed": seed, "texts": names, "characters": len(fit), "other_characters": len(other)}
    if saved:
        _restore(trainer, saved, about, checkpoint)
    try:
        _run(trainer, checkpoint, about, arguments)
    except KeyboardInterrupt:
        _save_checkpoint(trainer, checkpoint, about)
        cli.notice(f"stopped after step {trainer.progress.step}; go on with --resume", arguments.quiet)
        raise
    _finish(trainer, arguments, about, held_out)
    return 0


def _texts(arguments: argparse.Namespace) -> tuple[str, str, list[str]]:
    """The main text, the other text, and what they are."""
    if arguments.corpus:
        texts = [sonnets.corpus(arguments.corpus)]
    else:
        found = [sonnets.sonnets(arguments.data_dir), sonnets.plays(arguments.data_dir)]
        texts = [text for text in found if text is not None]
    if arguments.start:
        texts = texts[:1]
    for text in texts:
        cli.notice(f"trains on {text.name}, {len(text.text)} characters", arguments.quiet)
        if text.notice():
            cli.notice(str(text.notice()), arguments.quiet)
    other = texts[1].text if len(texts) > 1 else ""
    if len(texts[0].text) < 10 * TX:
        raise UserError(f"{texts[0].name} has {len(texts[0].text)} characters; {10 * TX} or more are wanted")
    return texts[0].text, other, [text.name for text in texts]


def _trainer(
    arguments: argparse.Namespace, fit: str, other: str, seed: int
) -> tuple[Trainer, dict[str, Any]]:
    """The training that the options ask for, and what is written down about it."""
    rows: RunningRows | WindowRows
    if arguments.start:
        start = shakespeare_weights.load(arguments.start, VOCABULARY)
        text = _indices(fit)
        windows = len(range(0, len(text) - TX, 3))
        rows = WindowRows(text, WindowRecipe(windows, arguments.epochs, seed=seed))
        architecture, network, validation = start.architecture, start.network(), _indices("")
    else:
        recipe = Recipe(seed=seed)
        recipe = replace(recipe, steps=arguments.steps or recipe.steps)
        main, held = sonnets.split(fit)
        rows = RunningRows(_indices(main), _indices(other), recipe)
        architecture, network, validation = shakespeare_weights.architecture("carried"), None, _indices(held)
    trainer = Trainer(
        rows,
        validation,
        len(VOCABULARY),
        network,
        architecture["recurrent_activation"],
        architecture["units"],
    )
    return trainer, {"recipe": asdict(rows.recipe), "architecture": architecture}


def _run(trainer: Trainer, checkpoint: Path, about: dict[str, Any], arguments: argparse.Namespace) -> None:
    """All steps that are left, with a checkpoint every now and then."""
    steps, progress = trainer.recipe.steps, trainer.progress
    clock = saved_at = time.monotonic()
    with cli.progress("training", steps, arguments.quiet) as advance:
        while progress.step < steps:
            trainer.run_step()
            now = time.monotonic()
            progress.seconds, clock = progress.seconds + now - clock, now
            if progress.step % REPORT == 0 or progress.step == steps:
                print(_line(trainer), flush=True)
            advance(progress.step)
            if now - saved_at > arguments.save_every:
                _save_checkpoint(trainer, checkpoint, about)
                saved_at = now


def _line(trainer: Trainer) -> str:
    nats, progress = trainer.validate(), trainer.progress
    training = progress.curve[-1][1]
    return (
        f"step {progress.step}  training {training:.4f}  validation {nats:.4f}  "
        f"best {progress.best:.4f}  {progress.seconds:.0f} s"
    )


def _indices(text: str) -> Indices:
    return np.array(VOCABULARY.encode(text), dtype=np.int32)


def _save_checkpoint(trainer: Trainer, checkpoint: Path, about: dict[str, Any]) -> None:
    arrays = {f"{bundle.OPTIMIZER}{name}": array for name, array in trainer.arrays().items()}
    training = about | {"progress": asdict(trainer.progress)}
    network = bundle.Bundle(
        shakespeare_weights.APP, about["architecture"], VOCABULARY, trainer.best | arrays, training
    )
    bundle.save(network, checkpoint)


def _restore(trainer: Trainer, saved: bundle.Bundle, about: dict[str, Any], where: Path) -> None:
    for name in ("recipe", "architecture", "characters", "other_characters"):
        if saved.training.get(name) != _as_json(about[name]):
            raise UserError(f"the training at {where} has another {name}; start it again without --resume")
    try:
        trainer.restore(saved.optimizer(), saved.training["progress"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"the training at {where} was changed: {error}; start it without --resume") from None


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_json(item) for name, item in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _finish(trainer: Trainer, arguments: argparse.Namespace, about: dict[str, Any], held_out: str) -> None:
    """Writes the bundle and the curve, measures, and removes the checkpoint."""
    progress = asdict(trainer.progress)
    architecture = about.pop("architecture")
    training = about | {name: progress[name] for name in ("step", "seconds", "best", "best_step", "curve")}
    network = bundle.Bundle(shakespeare_weights.APP, architecture, VOCABULARY, trainer.best, training)
    training["held_out"] = shakespeare_measures.measure(network, _indices(held_out))
    bundle.save(network, arguments.out)
    curve = progress["curve"]
    curves = {"training": [row[1] for row in curve]}
    if trainer.validation.size:
        curves["validation"] = [row[2] for row in curve]
    picture = arguments.out / "loss.png"
    title = f"Shakespeare: {', '.join(about['texts'])}"
    plots.loss_curve(picture, curves, title, "step", "nats a character", REPORT, REPORT)
    shutil.rmtree(arguments.out / CHECKPOINT, ignore_errors=True)
    held = training["held_out"]
    print(
        f"held out: {held['window_nats']:.4f} nats a character by windows, "
        f"{held['carried_nats']:.4f} with the state carried ({held['windows']} windows)"
    )
    print(arguments.out)
    print(picture)

"""The verb `train` of apps.shakespeare: texts, recipe, checkpoints, the bundle and its figures."""

import argparse
import json
import logging
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from data import sonnets
from data.sonnets import VOCABULARY
from models.shakespeare import evaluation as shakespeare_measures
from models.shakespeare import weights as shakespeare_weights
from models.shakespeare.batches import POLISH, Indices, Recipe, RunningRows, WindowRecipe, WindowRows
from models.shakespeare.course import STRIDE
from models.shakespeare.predictors import TX
from models.shakespeare.training import Trainer
from utils import bundle, plots, resuming
from utils.errors import UserError
from utils.progress import progress as progress_bar

logger = logging.getLogger("cadenza")

# For whoever trains our network further: an epoch with the course's dropout and rate takes the held-out text
# from 1.37 to 1.41 nats a character, one with these leaves it where it is.
FURTHER = shakespeare_weights.Further(dropout=0.25, rate=3e-4)
CHECKPOINT = "unfinished"
SEED = 1  # without --seed the same network comes out every time


def train(options: argparse.Namespace) -> int:
    """Trains, keeps checkpoints, writes the bundle and prints its figures."""
    checkpoint = options.out / CHECKPOINT
    saved = bundle.load(checkpoint, shakespeare_weights.APP) if options.resume else None
    seed = SEED if options.seed is None else options.seed
    if saved and "seed" in saved.training:
        seed = resuming.seed(saved, checkpoint, options.seed)
    main, other, names = _texts(options)
    fit, held_out = sonnets.split(main)
    start = shakespeare_weights.load(options.start, VOCABULARY) if options.start else None
    further = shakespeare_weights.further(start, options.start) if start else FURTHER
    recipes = _recipes(options, fit, other, further, seed)
    about: dict[str, Any] = {
        "seed": seed,
        "texts": names,
        "characters": len(fit),
        "other_characters": len(other),
        "recipes": [asdict(recipe) for recipe in recipes],
        "architecture": start.architecture if start else shakespeare_weights.architecture("carried"),
        "stages": [],
    }
    if saved:
        _check_the_same(saved, about, checkpoint)
    network = start.network() if start else None
    for recipe in recipes[len(about["stages"]) :]:
        trainer = _trainer(recipe, fit, other, network, about["architecture"])
        if saved:
            _restore(trainer, saved, checkpoint)
            saved = None
        _run_or_keep(trainer, checkpoint, about, options)
        about["stages"].append(_figures(trainer))
        network = trainer.best
    about["further"] = further._asdict()
    _finish(network or {}, options, about, held_out)
    return 0


def _texts(options: argparse.Namespace) -> tuple[str, str, list[str]]:
    """The main text, the other text, and what they are."""
    if options.corpus:
        texts = [sonnets.corpus(options.corpus)]
    else:
        found = [sonnets.sonnets(options.data_dir), sonnets.plays(options.data_dir)]
        texts = [text for text in found if text is not None]
    if options.start:
        texts = texts[:1]
    for text in texts:
        about = f"{text.name}, {len(text.text)} characters"
        held = ", the last tenth held out" if text is texts[0] else ""
        logger.info(f"trains on {about}{held}")
        if text.notice():
            logger.info(str(text.notice()))
    other = texts[1].text if len(texts) > 1 else ""
    if len(texts[0].text) < 10 * TX:
        raise UserError(f"{texts[0].name} has {len(texts[0].text)} characters; {10 * TX} or more are wanted")
    return texts[0].text, other, [text.name for text in texts]


def _recipes(
    options: argparse.Namespace, fit: str, other: str, further: shakespeare_weights.Further, seed: int
) -> list[Recipe] | list[WindowRecipe]:
    """The stages of the training that the options ask for."""
    if options.start:
        windows = len(range(0, len(fit) - TX, STRIDE))
        return [WindowRecipe(windows, options.epochs, seed=seed, **further._asdict())]
    recipe = Recipe(seed=seed)
    steps = options.steps or recipe.steps
    polish = max(1, POLISH.steps * steps // recipe.steps)
    recipes = [replace(recipe, steps=steps), replace(POLISH, steps=polish, seed=seed)]
    return recipes if other else recipes[:1]


def _trainer(
    recipe: Recipe | WindowRecipe, fit: str, other: str, network: Any, architecture: dict[str, Any]
) -> Trainer:
    """The training of one stage, from the weights of the one before."""
    rows: RunningRows | WindowRows
    if isinstance(recipe, WindowRecipe):
        rows, validation = WindowRows(_indices(fit), recipe), ""
    else:
        main, validation = sonnets.split(fit)
        rows = RunningRows(_indices(main), _indices(other), recipe)
    gates, units = architecture["recurrent_activation"], architecture["units"]
    return Trainer(rows, _indices(validation), len(VOCABULARY), network, gates, units)


def _run_or_keep(
    trainer: Trainer, checkpoint: Path, about: dict[str, Any], options: argparse.Namespace
) -> None:
    """Runs a stage; when it is stopped, it is kept."""
    try:
        _run(trainer, checkpoint, about, options)
    except KeyboardInterrupt:
        _save_checkpoint(trainer, checkpoint, about)
        logger.warning(f"stopped after step {trainer.progress.step}; go on with --resume")
        raise


def _run(trainer: Trainer, checkpoint: Path, about: dict[str, Any], options: argparse.Namespace) -> None:
    """All steps that are left, with a checkpoint every now and then."""
    steps, progress = trainer.recipe.steps, trainer.progress
    clock = saved_at = time.monotonic()
    with progress_bar("training", steps) as advance:
        while progress.step < steps:
            trainer.run_step()
            now = time.monotonic()
            progress.seconds, clock = progress.seconds + now - clock, now
            if progress.step % trainer.recipe.report == 0 or progress.step == steps:
                print(_line(trainer), flush=True)
            advance(progress.step)
            if now - saved_at > options.save_every:
                _save_checkpoint(trainer, checkpoint, about)
                saved_at = now


def _line(trainer: Trainer) -> str:
    """Measures, and says what came out; without a validation text the steps are epochs."""
    nats, progress, recipe = trainer.validate(), trainer.progress, trainer.recipe
    training = f"training {progress.curve[-1][1]:.4f}"
    if isinstance(recipe, WindowRecipe):
        return f"epoch {progress.step // recipe.batches}  {training}  {progress.seconds:.0f} s"
    validation = f"validation {nats:.4f}  best {progress.best:.4f}"
    return f"step {progress.step}  {training}  {validation}  {progress.seconds:.0f} s"


def _indices(text: str) -> Indices:
    return np.array(VOCABULARY.encode(text), dtype=np.int32)


def _save_checkpoint(trainer: Trainer, checkpoint: Path, about: dict[str, Any]) -> None:
    arrays = {f"{bundle.OPTIMIZER}{name}": array for name, array in trainer.arrays().items()}
    training = about | {"progress": asdict(trainer.progress)}
    network = bundle.Bundle(
        shakespeare_weights.APP, about["architecture"], VOCABULARY, trainer.best | arrays, training
    )
    bundle.save(network, checkpoint)


def _check_the_same(saved: bundle.Bundle, about: dict[str, Any], where: Path) -> None:
    """Takes over what is done; refuses a training with other texts or recipes."""
    for name in ("recipes", "architecture", "characters", "other_characters"):
        if saved.training.get(name) != _as_json(about[name]):
            raise UserError(f"the training at {where} has other {name}; start it again without --resume")
    stages = saved.training.get("stages")
    if not isinstance(stages, list) or len(stages) >= len(about["recipes"]):
        raise UserError(f"the training at {where} was changed: its stages; start it without --resume")
    about["stages"] = stages


def _restore(trainer: Trainer, saved: bundle.Bundle, where: Path) -> None:
    try:
        trainer.restore(saved.optimizer(), saved.training["progress"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"the training at {where} was changed: {error}; start it without --resume") from None


def _as_json(value: Any) -> Any:
    """The value as it comes back from a file."""
    return json.loads(json.dumps(value))


def _figures(trainer: Trainer) -> dict[str, Any]:
    progress = asdict(trainer.progress)
    return {name: progress[name] for name in ("step", "seconds", "best", "best_step", "curve")}


def _finish(
    network: dict[str, Any], options: argparse.Namespace, about: dict[str, Any], held_out: str
) -> None:
    """Writes the bundle and the curve, measures, and removes the checkpoint."""
    architecture, extra = about.pop("architecture"), {shakespeare_weights.FURTHER: about.pop("further")}
    trained = bundle.Bundle(shakespeare_weights.APP, architecture, VOCABULARY, network, about, extra)
    held = about["held_out"] = shakespeare_measures.measure(trained, _indices(held_out))
    bundle.save(trained, options.out)
    picture = options.out / "loss.png"
    stage = about["stages"][0]
    curves = {"training": [row[1] for row in stage["curve"]]}
    if any(row[2] for row in stage["curve"]):
        curves["validation"] = [row[2] for row in stage["curve"]]
    steps = [row[0] for row in stage["curve"]]
    every = steps[1] - steps[0] if len(steps) > 1 else steps[0]
    title = f"Shakespeare: {', '.join(about['texts'])}"
    plots.loss_curve(picture, curves, title, "step", "nats a character", steps[0], every)
    shutil.rmtree(options.out / CHECKPOINT, ignore_errors=True)
    print(
        f"held out: {held['window_nats']:.4f} nats a character by windows, "
        f"{held['carried_nats']:.4f} with the state carried ({held['windows']} windows)"
    )
    print(options.out)
    print(picture)

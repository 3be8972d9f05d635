"""What python -m apps.compare does between its flags and its files: networks trained one after the other."""

import argparse
import logging
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from apps.compare import files as compare_files
from apps.compare import report as compare_table
from apps.compare import tasks as compare_tasks
from apps.compare.tasks import Task
from models.comparison import networks as comparison
from models.comparison.training import Epoch, Run, Trainer, characters_per_second
from models.engine.engine import Engine
from utils import cli
from utils.bundle import Arrays, Bundle
from utils.errors import UserError
from utils.progress import progress

logger = logging.getLogger("cadenza")

BUDGET = {"names": 20_000, "text": 20_000, "emoji": 10_000}  # parameters
EXPLODED = 1000.0  # nats: guessing costs the logarithm of the symbols, five or so

Moved = Callable[[str], None]  # told after every epoch, with its figure


def compare(options: argparse.Namespace) -> int:
    """Trains every kind with every seed, prints the table, and writes the figures and the picture.

    Returns:
        0, or 130 after Ctrl-C: then what is finished is printed and written.

    Raises:
        UserError: The options or the data are no good, or a training failed (exit code 1): then too
            what is finished is printed and written.
    """
    task = compare_tasks.chosen_task(options)
    seeds = cli.seeds(options.seed, options.seeds)
    units = comparison.units_for(options.parameters or BUDGET[task.name], task.kinds, task.form)
    compare_files.check_wanted(options.out, options.json)
    logger.info(describe(task))
    runs: list[Run] = []
    code, problem = 0, None
    try:
        for run in _runs(task, units, seeds, options):
            runs.append(run)
    except KeyboardInterrupt:
        code = 130
    except UserError as error:
        problem = error
    if runs:
        print(compare_table.table(runs, task.form.embedding))
        for path in compare_files.write(task, runs, options.out, options.json):
            print(path)
    if problem is not None:
        raise problem
    if code:
        wanted = len(seeds) * len(task.kinds)
        logger.warning(f"stopped; {len(runs)} of {wanted} networks are trained{' and kept' if runs else ''}")
    return code


def describe(task: Task) -> str:
    """What is compared on what, on one line."""
    kinds = ", ".join(comparison.NAMES[kind] for kind in task.kinds)
    counts = [int(rows.weights.sum()) for rows in task.parts]
    what = "characters" if task.writes else "sentences"
    return (
        f"{kinds} on {task.title}: {counts[0]} {what} to learn, {counts[1]} to choose the epoch, "
        f"{counts[2]} held out"
    )


def _runs(
    task: Task, units: dict[str, int], seeds: Sequence[int], options: argparse.Namespace
) -> Iterator[Run]:
    """Every kind with the first seed, then every kind with the next: whenever it is stopped, it compares."""
    epochs = options.epochs or task.epochs
    done, total = 0, epochs * len(units) * len(seeds)
    with progress("comparing", total) as advance:

        def moved(text: str) -> None:
            nonlocal done
            done += 1
            advance(done, text)

        for seed in seeds:
            for kind, n_a in units.items():
                rate = options.learning_rate or task.learning_rate
                yield _run(task, kind, n_a, seed, epochs, rate, moved)


def _run(task: Task, kind: str, n_a: int, seed: int, epochs: int, rate: float, moved: Moved) -> Run:
    """One network of a kind, trained and measured."""
    network = comparison.build(kind, n_a, task.form, seed)
    trainer = Trainer(network, task.parts, epochs, rate, seed)
    name, history = f"{comparison.NAMES[kind]}, seed {seed}", list[Epoch]()
    for number in range(epochs):
        history.append(trainer.epoch(number))
        _refuse_explosion(history[-1], f"the {name}, has after epoch {number + 1}")
        moved(f"{name}: {history[-1].validation.loss:.3f}")
    speed = _speed(task, comparison.arrays(network, kind), seed) if task.writes else None
    return Run(kind, seed, n_a, comparison.parameters(kind, n_a, task.form), history, speed)


def _refuse_explosion(epoch: Epoch, who: str) -> None:
    for loss, _ in (epoch.training, epoch.validation, epoch.held_out):
        if not loss < EXPLODED:  # NaN is not either
            raise UserError(f"{who} the loss {loss:.3g}; try a smaller --learning-rate", 1)


def _speed(task: Task, arrays: Arrays, seed: int) -> float:
    """Characters a second of the NumPy engine with these weights."""
    engine = Engine.from_bundle(Bundle("compare", {}, task.vocabulary, arrays))
    return characters_per_second(engine, task.end, np.random.default_rng(seed))

"""python -m apps.compare: an RNN, a GRU and an LSTM of equal size on the same data.

No task: dinosaur names.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils import backend, cli


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    return _compare(**cli.keywords(_parser().parse_args(argv)))


def _compare(
    *, seed: int, seeds: int, out: Path, json: Path | None, workers: int, ray: str | None, **options: Any
) -> int:
    cli.single_threaded_blas()
    from apps.compare import tasks

    task = tasks.load_task(seed=seed, **options)
    all_seeds = cli.seeds(seed, seeds)
    tasks.require_writable(out, json)
    backend.keras()
    from apps.compare.report import compare

    return compare(task, seeds=all_seeds, out=out, json_file=json, workers=workers, ray=ray)


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.compare",
        description="Train an RNN, an LSTM and a GRU with equally many parameters on the same data and with "
        "the same seeds, and compare them in a table and a picture.",
    )
    add = parser.add_argument
    tasks = "what is learnt; none: names, or text with --corpus"
    add("--task", dest="name", choices=("names", "text", "emoji"), help=tasks)
    add("--corpus", type=Path, metavar="FILE", help="text to learn; none: the bundled verses")
    most = cli.int_up_to
    add("--characters", type=most(10_000_000), default=42_000, metavar="N", help="how much of a text is used")
    cli.add_data_dir(parser)
    parameters = "of each network; none: 20000, for emoji 10000"
    add("--parameters", type=most(1_000_000), metavar="N", help=parameters)
    add("--epochs", type=cli.positive_int, metavar="N", help="passes over the data; none: the task's")
    rate = "size of a step at the start; none: the task's"
    add("--learning-rate", type=cli.positive_float, metavar="RATE", help=rate)
    add("--seeds", type=most(100), default=3, metavar="N", help="how often each kind is trained")
    cli.add_workers(parser, "networks trained at once")
    add("--json", type=Path, metavar="FILE", help="write all metrics there too")
    add("--seed", type=cli.seed_number, default=0, help="the first of the seeds; it draws what is held out")
    cli.add_common(parser, out="output/compare", seed=None)  # its own has a default
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

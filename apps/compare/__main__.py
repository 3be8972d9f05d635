"""python -m apps.compare: an RNN, a GRU and an LSTM of equal size on the same data.

No task: dinosaur names.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.compare.options import CompareOptions, TaskOptions
from data.options import DataOptions
from utils import backend, cli
from utils.options import add_flags, take


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    return _compare(**cli.keywords(_parser().parse_args(argv)))


def _compare(*, out: Path, **given: Any) -> int:
    cli.single_threaded_blas()
    from apps.compare import tasks

    options, comparison = take(TaskOptions, given), take(CompareOptions, given)
    data_dir = take(DataOptions, given).data_dir
    task = tasks.load_task(options, data_dir=data_dir)
    seeds = cli.seeds(options.seed, comparison.seeds)
    tasks.require_writable(out, comparison.json)
    backend.keras()
    from apps.compare.report import compare

    return compare(
        task,
        seeds=seeds,
        out=out,
        json_file=comparison.json,
        workers=comparison.workers,
        ray=comparison.ray,
    )


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.compare",
        description="Train an RNN, an LSTM and a GRU with equally many parameters on the same data and with "
        "the same seeds, and compare them in a table and a picture.",
    )
    add_flags(parser, TaskOptions, CompareOptions, DataOptions)
    cli.add_common(parser, out="output/compare", seed=None)
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

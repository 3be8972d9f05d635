"""python -m apps.compare: an RNN, a GRU and an LSTM of equal size on the same data.

No task: dinosaur names.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import backend, cli


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(argv)
    # A step's matrices are small: a second thread costs more than it gains. Read when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from apps.compare import tasks

    task = tasks.load_task(
        options.task,
        corpus=options.corpus,
        characters=options.characters,
        data_dir=options.data_dir,
        parameters=options.parameters,
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        seed=options.seed,
    )
    seeds = cli.seeds(options.seed, options.seeds)
    tasks.require_writable(options.out, options.json)
    backend.keras()
    from apps.compare.report import compare

    return compare(
        task,
        seeds=seeds,
        out=options.out,
        json_file=options.json,
        workers=options.workers,
        ray=options.ray,
    )


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.compare",
        description="Train an RNN, an LSTM and a GRU with equally many parameters on the same data and with "
        "the same seeds, and compare them in a table and a picture.",
    )
    add = parser.add_argument
    add(
        "--task",
        choices=("names", "text", "emoji"),
        help="what is learnt; none: names, or text with --corpus",
    )
    add("--corpus", type=Path, metavar="FILE", help="text to learn; none: the bundled verses")
    most = cli.int_up_to
    add("--characters", type=most(10_000_000), default=42_000, metavar="N", help="how much of a text is used")
    cli.add_data_dir(parser)
    add(
        "--parameters",
        type=most(1_000_000),
        metavar="N",
        help="of each network; none: 20000, for emoji 10000",
    )
    add("--epochs", type=cli.positive_int, metavar="N", help="passes over the data; none: the task's")
    rate = "size of a step at the start; none: the task's"
    add("--learning-rate", type=cli.positive_float, metavar="RATE", help=rate)
    add("--seeds", type=most(100), default=3, metavar="N", help="how often each kind is trained")
    add("--workers", type=most(1024), default=1, metavar="N", help="networks trained at once, by Ray")
    text = "the Ray cluster that they are trained on; none: this machine"
    add("--ray", metavar="ADDRESS", help=text)
    add("--json", type=Path, metavar="FILE", help="write all metrics there too")
    add("--seed", type=cli.seed_number, default=0, help="the first of the seeds; it draws what is held out")
    cli.add_common(parser, out="output/compare", seed=None)  # its own has a default
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

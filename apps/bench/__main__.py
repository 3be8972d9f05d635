"""python -m apps.bench: how fast this is, each row beside the plain way of doing the same.

Our way and the plain way take turns, so that whatever else the machine does meets both; the medians are
compared. A name's rows are in apps/bench/rows/NAME.py: `rows(options)` yields them.
"""

import argparse
import importlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from apps.bench.harness import Figures, Growth, Growths, Row, measure, measure_growth, report
from utils import cli
from utils.errors import UserError
from utils.files import write_text

logger = logging.getLogger("cadenza")

NAMES = ("dinos", "emojify", "jazz", "shakespeare", "starts", "growth")  # each has an apps/bench/rows/NAME.py


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(argv)
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        raise UserError(f"{unknown[0]!r} has no rows; choose from {', '.join(NAMES)}")
    # Read when the libraries are imported: a step's matrices are too small for a second thread.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    rows: list[Figures] = []
    growths: list[Growths] = []
    try:
        for name in options.names or NAMES:
            _measure_all(name, options, rows, growths)
    finally:  # Ctrl-C loses nothing that was measured
        _publish(options, rows, growths)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.bench", description="Measure speed, each row beside the plain way."
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=f"which rows ({', '.join(NAMES)}); none: all")
    add("--rounds", type=cli.positive_int, default=5, help="how often each way is measured")
    add("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    add("--picture", type=Path, metavar="FILE", help="draw the ratios as bars in this PNG file")
    cli.add_data_dir(parser)
    cli.add_common(parser, seed=None)
    return parser


def _measure_all(name: str, options: argparse.Namespace, rows: list[Figures], growths: list[Growths]) -> None:
    """Measures what apps/bench/rows/NAME.py yields and adds it to the lists, one by one."""
    for work in importlib.import_module(f"apps.bench.rows.{name}").rows(options):
        if isinstance(work, Growth):
            growths.append(measure_growth(work, options.rounds))
            logger.info(f"{name}: {growths[-1].name}: exponent {growths[-1].exponent:.2f}")
            continue
        for found in measure(name, [work] if isinstance(work, Row) else work, options.rounds):
            rows.append(found)
            logger.info(f"{name}: {found.name}: {found.ratio:.3g} times as fast")


def _publish(options: argparse.Namespace, rows: list[Figures], growths: list[Growths]) -> None:
    from apps.bench import report as bench_table

    if rows or growths:
        print(bench_table.table(rows, growths), end="", flush=True)
        if options.json:
            write_text(options.json, json.dumps(report(rows, growths), indent=1) + "\n")
    if rows and options.picture:
        bench_table.picture(options.picture, rows)


if __name__ == "__main__":
    sys.exit(cli.run(main))

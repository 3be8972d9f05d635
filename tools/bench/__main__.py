"""python -m tools.bench: measures speed, each row compared with a plain implementation of the same task.

The two implementations take turns, so that other load on the machine slows both; the medians are
compared. `rows(data_dir)` in tools/bench/rows/NAME.py yields the rows of a name.
"""

import argparse
import importlib
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from data.options import DataOptions
from models.apps import APPS
from tools.bench.harness import Growth, GrowthMeasurement, Measurement, Row, as_json, measure, measure_growth
from utils import cli
from utils.errors import UserError
from utils.files import is_folder, write_text
from utils.options import add_flags, take

logger = logging.getLogger("cadenza")

# Each has an tools/bench/rows/NAME.py.
NAMES = (*APPS, "starts", "growth", "processes", "serving")


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(argv)
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        raise UserError(f"expected rows of {', '.join(NAMES)}, got {unknown[0]!r}")
    for path in (options.json, options.picture):
        if path is not None and is_folder(path):
            raise UserError(f"cannot write {path}: it is a folder")
    cli.single_threaded_blas()
    data_dir = take(DataOptions, vars(options)).data_dir
    rows: list[Measurement] = []
    growths: list[GrowthMeasurement] = []
    try:
        for name in options.names or NAMES:
            _measure_all(name, options.rounds, data_dir, rows, growths)
    finally:  # Ctrl-C loses nothing that was measured
        if rows or growths:
            _publish(rows, growths, options.json, options.picture)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m tools.bench", description="Measure speed, each row beside the plain way."
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=f"which rows ({', '.join(NAMES)}); none: all")
    add("--rounds", type=cli.positive_int, default=5, help="how often each way is measured")
    add("--json", type=Path, metavar="FILE", help="write the measurements to this file too")
    add("--picture", type=Path, metavar="FILE", help="draw the ratios as bars in this PNG file")
    add_flags(parser, DataOptions)
    cli.add_common(parser, seed=None)
    return parser


def _measure_all(
    name: str,
    rounds: int,
    data_dir: Path | None,
    rows: list[Measurement],
    growths: list[GrowthMeasurement],
) -> None:
    """Measures the rows of tools/bench/rows/NAME.py and adds them to the lists, one by one."""
    for work in importlib.import_module(f"tools.bench.rows.{name}").rows(data_dir):
        if isinstance(work, Growth):
            growths.append(measure_growth(work, rounds))
            logger.info(f"{name}: {growths[-1].name}: exponent {growths[-1].exponent:.2f}")
            continue
        for measurement in measure(name, [work] if isinstance(work, Row) else work, rounds):
            rows.append(measurement)
            logger.info(f"{name}: {measurement.name}: {measurement.ratio:.3g} times as fast")


def _publish(
    rows: Sequence[Measurement],
    growths: Sequence[GrowthMeasurement],
    json_path: Path | None,
    picture_path: Path | None,
) -> None:
    from tools.bench import report

    print(report.table(rows, growths), end="", flush=True)
    if json_path:
        write_text(json_path, json.dumps(as_json(rows, growths), indent=1) + "\n")
    if rows and picture_path:
        report.picture(picture_path, rows)


if __name__ == "__main__":
    sys.exit(cli.run(main))

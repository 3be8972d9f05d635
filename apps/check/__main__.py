"""python -m apps.check: check your own functions of an exercise, and say what is wrong and why."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import cli, files

EXERCISES = ("rnn", "dinos", "shakespeare", "jazz", "emojify")


def _parser() -> argparse.ArgumentParser:
    description = (
        "Check a learner's functions, from a .py file, a notebook or a folder of them, against this "
        "project's. The files are run: a stranger's file is code with your own rights."
    )
    parser = cli.Parser(prog="python -m apps.check", description=description)
    add = parser.add_argument
    add(
        "path", type=Path, metavar="FILE", help="a .py file, an .ipynb notebook, or a folder of them: a class"
    )
    add("--only", action="append", default=[], metavar="NAME", help="check this function; may be repeated")
    add("--exercise", choices=EXERCISES, help="what the file is of; none: it is recognised")
    add("--edition", choices=("2018", "2021"), help="of the exercise; none: told from the functions")
    add("--language", choices=("en", "zh"), default="en", help="of what is said")
    add("--json", action="store_true", help="print JSON instead of a table")
    add("--csv", type=Path, metavar="FILE", help="write the marks of a folder as a table for spreadsheets")
    add("--seconds", type=cli.float_between(1, 600), default=10.0, help="time for each function")
    return parser


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code: 0 all passed, 1 not, 2 a file cannot be read."""
    options = _parser().parse_args(argv)
    cli.single_threaded_blas()
    from apps.check.run import check_file, check_folder
    from apps.check.sandbox import Options

    how = Options(options.exercise, tuple(options.only), options.edition, options.language, options.seconds)
    if files.is_folder(options.path):
        return check_folder(options.path, how, as_json=options.json, csv=options.csv)
    return check_file(options.path, how, as_json=options.json, csv=options.csv)


if __name__ == "__main__":
    sys.exit(cli.run(main))

"""python -m apps.bulk: answers a file of rows with any number of processes or machines."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import MISSING
from pathlib import Path
from typing import Any

from apps.bulk.options import BulkOptions
from data.options import VectorOptions
from models.apps import APPS, App
from utils import cli
from utils.errors import UserError
from utils.options import add_flags, options_of, take


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    _bulk(**cli.keywords(_parser().parse_args(argv)))
    return 0


def _bulk(
    *,
    app: str,
    out: Path,
    bundle: Path | None,
    **given: Any,
) -> None:
    options, named = take(BulkOptions, given), take(VectorOptions, given)
    if options.workers is None and options.ray is not None:
        raise UserError("--ray needs --workers: how many of the cluster's workers to use")
    if options.workers is not None and options.processes is not None:
        raise UserError("expected --processes or --workers, got both")
    from apps.bulk.run import bulk

    vectors = None
    if APPS[app].reads_vectors and (named.glove_file is not None or bundle is None):
        from data.glove import vectors as glove

        vectors = glove.locate(named.glove_file, named.data_dir)
    bulk(app, out, options, bundle=bundle, vectors=vectors)


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.bulk",
        description="Answer a file of rows, each with a whole-number id of its own. Started again, the "
        "command does what is missing; a row's answer does not depend on the number of processes.",
    )
    apps = parser.add_subparsers(metavar="APP", required=True, dest="app")
    for app in APPS.values():
        text = f"{app.makes}: a row has {_fields(app)}"
        _add_options(apps.add_parser(app.name, help=text, description=f"{text[0].upper()}{text[1:]}."), app)
    return parser


def _fields(app: App) -> str:
    """The fields of a row in words, those that it needs first."""
    options = options_of(app.row)
    needed = [option.name for option in options if option.default is MISSING]
    others = [option.name for option in options if option.default is not MISSING]
    return ", ".join([*needed, *(["perhaps " + ", ".join(others)] if others else [])])


def _add_options(parser: argparse.ArgumentParser, app: App) -> None:
    add_flags(parser, BulkOptions)
    cli.add_bundle(parser)
    if app.reads_vectors:
        add_flags(parser, VectorOptions)
    cli.add_common(parser, out=f"output/bulk/{app.name}", seed=None)


if __name__ == "__main__":
    sys.exit(cli.run(main))

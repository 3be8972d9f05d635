"""python -m apps.bulk: answers a file of rows with any number of processes or machines."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import MISSING
from pathlib import Path
from typing import Any

from models.apps import APPS, App
from utils import cli
from utils.errors import UserError
from utils.options import options_of


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    _bulk(**cli.keywords(_parser().parse_args(argv)))
    return 0


def _bulk(
    *,
    app: str,
    bundle: Path | None,
    processes: int | None,
    workers: int | None,
    ray: str | None,
    glove_file: Path | None = None,
    data_dir: Path | None = None,
    **options: Any,
) -> None:
    if workers is None and ray is not None:
        raise UserError("--ray needs --workers: how many of the cluster's workers to use")
    if workers is not None and processes is not None:
        raise UserError("expected --processes or --workers, got both")
    from apps.bulk.run import bulk

    if APPS[app].reads_vectors and (glove_file is not None or bundle is None):
        from data.glove import vectors as glove

        options["vectors"] = glove.locate(glove_file, data_dir)
    bulk(app, bundle=bundle, processes=processes or 1, workers=workers, ray=ray, **options)


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
    add = parser.add_argument
    add("--input", type=Path, required=True, metavar="FILE", help="the rows: a .jsonl or .parquet file")
    cli.add_bundle(parser)
    if app.reads_vectors:
        cli.add_glove(parser)
    processes = "processes of this machine; none: 1"
    add("--processes", type=cli.int_up_to(256), metavar="N", help=processes)
    add("--workers", type=cli.int_up_to(10_000), metavar="N", help="workers of a Ray cluster instead")
    address = "address of the cluster (ray start --head); none: a cluster on this machine"
    add("--ray", metavar="ADDRESS", help=address)
    formats = "format of the parts; none: that of the folder, else jsonl"
    add("--format", choices=("jsonl", "parquet"), help=formats)
    rows = "rows of a part; none: the folder's, else about three seconds' work"
    add("--block-rows", type=cli.int_up_to(1_000_000), metavar="N", help=rows)
    cli.add_common(parser, out=f"output/bulk/{app.name}", seed="the folder's, else a new one is drawn")


if __name__ == "__main__":
    sys.exit(cli.run(main))

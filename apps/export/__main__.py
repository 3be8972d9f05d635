"""python -m apps.export: a trained network as a SavedModel that other software serves.

Everything is inside the graph: look-up tables, padding, sampling. A client needs nothing of this project.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.export.options import ExportOptions
from data.options import VectorOptions
from models.apps import APPS
from utils import backend, cli
from utils.errors import UserError
from utils.options import add_flags, take


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    print(_export(**cli.keywords(_parser().parse_args(argv))))
    return 0


def _export(*, app: str, out: Path, bundle: Path | None, **given: Any) -> Path:
    options, named = take(ExportOptions, given), take(VectorOptions, given)
    if options.file_format == "safetensors":
        if options.vocabulary is not None or named.glove_file is not None:
            raise UserError("safetensors has the network's arrays alone, without word vectors")
        from apps.export import tensors

        return tensors.export(app, out, bundle=bundle)
    if not APPS[app].has_graph:
        raise UserError(f"{app} runs in NumPy, without Keras: expected --format safetensors")
    # What is built where a GPU is seen may not run where there is none.
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    backend.keras()
    from apps.export import write

    return write.export(
        app, out, options, bundle=bundle, glove_file=named.glove_file, data_dir=named.data_dir
    )


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.export",
        description="Write a trained network as a SavedModel with text-in, text-out signatures: "
        "OUT/APP/1, or the next version's number. Serve it with python -m apps.serve.",
    )
    parser.add_argument("app", choices=tuple(APPS), metavar="APP", help=f"whose network: {', '.join(APPS)}")
    cli.add_bundle(parser)
    add_flags(parser, ExportOptions, VectorOptions)
    cli.add_common(parser, out="output/export", seed=None)
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

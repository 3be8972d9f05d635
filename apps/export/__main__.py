"""python -m apps.export: a trained network as a SavedModel that other software serves.

Everything is inside the graph: look-up tables, padding, sampling. A client needs nothing of this project.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.apps import APPS
from utils import backend, cli
from utils.errors import UserError

FORMATS = ("savedmodel", "keras", "onnx", "safetensors")


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    print(_export(**cli.keywords(_parser().parse_args(argv))))
    return 0


def _export(*, app: str, out: Path, bundle: Path | None, file_format: str, **options: Any) -> Path:
    if file_format == "safetensors":
        if options["vocabulary"] is not None or options["glove_file"] is not None:
            raise UserError("safetensors has the network's arrays alone, without word vectors")
        from apps.export import tensors

        return tensors.export(app, out, bundle=bundle)
    if not APPS[app].has_graph:
        raise UserError(f"{app} runs in NumPy, without Keras: expected --format safetensors")
    # What is built where a GPU is seen may not run where there is none.
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    backend.keras()
    from apps.export import write

    return write.export(app, out, bundle=bundle, file_format=file_format, **options)


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.export",
        description="Write a trained network as a SavedModel with text-in, text-out signatures: "
        "OUT/APP/1, or the next version's number. Serve it with python -m apps.serve.",
    )
    add = parser.add_argument
    add("app", choices=tuple(APPS), metavar="APP", help=f"whose network: {', '.join(APPS)}")
    cli.add_bundle(parser)
    form = "what to write; but for savedmodel one file, APP.FORMAT"
    add("--format", dest="file_format", choices=FORMATS, default="savedmodel", help=form)
    vocabulary = "emojify with GloVe vectors: only the N words that come first in the file; none: all"
    add("--vocabulary", type=cli.positive_int, metavar="N", help=vocabulary)
    cli.add_glove(parser, "emojify: ")
    add("--verbose", action="store_true", help="name the operations of the graph")
    cli.add_common(parser, out="output/export", seed=None)
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

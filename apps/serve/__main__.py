"""python -m apps.serve: serves exported networks over HTTP, as TensorFlow Serving does.

The addresses and the JSON are TensorFlow Serving's, so that a client can switch to it without a change.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from utils import cli

PORT = 8501  # TensorFlow Serving's


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = cli.keywords(_parser().parse_args(argv))
    from apps.serve.server import Limits
    from apps.serve.supervisor import serve

    limits = Limits(**{field.name: options.pop(field.name) for field in fields(Limits)})
    serve(options.pop("models"), limits=limits, **options)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.serve",
        description="Serve exported networks over HTTP, as TensorFlow Serving does: "
        "POST /v1/models/NAME:predict, GET /v1/models/NAME, GET /v1/models/NAME/metadata. Ctrl-C ends it.",
    )
    add = parser.add_argument
    add("--models", type=Path, default=Path("output/export"), metavar="DIR", help="folder of the exports")
    add("--host", default="127.0.0.1", help="address to listen at; 0.0.0.0: open to the network")
    add("--port", type=cli.port_number, default=PORT, help="port to listen at; 0: one that is free")
    processes = "processes that answer; each loads the models"
    add("--processes", type=cli.int_up_to(256), default=1, metavar="N", help=processes)
    add(
        "--max-rows",
        dest="rows",
        type=cli.positive_int,
        default=64,
        metavar="N",
        help="most rows of a request",
    )
    body = "largest body of a request"
    add("--max-bytes", dest="bytes", type=cli.positive_int, default=1 << 20, metavar="N", help=body)
    seconds, timeout = cli.positive_float, "longest time for a request to arrive, and then to be answered"
    add("--timeout", dest="seconds", type=seconds, default=30.0, metavar="SECONDS", help=timeout)
    threads = "batches of requests computed at once, in each process"
    add("--threads", type=cli.int_up_to(256), default=2, metavar="N", help=threads)
    batch = "most rows of several requests that are computed together; 1: each request by itself"
    add("--batch-rows", type=cli.positive_int, default=64, metavar="N", help=batch)
    waiting = "requests that may wait for a thread"
    add("--waiting", type=cli.positive_int, default=256, metavar="N", help=waiting)
    cli.add_common(parser, seed=None)
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

"""python -m apps.serve: serves exported networks over HTTP, as TensorFlow Serving does.

The addresses and the JSON are TensorFlow Serving's, so that a client can switch to it without a change.
"""

import argparse
import sys
from collections.abc import Sequence

from apps.serve.options import Limits, ServeOptions
from utils import cli
from utils.options import add_flags, take


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    given = cli.keywords(_parser().parse_args(argv))
    from apps.serve.supervisor import serve

    serve(take(ServeOptions, given), take(Limits, given))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.serve",
        description="Serve exported networks over HTTP, as TensorFlow Serving does: "
        "POST /v1/models/NAME:predict, GET /v1/models/NAME, GET /v1/models/NAME/metadata. Ctrl-C ends it.",
    )
    add_flags(parser, ServeOptions, Limits)
    cli.add_common(parser, seed=None)
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

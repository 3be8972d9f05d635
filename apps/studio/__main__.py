"""python -m apps.studio: a page on this machine to play, write, train and look inside the networks."""

import argparse
import sys
from collections.abc import Sequence

from apps.studio.options import Settings
from utils import cli
from utils.errors import UserError
from utils.options import add_flags, take
from utils.sockets import LOOPBACK


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    settings = take(Settings, cli.keywords(_parser().parse_args(argv)))
    if settings.host not in LOOPBACK and not settings.allowed_hosts:
        raise UserError(
            f"--host {settings.host} opens the studio to others: name what they type in the address bar "
            "with --allow-host NAME"
        )
    cli.single_threaded_blas()
    from apps.studio.server import serve

    serve(settings)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.studio",
        description="Open the studio in a browser: improvise jazz, write poems, make names, find emoji, "
        "and watch a network learn. Ctrl-C ends it.",
    )
    add_flags(parser, Settings)
    cli.add_common(parser, seed=None)
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

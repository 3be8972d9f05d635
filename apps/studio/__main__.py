"""python -m apps.studio: a page on this machine to play, write, train and look inside the networks."""

import argparse
import sys
from collections.abc import Sequence

from utils import cli
from utils.errors import UserError
from utils.sockets import LOOPBACK

PORT = 8600


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(argv)
    if options.host not in LOOPBACK and not options.allow_host:
        raise UserError(
            f"--host {options.host} opens the studio to others: name what they type in the address bar "
            "with --allow-host NAME"
        )
    cli.single_threaded_blas()
    from apps.studio.server import Settings, serve

    settings = Settings(host=options.host, port=options.port, allowed_hosts=tuple(options.allow_host))
    serve(settings, browser=not options.no_browser)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.studio",
        description="Open the studio in a browser: improvise jazz, write poems, make names, find emoji, "
        "and watch a network learn. Ctrl-C ends it.",
    )
    add = parser.add_argument
    add("--port", type=cli.port_number, default=PORT, help="port to listen on; 0: a free one")
    add("--no-browser", action="store_true", help="do not open a browser")
    add("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0: open to the network")
    names = "a further host name of this server, as browsers type it; may be given again"
    add("--allow-host", action="append", default=[], metavar="NAME", help=names)
    cli.add_common(parser, seed=None)
    return parser


if __name__ == "__main__":
    sys.exit(cli.run(main))

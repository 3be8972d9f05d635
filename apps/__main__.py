"""python -m apps: the commands there are, one line each."""

import ast
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import __version__, cli

FOLDER = Path(__file__).parent


def main(argv: Sequence[str]) -> int:
    """Prints every command with what it does."""
    parser = cli.Parser(prog="python -m apps", description="List the commands, one line each.")
    parser.add_argument("--version", action="version", version=f"Cadenza {__version__}")
    parser.parse_args(argv)
    rows = commands()
    width = max(len(name) for name, _ in rows)
    for name, line in rows:
        print(f"{name:{width}}  {line}")
    return 0


def commands() -> list[tuple[str, str]]:
    """The commands and what they do, from the first docstring line of each package's __main__.py."""
    described = [
        ("python -m data", "list the course's files, fetch them, say where they are, prepare large texts")
    ]
    for path in sorted(FOLDER.glob("*/__main__.py")):
        text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        line, colon, does = text.partition("\n")[0].partition(": ")
        if colon and line == f"python -m apps.{path.parent.name}":
            described.append((line, does.rstrip(".")))
    return described


if __name__ == "__main__":
    sys.exit(cli.run(main))

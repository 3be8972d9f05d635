"""The rows of `python -m tools.bench starts`: how long commands take, compared with one import.

The course's notebooks begin with `import tensorflow`; that import, in a Python process of its own, is the
plain implementation here. The first rows are the commands' --help, the others short runs of them.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.bench import commands
from tools.bench.commands import ROOT
from tools.bench.harness import STARTS, Row

COMMANDS = ("data", "apps", *(f"apps.{path.parent.name}" for path in sorted(ROOT.glob("apps/*/__main__.py"))))
PLAIN = "import tensorflow, alone"


def rows(data_dir: Path | None) -> Iterator[list[Row]]:
    """The commands that need no TensorFlow, then those that import it too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        helps = [
            _row(f"{command} --help", run(command, "--help"), command == "apps.jazz") for command in COMMANDS
        ]
        yield [*helps, *(_row(*way) for way in light(folder))]
        yield [_row(*way) for way in heavy(folder)]


def light(folder: Path) -> list[tuple[str, Callable[[], float]]]:
    """First results of the commands that do not import TensorFlow."""
    seed = ("--seed", "1", "--quiet")
    poem = ("complete", "love is ", "--lines", "2")
    return [
        ("data: the list of files", run("data", "list")),
        ("jazz: a solo of 64 measures", run("apps.jazz", *seed, "--out", str(folder / "jazz"))),
        ("shakespeare: two lines", run("apps.shakespeare", *poem, *seed)),
        ("dinos: ten names", run("apps.dinos", "--count", "10", *seed)),
        ("emojify: a sentence", run("apps.emojify", "--quiet", "I love you")),
    ]


def heavy(folder: Path) -> list[tuple[str, Callable[[], float]]]:
    """First results of the commands that train, export or serve."""
    exports = folder / "exports"
    quickly = ("--seeds", "1", "--epochs", "1", "--quiet", "--out", str(folder / "compare"))
    return [
        ("compare: three networks, an epoch", run("apps.compare", *quickly)),
        ("export: emojify, checked", run("apps.export", "emojify", "--quiet", "--out", str(exports))),
        ("serve: ready to answer", served(exports)),
    ]


def _row(name: str, ours: Callable[[], float], drawn: bool = True) -> Row:
    ways = (ours, tensorflow, "from the shell to the end", PLAIN)
    return Row(name, STARTS, *ways, warm_up=False, drawn=drawn)


def tensorflow() -> float:
    """Imports TensorFlow and nothing else."""
    commands.run_python("-c", "import tensorflow")
    return 1.0


def run(command: str, *arguments: str) -> Callable[[], float]:
    """Returns a function that runs a command to its end."""

    def start() -> float:
        commands.run(command, *arguments)
        return 1.0

    return start


def served(exports: Path) -> Callable[[], float]:
    """Returns a function that starts the server and ends it when it has printed its first address."""

    def start() -> float:
        with commands.server(exports):
            return 1.0

    return start

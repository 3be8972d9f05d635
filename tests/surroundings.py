"""Every command with small work to do, as a person types it: for the tests of odd surroundings.

Each function makes what its command needs inside a folder, and returns the command's arguments.
"""

from collections.abc import Callable
from pathlib import Path

from data import catalogue
from tests import untrusted
from tests.apps.emojify import emojify_networks
from tests.apps.export import exports
from tests.examples import LEAD_SHEET, SENTENCES, VERSE
from utils import bundle as bundles

Command = Callable[[Path], list[str]]
CELL = "def rnn_cell_forward(xt, a_prev, parameters):\n    return right(xt, a_prev, parameters)\n"
SHORT = ["--length", "20", "--seed", "1", "--quiet"]


def jazz(place: Path) -> list[str]:
    bundles.save(untrusted.jazz(), place / "jazz")
    given = ["--bundle", str(place / "jazz"), "--out", str(place / "solo"), "--seed", "1"]
    return ["apps.jazz", "improvise", *given]


def shakespeare(place: Path) -> list[str]:
    bundles.save(untrusted.shakespeare(), place / "poet")
    return ["apps.shakespeare", "complete", "--bundle", str(place / "poet"), *SHORT, "été"]


def measuring(place: Path) -> list[str]:
    return ["apps.shakespeare", "evaluate", *_poet(place), "--quiet"]


def emojify(place: Path) -> list[str]:
    folder = emojify_networks.v2(place / "emojify")
    return ["apps.emojify", "predict", "--bundle", str(folder), "--top", "5", "--quiet", "love été"]


def judging(place: Path) -> list[str]:
    folder = emojify_networks.v2(place / "emojify")
    own = ["--csv", str(_table(place)), "--out", str(place / "judged"), "--quiet"]
    return ["apps.emojify", "evaluate", "--bundle", str(folder), *own]


def dinos(place: Path) -> list[str]:
    return ["apps.dinos", "sample", "--count", "3", "--seed", "1"]


def gradients(place: Path) -> list[str]:
    return ["apps.dinos", "gradcheck", "--seed", "1"]


def naming(place: Path) -> list[str]:
    names = place / "names \N{LATIN SMALL LETTER E WITH ACUTE}.txt"
    names.write_text("abax\nabba\n", "utf-8")
    few = ["--iterations", "3", "--units", "4", "--quiet"]
    return ["apps.dinos", "train", "--corpus", str(names), "--out", str(place / "dinos"), *few]


def bulk(place: Path) -> list[str]:
    rows = place / "rows é.jsonl"
    rows.write_text('{"id": 0}\n{"id": 1, "start": "tyr"}\n', "utf-8")
    return ["apps.bulk", "dinos", "--input", str(rows), "--out", str(place / "bulk"), "--quiet"]


def checking(place: Path) -> list[str]:
    own = place / "my é.py"
    own.write_text("from course.rnn import rnn_cell_forward as right\n" + CELL, "utf-8")
    return ["apps.check", str(own), "--only", "rnn_cell_forward"]


def listed(place: Path) -> list[str]:
    return ["data", "list", "--data-dir", str(place)]


def located(place: Path) -> list[str]:
    known = catalogue.entry("shakespeare.txt")
    with (place / known.file).open("wb") as file:
        file.truncate(known.file_bytes)
    return ["data", "where", known.name, "--data-dir", str(place)]


def commands(place: Path) -> list[str]:
    return ["apps"]


# What needs TensorFlow, and some seconds.


def soloing(place: Path) -> list[str]:
    return ["apps.jazz", "train", "--epochs", "1", "--quiet", "--out", str(place / "soloist")]


def writing(place: Path) -> list[str]:
    out = ["--steps", "2", "--out", str(place / "writer"), "--quiet"]
    return ["apps.shakespeare", "train", "--corpus", str(_verse(place)), *out]


def exercise(place: Path) -> list[str]:
    return ["apps.shakespeare", "exercise", *_poet(place), *SHORT, "--out", str(place / "poems")]


def labelling(place: Path) -> list[str]:
    own = ["--csv", str(_table(place)), "--embedding", "learnt", "--epochs", "1", "--quiet"]
    return ["apps.emojify", "train", *own, "--out", str(place / "labeller")]


def comparison(place: Path) -> list[str]:
    few = ["--epochs", "1", "--seeds", "1", "--parameters", "2000", "--quiet"]
    return ["apps.compare", *few, "--out", str(place / "compared")]


def export(place: Path) -> list[str]:
    bundle = exports.write_jazz(place / "exported")
    return ["apps.export", "jazz", "--bundle", str(bundle), "--out", str(place / "exports"), "--quiet"]


def bench(place: Path) -> list[str]:
    return ["tools.bench", "dinos", "--rounds", "1", "--quiet"]


def sheet(place: Path) -> list[str]:
    """A lead sheet, which music21 reads."""
    path = place / "sheet é.musicxml"
    path.write_bytes(LEAD_SHEET)
    return [*jazz(place), "--midi", str(path)]


def poem_picture(place: Path) -> list[str]:
    return [*shakespeare(place), "--show", "--out", str(place / "poem")]


def _poet(place: Path) -> list[str]:
    bundles.save(untrusted.shakespeare(), place / "poet")
    return ["--bundle", str(place / "poet"), "--corpus", str(_verse(place))]


def _verse(place: Path) -> Path:
    path = place / "verse é.txt"
    path.write_text(VERSE * 20, "utf-8")
    return path


def _table(place: Path) -> Path:
    path = place / "own é.csv"
    path.write_text(SENTENCES * 3, "utf-8")
    return path


LIGHT = (jazz, shakespeare, emojify, dinos, naming, bulk, checking, listed, commands)
READERS = (
    shakespeare,
    measuring,
    emojify,
    judging,
    dinos,
    gradients,
    naming,
    checking,
    listed,
    located,
    commands,
)
HEAVY = (sheet, soloing, writing, exercise, labelling, comparison, export, bench)

"""The commands that write bundles, each run up to its writing: see tests.faults."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from models.checkpoint import Run
from tests import untrusted
from tests.apps.emojify import emojify_networks
from tests.examples import SENTENCES, VERSE
from tests.faults import Found, Mixture, State, at, finish, forks, put_back, tell
from utils import bundle as bundles
from utils.bundle import Bundle

KNOWN = (bundles.CONFIG, bundles.WEIGHTS, "unfinished")  # what a bundle's folder may hold, and pictures


def at_save(kills: int, *, in_fit: bool = False) -> None:
    """Forks where a bundle is saved: the old one has other weights and says so.

    Args:
        kills: How many children are killed.
        in_fit: Keras's `fit` saves it. A child, which lacks TensorFlow's threads, could not go on with it, so
            it only saves; tests/test_training_promises.py has the whole command.
    """
    save = bundles.save

    def prepare(bundle: Bundle, folder: Path) -> int:
        old = folder.with_name("kept")
        arrays = {name: array + 1 for name, array in bundle.weights.items()}
        save(replace(bundle, weights=arrays, training={**bundle.training, "old": True}), old)
        state = State(
            folder, lambda had: put_back(folder, old if had else None), lambda: look(folder, bundle)
        )
        pipe = forks(kills, state)
        if in_fit:
            tell(pipe, bundles, "save")
            finish(lambda arguments: bundles.save(bundle, folder) or 0, [])
        return pipe

    at(bundles, "save", prepare)


def look(folder: Path, new: Bundle) -> Found:
    """Which bundle is there, with every other file that has its name whole."""
    if folder.is_dir():
        check_files(folder)
    if not (folder / bundles.CONFIG).exists():
        return None
    found = bundles.load(folder, new.app)
    was_old = "old" in found.training
    if set(found.weights) != set(new.weights):
        raise Mixture(f"the bundle has the arrays {sorted(found.weights)}")
    for name, array in found.weights.items():
        expected = new.weights[name]
        if expected.shape != array.shape or (was_old and not (array == expected + 1).all()):
            raise Mixture(f"{name} is not that of the {'old' if was_old else 'new'} bundle")
    return "old" if was_old else "new"


def check_files(folder: Path) -> None:
    """Everything that is not hidden is a file of known kind, and whole."""
    from PIL import Image

    for path in folder.iterdir():
        if path.suffix == ".png" and not path.name.startswith("."):
            with Image.open(path) as picture:
                picture.load()
        elif not path.name.startswith(".") and path.name not in KNOWN:
            raise Mixture(f"there is a file {path.name}")


class SavingAlways(Run):
    """A training that writes every epoch."""

    @classmethod
    def of(cls, folder: str | Path, options: Any, **more: Any) -> Run:
        return Run.of(folder, options, **more, every_seconds=0.0)


def dinos(kills: int, folder: Path) -> None:
    """Saves all the time, and goes on."""
    import matplotlib.figure  # noqa: F401  (in every child it would take longer than what is measured)

    from apps.dinos import __main__ as dinos
    from apps.dinos import train as dinos_train

    dinos_train.Run = SavingAlways
    at_save(kills)
    names = folder / "names.txt"
    names.write_text("abax\nabba\nbaxa\nxabba\n" * 5)
    arguments = [
        "--corpus",
        str(names),
        "--iterations",
        "3000",
        "--units",
        "40",
        "--out",
        str(folder / "out"),
    ]
    finish(dinos.main, ["train", "--quiet", *arguments])


def jazz(kills: int, folder: Path) -> None:
    """One epoch, and its bundle."""
    from apps.jazz import __main__ as jazz

    at_save(kills, in_fit=True)
    finish(jazz.main, ["train", "--epochs", "1", "--quiet", "--out", str(folder / "out")])


def emojify(kills: int, folder: Path) -> None:
    """One epoch of V1: a child that is forked in the middle of Keras's fit waits for threads it lacks."""
    import matplotlib.figure  # noqa: F401  (in every child it would take longer than what is measured)

    from apps.emojify import __main__ as emojify

    at_save(kills)
    (folder / "own.csv").write_text(SENTENCES * 3)
    vectors = emojify_networks.write_vectors(folder / "vectors.txt", dimension=2000)
    own = ["--csv", str(folder / "own.csv"), "--v1", "--glove", str(vectors)]
    finish(emojify.main, ["train", *own, "--epochs", "1", "--quiet", "--out", str(folder / "out")])


def _verse(folder: Path) -> list[str]:
    path = folder / "verse.txt"
    path.write_text(VERSE * 40)
    return ["--corpus", str(path), "--quiet"]


def shakespeare_train(kills: int, folder: Path) -> None:
    """Two steps from nothing, and the bundle."""
    from apps.shakespeare import __main__ as shakespeare

    at_save(kills, in_fit=True)
    finish(shakespeare.main, ["train", *_verse(folder), "--steps", "2", "--out", str(folder / "out")])


def shakespeare_finetune(kills: int, folder: Path) -> None:
    """One epoch of fine-tuning with --save."""
    from apps.shakespeare import __main__ as shakespeare

    bundles.save(untrusted.shakespeare(), folder / "start")
    at_save(kills, in_fit=True)
    start = ["--bundle", str(folder / "start"), "--length", "5", "--seed", "1"]
    out = ["--out", str(folder / "poems"), "--save", str(folder / "out")]
    finish(shakespeare.main, ["exercise", *_verse(folder), *start, *out])

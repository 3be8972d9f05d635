"""What a network can be trained on in the studio: bundled solos, verses, names, sentences, or an upload."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from data import dinosaurs, emoji, solos, sonnets
from data.dinosaurs import Names
from data.solos.corpus import CorpusExamples, corpus_examples
from models.emojify.dataset import Dataset, check_labels
from models.shakespeare.windows import TX
from utils.errors import UserError
from utils.files import read_text
from utils.folding import Text

# Bounds that keep an epoch to seconds, for stopping discards the unfinished epoch.
MAX_CHARACTERS = 60_000
MAX_SENTENCES, MAX_WORDS = 2_000, 20_000
MAX_NAMES, MAX_NAME = 20_000, 100
MIN_CHARACTERS = 20 * TX  # the last tenth is held out, and a row of training has a hundred characters


@dataclass(frozen=True)
class Material:
    """What a network can be trained on.

    Args:
        app: A name in `models.apps`.
        title: What the page shows.
        path: The file.
    """

    app: str
    title: str
    path: Path


TUNES = {path.stem: path for path in (solos.BUNDLED, *sorted((solos.BUNDLED.parent / "tunes").glob("*.mid")))}


def bundled() -> dict[str, Material]:
    """Returns the bundled materials by their ids."""
    found = [Material("jazz", tune_title(path), path) for path in TUNES.values()]
    found.append(Material("shakespeare", "Bundled verses", sonnets.VERSES))
    found.append(Material("dinos", "Bundled dinosaurs", dinosaurs.BUNDLED))
    found.append(Material("emojify", "Bundled sentences", emoji.BUNDLED_TRAIN))
    return {f"bundled-{number}": material for number, material in enumerate(found)}


def describe(material: Material) -> str:
    """Reads a material and describes it in a line.

    Raises:
        UserError: It cannot be read, or is not enough to train on.
    """
    if material.app == "jazz":
        solo, examples = read_solo(material)
        return (
            f"{len(solo.measures)} measures, {len(solo.flat_tokens)} notes, "
            f"{len(examples.vocabulary)} different tokens"
        )
    if material.app == "shakespeare":
        text = _whole_verse(material)
        dropped, total = sum(text.dropped.values()), len(text.text)
        left_out = f"; {dropped:,} that the network does not know are left out" if dropped else ""
        return f"{_share(total, MAX_CHARACTERS)} characters{left_out}"
    if material.app == "dinos":
        all_names = _all_names(material)
        names = _first_names(material, all_names)
        return f"{_share(len(all_names), MAX_NAMES)} names of {len(names.vocabulary) - 1} characters"
    dataset, total = _sentences(material)
    return f"{_share(total, MAX_SENTENCES)} sentences, {len(np.unique(dataset.Y))} emoji"


def read_solo(material: Material) -> tuple[solos.Solo, CorpusExamples]:
    """Reads a solo and cuts the examples to train on.

    Raises:
        UserError: It cannot be read, or has too few notes.
    """
    with _called(material):
        solo = solos.read_solo(material.path)
        examples = corpus_examples([solo], held_out=False)
    return (replace(solo, name=material.title) if solo.name == material.path.name else solo), examples


def read_verse(material: Material) -> Text:
    """Reads a text in the alphabet of the poem network, at most its first MAX_CHARACTERS.

    Raises:
        UserError: It cannot be read, or is too short.
    """
    text = _whole_verse(material)
    return replace(text, text=text.text[:MAX_CHARACTERS])


def read_names(material: Material) -> Names:
    """Reads a list of names, at most the first MAX_NAMES.

    Raises:
        UserError: It cannot be read, or has a name of more than MAX_NAME characters.
    """
    return _first_names(material, _all_names(material))


def read_sentences(material: Material) -> Dataset:
    """Reads labelled sentences, at most MAX_SENTENCES, drawn where there are more.

    Raises:
        UserError: They cannot be read, have only one label, or more than MAX_WORDS different words.
    """
    return _sentences(material)[0]


def _whole_verse(material: Material) -> Text:
    with _called(material):
        text = sonnets.corpus(material.path)
        if len(text.text) < MIN_CHARACTERS:
            raise UserError(
                f"{material.path} has {len(text.text)} characters that the network knows, "
                f"expected {MIN_CHARACTERS} or more"
            )
    return text


def _all_names(material: Material) -> tuple[str, ...]:
    with _called(material):
        names = dinosaurs.read(material.path).names
        longest = max(map(len, names))
        if longest > MAX_NAME:
            raise UserError(
                f"{material.path}: expected names of at most {MAX_NAME} characters, one a line, got {longest}"
            )
    return names


def _first_names(material: Material, names: tuple[str, ...]) -> Names:
    return Names(material.title, names[:MAX_NAMES])


def _sentences(material: Material) -> tuple[Dataset, int]:
    """The sentences to train on, and how many the file has."""
    with _called(material):
        found = emoji.read(
            material.path, classes=emoji.COURSE if material.path == emoji.BUNDLED_TRAIN else None
        )
        X, Y, frames, classes = found.X, found.Y, found.frames, found.classes
        total = len(X)
        if total > MAX_SENTENCES:
            chosen = np.sort(np.random.default_rng(0).choice(total, MAX_SENTENCES, replace=False))
            X, Y = [X[number] for number in chosen], Y[chosen]
            frames = frames if frames is None else frames[chosen]
        labels = check_labels(classes.labels, str(material.path))
        dataset = Dataset(X, Y, labels, material.path.name, groups=frames, values=classes.values)
        words = len(dataset.vocabulary)
        if words > MAX_WORDS:
            raise UserError(f"{material.path}: expected at most {MAX_WORDS} different words, got {words}")
        return dataset, total


def _share(total: int, most: int) -> str:
    return f"{total:,}" if total <= most else f"{most:,} of {total:,}"


@contextmanager
def _called(material: Material) -> Iterator[None]:
    """Names the material by its title, not by the studio's file, in the messages of errors."""
    try:
        yield
    except UserError as error:
        raise UserError(titled(str(error), material.path, material.title), error.exit_code) from None


def titled(message: str, path: Path, title: str) -> str:
    """A message with the title of an upload instead of the studio's file."""
    return message.replace(str(path), title).replace(path.name, title)


@cache
def tune_title(path: Path) -> str:
    """The title of a bundled tune: the first line of the chart beside it."""
    return read_text(path.with_suffix(".txt")).partition("\n")[0].removeprefix("title:").strip()

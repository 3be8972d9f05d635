"""The tasks that networks are compared on: names, a text, or sentences with emoji."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data import dinosaurs, emoji, sonnets
from models.comparison import data
from models.comparison.data import Split
from models.comparison.sizes import NAMES, Dimensions, units_for
from models.emojify.words import bare_words
from utils.errors import UserError
from utils.files import is_folder, make_folder, read_text
from utils.vocabulary import Vocabulary

logger = logging.getLogger("cadenza")

ONE_WAY = ("rnn", "lstm", "gru")
EMBEDDING = 32  # numbers in a word's learnt vector
MAX_BYTES = 64 << 20  # of a person's own text


@dataclass(frozen=True)
class Task:
    """A task, and the networks that learn it.

    Args:
        name: "names", "text" or "emoji".
        title: For the table and the picture.
        split: The examples.
        dimensions: The networks' inputs and outputs.
        vocabulary: The symbols.
        epochs: Passes over the training examples.
        learning_rate: At the start.
        parameters: Of each network, about.
        kinds: Keys of `models.comparison.sizes.NAMES`.
        end: The symbol after which sampling starts again; None: there is none.
    """

    name: str
    title: str
    split: Split
    dimensions: Dimensions
    vocabulary: Vocabulary
    epochs: int
    learning_rate: float
    parameters: int = 20_000
    kinds: tuple[str, ...] = ONE_WAY
    end: int | None = None

    @property
    def units(self) -> dict[str, int]:
        """The units of each kind with which all have the same number of parameters.

        Raises:
            UserError: There are too few parameters.
        """
        return units_for(self.parameters, self.kinds, self.dimensions)

    @property
    def settings(self) -> dict[str, Any]:
        """What `models.comparison.training.train` takes beside the kind, its units and the seed."""
        names = ("dimensions", "split", "epochs", "learning_rate", "end")
        return {name: getattr(self, name) for name in names}

    def describe(self) -> str:
        """One line on the networks and the data."""
        kinds = ", ".join(NAMES[kind] for kind in self.kinds)
        counts = [int(examples.weights.sum()) for examples in self.split]
        what = "sentences" if self.dimensions.embedding else "characters"
        return (
            f"{kinds} on {self.title}: {counts[0]} {what} for training, {counts[1]} for validation, "
            f"{counts[2]} held out"
        )


def load_task(
    name: str | None = None,
    *,
    corpus: str | Path | None = None,
    characters: int = 42_000,
    data_dir: str | Path | None = None,
    parameters: int | None = None,
    epochs: int | None = None,
    learning_rate: float | None = None,
    seed: int = 0,
) -> Task:
    """Loads a task's data.

    Args:
        name: "names", "text" or "emoji"; None: "names", or "text" with a corpus.
        corpus: A text file; None: the bundled verses.
        characters: How much of a text is used.
        data_dir: A folder to look for the course's names in first.
        parameters: Of each network; None: the task's.
        epochs: Passes over the training examples; None: the task's.
        learning_rate: At the start; None: the task's.
        seed: Draws the examples that are held out.

    Raises:
        UserError: The data cannot be read or are too few, a corpus is given for another task, or there are
            too few parameters.
    """
    name = name or ("names" if corpus is None else "text")
    if corpus is not None and name != "text":
        raise UserError(f"a corpus is for the task text, got the task {name}")
    if name == "names":
        task = _names(data_dir, seed)
    elif name == "text":
        task = _text(corpus, characters)
    else:
        task = _sentences(seed)
    task = replace(
        task,
        parameters=parameters or task.parameters,
        epochs=epochs or task.epochs,
        learning_rate=learning_rate or task.learning_rate,
    )
    _ = task.units  # raises now, before anything is trained
    return task


def require_writable(out: Path, json_file: Path | None) -> None:
    """Makes the folders of the results, before anything is trained.

    Raises:
        UserError: A folder cannot be made, or is where a file should be.
    """
    if json_file is not None and is_folder(json_file):
        raise UserError(f"expected a file, got the folder {json_file}")
    for folder in (out, json_file.parent) if json_file is not None else (out,):
        make_folder(folder)


def _names(data_dir: str | Path | None, seed: int) -> Task:
    """Dinosaur names: the course's where they are, else the project's."""
    found = dinosaurs.course_or_bundled(data_dir)
    known = found.vocabulary
    split = data.split_names(found.names, known, seed, found.name)
    dimensions = Dimensions(len(known), len(known))
    return Task("names", found.name, split, dimensions, known, 12, 0.02, end=known.index["\n"])


def _text(corpus: str | Path | None, characters: int) -> Task:
    """A person's text as it is, or the project's verses."""
    path = sonnets.VERSES if corpus is None else Path(corpus)
    title = "the bundled verses" if corpus is None else path.name
    text = read_text(path, MAX_BYTES)
    used = text[:characters]
    if not used:
        raise UserError(f"{path} is empty; expected a text")
    if len(used) < len(text):
        logger.info(f"{title}: the first {len(used)} of {len(text)} characters are used (--characters)")
    known = Vocabulary.of(used)
    split = data.split_text(used, known, title if corpus is None else str(path))
    return Task("text", title, split, Dimensions(len(known), len(known)), known, 18, 0.02)


def _sentences(seed: int) -> Task:
    """The project's sentences with emoji: those for training that were written one by one, and others."""
    read = (emoji.read_csv(path) for path in (emoji.BUNDLED_WRITTEN, emoji.BUNDLED_TEST))
    training, others = (([bare_words(s) for s in found], labels.tolist()) for found, labels in read)
    split, known = data.split_sentences(training, others, seed)
    dimensions = Dimensions(len(known), len(emoji.EMOJI), embedding=EMBEDDING)
    title, kinds = "sentences and their emoji", (*ONE_WAY, "bilstm")
    return Task("emoji", title, split, dimensions, known, 12, 0.003, parameters=10_000, kinds=kinds)

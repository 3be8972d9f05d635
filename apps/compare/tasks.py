"""What python -m apps.compare compares networks on: names, a text, or sentences with emoji."""

import argparse
import logging
from collections.abc import Callable
from dataclasses import dataclass

from data import dinosaurs, emoji, sonnets
from models.comparison import data as comparison_rows
from models.comparison.data import Parts
from models.comparison.networks import Form
from models.emojify.words import bare_words
from utils.errors import UserError
from utils.files import read_text
from utils.vocabulary import Vocabulary

logger = logging.getLogger("cadenza")

ONE_WAY = ("rnn", "lstm", "gru")
N_X = 32  # numbers in a word's learnt vector
LARGEST = 64 << 20  # bytes of a person's own text


@dataclass(frozen=True)
class Task:
    """What the networks learn.

    Args:
        name: A key of TASKS.
        title: What it is, for the table and the picture.
        kinds: Keys of `comparison.NAMES`.
        parts: The data.
        form: What the networks read and answer.
        vocabulary: The symbols.
        epochs: How many are enough for the slowest kind.
        learning_rate: One at which all kinds learn.
        end: The symbol after which a writing network begins anew; None: there is none.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    parts: Parts
    form: Form
    vocabulary: Vocabulary
    epochs: int
    learning_rate: float
    end: int | None = None

    @property
    def writes(self) -> bool:
        """Whether the networks can write what they have learnt to read."""
        return not self.form.embedding


def chosen_task(options: argparse.Namespace) -> Task:
    """The task that the options ask for.

    Raises:
        UserError: The options contradict each other, or the data cannot be read or is too little.
    """
    name = options.task or ("names" if options.text is None else "text")
    if options.text is not None and name != "text":
        raise UserError(f"--text is read by --task text, and --task {name} was given")
    return TASKS[name](options)


def names(options: argparse.Namespace) -> Task:
    """Dinosaur names: the course's where they are, else the project's."""
    found = dinosaurs.course_or_bundled(options.data_dir)
    known = found.vocabulary
    parts = comparison_rows.divided_names(found.names, known, options.seed, found.name)
    return Task(
        "names", found.name, ONE_WAY, parts, Form(len(known), len(known)), known, 12, 0.02, known.index["\n"]
    )


def text(options: argparse.Namespace) -> Task:
    """A person's text as it is, or the project's verses.

    Raises:
        UserError: The text cannot be read, is empty or too short.
    """
    where = "the bundled verses" if options.text is None else options.text.name
    content = read_text(sonnets.VERSES if options.text is None else options.text, LARGEST)
    used = content[: options.characters]
    if len(used) < len(content):
        logger.info(f"{where}: the first {len(used)} of {len(content)} characters are used (--characters)")
    if not used:
        raise UserError(f"{options.text} is empty; a text is wanted")
    known = Vocabulary.of(used)
    parts = comparison_rows.divided_text(used, known, str(options.text or where))
    return Task("text", where, ONE_WAY, parts, Form(len(known), len(known)), known, 18, 0.02)


def sentences(options: argparse.Namespace) -> Task:
    """The project's sentences with emoji: those for training, and others that are held out."""
    read = (emoji.read_csv(path) for path in (emoji.BUNDLED_TRAIN, emoji.BUNDLED_TEST))
    training, held_out = (([bare_words(s) for s in found], labels.tolist()) for found, labels in read)
    parts, known = comparison_rows.divided_sentences(training, held_out, options.seed)
    form = Form(len(known), len(emoji.EMOJI), embedding=N_X)
    return Task("emoji", "sentences and their emoji", (*ONE_WAY, "bilstm"), parts, form, known, 12, 0.003)


TASKS: dict[str, Callable[[argparse.Namespace], Task]] = {"names": names, "text": text, "emoji": sentences}

"""The tasks that networks are compared on: names, a text, or sentences with emoji."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from apps.compare.options import TaskOptions
from data import dinosaurs, emoji, sonnets
from models.comparison.tasks import Task, name_task, sentence_task, text_task
from models.emojify.words import bare_words
from utils.errors import UserError
from utils.files import is_folder, make_folder, read_text
from utils.options import changed

logger = logging.getLogger("cadenza")

MAX_BYTES = 64 << 20  # of a person's own text


def load_task(
    options: TaskOptions | None = None, *, data_dir: str | Path | None = None, **fields: Any
) -> Task:
    """Loads a task's data.

    Args:
        options: Which task; None: the defaults.
        data_dir: A folder to look for the course's names in first.
        **fields: Fields of `TaskOptions`, in place of those in `options`.

    Raises:
        UserError: The data cannot be read or are too few, a corpus is given for another task, or there are
            too few parameters.
    """
    options = changed(options, TaskOptions, fields)
    corpus, seed = options.corpus, options.seed
    name = options.task or ("names" if corpus is None else "text")
    if corpus is not None and name != "text":
        raise UserError(f"a corpus is for the task text, got the task {name}")
    if name == "names":
        task = _names(data_dir, seed)
    elif name == "text":
        task = _text(corpus, options.characters)
    else:
        task = _sentences(seed)
    task = replace(
        task,
        parameters=options.parameters or task.parameters,
        epochs=options.epochs or task.epochs,
        learning_rate=options.learning_rate or task.learning_rate,
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
    corpus = dinosaurs.course_or_bundled(data_dir)
    return name_task(corpus.names, corpus.vocabulary, corpus.name, seed)


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
    return text_task(used, title, title if corpus is None else str(path))


def _sentences(seed: int) -> Task:
    """The project's sentences with emoji: those for training that were written one by one, and others."""
    read = (emoji.read_csv(path) for path in (emoji.BUNDLED_WRITTEN, emoji.BUNDLED_TEST))
    training, others = (([bare_words(s) for s in sentences], labels.tolist()) for sentences, labels in read)
    return sentence_task(training, others, len(emoji.EMOJI), seed)

"""Reads the text that a verb trains or measures on."""

import logging
from pathlib import Path

from data import corpus as corpora
from data import sonnets
from data.corpus import Corpus
from data.sonnets import ALPHABET
from utils.errors import UserError

logger = logging.getLogger("cadenza")


def read(corpus: Path | None, data_dir: Path | None, at_least: int, encoding: str | None = None) -> Corpus:
    """Reads a person's text, or the Sonnets, or where they are not here the bundled verses.

    Args:
        corpus: A text file, or a prepared corpus, which is mapped; None: the Sonnets.
        data_dir: Where the course's files are looked for first.
        at_least: The fewest characters it may have.
        encoding: The text file's; None: found, or guessed, as `utils.encodings.read` does.

    Raises:
        UserError: The file cannot be read, or the text is too short.
    """
    if corpus and (corpus.suffix == corpora.SUFFIX or corpora.is_prepared(corpus)):
        text = corpora.open_prepared(corpus, ALPHABET, verify=True)
    else:
        read = sonnets.corpus(corpus, encoding) if corpus else sonnets.sonnets(data_dir)
        text = corpora.encoded(read, ALPHABET)
    log_dropped(text)
    if len(text) < at_least:
        raise UserError(f"{text.name}: expected {at_least} characters or more, got {len(text)}")
    return text


def plays(data_dir: Path | None) -> Corpus | None:
    """Scenes from the plays, or None where they are not on this machine."""
    read = sonnets.plays(data_dir)
    return corpora.encoded(read, ALPHABET) if read else None


def log_dropped(text: Corpus) -> None:
    """Logs which characters of a text were left out, if any."""
    if text.notice:
        logger.info(text.notice)


def held_out_part(text: Corpus) -> str:
    """How much of the text is held out, in words."""
    short = len(text) <= 10 * sonnets.HELD_OUT
    return "the last tenth" if short else f"the last {sonnets.HELD_OUT} characters"

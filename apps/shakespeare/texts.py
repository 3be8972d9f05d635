"""Reads the text that a verb trains or measures on."""

import logging

from data import corpus as corpora
from data import sonnets
from data.corpus import Corpus
from data.options import TextOptions
from data.sonnets import ALPHABET
from utils.errors import UserError

logger = logging.getLogger("cadenza")


def read(source: TextOptions, at_least: int) -> Corpus:
    """Reads a person's text, or the Sonnets, or where they are not here the bundled verses.

    Args:
        source: Which text; a prepared corpus is mapped.
        at_least: The fewest characters it may have.

    Raises:
        UserError: The file cannot be read, or the text is too short.
    """
    corpus = source.corpus
    if corpus and (corpus.suffix == corpora.SUFFIX or corpora.is_prepared(corpus)):
        text = corpora.open_prepared(corpus, ALPHABET, verify=True)
    else:
        read = sonnets.corpus(corpus, source.encoding) if corpus else sonnets.sonnets(source.data_dir)
        text = corpora.encoded(read, ALPHABET)
    log_dropped(text)
    if len(text) < at_least:
        raise UserError(f"{text.name}: expected {at_least} characters or more, got {len(text)}")
    return text


def plays(source: TextOptions) -> Corpus | None:
    """Scenes from the plays, or None where they are not on this machine, or a person's text is read."""
    read = None if source.corpus else sonnets.plays(source.data_dir)
    return corpora.encoded(read, ALPHABET) if read else None


def log_dropped(text: Corpus) -> None:
    """Logs which characters of a text were left out, if any."""
    if text.notice:
        logger.info(text.notice)


def held_out_part(text: Corpus) -> str:
    """How much of the text is held out, in words."""
    short = len(text) <= 10 * sonnets.HELD_OUT
    return "the last tenth" if short else f"the last {sonnets.HELD_OUT} characters"

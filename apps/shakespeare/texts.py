"""Reads the text that a verb trains or measures on."""

import logging
from pathlib import Path

import numpy as np

from data import sonnets
from data.sonnets import VOCABULARY
from models.shakespeare.windows import Indices
from utils.errors import UserError
from utils.folding import Text

logger = logging.getLogger("cadenza")


def read(corpus: Path | None, data_dir: Path | None, at_least: int) -> Text:
    """Reads a person's text, or the Sonnets, or where they are not here the bundled verses.

    Args:
        corpus: A UTF-8 file; None: the Sonnets.
        data_dir: Where the course's files are looked for first.
        at_least: The fewest characters it may have.

    Raises:
        UserError: The file cannot be read, or the text is too short.
    """
    text = sonnets.corpus(corpus) if corpus else sonnets.sonnets(data_dir)
    log_dropped(text)
    if len(text.text) < at_least:
        raise UserError(f"{text.name}: expected {at_least} characters or more, got {len(text.text)}")
    return text


def log_dropped(text: Text) -> None:
    """Logs which characters of a text were left out, if any."""
    if text.dropped:
        logger.info(str(text.notice()))


def indices(text: str) -> Indices:
    """The text as indices."""
    return np.array(VOCABULARY.encode(text), dtype=np.int32)

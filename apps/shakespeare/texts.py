"""Reads the text that a verb trains or measures on."""

import logging
from collections import Counter
from pathlib import Path

import numpy as np

from data import corpus as corpora
from data import sonnets
from data.corpus import Corpus
from data.options import AlphabetOptions, TextOptions
from data.sonnets import ALPHABET, VOCABULARY
from models.shakespeare.weights import LONGEST_RECORD, read_text
from utils.errors import UserError
from utils.folding import spelled
from utils.vocabulary import Vocabulary

logger = logging.getLogger("cadenza")

MOST_UNREAD = 0.05  # of a text that a network is trained on


def read(
    source: TextOptions, at_least: int, vocabulary: Vocabulary = VOCABULARY, *, lines: bool = False
) -> Corpus:
    """Reads a text as a network reads it: a person's, or the Sonnets, or if absent the bundled verses.

    Args:
        source: Which text; a prepared corpus is mapped.
        at_least: The fewest characters it may have.
        vocabulary: The network's symbols.
        lines: Whether every line is a record, as `records` makes them.

    Raises:
        UserError: The file cannot be read, or the text is too short.
    """
    corpus, symbols = source.corpus, "".join(vocabulary.symbols)
    if corpus and _is_prepared(corpus):
        text = corpora.open_prepared(corpus, symbols, verify=True)
    else:
        written, name = _written(source)
        text = corpora.encoded(read_text(records(written) if lines else written, vocabulary, name), symbols)
    return _checked(text, at_least)


def learn(source: TextOptions, alphabet: AlphabetOptions, at_least: int, *, lines: bool = False) -> Corpus:
    """Reads a text from which a network learns its symbols, too.

    Args:
        source: Which text; a prepared corpus has its symbols. The Sonnets and the verses have the course's.
        alphabet: Which characters become symbols.
        at_least: The fewest characters it may have.
        lines: Whether every line is a record, as `records` makes them.

    Raises:
        UserError: The file cannot be read, the text is too short, or too little of it can be folded.
    """
    corpus = source.corpus
    if corpus is None or alphabet.fold:
        text = read(source, at_least, VOCABULARY, lines=lines)
        require_readable(text, "leave out --fold")
        return text
    if _is_prepared(corpus):
        return _checked(corpora.open_prepared(corpus, None, verify=True), at_least)
    written, name = _written(source)
    written = spelled(records(written) if lines else written, set(written)).text
    symbols = corpora.alphabet(Counter(written), alphabet.min_count)
    return _checked(corpora.encoded(spelled(written, symbols, name), symbols), at_least)


def plays(source: TextOptions, *, speakers: bool = True) -> Corpus | None:
    """Scenes from the plays, or None where they are not on this machine, or a person's text is read.

    Args:
        source: Which text is read.
        speakers: Whether the lines that name the speaker are kept.
    """
    read = None if source.corpus else sonnets.plays(source.data_dir, speakers=speakers)
    return corpora.encoded(read, ALPHABET) if read else None


def records(text: str) -> str:
    r"""Makes a text of which every line is a record: a new line before each, none empty, in a mixed order.

    The order of a file, such as the alphabet's, would tell a network what it must not know, and would hold
    out records of one kind.

    Example:
        >>> sorted(records("plum\n\npear  ").split())
        ['pear', 'plum']
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    order = np.random.default_rng(0).permutation(len(lines))
    return "".join(f"\n{lines[place]}" for place in order) + "\n"


def longest_record(text: Corpus) -> int:
    """The characters of the longest line, at most those that a bundle may name."""
    longest, begun = 0, 0
    for block in text.blocks():
        first, *others = block.split("\n")
        longest = max(longest, begun + len(first), *map(len, others[:-1]))
        begun = len(others[-1]) if others else begun + len(first)
    return min(max(longest, begun), LONGEST_RECORD)


def require_readable(text: Corpus, way_out: str) -> None:
    """Checks that no more than a twentieth of a text is beyond its alphabet.

    Raises:
        UserError: It is; the message names the way out.
    """
    if text.unread > MOST_UNREAD:
        raise UserError(
            f"{text.notice}: {text.unread:.1%} of it, expected at most {MOST_UNREAD:.0%}; {way_out}"
        )


def held_out_part(text: Corpus) -> str:
    """How much of the text is held out, in words."""
    short = len(text) <= 10 * sonnets.HELD_OUT
    return "the last tenth" if short else f"the last {sonnets.HELD_OUT} characters"


def _is_prepared(corpus: Path) -> bool:
    return corpus.suffix == corpora.SUFFIX or corpora.is_prepared(corpus)


def _written(source: TextOptions) -> tuple[str, str]:
    """A text as it is written, and its name."""
    if source.corpus:
        return sonnets.written(source.corpus, source.encoding), source.corpus.name
    found = sonnets.sonnets(source.data_dir)
    return found.text, found.name


def _checked(text: Corpus, at_least: int) -> Corpus:
    if text.notice:
        logger.info(f"{text.notice}: {text.unread:.1%} of it")
    if not any(block.strip() for block in text.blocks()):
        raise UserError(f"{text.name} has no letter that the network knows")
    if len(text) < at_least:
        raise UserError(f"{text.name}: expected {at_least} characters or more, got {len(text)}")
    return text

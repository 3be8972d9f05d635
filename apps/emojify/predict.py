"""What python -m apps.emojify predict does: sentences in, emoji out, and what was odd about them."""

import argparse
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from data import emoji
from models.emojify.classifier import Answer
from models.emojify.loading import open_network
from utils.errors import UserError

logger = logging.getLogger("cadenza")

BLOCK = 512  # lines of standard input that are answered together
_NAMED = 10  # words or sentences that a notice names


def predict(options: argparse.Namespace) -> int:
    """Answers every sentence with a line on standard output.

    Raises:
        UserError: A sentence of the command line is empty, standard input holds none or is not UTF-8
            text, or the network cannot be loaded.
    """
    _check(options.sentences)
    network = open_network(options)
    if options.top > len(network.labels):
        raise UserError(f"--top must be 1 to {len(network.labels)}, got {options.top}")
    limit = network.classifier.max_len
    oddities, count = Oddities(limit), 0
    for block in _blocks(options):
        answers = network.classifier.answer(block)
        for sentence, answer in zip(block, answers, strict=True):
            count += 1
            oddities.note(count, sentence, answer)
            _print(sentence, answer, network.labels, options)
        print(end="", flush=True)
        if _is_talking(options):
            oddities.say()
            oddities = Oddities(limit)
    if not count:
        raise UserError('standard input holds no sentence; give one a line, or: predict "I love you"')
    oddities.say()
    return 0


class Oddities:
    """What a person should know of the answers, gathered until it is said.

    Args:
        limit: Words that the network reads of a sentence.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.unknown: Counter[str] = Counter()
        self.unheard: list[int] = []
        self.cut: list[int] = []
        self.empty: list[int] = []

    def note(self, number: int, sentence: str, answer: Answer) -> None:
        """Notes what is odd about the answer to sentence `number`."""
        self.unknown.update(answer.unknown)
        if answer.cut:
            self.cut.append(number)
        if not sentence:
            self.empty.append(number)
        elif not answer.known:
            self.unheard.append(number)

    def say(self) -> None:
        """Says it, one notice of a kind."""
        prior = "the answer is how often the labels occur in the training sentences"
        if self.unknown:
            logger.info(f"unknown words were passed over: {_named(list(self.unknown))}")
        if self.unheard:
            logger.info(f"{_numbered(self.unheard)} no known word: {prior}")
        if self.empty:
            logger.info(f"{_numbered(self.empty)} no word at all: {prior}")
        if self.cut:
            logger.info(f"{_numbered(self.cut)} too many words: only the first {self.limit} were read")


def _check(sentences: Sequence[str]) -> None:
    for number, sentence in enumerate(sentences, 1):
        if not sentence.strip():
            raise UserError(f"sentence {number} is empty; type some words")
        if any("\ud800" <= character <= "\udfff" for character in sentence):
            raise UserError(f"sentence {number} is not UTF-8 text")


def _blocks(options: argparse.Namespace) -> Iterator[list[str]]:
    """The sentences, some at a time; a person who types gets each answer at once."""
    if options.sentences:
        yield [" ".join(sentence.split()) for sentence in options.sentences]
        return
    if _is_talking(options):
        logger.info("type sentences, one a line; Ctrl-D ends")
    lines = _lines()
    while block := list(islice(lines, 1 if _is_talking(options) else BLOCK)):
        yield block


def _lines() -> Iterator[str]:
    """The lines of standard input, white space made single; empty ones only between others."""
    if sys.stdin is None:  # whoever started us closed it
        return
    pending = 0
    for number, line in enumerate(iter(sys.stdin.buffer.readline, b""), 1):
        try:
            text = " ".join(line.decode("utf-8-sig" if number == 1 else "utf-8").split())
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise UserError(
                f"line {number} of standard input is not UTF-8 text (byte 0x{byte:02x})"
            ) from None
        if not text:
            pending += 1
            continue
        yield from [""] * pending
        pending = 0
        yield text


def _is_talking(options: argparse.Namespace) -> bool:
    return not options.sentences and sys.stdin is not None and sys.stdin.isatty()


def _print(sentence: str, answer: Answer, labels: Sequence[str], options: argparse.Namespace) -> None:
    best = answer.best(options.top)
    if options.json:
        answers = [
            {
                "label": label,
                "emoji": labels[label],
                "probability": round(float(answer.probabilities[label]), 6),
            }
            for label in best
        ]
        line = {"sentence": sentence, "answers": answers, "known": answer.known, "unknown": answer.unknown}
        print(json.dumps(line, ensure_ascii=not _can_print(json.dumps(line, ensure_ascii=False))))
        return
    fields = [
        field for label in best for field in (shown(labels[label]), f"{answer.probabilities[label]:.3f}")
    ]
    print("\t".join([*fields, sentence]))


def shown(symbol: str) -> str:
    """An emoji, or its name, :fork_and_knife:, where standard output's encoding lacks it."""
    return symbol if _can_print(symbol) else f":{emoji.plain_name(symbol).replace(' ', '_')}:"


def _can_print(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _named(words: list[str]) -> str:
    more = len(words) - _NAMED
    return ", ".join(words[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _numbered(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"sentence {numbers[0]} has"
    return f"sentences {_named([str(number) for number in numbers])} have"

"""python -m apps.emojify predict: emoji for sentences, and notices about words that were not read."""

import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from data import emoji
from data.glove import vectors as glove
from data.options import VectorOptions
from models import emojify
from models.emojify.classifier import Classifier, Prediction
from models.emojify.options import NetworkOptions, PredictOptions
from utils.errors import UserError

logger = logging.getLogger("cadenza")

BLOCK = 512  # lines of standard input that are predicted together
_SHOWN = 10  # words or sentences that a notice names


def predict(options: PredictOptions, vectors: VectorOptions, *, sentences: Sequence[str] = ()) -> None:
    """Prints a line for every sentence: the likeliest emoji, their probabilities, and the sentence.

    "not sure" stands in place of the first emoji where its probability is below `options.unsure`.

    Args:
        options: Which network, and what is printed.
        vectors: Which word vectors.
        sentences: None: the lines of standard input.

    Raises:
        UserError: A sentence is empty, standard input holds none or is not UTF-8 text, or the network
            cannot be loaded.
    """
    _check(sentences)
    classifier, top = load_classifier(options, vectors), options.top
    if top > len(classifier.labels):
        raise UserError(f"top must be 1 to {len(classifier.labels)}, got {top}")
    interactive = not sentences and sys.stdin is not None and sys.stdin.isatty()
    if interactive:
        logger.info("type sentences, one a line; Ctrl-D ends")
    warnings, count = InputWarnings(classifier.max_len), 0
    given = [" ".join(sentence.split()) for sentence in sentences]
    for block in [given] if given else _blocks(1 if interactive else BLOCK):
        for sentence, prediction in zip(block, classifier.predict(block), strict=True):
            count += 1
            warnings.add(count, sentence, prediction)
            _print(sentence, prediction, classifier, options)
        print(end="", flush=True)
        if interactive:
            warnings.log()
            warnings = InputWarnings(classifier.max_len)
    if not count:
        raise UserError('standard input holds no sentence; give one a line, or: predict "I love you"')
    warnings.log()


def load_classifier(network: NetworkOptions, vectors: VectorOptions) -> Classifier:
    """Loads a classifier with its word vectors.

    Raises:
        UserError: The bundle or the vectors cannot be read, or do not fit one another.
    """
    bundle = network.bundle
    source = glove.open_source(vectors.glove_file, vectors.data_dir, required=bundle is not None)
    classifier: Classifier = emojify.load(bundle, vectors=source)
    return classifier


class InputWarnings:
    """Notices about sentences that were not read as a whole, gathered until they are logged.

    Args:
        max_len: The longest sentence that the network reads, in words; None: any.
    """

    def __init__(self, max_len: int | None) -> None:
        self.max_len = max_len
        self.unknown_words: Counter[str] = Counter()
        self.unreadable: list[int] = []
        self.cut: list[int] = []
        self.empty: list[int] = []

    def add(self, number: int, sentence: str, prediction: Prediction) -> None:
        """Adds the prediction for sentence `number`."""
        self.unknown_words.update(prediction.unknown_words)
        if prediction.cut_words:
            self.cut.append(number)
        if not sentence:
            self.empty.append(number)
        elif not prediction.known_words:
            self.unreadable.append(number)

    def log(self) -> None:
        """Logs one notice of each kind."""
        prior = "the probabilities are the labels' shares of the training sentences"
        if self.unknown_words:
            logger.info(f"unknown words were skipped: {_shortened(list(self.unknown_words))}")
        if self.unreadable:
            logger.info(f"{_numbered(self.unreadable)} no known word: {prior}")
        if self.empty:
            logger.info(f"{_numbered(self.empty)} no word at all: {prior}")
        if self.cut:
            logger.info(f"{_numbered(self.cut)} too many words: only the first {self.max_len} were read")


def _check(sentences: Sequence[str]) -> None:
    for number, sentence in enumerate(sentences, 1):
        if not sentence.strip():
            raise UserError(f"sentence {number} is empty; type some words")
        if any("\ud800" <= character <= "\udfff" for character in sentence):
            raise UserError(f"sentence {number} is not UTF-8 text")


def _blocks(size: int) -> Iterator[list[str]]:
    """The sentences of standard input, `size` at a time."""
    lines = _lines()
    while block := list(islice(lines, size)):
        yield block


def _lines() -> Iterator[str]:
    """The lines of standard input with single spaces; empty ones only between others."""
    if sys.stdin is None:  # closed by the parent process
        return
    empty = 0
    for number, line in enumerate(iter(sys.stdin.buffer.readline, b""), 1):
        try:
            text = " ".join(line.decode("utf-8-sig" if number == 1 else "utf-8").split())
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise UserError(
                f"line {number} of standard input is not UTF-8 text (byte 0x{byte:02x})"
            ) from None
        if not text:
            empty += 1
            continue
        yield from [""] * empty
        empty = 0
        yield text


def _print(sentence: str, prediction: Prediction, classifier: Classifier, options: PredictOptions) -> None:
    best = [(label, float(prediction.probabilities[label])) for label in prediction.top(options.top)]
    labels, values, answer = classifier.labels, classifier.values, prediction.answer(options.unsure)
    if options.as_json:
        line = {
            "sentence": sentence,
            "answer": answer,
            "predictions": [
                {"label": i, "value": values[i], "emoji": labels[i], "probability": round(p, 6)}
                for i, p in best
            ],
            "known": prediction.known_words,
            "unknown": prediction.unknown_words,
        }
        print(json.dumps(line, ensure_ascii=not _is_encodable(json.dumps(line, ensure_ascii=False))))
        return
    shown = [answer, *(labels[label] for label, _ in best[1:])]
    fields = [
        field for (_, p), emoji in zip(best, shown, strict=True) for field in (printable(emoji), f"{p:.3f}")
    ]
    print("\t".join([*fields, sentence]))


def printable(symbol: str) -> str:
    """Returns an emoji, or its name, :fork_and_knife:, where standard output's encoding lacks it."""
    return symbol if _is_encodable(symbol) else f":{emoji.plain_name(symbol).replace(' ', '_')}:"


def _is_encodable(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _shortened(words: list[str]) -> str:
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _numbered(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"sentence {numbers[0]} has"
    return f"sentences {_shortened([str(number) for number in numbers])} have"

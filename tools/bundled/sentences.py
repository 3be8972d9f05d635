"""Writes emoji_train.csv and the neutral sentences from frames: python -m tools.bundled.sentences.

The bytes are always the same.

A frame is a sentence with choices, one a line, in frames/LABEL.txt:

    I {love|adore} my KIN {beyond words|more every year}

Braces hold alternatives, and a name in capitals stands for one of the words that frames/words.txt lists
for it. frames/pairs.txt has frames of two sides, a sentence and its negation, that are drawn together:

    my KIN is JOYFUL / my KIN is not JOYFUL

frames/neutral.txt and frames/neutral_rarer.txt have frames of sentences that no label fits, the latter with
the words of frames/neutral_words.txt.

frames/written.csv holds sentences that were written one by one; each is a frame of its own.
"""

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data import emoji
from utils.cli import Parser, run
from utils.files import read_text, write_text

FOLDER = Path(__file__).parents[2] / "data" / "bundled"
LABELS = ("heart", "baseball", "smile", "disappointed", "food")  # the files, in the labels' order
SEED = 1
PAIR_DRAWS = 3  # of every frame in pairs.txt
PER_LABEL = 900  # sentences
NEUTRAL, NEUTRAL_PLAIN = 1200, 900
MAX_WORDS = 10  # the course's longest sentence
_TRIES = 40  # draws that may fail before a frame counts as used up
_MAX_BYTES = 1 << 20
_CHOICE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"\b[A-Z]{2,}\b")
_VOWEL = re.compile(r"\b([Aa]) (?=[aeiou](?!ni))")

Words = Mapping[str, Sequence[str]]


class Frame(NamedTuple):
    """A sentence with choices, or a sentence and its negation.

    Args:
        sides: One text, or two that are drawn together.
        labels: The label of each side.
    """

    sides: tuple[str, ...]
    labels: tuple[int, ...]


class Row(NamedTuple):
    """A line of emoji_train.csv.

    Args:
        sentence: The sentence.
        label: Its label, an index of `data.emoji.EMOJI`.
        frame: The number of the frame that it was drawn from.
    """

    sentence: str
    label: int
    frame: int


def main(argv: Sequence[str]) -> int:
    """Writes the training sentences."""
    parser = Parser("tools.bundled.sentences", description="Write the bundled training sentences.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write into")
    options = parser.parse_args(argv)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(compose_rows())
    contents = {
        emoji.BUNDLED_TRAIN: text.getvalue(),
        emoji.BUNDLED_NEUTRAL: "\n".join([*compose_neutral(), ""]),
        emoji.BUNDLED_NEUTRAL_PLAIN: "\n".join([*compose_neutral(plain_words=True), ""]),
    }
    for path, content in contents.items():
        write_text(options.out / path.name, content)
        print(options.out / path.name)
    return 0


def compose_rows(seed: int = SEED) -> list[Row]:
    """Draws the training sentences: the written ones, the pairs, then frames in turn, every label alike.

    Raises:
        ValueError: The frames of a label are used up before it has `PER_LABEL` sentences.
    """
    words, frames = read_words(), read_frames()
    rows = [Row(*example, number) for number, example in enumerate(read_written())]
    seen = {plain(row.sentence) for row in rows}
    generators = [np.random.default_rng((seed, number)) for number in range(len(frames))]

    def draw(number: int) -> bool:
        frame = frames[number]
        for _ in range(_TRIES):
            sides = draw_sentences(frame, words, generators[number])
            keys = {plain(side) for side in sides}
            if not keys & seen and all(len(side.split()) <= MAX_WORDS for side in sides):
                seen.update(keys)
                found = zip(sides, frame.labels, strict=True)
                rows.extend(Row(side, label, written + number) for side, label in found)
                return True
        return False

    written = len(rows)
    for number, frame in enumerate(frames):
        if len(frame.sides) == 2:
            for _ in range(PAIR_DRAWS):
                draw(number)
    for label in range(len(LABELS)):
        left = [number for number, frame in enumerate(frames) if frame.labels == (label,)]
        missing = PER_LABEL - sum(row.label == label for row in rows)
        while missing > 0:
            left = [number for number in left[:missing] if draw(number)] + left[missing:]
            if not left:
                raise ValueError(f"frames/{LABELS[label]}.txt: expected frames for {missing} more sentences")
            missing = PER_LABEL - sum(row.label == label for row in rows)
    return rows


def compose_neutral(seed: int = SEED, *, plain_words: bool = False) -> list[str]:
    """Draws the neutral sentences, from every frame in turn.

    Args:
        seed: Of the draws.
        plain_words: Whether the frames of rarer words are left out.

    Raises:
        ValueError: The frames are used up before there are enough sentences.
    """
    words = read_words() | ({} if plain_words else read_words("neutral_words.txt"))
    frames = read_neutral_frames(plain_words)
    wanted = NEUTRAL_PLAIN if plain_words else NEUTRAL
    generators = [np.random.default_rng((seed, 1, number)) for number in range(len(frames))]
    sentences = dict[str, str]()

    def draw(number: int) -> bool:
        for _ in range(_TRIES):
            (sentence,) = draw_sentences(frames[number], words, generators[number])
            if plain(sentence) not in sentences and len(sentence.split()) <= MAX_WORDS:
                sentences[plain(sentence)] = sentence
                return True
        return False

    left = list(range(len(frames)))
    while len(sentences) < wanted:
        left = [number for number in left if draw(number)]
        if not left:
            raise ValueError(
                f"frames/neutral.txt: expected frames for {wanted} sentences, got {len(sentences)}"
            )
    return list(sentences.values())[:wanted]


def draw_sentences(frame: Frame, words: Words, generator: np.random.Generator) -> tuple[str, ...]:
    """Draws a sentence for each side of a frame.

    The n-th choices of both sides are the same alternative, and so are the n-th uses of a name.

    Args:
        frame: The frame.
        words: The words that each name stands for.
        generator: Draws them.

    Example:
        >>> frame = Frame(("{he|she} is MOOD", "{he|she} is not MOOD"), (3, 2))
        >>> draw_sentences(frame, {"MOOD": ["sad", "angry"]}, np.random.default_rng(3))
        ('he is angry', 'he is not angry')
    """
    numbers = generator.integers(1 << 30, size=16)
    orders = {name: generator.permutation(len(words[name])) for name in sorted(words)}
    sides = []
    for side in frame.sides:
        choices = iter(numbers.tolist())

        def alternative(match: re.Match[str], choices: Iterator[int] = choices) -> str:
            alternatives = match[1].split("|")
            return alternatives[next(choices) % len(alternatives)].strip()

        uses = {name: iter(order.tolist()) for name, order in orders.items()}

        def word(match: re.Match[str], uses: Mapping[str, Iterator[int]] = uses) -> str:
            return words[match[0]][next(uses[match[0]])]

        text = _NAME.sub(word, _CHOICE.sub(alternative, side))
        sides.append(_VOWEL.sub(r"\1n ", text))
    return tuple(sides)


def read_words(file: str = "words.txt") -> dict[str, list[str]]:
    """Reads the words that each name stands for."""
    lines = (line.partition(":") for line in _lines(file))
    return {name: [word.strip() for word in words.split("|")] for name, _, words in lines}


def read_frames() -> list[Frame]:
    """Reads the frames: those of one label, in the labels' order, then the pairs."""
    frames = [Frame((line,), (label,)) for label, name in enumerate(LABELS) for line in _lines(f"{name}.txt")]
    labels: tuple[int, ...] = ()
    for line in _lines("pairs.txt"):
        sides = tuple(side.strip() for side in line.split(" / "))
        if all(side in LABELS for side in sides):
            labels = tuple(LABELS.index(side) for side in sides)
        else:
            frames.append(Frame(sides, labels))
    return frames


def read_neutral_frames(plain_words: bool = False) -> list[Frame]:
    """Reads the frames of sentences that no label fits, those of rarer words too unless they are left out."""
    lines = [*_lines("neutral.txt"), *([] if plain_words else _lines("neutral_rarer.txt"))]
    return [Frame((line,), ()) for line in lines]


def read_written() -> list[tuple[str, int]]:
    """Reads the sentences that were written one by one, with their labels."""
    X, Y = emoji.read_csv(emoji.BUNDLED_WRITTEN)
    return list(zip(X, Y.tolist(), strict=True))


def plain(sentence: str) -> str:
    """Returns the words of a sentence in lower case, without punctuation."""
    return " ".join(re.findall(r"\w+", sentence.lower()))


def _lines(name: str) -> list[str]:
    """The lines of a file of frames, without comments and empty ones."""
    lines = read_text(FOLDER / "frames" / name, _MAX_BYTES).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


if __name__ == "__main__":
    sys.exit(run(main))

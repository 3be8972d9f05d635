"""The Sonnets, the plays, and the project's own verses, in the course's alphabet of 38 symbols."""

import re
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from data import catalogue
from utils import encodings, folding
from utils.errors import UserError
from utils.files import read_text, regular_file
from utils.folding import Text
from utils.vocabulary import Vocabulary

ALPHABET = "\n !'(),-.:;?abcdefghijklmnopqrstuvwxyz"  # of the lower-cased Sonnets, sorted
VOCABULARY = Vocabulary(ALPHABET)
SONNETS = "shakespeare.txt"
PLAYS = "tinyshakespeare.txt"
VERSES = Path(__file__).parent / "bundled" / "verses.txt"
LARGEST = 16 << 20  # bytes of a person's own text that is read at once: three times all of Shakespeare
SPEAKER = re.compile(r"(?:(?<=\n\n)|\A)[^\n]{1,40}:\n")  # a line of the plays that names the speaker
HELD_OUT = 120_000  # characters at most, which every validation reads

Part = TypeVar("Part", str, NDArray[Any])  # a text: characters, or their indices


def fold(text: str, name: str = "the text") -> Text:
    """Folds a text into the alphabet; see `utils.folding.fold`."""
    return folding.fold(text, ALPHABET, name)


def sonnets(data_dir: Path | None = None) -> Text:
    """The Sonnets if they are on this machine, else the project's own verses."""
    path = catalogue.locate(SONNETS, data_dir)
    if path is None:
        return verses()
    return fold(read_text(path), "the Sonnets")


def verses() -> Text:
    """The project's own sonnets, which ship with it."""
    return fold(read_text(VERSES), "the bundled verses")


def plays(data_dir: Path | None = None, *, speakers: bool = True) -> Text | None:
    """Scenes from the plays, or None where they are not on this machine.

    Args:
        data_dir: Where to look first.
        speakers: Whether the lines that name the speaker are kept, and the empty lines between speeches.
    """
    path = catalogue.locate(PLAYS, data_dir)
    if path is None:
        return None
    text = read_text(path)
    return fold(text if speakers else SPEAKER.sub("", text).replace("\n\n", "\n"), "the plays")


def written(path: Path, encoding: str | None = None) -> str:
    """A person's own text as it is written, of up to 16 MB; see `data.corpus` for larger ones.

    Args:
        path: The file.
        encoding: Its encoding; None: found, or guessed, as `utils.encodings.read` does.

    Raises:
        UserError: It cannot be read.
    """
    if regular_file(path).st_size > LARGEST:
        advice = f"prepare it with: python -m data prepare {path} --out {path.stem}.idx"
        raise UserError(
            f"{path} has more than {LARGEST} bytes, too many for a text that is not prepared; {advice}"
        )
    return encodings.read(path, LARGEST, encoding)


def corpus(path: Path, encoding: str | None = None) -> Text:
    """A person's own text, as `written` reads it, in the alphabet.

    Raises:
        UserError: It cannot be read, or no character of it is in the alphabet.
    """
    text = fold(written(path, encoding), path.name)
    if not text.text.strip():
        raise UserError(f"{path} has no letter that the network knows: expected verse in Latin letters")
    return text


def split(text: Part, held_out: float = 0.1) -> tuple[Part, Part]:
    """The text's beginning for training, and its last part, which is never trained on.

    Args:
        text: A string, or indices.
        held_out: The share of its characters at the end that is held out, at least 0 and below 1; no more
            than `HELD_OUT` characters.

    Raises:
        ValueError: The share is out of range.
    """
    if not 0 <= held_out < 1:
        raise ValueError(f"held_out: expected at least 0 and below 1, got {held_out}")
    edge = max(int(len(text) * (1 - held_out)), len(text) - HELD_OUT)
    return text[:edge], text[edge:]

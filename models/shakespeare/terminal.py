"""A poem on a terminal: the course's question, and the poem as it is written."""

import sys
import unicodedata
from collections.abc import Iterable, Mapping

from models.shakespeare.poems import PoemModel
from models.shakespeare.windows import BLANK

PROMPT = "Write the beginning of your poem, the Shakespeare machine will complete it. Your input is: "
SHORT = 60  # characters of the sample at an epoch's end
TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # Unicode's marks of direction
HERE = "\n\nHere is your poem: \n"


def print_poem(prompt: str, characters: Iterable[str]) -> None:
    """Prints a poem as it is written, the beginning first, and a line end also when it is stopped."""
    print(printable(prompt), end="", flush=True)
    try:
        for character in characters:
            sys.stdout.write(printable(character))
            sys.stdout.flush()
    finally:
        print(flush=True)


def printable(text: str) -> str:
    """A text without what steers a terminal or turns its text around; tabs and line ends stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc").translate(TURNS)


def print_sample(poems: PoemModel, epoch: int, logs: Mapping[str, float] | None = None) -> None:
    """Prints the loss of an epoch, from 0, and a short sample of the network after it."""
    sample_text = "".join(poems.stream(BLANK, length=SHORT, seed=epoch)).strip()
    loss = (logs or {}).get("loss", float("nan"))
    print(f"epoch {epoch + 1}: loss {loss:.4f}; it writes: {sample_text!r}", flush=True)

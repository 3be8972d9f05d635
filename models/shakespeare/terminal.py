"""A poem on a terminal: the course's question, and the poem as it is written."""

import sys
import unicodedata
from collections.abc import Iterable

PROMPT = "Write the beginning of your poem, the Shakespeare machine will complete it. Your input is: "


def print_poem(prompt: str, characters: Iterable[str]) -> None:
    """Prints a poem as it is written, the beginning first, and a line end also when it is stopped."""
    print(printable(prompt), end="", flush=True)
    try:
        for character in characters:
            sys.stdout.write(character)
            sys.stdout.flush()
    finally:
        print(flush=True)


def printable(text: str) -> str:
    """A text without control characters, but with tabs and line ends."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")

"""The options of the emoji networks: a row of sentences."""

from dataclasses import dataclass
from typing import Annotated

from utils.options import Doc, OptionError, Options


@dataclass(frozen=True)
class SentenceRow(Options):
    """A row of sentences.

    Raises:
        OptionError: There is no word.
    """

    text: Annotated[str, Doc("a sentence")]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.text.strip():
            raise OptionError("text: expected words, got none")

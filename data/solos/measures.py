"""Ranges of measures as people write them, counted from 1."""

import re
from dataclasses import dataclass

from utils.errors import UserError

_RANGE = re.compile(r"([0-9]{1,6})(?:\s*([-–])\s*([0-9]{1,6})?)?")


@dataclass(frozen=True, slots=True)
class MeasureRange:
    """Measures from the first to the last, both included; a piece's first measure is 1.

    Args:
        first: The first measure.
        last: The last measure; None: the piece's last.

    Raises:
        UserError: The first measure is not at least 1, or the last is before the first.

    Example:
        >>> MeasureRange.parse("17-24")
        MeasureRange(first=17, last=24)
        >>> str(MeasureRange.parse("5")), str(MeasureRange.parse("17-"))
        ('5', '17-')
    """

    first: int = 1
    last: int | None = None

    def __post_init__(self) -> None:
        if self.first < 1 or (self.last is not None and self.last < self.first):
            raise UserError(f"measures: expected a first of 1 or more and a last not before it, got {self}")

    @classmethod
    def parse(cls, text: str) -> "MeasureRange":
        """Reads a range: `1-16`, `17-` up to the end, `5` alone.

        Raises:
            UserError: The text is no range.
        """
        match = _RANGE.fullmatch(text.strip())
        if match is None:
            raise UserError(f"measures: expected 1-16, 17- or 5, counted from 1, got {text[:40]!r}")
        first, dash, last = match.groups()
        if not dash:
            last = first
        return cls(int(first), int(last) if last else None)

    @classmethod
    def of(cls, measures: "MeasureRange | str") -> "MeasureRange":
        """A range, or the one that a text means.

        Raises:
            UserError: The text is no range.
            TypeError: It is neither.
        """
        if isinstance(measures, cls):
            return measures
        if isinstance(measures, str):
            return cls.parse(measures)
        raise TypeError(f"measures: expected a MeasureRange or text such as '1-16', got {measures!r}")

    def __str__(self) -> str:
        if self.last is None:
            return f"{self.first}-"
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

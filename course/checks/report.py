"""What was found about a learner's functions, as a table."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course.checks.language import Translate, translation
from course.checks.record import Verdict


@dataclass(frozen=True)
class Report:
    """The verdicts on one file or notebook.

    Args:
        exercise: The exercise's name.
        verdicts: One for each function.
        notes: What else there is to say, such as a cell that raised.
        language: The language of the table.
    """

    exercise: str
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    language: str = "en"

    @property
    def mark(self) -> float:
        """The sum of the functions' marks."""
        return sum(verdict.mark for verdict in self.verdicts)

    @property
    def passed(self) -> bool:
        """Whether all functions passed, and there is one."""
        return bool(self.verdicts) and all(verdict.status == "passed" for verdict in self.verdicts)

    def __repr__(self) -> str:
        tr = translation(self.language)
        return tr("{mark} of {count}").format(mark=f"{self.mark:g}", count=len(self.verdicts))

    def table(self) -> str:
        """A line for each function, and the notes where a name is missing: they may say why."""
        tr = translation(self.language)
        missing = any(v.status == "missing" or "NameError" in v.reason for v in self.verdicts)
        lines = table([(v.name, tr(v.status), v.reason) for v in self.verdicts])
        return "\n".join([*lines, *(f"  {note}" for note in self.notes if missing)])

    def as_json(self) -> dict[str, Any]:
        """The report as JSON has it."""
        functions = [
            {
                "name": v.name,
                "status": v.status,
                "mark": v.mark,
                "reason": v.reason,
                "mistakes": list(v.mistakes),
            }
            for v in self.verdicts
        ]
        total = {"mark": self.mark, "of": len(self.verdicts), "passed": self.passed}
        return {"exercise": self.exercise, **total, "functions": functions, "notes": list(self.notes)}


def inherited(verdicts: Sequence[Verdict], calls: dict[str, set[str]], tr: Translate) -> list[Verdict]:
    """Adds to a right function that it calls a wrong one, whose results it inherits.

    Args:
        verdicts: The verdicts.
        calls: For each function those that it calls.
        tr: Translates.
    """
    wrong = {verdict.name for verdict in verdicts if verdict.status in ("wrong", "stopped")}
    text = tr("right in itself; it calls {names}, and inherits what is wrong there")
    return [
        Verdict(v.name, v.status, text.format(names=", ".join(sorted(bad))), v.mark)
        if v.status == "passed" and (bad := calls.get(v.name, set()) & wrong)
        else v
        for v in verdicts
    ]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns stand below each other, also where characters are two columns wide."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)

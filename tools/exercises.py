"""python -m tools.exercises: makes the exercises to fill in from the solved ones.

notebooks/exercises/source/ holds the solved notebooks with nbgrader's marks, its cell metadata and the lines
`### BEGIN SOLUTION` and `### END SOLUTION`. Their texts are there in two languages, a cell each, which the
cell's metadata name. From each are made notebooks/exercises/NAME.ipynb and notebooks/exercises/zh/NAME.ipynb.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils import cli
from utils.errors import UserError
from utils.files import entries, make_folder, read_text, write_text

ROOT = Path(__file__).resolve().parents[1] / "notebooks" / "exercises"
SOURCE = ROOT / "source"
FOLDERS = {"en": ".", "zh": "zh"}
STUBS = {"en": "# YOUR CODE HERE", "zh": "# 在此处写代码"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ENDS = {
    BEGIN: END,
    "### BEGIN HIDDEN TESTS": "### END HIDDEN TESTS",
}  # hidden tests: only the solved run them
CHECK = "check("  # a call in which the language is named

Notebook = dict[str, Any]


def notebook(source: Notebook, language: str, *, solved: bool = False) -> Notebook:
    """Makes a notebook of one language.

    Args:
        source: The solved notebook with the texts of all languages.
        language: "en" or "zh".
        solved: Whether the solutions stay.

    Raises:
        UserError: A solution does not end, or ends where none began.
    """
    cells = []
    for cell in source["cells"]:
        given = cell["metadata"].get("language", language)
        if given != language:
            continue
        metadata = {name: value for name, value in cell["metadata"].items() if name != "language"}
        made = {**cell, "id": cell["id"].removesuffix(f"-{language}"), "metadata": metadata}
        if cell["cell_type"] == "code":
            lines = "".join(cell["source"]).splitlines()
            lines = lines if solved else _blank(lines, STUBS[language], cell["id"])
            if language != "en":
                lines = [_in_language(line, language) for line in lines]
            made |= {"source": _lines(lines), "outputs": [], "execution_count": None}
        cells.append(made)
    return {**source, "cells": cells}


def written(made: Notebook) -> str:
    """A notebook as the text of its file."""
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _blank(lines: list[str], stub: str, where: str) -> list[str]:
    """Lines without their solutions and hidden tests."""
    blanked, awaited = list[str](), ""
    for line in lines:
        mark = line.strip()
        if mark in ENDS and not awaited:
            awaited = ENDS[mark]
            if mark == BEGIN:
                indent = line[: len(line) - len(line.lstrip())]
                blanked += [indent + stub, indent + "raise NotImplementedError()"]
        elif awaited and mark == awaited:
            awaited = ""
        elif mark in (*ENDS, *ENDS.values()):
            raise UserError(f"cell {where}: expected {awaited or BEGIN}, got {mark}")
        elif not awaited:
            blanked.append(line)
    if awaited:
        raise UserError(f"cell {where}: expected {awaited}, got the cell's end")
    return blanked


def _in_language(line: str, language: str) -> str:
    """A line whose call of `check` answers in a language."""
    if not line.startswith(f"report = {CHECK}") or not line.endswith(")"):
        return line
    given = line.removeprefix(f"report = {CHECK}").removesuffix(")")
    return f'report = {CHECK}{given + ", " if given else ""}language="{language}")'


def _lines(lines: list[str]) -> list[str]:
    return "\n".join(lines).splitlines(keepends=True)


def main(argv: Sequence[str]) -> int:
    """Writes the notebooks of both languages, and prints their paths."""
    parser = cli.Parser(prog="python -m tools.exercises", description="Makes the exercises to fill in.")
    parser.add_argument(
        "--solved", action="store_true", help="keep the solutions, for a teacher; needs --out"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT, help="the folder, in which zh/ is the Chinese ones'"
    )
    options = parser.parse_args(argv)
    if options.solved and options.out == ROOT:
        parser.error("--solved: expected --out, another folder than the blank ones'")
    for path in entries(SOURCE):
        if path.suffix == ".ipynb":
            source = json.loads(read_text(path))
            for language, folder in FOLDERS.items():
                made = make_folder(options.out / folder) / path.name
                write_text(made, written(notebook(source, language, solved=options.solved)))
                print(made)
    return 0


if __name__ == "__main__":
    sys.exit(cli.run(main))

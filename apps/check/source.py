"""Reads a learner's file: the statements of a .py file, or of a notebook's code cells."""

import ast
import importlib.util
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from utils import files
from utils.errors import UserError

SUFFIXES = (".py", ".ipynb")
LARGEST = 32 << 20  # bytes of a file; a notebook may hold pictures
# Cell magics whose cell is Python nevertheless.
_PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
_MAGIC = re.compile(r"^(\s*)(?:\w+\s*=\s*)?[%!?].*$|^(\s*)[\w.]+\?{1,2}\s*$", re.MULTILINE)


class Block(NamedTuple):
    """A part of a file that is compiled by itself.

    Args:
        name: What a message calls it: "<cell 3>", or the file.
        text: Its source, without magics.
    """

    name: str
    text: str


class Statement(NamedTuple):
    """A statement of a block.

    Args:
        block: The block.
        node: Its syntax.
    """

    block: Block
    node: ast.stmt


def read(path: Path) -> list[Block]:
    """Reads a .py file or a notebook.

    Raises:
        UserError: It cannot be read, is neither, or holds no code.
    """
    if path.suffix not in SUFFIXES:
        raise UserError(f"{path}: expected a .py file or an .ipynb notebook")
    content = files.read_bytes(path, LARGEST)
    blocks = _cells(path, content) if path.suffix == ".ipynb" else [Block(path.name, _decoded(path, content))]
    if not any(block.text.strip() for block in blocks):
        raise UserError(f"{path}: expected code, got none")
    return blocks


def statements(blocks: Sequence[Block]) -> tuple[list[Statement], list[str]]:
    """Parses blocks.

    Returns:
        The statements, and a note for each part that is no Python; the definitions around it are kept.
    """
    found: list[Statement] = []
    notes: list[str] = []
    for block in blocks:
        try:
            found += [Statement(block, node) for node in _parsed(block.text)]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line, message = getattr(error, "lineno", None), getattr(error, "msg", str(error))
            notes.append(f"{block.name}, line {line}: {message}")
            found += _salvaged(block)
    return found, notes


def defined(statements: Sequence[Statement]) -> dict[str, list[str]]:
    """The functions that statements define, with the names of their parameters."""
    functions = [s.node for s in statements if isinstance(s.node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {node.name: [argument.arg for argument in node.args.args] for node in functions}


def _decoded(path: Path, content: bytes) -> str:
    try:
        return importlib.util.decode_source(content)
    except (UnicodeDecodeError, SyntaxError, LookupError) as error:
        raise UserError(f"{path}: expected Python source, got bytes that are no text ({error})") from None


def _cells(path: Path, content: bytes) -> list[Block]:
    """The code cells of a notebook, of format 3 or 4."""
    try:
        notebook: Any = json.loads(content)
        sheets = notebook.get("worksheets", [notebook])
        cells = [cell for sheet in sheets for cell in sheet["cells"] if cell["cell_type"] == "code"]
        texts = [cell.get("source", cell.get("input", "")) for cell in cells]
        joined = ["".join(text) for text in texts]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UserError(f"{path}: expected a notebook, got a file without readable cells") from None
    return [Block(f"<cell {number}>", without_magics(text)) for number, text in enumerate(joined, 1)]


def without_magics(text: str) -> str:
    """A cell's Python: lines of magics and of the shell become `pass`, so that line numbers stay.

    Example:
        >>> without_magics("!ls")
        'pass'
    """
    first = text.lstrip()
    if first.startswith("%%") and not first.startswith(_PYTHON_MAGICS):
        return ""
    return _MAGIC.sub(lambda match: (match[1] or match[2] or "") + "pass", text)


def _parsed(text: str) -> list[ast.stmt]:
    """The statements of a text; a .py file may hold magics, too, where it was a notebook."""
    try:
        return ast.parse(text).body
    except SyntaxError:
        if without_magics(text) == text:
            raise
        return ast.parse(without_magics(text)).body


def _salvaged(block: Block) -> Iterator[Statement]:
    """The parts of a block with a syntax error that are Python, cut where a line begins with no space."""
    lines = block.text.split("\n")
    starts = [i for i, line in enumerate(lines) if re.match(r"(def|class|import|from|@|\w+\s*=)", line)]
    starts = [i for n, i in enumerate(starts) if n == 0 or not lines[starts[n - 1]].startswith("@")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        for last in range(end, start, -1):  # a part may end with what is no Python
            try:
                nodes = ast.parse("\n" * start + "\n".join(lines[start:last])).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                if lines[start].startswith(("def", "class", "@")) and lines[last - 1].startswith((" ", "\t")):
                    break  # half a function is none
                continue
            yield from (Statement(block, node) for node in nodes)
            break

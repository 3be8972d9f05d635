"""Jobs for the tests of the bulk command: rows that differ in every field, and what a folder then holds."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.bulk.blocks import BlockWriter
from apps.bulk.job import Job
from apps.bulk.rows import open_input

CHOICES: dict[str, dict[str, Sequence[Any]]] = {
    "shakespeare": {
        "prompt": ["love is ", "", "O Time, thou ", "na\u00efve \u2014 ", None],
        "length": [1, 7, 16],
        "temperature": [1, 0.5, 1.7, None],
        "top_k": [1, 5, None],
        "top_p": [0.5, 1, None],
    },
    "dinos": {"start": ["tyr", "A", "", None], "temperature": [0.5, 1, None]},
    "emojify": {
        "text": ["I love you", "not happy", "let us play ball tonight, my friend", "qzx", "so sad"],
        "unsure": [0.5, 0, 0.95, None],
    },
    "jazz": {
        "chords": ["Dm7 | G7", "title: Waltz\nmeter: 3/4\nCmaj7 | A7", None],
        "tempo": [90, 132.5, None],
        "temperature": [0.8, None],
    },
}


def rows(app: str, count: int, ids: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Rows with random fields, in the order of their ids 0, 1, 2, ... or of those that are given."""
    choose = random.Random(app).choice
    return [
        {"id": number if ids is None else ids[number]}
        | {name: choose(values) for name, values in CHOICES[app].items()}
        for number in range(count)
    ]


def write_rows(path: Path, content: Sequence[Any]) -> Path:
    """Writes a JSONL file; a string is a line as it stands."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in content]
    path.write_text("".join(line + "\n" for line in lines), "utf-8", "surrogatepass")
    return path


def run_blocks(app: str, path: Path, out: Path, block_rows: int, seed: int = 1) -> list[dict[str, Any]]:
    """Answers all blocks in this process, and returns the answers."""
    job = Job(app, path, out, seed, "jsonl", block_rows)
    writer = BlockWriter(job)
    for block in open_input(path).scan(block_rows, lambda done: None).blocks():
        writer.write(block)
    return read_parts(out)


def read_parts(out: Path) -> list[dict[str, Any]]:
    """The answers of a folder, in the order of the parts."""
    return [json.loads(line) for line in read_bytes(out).splitlines()]


def read_bytes(out: Path) -> bytes:
    """All parts of a folder, one after the other."""
    return b"".join(path.read_bytes() for path in sorted(out.glob("part-*.jsonl")))


def midi_files(out: Path) -> dict[str, bytes]:
    """The MIDI files of a folder by their names."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.mid")}

"""The block function, the same for every engine: reads the rows of a block, answers them, writes the part."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from apps.bulk.handlers import handler_class
from apps.bulk.job import Job
from apps.bulk.rows import Block, open_input
from models.apps import APPS
from utils.errors import UserError
from utils.files import replacing, write_bytes
from utils.options import read


class Counts(NamedTuple):
    """Rows that were written, and how many of them are errors."""

    rows: int
    errors: int


class BlockWriter:
    """Answers the blocks of a job; every worker has one.

    Args:
        job: The job.

    Raises:
        UserError: The network or the input cannot be read.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._input, self._handler = open_input(job.input), handler_class(job.app)(job)
        self._row = APPS[job.app].row

    def write(self, block: Block) -> Counts:
        """Answers the rows of a block and writes its part, which appears as a whole.

        Raises:
            UserError: The input has changed, or the part cannot be written.
        """
        rows = self._input.read(block)
        answers: list[dict[str, Any]] = [{"id": row["id"]} for row in rows]
        accepted, requests = list[int](), list[Any]()
        for place, row in enumerate(rows):
            try:
                fields = {name: value for name, value in row.items() if name != "id"}
                requests.append(self._handler.request(row["id"], read(self._row, fields)))
                accepted.append(place)
            except (UserError, ValueError) as error:
                answers[place]["error"] = _one_line(error)
        results = self._handler.answers(requests) if requests else ()
        for place, answer in zip(accepted, results, strict=True):
            if isinstance(answer, Exception):
                answers[place]["error"] = _one_line(answer)
            else:
                answers[place] |= answer
        _write(self.job.part(block.number), answers, self._handler.COLUMNS)
        return Counts(len(answers), sum("error" in answer for answer in answers))


def count_rows(part: Path, block: Block) -> Counts | None:
    """Counts the rows and errors of a block's part; None if the part is missing or incomplete."""
    try:
        if part.suffix == ".parquet":
            import pyarrow.parquet

            column = pyarrow.parquet.read_table(part, columns=["error"]).column("error")
            counts = Counts(len(column), len(column) - column.null_count)
        else:
            with part.open("rb") as stream:
                errors = [_is_error(line) for line in stream]
            counts = Counts(len(errors), sum(errors))
    except (OSError, ValueError):
        return None
    return counts if counts.rows == block.rows else None


def _is_error(line: bytes) -> bool:
    if not line.endswith(b"\n"):
        raise ValueError("a line without its end")
    return b'"error"' in line and "error" in json.loads(line)


def _write(part: Path, answers: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    if part.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet

        types = {"id": "int64", **columns, "error": "string"}
        schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in types.items()])
        table = pa.Table.from_pylist([dict(answer) for answer in answers], schema=schema)
        with replacing(part) as temporary:
            pyarrow.parquet.write_table(table, temporary)
        return
    lines = [json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers]
    write_bytes(part, "".join(lines).encode("utf-8"))


def _one_line(error: Exception) -> str:
    return str(UserError(str(error)))

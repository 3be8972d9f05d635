"""The interface that each app implements to check and answer rows.

A row {"id": 3, "start": "tyr"} becomes by `request` what the app works with, such as a `NameRequest`, and by
`answers` the columns of its answer, {"name": "Tyrophus", "known": False}.
"""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

from apps.bulk.job import Job
from apps.bulk.rows import Row

APPS = ("shakespeare", "jazz", "dinos", "emojify")  # each has an apps/bulk/NAME.py
Answer = Mapping[str, Any]


class RowHandler(Protocol):
    """An app's network, and how it answers rows.

    A row's answer depends on the job's seed, its id and its fields alone, not on the rows beside it.
    """

    def request(self, row: Row) -> Any:
        """Checks a row.

        Raises:
            ValueError: A field is missing or out of range; the row becomes an error.
            UserError: As ValueError.
        """

    def answers(self, requests: Sequence[Any]) -> Iterable[Answer | Exception]:
        """Answers checked rows, in their order; an exception becomes an error."""


class RowHandlerModule(Protocol):
    """An apps/bulk/NAME.py.

    Args:
        FIELDS: The fields of a row, beside its id.
        COLUMNS: The columns of an answer, beside its id, with the types that pyarrow calls them by.
        BLOCK_ROWS: Rows of a block, about three seconds' work.
    """

    FIELDS: tuple[str, ...]
    COLUMNS: Mapping[str, str]
    BLOCK_ROWS: int

    def load(self, job: Job) -> RowHandler:
        """Loads the network of a job.

        Raises:
            UserError: It cannot be loaded.
        """

    def checksums(self, job: Job) -> dict[str, str | None]:
        """Returns the SHA-256 of each file that determines the answers, by its key in the manifest."""


def handler_module(app: str) -> RowHandlerModule:
    """Returns an app's module."""
    return cast(RowHandlerModule, importlib.import_module(f"apps.bulk.{app}"))

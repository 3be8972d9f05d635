"""What the four apps have in common here: how a row is checked and answered."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

from apps.bulk.job import Job
from apps.bulk.rows import Row

APPS = ("shakespeare", "jazz", "dinos", "emojify")  # each has an apps/bulk/NAME.py
Answer = Mapping[str, Any]


class Subject(Protocol):
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


class SubjectModule(Protocol):
    """An apps/bulk/NAME.py.

    Args:
        FIELDS: The fields of a row, beside its id.
        COLUMNS: The columns of an answer, beside its id, with the types that pyarrow calls them by.
        BLOCK_ROWS: Rows of a block, about three seconds' work.
    """

    FIELDS: tuple[str, ...]
    COLUMNS: Mapping[str, str]
    BLOCK_ROWS: int

    def load(self, job: Job) -> Subject:
        """Loads the network of a job.

        Raises:
            UserError: It cannot be loaded.
        """

    def networks(self, job: Job) -> dict[str, str | None]:
        """The checksums of what answers."""


def module_of(app: str) -> SubjectModule:
    """The module of an app's subject."""
    return cast(SubjectModule, importlib.import_module(f"apps.bulk.{app}"))

"""How each app checks and answers rows.

A row {"id": 3, "start": "tyr"} is read as its app's class in `models.apps`. It becomes by `request` what
the app works with, and by `answers` the columns of its answer, {"name": "Tyrophus", "known": False}.
"""

import hashlib
import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from apps.bulk.job import Job
from models.apps import APPS
from utils import bundle as bundles
from utils.errors import UserError
from utils.files import is_folder, read_bytes

Answer = Mapping[str, Any]


class RowHandler(ABC):
    """An app's network, and how it answers rows.

    A row's answer depends on the job's seed, its id and its fields alone, not on the rows beside it.

    Args:
        job: The job whose network is loaded.

    Attributes:
        COLUMNS: The columns of an answer, beside its id, with the types that pyarrow calls them by.
        BLOCK_ROWS: Rows of a block, about three seconds' work.

    Raises:
        UserError: The network cannot be loaded.
    """

    COLUMNS: ClassVar[Mapping[str, str]]
    BLOCK_ROWS: ClassVar[int]

    @abstractmethod
    def __init__(self, job: Job) -> None: ...

    @classmethod
    def checksums(cls, job: Job) -> dict[str, str | None]:
        """Returns the SHA-256 of each file that determines the answers, by its key in the manifest."""
        path = job.bundle or APPS[job.app].pretrained  # a bundle, or the course's .h5 file
        checksum = bundles.checksum(path) if is_folder(path) else hashlib.sha256(read_bytes(path)).hexdigest()
        return {"bundle_sha256": checksum}

    @abstractmethod
    def request(self, number: int, row: Any) -> Any:
        """Reads what a row names, and returns what `answers` takes.

        Args:
            number: The row's id.
            row: The row, of its app's class in `models.apps`.

        Raises:
            UserError: The row cannot be answered, and becomes an error.
            ValueError: Likewise.
        """

    def answers(self, requests: Sequence[Any]) -> Iterable[Answer | Exception]:
        """Answers checked rows, in their order, here each by itself; an exception becomes an error."""
        for request in requests:
            try:
                yield self.answer(request)
            except (UserError, ValueError) as error:
                yield error

    def answer(self, request: Any) -> Answer:
        """Answers a checked row; see `answers`."""
        raise NotImplementedError


def handler_class(app: str) -> type[RowHandler]:
    """Returns an app's handler, the class Handler in apps/bulk/NAME.py."""
    handler: type[RowHandler] = importlib.import_module(f"apps.bulk.{app}").Handler
    return handler

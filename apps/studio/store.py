"""What a run of the studio keeps: files in a temporary folder, and objects in memory, the latest of each."""

import math
import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Generic, TypeVar

from apps.studio.errors import RequestError
from utils.errors import UserError

MAX_FILES = 256
MAX_BYTES = 2 << 30
MAX_FOLDERS = 64

T = TypeVar("T")


class Store:
    """Files and folders of one run, named by the studio: no path and no name ever comes from a request.

    When there are too many files, or they are too large together, the oldest are removed.

    Args:
        max_files: The most files that are kept.
        max_bytes: The most bytes that they have together.
        max_folders: The most folders; beyond that an error asks to start the studio again.
    """

    def __init__(
        self, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES, max_folders: int = MAX_FOLDERS
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cadenza-studio-"))
        self._max_files, self._max_bytes, self._max_folders = max_files, max_bytes, max_folders
        self._files = dict[str, Path]()  # oldest first
        self._folders = dict[str, Path]()
        self._lock = threading.Lock()

    def new_file(self, suffix: str = "") -> str:
        """Reserves a file and returns its id; `path` is where to write it.

        Args:
            suffix: The end of its name with the dot; chosen by the studio, never by a request.
        """
        with self._lock:
            self._remove_oldest()
            number = secrets.token_hex(16)
            self._files[number] = self.folder / f"{number}{suffix}"
            return number

    def add(self, content: bytes, suffix: str = "") -> str:
        """Writes a file and returns its id."""
        number = self.new_file(suffix)
        self.path(number).write_bytes(content)
        return number

    def path(self, number: str) -> Path:
        """Returns the path of a file by its id.

        Raises:
            RequestError: There is no such file, or no longer (404).
        """
        with self._lock:
            if number not in self._files:
                raise RequestError("there is no such file, or no longer", 404)
            return self._files[number]

    def new_folder(self) -> Path:
        """Makes an empty folder, which is kept until the studio ends.

        Raises:
            UserError: There are too many.
        """
        with self._lock:
            if len(self._folders) >= self._max_folders:
                raise UserError(
                    f"the studio keeps at most {self._max_folders} networks of a run: start it again"
                )
            number = secrets.token_hex(16)
            folder = self._folders[number] = self.folder / number
            folder.mkdir()
            return folder

    def close(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remove_oldest(self) -> None:
        """Makes room for one more file."""
        sizes = {number: _size(path) for number, path in self._files.items()}
        total = sum(sizes.values())
        for number in list(self._files):
            if len(self._files) < self._max_files and total <= self._max_bytes:
                break
            self._files.pop(number).unlink(missing_ok=True)
            total -= sizes[number]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


class RecentlyUsed(Generic[T]):
    """Keeps the most recently used objects of one kind by ids.

    Args:
        missing: The line of the error for an id that is unknown, or no longer known.
        max_items: How many are kept.
        max_weight: The largest sum of their weights; the latest one is kept whatever it weighs.
    """

    def __init__(self, missing: str, max_items: int, max_weight: float = math.inf) -> None:
        self._missing, self._max_items, self._max_weight = missing, max_items, max_weight
        self._kept = OrderedDict[str, tuple[T, float]]()
        self._lock = threading.Lock()

    def add(self, item: T, weight: float = 0.0, *, id: str | None = None) -> str:
        """Keeps an object and returns its id, a random one if none is given."""
        with self._lock:
            number = id or secrets.token_hex(16)
            self._kept[number] = item, weight
            while len(self._kept) > 1 and (
                len(self._kept) > self._max_items
                or sum(weight for _, weight in self._kept.values()) > self._max_weight
            ):
                self._kept.popitem(last=False)
            return number

    def get(self, number: str) -> T:
        """Returns an object by its id.

        Raises:
            RequestError: There is none, or no longer (404).
        """
        with self._lock:
            if number not in self._kept:
                raise RequestError(self._missing, 404)
            self._kept.move_to_end(number)
            return self._kept[number][0]

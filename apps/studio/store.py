"""What a run of the studio keeps: files in a temporary folder, and objects in memory, the latest of each."""

import math
import os
import secrets
import shutil
import stat
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Generic, TypeVar

from apps.studio.errors import RequestError
from utils.errors import UserError
from utils.files import exists, is_file, is_folder, locked, unwritten, write_bytes

MAX_FILES = 256
MAX_BYTES = 2 << 30
MAX_FOLDERS = 64
PREFIX = "cadenza-studio-"  # of the folder of a run

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
        self._lock, self._held = threading.Lock(), ExitStack()
        with _making():
            temporary = Path(tempfile.gettempdir())
            _remove_of_dead_studios(temporary)
            self.folder = self._new_folder_of_a_run()
        self._max_files, self._max_bytes, self._max_folders = max_files, max_bytes, max_folders
        self._files = dict[str, Path]()  # oldest first
        self._folders = dict[str, Path]()

    def new_file(self, suffix: str = "", *, id: str | None = None) -> str:
        """Reserves a file and returns its id; `path` is where to write it, atomically.

        Args:
            suffix: The end of its name with the dot; chosen by the studio, never by a request.
            id: Its id, made by the studio from its content; None: a random one.
        """
        with self._lock:
            self._require_folder()
            self._remove_oldest()
            number = id or secrets.token_hex(16)
            self._files[number] = self.folder / f"{number}{suffix}"
            return number

    def add(self, content: bytes, suffix: str = "", *, id: str | None = None) -> str:
        """Writes a file and returns its id; see `new_file`."""
        number = self.new_file(suffix, id=id)
        try:
            write_bytes(self.path(number), content)
        except UserError:
            with self._lock:
                self._files.pop(number, None)
            raise
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

    def written(self, number: str) -> Path:
        """Returns the path of a file that has been written; see `path`."""
        path = self.path(number)
        if not is_file(path):
            raise RequestError("there is no such file, or no longer", 404)
        return path

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
            self._require_folder()
            folder = self.folder / secrets.token_hex(16)
            with _making():
                folder.mkdir()
            self._folders[folder.name] = folder
            return folder

    def remove_folder(self, folder: Path) -> None:
        """Removes a folder of a network that did not come to be."""
        with self._lock:
            self._folders.pop(folder.name, None)
        shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._held.close()

    def _new_folder_of_a_run(self) -> Path:
        """Makes a folder and locks it, so that other studios see that it is in use."""
        while True:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._held.enter_context(locked(folder))
            if exists(folder):  # another studio has not taken it for a dead one's
                return folder

    def _require_folder(self) -> None:
        """Makes the run's folder again if somebody has removed it."""
        if not is_folder(self.folder):
            with _making():
                self.folder.mkdir(mode=0o700)
                self._held.enter_context(locked(self.folder))

    def _remove_oldest(self) -> None:
        """Makes room for one more file."""
        sizes = {number: _size(path) for number, path in self._files.items()}
        total = sum(sizes.values())
        for number in list(self._files):
            if len(self._files) < self._max_files and total <= self._max_bytes:
                break
            self._files.pop(number).unlink(missing_ok=True)
            total -= sizes[number]


@contextmanager
def _making() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritten("make the studio's temporary folder", error) from None


def _remove_of_dead_studios(temporary: Path) -> None:
    """Removes the folders of studios that were killed: nobody holds their locks."""
    for folder in temporary.glob(f"{PREFIX}*"):
        with suppress(OSError):
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
                with locked(folder, wait=False) as held:
                    if held:
                        shutil.rmtree(folder, ignore_errors=True)


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

"""Lists of names, one a line: the course's, the project's own, or a person's."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from data import catalogue
from utils import encodings
from utils.encodings import is_written
from utils.errors import UserError
from utils.vocabulary import Vocabulary

COURSE = "dinos.txt"
BUNDLED = Path(__file__).parent / "bundled" / "dinosaurs.txt"
MAX_BYTES = 4 << 20  # of a person's own list
MAX_NAME = 1000  # characters


@dataclass(frozen=True)
class Names:
    """A list of names.

    Args:
        name: A title for notices: "the bundled names", or a file's name.
        names: The names in the order of the file, without empty ones.
    """

    name: str
    names: tuple[str, ...]

    @property
    def vocabulary(self) -> Vocabulary:
        """The sorted characters of the names, and the newline that ends each."""
        return Vocabulary.of("\n".join(self.names) + "\n")


def course_or_bundled(data_dir: str | Path | None = None) -> Names:
    """Reads the course's list if it is on this machine, else the project's own.

    Args:
        data_dir: A folder to look in first; see `data.catalogue.locate`.
    """
    path = catalogue.locate(COURSE, None if data_dir is None else Path(data_dir))
    return bundled() if path is None else Names("the course's names", _lower(read(path)))


def bundled() -> Names:
    """Reads the project's own list of real genus names.

    Example:
        >>> bundled().names[:2]
        ('aardonyx', 'abelisaurus')
    """
    return Names("the bundled names", _lower(read(BUNDLED)))


def read(path: str | Path, encoding: str | None = None) -> Names:
    """Reads a list from a file, a name a line: in Unicode's composed form, without blanks around it.

    Args:
        path: The file.
        encoding: Its encoding; None: found, or guessed, as `utils.encodings.read` does.

    Returns:
        The names, their case as the file has it; of the course's list lower-case ones.

    Raises:
        UserError: The file cannot be read, holds no name, or a line has a character that no name has, such as
            a tab, or more than `MAX_NAME`; the message names the line.
    """
    path = Path(path)
    names = list[str]()
    for number, line in enumerate(encodings.read(path, MAX_BYTES, encoding).split("\n"), 1):
        name = unicodedata.normalize("NFC", line).strip()
        odd = next((symbol for symbol in name if not is_written(symbol)), None)
        if odd is not None:
            raise UserError(
                f"{path}: line {number} has the character {odd!r} inside a name; expected one name a line"
            )
        if len(name) > MAX_NAME:
            raise UserError(
                f"{path}: line {number} has {len(name)} characters; expected a name of at most {MAX_NAME}"
            )
        if name:
            names.append(name)
    if not names:
        raise UserError(f"{path} holds no name; expected one name a line")
    read_names = Names(path.name, tuple(names))
    return Names(path.name, _lower(read_names)) if path.name == COURSE else read_names


def _lower(names: Names) -> tuple[str, ...]:
    return tuple(name.lower() for name in names.names)

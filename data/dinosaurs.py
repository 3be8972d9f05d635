"""Lists of names, one a line: the course's, the project's own, or a person's."""

from dataclasses import dataclass
from pathlib import Path

from data import catalogue
from utils.errors import UserError
from utils.files import read_text
from utils.vocabulary import Vocabulary

COURSE = "dinos.txt"
BUNDLED = Path(__file__).parent / "bundled" / "dinosaurs.txt"
MAX_BYTES = 4 << 20  # of a person's own list


@dataclass(frozen=True)
class Names:
    """A list of names.

    Args:
        name: A title for notices: "the bundled names", or a file's name.
        names: Lower-case names in the order of the file, without empty ones.
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
    return bundled() if path is None else Names("the course's names", read(path).names)


def bundled() -> Names:
    """Reads the project's own list of real genus names.

    Example:
        >>> bundled().names[:2]
        ('aardonyx', 'abelisaurus')
    """
    return Names("the bundled names", read(BUNDLED).names)


def read(path: str | Path) -> Names:
    """Reads a list from a UTF-8 file, a name a line; case and blanks around a name do not matter.

    Raises:
        UserError: The file cannot be read, holds no name, or a character that cannot be printed.
    """
    path = Path(path)
    names = [name for line in read_text(path, MAX_BYTES).split("\n") if (name := line.lower().strip())]
    if not names:
        raise UserError(f"{path} holds no name; expected one name a line")
    for name in names:
        if not name.isprintable():
            odd = next(symbol for symbol in name if not symbol.isprintable())
            raise UserError(f"{path} has the character {odd!r} inside a name; expected one name a line")
    return Names(path.name, tuple(names))

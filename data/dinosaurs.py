"""Names, one a line: the course's list, the project's own, or a person's."""

from dataclasses import dataclass
from pathlib import Path

from data import catalogue
from utils.errors import UserError
from utils.files import read_text
from utils.vocabulary import Vocabulary

COURSE = "dinos.txt"
BUNDLED = Path(__file__).parent / "bundled" / "dinosaurs.txt"
LARGEST = 4 << 20  # bytes of a person's own list


@dataclass(frozen=True)
class Names:
    """A list of names.

    Args:
        name: What the list is, for notices.
        names: Lower-case names in the order of the file, without empty ones.
    """

    name: str
    names: tuple[str, ...]

    @property
    def vocabulary(self) -> Vocabulary:
        """The sorted characters of the names, and the newline that ends each."""
        return Vocabulary.of("\n".join(self.names) + "\n")


def course_or_bundled(data_dir: Path | None = None) -> Names:
    """The course's list if it is on this machine, else the project's own."""
    path = catalogue.locate(COURSE, data_dir)
    return bundled() if path is None else Names("the course's names", read(path).names)


def bundled() -> Names:
    """The project's own list of real genus names, which ships with it."""
    return Names("the bundled names", read(BUNDLED).names)


def read(path: Path) -> Names:
    """A list from a UTF-8 file, a name a line; case and blanks around a name do not matter.

    Raises:
        UserError: The file cannot be read, holds no name, or a character that cannot be printed.
    """
    names = [name for line in read_text(path, LARGEST).split("\n") if (name := line.lower().strip())]
    if not names:
        raise UserError(f"{path} holds no name; one name a line is wanted")
    for name in names:
        if not name.isprintable():
            odd = next(symbol for symbol in name if not symbol.isprintable())
            raise UserError(f"{path} has the character {odd!r} inside a name; one name a line is wanted")
    return Names(path.name, tuple(names))

"""The exception for bad input."""

import json
from typing import Any

LONGEST = 1000  # characters of a message, which may quote a file
# Text from a file must not control the terminal that shows it.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def escape_control_characters(text: str) -> str:
    """Replaces control characters, except tabs and line ends, by their escapes."""
    return text.translate(_CONTROLS)


def shown(value: object) -> str:
    """Returns a value that came as JSON, at most 40 characters of it, for a message."""
    try:
        text = json.dumps(value)
    except TypeError:
        text = type(value).__name__
    except (ValueError, RecursionError):  # a whole number of too many digits to be printed
        return "a value that is out of range"
    return text if len(text) <= 40 else text[:40] + " ..."


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM; it is handled as Ctrl-C, with exit code 143."""


class UserError(Exception):
    """Bad input, or work that failed for a reason outside the program: shown as one line, no traceback.

    Args:
        message: One line that names the file or argument, the rule, and what was found.
        exit_code: The command's exit code: 2 for bad input, 1 for failed work.
    """

    def __init__(self, message: str, exit_code: int = 2) -> None:
        line = escape_control_characters(" ".join(message.split()))
        if len(line) > LONGEST:  # names stand at its ends
            half = (LONGEST - 5) // 2
            line = f"{line[:half]} ... {line[-half:]}"
        super().__init__(line)
        self.exit_code = exit_code

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets an error of any kind come back from a worker process, whatever its constructor asks for."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[UserError], args: tuple[Any, ...], state: dict[str, Any]) -> UserError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class WriteError(UserError):
    """A file that cannot be written.

    Args:
        message: One line that names the file and the reason.
        full: Whether the disk has no room for it: exit code 1, else 2.
    """

    def __init__(self, message: str, full: bool) -> None:
        super().__init__(message, 1 if full else 2)
        self.full = full

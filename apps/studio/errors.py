"""Errors that the studio answers with."""

import re
from pathlib import Path

from starlette.exceptions import HTTPException

from utils.errors import UserError, WriteError

FULL = "the studio's disk is full: make room on it, then try again"
GONE = "the studio's temporary folder cannot be written: see that it is there, then try again"
_PATH = re.compile(r"(?<![\w/])/(?:[^\s:'\"/]+/)+(?=[^\s:'\"/])")  # of a path: the folders


class RequestError(HTTPException):
    """A request that is not accepted: the page gets the HTTP status and one line.

    Args:
        message: One line that names the argument, the rule, and what was found.
        status: The HTTP status.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(status, str(UserError(message)))  # one line, bounded, no control characters

    def __str__(self) -> str:
        return self.detail


def refusal(error: UserError, folder: Path) -> RequestError:
    """What the page is told of an error: it never learns a path of the server.

    Args:
        error: The error.
        folder: The studio's temporary folder.
    """
    if isinstance(error, WriteError):
        return RequestError(FULL, 507) if error.full else RequestError(GONE, 503)
    return RequestError(_PATH.sub("", str(error).replace(f"{folder}/", "")))

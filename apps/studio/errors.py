"""Errors that the studio answers with."""

from starlette.exceptions import HTTPException

from utils.errors import UserError


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

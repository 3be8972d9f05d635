"""Running a command in the tests' process, and waiting for what others do."""

import time
from collections.abc import Callable, Sequence

import pytest

from utils.errors import UserError

Main = Callable[[Sequence[str]], int]


def run(main: Main, *arguments: object) -> int:
    """Calls a command's main and returns its exit code."""
    return main([str(argument) for argument in arguments])


def refusal(main: Main, *arguments: object) -> str:
    """Returns the one line that a command ends with when it refuses its arguments or what they name."""
    with pytest.raises(UserError) as caught:
        run(main, *arguments)
    assert caught.value.exit_code == 2
    return str(caught.value)


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for a condition."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)

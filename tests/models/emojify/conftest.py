"""What the tests of Emojify's trainings share."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def interrupt_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, int], None]:
    """interrupt_after(owner, name, calls): presses Ctrl-C after so many calls of a method."""

    def patch(owner: Any, name: str, calls: int) -> None:
        original, count = getattr(owner, name), 0

        def counted(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            found = original(*arguments, **named)
            if count == calls:
                os.kill(os.getpid(), signal.SIGINT)
            return found

        monkeypatch.setattr(owner, name, counted)

    return patch

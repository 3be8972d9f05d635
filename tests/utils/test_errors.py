import pickle

import pytest

from music.chord_symbols import ChordSymbolError
from utils.errors import LONGEST, UserError, WriteError, escape_control_characters


def test_the_message_is_one_line() -> None:
    assert str(UserError("a\nb\t  c \r\n")) == "a b c"


@pytest.mark.parametrize(("given", "code"), [((), 2), ((1,), 1)])
def test_the_exit_code_is_2_unless_the_work_failed(given: tuple[int, ...], code: int) -> None:
    assert UserError("no", *given).exit_code == code


def test_it_is_no_kind_of_system_error() -> None:
    # `except OSError` and `except ValueError` around a call must not swallow what a person is to read.
    assert UserError.__bases__ == (Exception,)


def test_what_a_file_says_cannot_steer_the_terminal() -> None:
    assert str(UserError("a \x1b[2J \x9b \x7f b")) == "a \\x1b[2J \\x9b \\x7f b"
    assert escape_control_characters("é\t😄\n") == "é\t😄\n"


def test_a_long_message_loses_its_middle() -> None:
    message = str(UserError("begins " + "x" * 10**6 + " ends"))
    assert len(message) <= LONGEST
    assert message.startswith("begins xxx") and " ... " in message and message.endswith("xxx ends")
    assert str(UserError("x" * LONGEST)) == "x" * LONGEST


@pytest.mark.parametrize(
    "error",
    [UserError("no", 1), WriteError("no room", full=True), ChordSymbolError("H7", 1, "a root")],
    ids=lambda error: type(error).__name__,
)
def test_an_error_comes_back_from_a_worker_process_as_it_is(error: UserError) -> None:
    """One that could not be read there would look like a worker that died."""
    back = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(back) is type(error)
    assert (str(back), vars(back)) == (str(error), vars(error))

import pytest

from utils.errors import UserError


def test_the_message_is_one_line() -> None:
    assert str(UserError("a\nb\t  c \r\n")) == "a b c"


@pytest.mark.parametrize(("given", "code"), [((), 2), ((1,), 1)])
def test_the_exit_code_is_2_unless_the_work_failed(given: tuple[int, ...], code: int) -> None:
    assert UserError("no", *given).exit_code == code


def test_it_is_no_kind_of_system_error() -> None:
    # `except OSError` and `except ValueError` around a call must not swallow what a person is to read.
    assert UserError.__bases__ == (Exception,)

"""The list of commands."""

import pytest

from apps import __main__ as listing


def test_every_command_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert listing.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("python -m data")
    assert any(line.split("  ")[0] == "python -m apps.jazz" for line in lines)
    assert all(len(line.split("  ", 1)[1].strip()) > 10 for line in lines)


def test_modules_that_are_no_commands_are_left_out() -> None:
    assert not any("jazz_work" in name or "__main__" in name for name, _ in listing.commands())

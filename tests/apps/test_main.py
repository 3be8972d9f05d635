"""The list of commands."""

import pytest

from apps import __main__ as listing


def test_every_command_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert listing.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("python -m data")
    assert any(line.split("  ")[0] == "python -m apps.jazz" for line in lines)
    assert all(len(line.split("  ", 1)[1].strip()) > 10 for line in lines)

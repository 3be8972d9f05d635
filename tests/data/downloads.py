"""What the tests of downloads share."""

from pathlib import Path

import pytest

from data import download
from data.entries import Entry
from utils.errors import UserError


def names(folder: Path) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def refused(entry: Entry, folder: Path, timeout: float = 10.0) -> UserError:
    """The error that fetching ends with, after a check that it left nothing in the folder."""
    with pytest.raises(UserError) as caught:
        download.fetch(entry, folder, timeout)
    assert not folder.exists() or names(folder) == []
    assert "\n" not in str(caught.value)
    return caught.value

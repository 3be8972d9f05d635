"""What the tests of the Shakespeare command share."""

from pathlib import Path

import pytest

from tests.models.shakespeare.poems import network
from utils import bundle


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A bundle of a small untrained network."""
    bundle.save(network(), tmp_path / "tiny")
    return tmp_path / "tiny"

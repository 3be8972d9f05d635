"""The proofs that need Ray: `make test-scale`. CADENZA_FAULTS=10 kills ten of each, otherwise one."""

import os
from pathlib import Path

import pytest

FAULTS = int(os.environ.get("CADENZA_FAULTS", "1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what is here where Ray is not installed."""
    try:
        import ray  # noqa: F401
    except ImportError:
        skip = pytest.mark.skip(reason="needs Ray: make test-scale")
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    """Workers import this checkout's tests, too."""
    monkeypatch.setenv("PYTHONPATH", str(root))

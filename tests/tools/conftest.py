"""The benchmark serves the exports that the commands' tests share."""

from tests.apps.conftest import exported

__all__ = ["exported"]

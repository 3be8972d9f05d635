"""What the tests of the commands share: a small jazz network and a tune, made without TensorFlow."""

import fcntl
import os
from pathlib import Path

import pytest

from apps.export import __main__ as export
from apps.export import verify
from tests import untrusted
from tests.apps.export import exports
from tests.examples import TUNE
from utils import bundle as bundles


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A bundle of a small untrained network, made without TensorFlow."""
    folder = tmp_path / "bundle of two"
    bundles.save(untrusted.jazz(), folder)
    return folder


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    path = tmp_path / "eine Übung.mid"
    path.write_bytes(TUNE)
    return path


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an export of each app, made by the command from small random networks; for reading.

    One of them is checked in a new process, the others in this one, which saves imports of TensorFlow.
    Tests that run side by side in several processes share it: the first one that needs it makes it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out = shared / "exports"
    with (shared / "exports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (out / "done").exists():
            _export_all(out / "all", tmp_path_factory.mktemp("bundles"))
            (out / "done").touch()
    return out / "all"


def _export_all(out: Path, bundles_folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for app, write in exports.WRITERS.items():
            bundle = write(bundles_folder / app)
            assert export.main([app, "--bundle", str(bundle), "--out", str(out), "--quiet"]) == 0
            patch.setattr(verify, "in_new_process", verify.call_export)

"""What can be exported: the bundle behind each app."""

import argparse
from pathlib import Path

import pytest

from apps import export
from apps.export_sources import open_source
from tests.apps import exports
from utils.errors import UserError


def options(*arguments: str) -> argparse.Namespace:
    return export._parser().parse_args(arguments)


@pytest.mark.parametrize("app", exports.WRITERS)
def test_a_source_is_named_as_its_app(app: str, tmp_path: Path) -> None:
    folder = exports.WRITERS[app](tmp_path / "bundle")
    assert open_source(options(app, "--bundle", str(folder))).name == app


def test_the_pretrained_network_is_what_is_exported_by_default() -> None:
    assert open_source(options("jazz")).name == "jazz"


@pytest.mark.parametrize("app", exports.WRITERS)
def test_an_array_too_small_is_refused(app: str, tmp_path: Path) -> None:
    from utils import bundle as bundles

    folder = exports.WRITERS[app](tmp_path / "bundle")
    bundle = bundles.load(folder, app)
    bundle.weights["dense/bias"] = bundle.weights["dense/bias"][1:]
    bundles.save(bundle, folder)
    with pytest.raises(UserError, match="has dense/bias of shape"):
        open_source(options(app, "--bundle", str(folder)))

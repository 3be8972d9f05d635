"""The arrays of a network as one .safetensors file."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from apps.export import __main__ as export
from utils import bundle as bundles


@pytest.mark.parametrize("app", ["dinos", "emojify", "jazz", "shakespeare"])
def test_the_file_has_the_network_and_what_rebuilds_it(
    app: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.main([app, "--format", "safetensors", "--out", str(tmp_path)]) == 0
    path = tmp_path / f"{app}.safetensors"
    assert capsys.readouterr().out == f"{path}\n"
    network = bundles.load(root / "pretrained" / app, app)
    with safe_open(path, "numpy") as written:
        assert set(written.keys()) == set(network.network())
        for name, array in network.network().items():
            np.testing.assert_array_equal(written.get_tensor(name), array)
        metadata = written.metadata()
    assert json.loads(metadata["architecture"]) == network.architecture
    assert json.loads(metadata["vocabulary"]) == list(network.vocabulary.symbols)
    assert json.loads(metadata["extra"]) == network.extra

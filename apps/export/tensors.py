"""Writes a network's arrays as one .safetensors file, the form that model hubs and other frameworks read."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from models.apps import APPS
from utils import bundle as bundles
from utils.errors import UserError
from utils.files import make_folder, replacing


def export(app: str, out: str | Path, *, bundle: str | Path | None = None) -> Path:
    """Writes the arrays under their names in the bundle, without an optimizer's.

    The file's metadata has the app, and as JSON the architecture, the vocabulary and what else its bundle
    says of how it is used, so that the network can be rebuilt from the file alone.

    Args:
        app: A name in `models.apps`.
        out: Folder of the exports.
        bundle: The network's folder; None: the pretrained network.

    Returns:
        out/app.safetensors, which was read again and found equal.

    Raises:
        UserError: The bundle is missing or broken (exit code 2); the file cannot be written (1).
    """
    network = bundles.load(APPS[app].pretrained if bundle is None else bundle, app)
    arrays = {name: np.ascontiguousarray(array) for name, array in network.network().items()}
    metadata = {
        "app": app,
        "architecture": json.dumps(network.architecture, sort_keys=True),
        "vocabulary": json.dumps(network.vocabulary.symbols, ensure_ascii=False),
        "extra": json.dumps(network.extra, ensure_ascii=False, sort_keys=True),
    }
    path = make_folder(Path(out)) / f"{app}.safetensors"
    with replacing(path) as temporary:
        save_file(arrays, temporary, metadata=metadata)
        written = load_file(temporary)
        if written.keys() != arrays.keys() or any(
            not np.array_equal(written[name], arrays[name]) for name in arrays
        ):
            raise UserError(f"{path}: the arrays that were read again differ from the network's", 1)
    return path

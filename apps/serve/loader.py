"""Finds, loads and calls exported models."""

import gc
import logging
import re
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from apps.serve.protocol import Arrays, RequestError, Spec, spec_of
from models import batching
from models.batching import Batching
from utils.backend import tensorflow
from utils.errors import UserError
from utils.files import is_folder

logger = logging.getLogger("cadenza")

_ASSERTION = re.compile(r"assertion failed: (.*)")


@dataclass(frozen=True)
class Signature:
    """A function of a model, the specs of its inputs, and how calls of it may be computed together."""

    inputs: Mapping[str, Spec]
    run: Any
    batching: Batching | None = None

    def __call__(self, arrays: Arrays) -> Arrays:
        """Computes the outputs of inputs that fit the specs.

        Raises:
            RequestError: The graph does not accept a value.
        """
        tf = tensorflow()
        given = {name: tf.constant(array, self.inputs[name].dtype) for name, array in arrays.items()}
        try:
            outputs = self.run(**given)
            # TensorFlow's order is another in every process.
            return {name: np.asarray(outputs[name].numpy()) for name in sorted(outputs)}
        except tf.errors.InvalidArgumentError as error:
            raise RequestError(assertion_message(str(error))) from None


@dataclass(frozen=True)
class Model:
    """One version of a model.

    Args:
        name: Its name.
        version: Its version.
        signatures: Its functions by their names.
        metadata: The signatures as the file describes them, as JSON.
    """

    name: str
    version: int
    signatures: Mapping[str, Signature]
    metadata: dict[str, Any]


Models = dict[str, dict[int, Model]]


def assertion_message(error: str) -> str:
    """The message of a graph's own assertion, or the last line of TensorFlow's error."""
    found = _ASSERTION.search(error)
    if found:
        return found[1].replace("[", "").replace("]", "")
    lines = [line for line in error.splitlines() if line.strip()]
    return lines[-1] if lines else "the model does not accept these inputs"


def find(folder: Path) -> dict[str, dict[int, Path]]:
    """The folders of all versions of all models: DIR/NAME/VERSION/saved_model.pb.

    Raises:
        UserError: There is none.
    """
    found: dict[str, dict[int, Path]] = {}
    if not is_folder(folder):
        raise UserError(f"there is no folder {folder}; write an export with: python -m apps.export jazz")
    for path in sorted(folder.glob("*/*/saved_model.pb")):
        version, name = path.parent.name, path.parent.parent.name
        if version.isdecimal() and version.isascii():
            found.setdefault(name, {})[int(version)] = path.parent
    if not found:
        raise UserError(
            f"{folder} holds no export (NAME/VERSION/saved_model.pb); "
            "write one with: python -m apps.export jazz"
        )
    return found


def load(folder: Path) -> Models:
    """Loads all versions of all models of a folder.

    Raises:
        UserError: There is none, or one cannot be loaded.
    """
    return {
        name: {version: _load(path, name, version) for version, path in versions.items()}
        for name, versions in find(folder).items()
    }


def follow(folder: Path, models: Models, seconds: float = 1.0) -> None:
    """Takes up versions that are added to the folder, in a thread, while the others are served.

    A version that cannot be loaded is named in a warning and tried again when it has changed. One that has
    been removed is dropped as soon as there is a newer one.

    Args:
        folder: The folder that the models were loaded from.
        models: What is served; new versions appear in it.
        seconds: The time from one look at the folder to the next.
    """

    def look() -> None:
        refused: dict[Path, float] = {}
        while True:
            time.sleep(seconds)
            with suppress(UserError, OSError):  # the folder is away for a moment
                served = {name: dict(versions) for name, versions in models.items()}
                _take_up(find(folder), models, refused)
                if models != served:
                    _freeze()

    _freeze()
    threading.Thread(target=look, daemon=True, name="new versions").start()


def _freeze() -> None:
    """Hides what is loaded from the garbage collector, whose search would stop all answers for 0.2 s."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _take_up(found: dict[str, dict[int, Path]], models: Models, refused: dict[Path, float]) -> None:
    """Loads the versions that are not in `models`; `refused` holds the times of those that are broken."""
    for name, paths in found.items():
        served = models.get(name, {})
        for version, path in paths.items():
            changed = (path / "saved_model.pb").stat().st_mtime
            if version in served or refused.get(path) == changed:
                continue
            try:
                served = served | {version: _load(path, name, version)}
                logger.info(f"serving {name}, version {version}")
            except UserError as error:
                refused[path] = changed
                logger.warning(str(error))
        kept = {version: model for version, model in served.items() if version in paths}
        # Replaced, not changed: a request may be looking at it.
        models[name] = kept if kept and max(kept) == max(served) else served


def _load(path: Path, name: str, version: int) -> Model:
    tf = tensorflow()
    try:
        loaded = tf.saved_model.load(str(path))
        metadata = _metadata(path, name, version)
    except Exception as error:  # TensorFlow's loader raises many kinds
        raise UserError(f"cannot load {path}: {(str(error).strip() or 'broken').splitlines()[0]}") from None
    together = batching.read(path)
    signatures = {
        key: Signature(_specs(function, path), function, together.get(key))
        for key, function in loaded.signatures.items()
    }
    # The variables live only as long as the loaded object.
    for signature in signatures.values():
        signature.run._loaded = loaded
    return Model(name, version, signatures, metadata)


def _specs(function: Any, path: Path) -> dict[str, Spec]:
    _, inputs = function.structured_input_signature
    return {
        name: spec_of(
            spec.dtype.name, None if spec.shape.rank is None else tuple(spec.shape.as_list()), str(path)
        )
        for name, spec in sorted(inputs.items())
    }


def _metadata(path: Path, name: str, version: int) -> dict[str, Any]:
    """The answer of TensorFlow Serving to GET .../metadata."""
    from google.protobuf import json_format
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((path / "saved_model.pb").read_bytes())
    (graph,) = (meta for meta in saved.meta_graphs if "serve" in meta.meta_info_def.tags)
    signatures = {
        key: json_format.MessageToDict(
            definition, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        for key, definition in sorted(graph.signature_def.items())
    }
    return {
        "model_spec": {"name": name, "signature_name": "", "version": str(version)},
        "metadata": {"signature_def": {"signature_def": signatures}},
    }

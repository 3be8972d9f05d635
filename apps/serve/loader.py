"""Finds, loads and calls exported models."""

import gc
import logging
import re
import stat
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from apps.serve.protocol import Arrays, RequestError, Spec, spec_of
from models import batching
from models.batching import Batching
from utils.backend import tensorflow
from utils.errors import UserError
from utils.files import entries, exists, is_folder, status

logger = logging.getLogger("cadenza")

Say = Callable[[int, str, str], None]
# The path, mode, size and time of each file of a version; or why they cannot be read.
Files = tuple[tuple[str, int, int, int], ...] | str
_ASSERTION = re.compile(r"assertion failed: (.*)")
_LAST_VERSION = (1 << 63) - 1  # TensorFlow Serving's
_MOST_FILES = 10_000


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


def _log(level: int, line: str, about: str) -> None:
    logger.log(level, line)


def assertion_message(error: str) -> str:
    """The message of a graph's own assertion, or the last line of TensorFlow's error."""
    assertion = _ASSERTION.search(error)
    if assertion:
        return assertion[1].replace("[", "").replace("]", "")
    lines = [line for line in error.splitlines() if line.strip()]
    return lines[-1] if lines else "the model does not accept these inputs"


class Broken(Exception):
    """Why a version cannot be served, in one line."""


class ModelFolder:
    """The versions in a folder, DIR/NAME/VERSION/saved_model.pb, each loaded by itself.

    A version that cannot be loaded is named in a warning with the reason, and the others are served. It is
    tried again when one of its files changes.

    Args:
        path: The folder.
        say: Called with a level of `logging`, a line, and what it is about: what several processes say about
            the same is said once.

    Attributes:
        models: What is served.
    """

    def __init__(self, path: Path, say: Say = _log) -> None:
        self.path, self.models = path, Models()
        self._say = say
        self._seen: dict[Path, Files] = {}
        self._tried: dict[Path, Files] = {}

    def load(self) -> Models:
        """Loads all versions.

        Raises:
            UserError: There is none, or none can be loaded.
        """
        tried = [(path, files, self._take_up(path, files)) for path, files in scan(self.path).items()]
        broken = [(path, files, line) for path, files, line in tried if line]
        if not self.models:
            raise UserError(broken[0][2])
        for path, files, line in broken:
            self._say(logging.WARNING, line, _about(path, files))
        return self.models

    def look(self) -> None:
        """Takes up versions that are new or have changed, once two looks have found them alike.

        A version that has been removed is dropped as soon as there is a newer one.
        """
        scanned = scan(self.path)
        for path, files in scanned.items():
            if self._seen.get(path) == files != self._tried.get(path):
                broken = self._take_up(path, files)
                line = broken or f"serving {path.parent.name}, version {path.name}"
                self._say(logging.WARNING if broken else logging.INFO, line, _about(path, files))
        self._seen = scanned
        self._tried = {path: files for path, files in self._tried.items() if path in scanned}
        there = {(path.parent.name, int(path.name)) for path in scanned if path.parent != self.path}
        for name, served in list(self.models.items()):
            kept = {version: model for version, model in served.items() if (name, version) in there}
            # Replaced, not changed: a request may be looking at it.
            self.models[name] = kept if kept and max(kept) == max(served) else served

    def follow(self, seconds: float = 1.0) -> None:
        """Looks again and again, in a thread.

        Args:
            seconds: The time from one look to the next.
        """

        def run() -> None:
            before = ""
            while True:
                time.sleep(seconds)
                served, line = {name: dict(versions) for name, versions in self.models.items()}, ""
                try:
                    self.look()
                except UserError:  # the folder is away for a moment
                    pass
                except Exception as error:  # whatever it is, the next look may go well
                    line = f"cannot look for new models: {_reason(error)}"
                    if line != before:
                        self._say(logging.WARNING, line, line)
                before = line
                if self.models != served:
                    _freeze()

        _freeze()
        threading.Thread(target=run, daemon=True, name="new versions").start()

    def _take_up(self, path: Path, files: Files) -> str:
        """Loads a version; the line that says why it cannot be served, or none."""
        self._tried[path] = files
        of_a_model = path.parent == self.path
        title = path.name if of_a_model else f"{path.parent.name}, version {path.name}"
        try:
            if isinstance(files, str):
                raise Broken(files)
            model = _load(path, path.parent.name, int(path.name))
        except Exception as error:  # TensorFlow's loader raises many kinds
            return f"cannot serve {title}: {_reason(error)}"
        self.models[model.name] = self.models.get(model.name, {}) | {model.version: model}
        return ""


def scan(folder: Path) -> dict[Path, Files]:
    """Every version in a folder, whole or not, and what its files are now.

    Where a model's folder cannot be read, it stands for its versions.

    Raises:
        UserError: There is no version, or the folder cannot be read.
    """
    scanned: dict[Path, Files] = {}
    if not is_folder(folder):
        raise UserError(f"there is no folder {folder}; write an export with: python -m apps.export jazz")
    for model in entries(folder):
        try:
            versions = entries(model) if is_folder(model) and not model.name.startswith(".") else []
        except UserError as error:
            scanned[model] = str(error)
            continue
        for path in versions:
            if path.name.isdecimal() and path.name.isascii():
                scanned[path] = _files(path)
    if not scanned:
        raise UserError(
            f"{folder} holds no export (NAME/VERSION/saved_model.pb); "
            "write one with: python -m apps.export jazz"
        )
    return scanned


def load(folder: Path) -> Models:
    """Loads all versions of all models of a folder; see `ModelFolder.load`."""
    return ModelFolder(folder).load()


def _files(version: Path) -> Files:
    states: list[tuple[str, int, int, int]] = []
    folders = [version]
    try:
        while folders:
            for path in entries(folders.pop()):
                known = status(path)
                if known is None:
                    return f"{path} leads to nothing"
                if stat.S_ISDIR(known.st_mode):
                    folders.append(path)
                elif not stat.S_ISREG(known.st_mode):  # reading it may never end
                    return f"{path} is not a regular file"
                states.append((str(path), known.st_mode, known.st_size, known.st_mtime_ns))
                if len(states) > _MOST_FILES:
                    return f"{version} has more than {_MOST_FILES} files"
    except UserError as error:
        return str(error)
    return tuple(sorted(states))


def _about(path: Path, files: Files) -> str:
    return f"{path} {zlib.crc32(repr(files).encode('utf-8', 'replace'))}"


def _reason(error: Exception) -> str:
    """One line for whatever kept a version from being loaded."""
    text = str(error).strip() or type(error).__name__
    return str(UserError(text.splitlines()[0]))


def _freeze() -> None:
    """Hides what is loaded from the garbage collector, whose search would stop all answers for 0.2 s."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _load(path: Path, name: str, version: int) -> Model:
    if ":" in name:
        raise Broken("expected a name without a colon, which the addresses have after it")
    if version > _LAST_VERSION:
        raise Broken(f"expected a version up to {_LAST_VERSION}")
    if not exists(path / "saved_model.pb"):
        raise Broken("there is no saved_model.pb")
    loaded = tensorflow().saved_model.load(str(path))
    metadata = _metadata(path, name, version)
    together = batching.read(path)
    signatures = {}
    for key, function in loaded.signatures.items():
        specs = _specs(function, path)
        signatures[key] = Signature(specs, function, _batching(together.get(key), specs, key))
    # The variables live only as long as the loaded object.
    for signature in signatures.values():
        signature.run._loaded = loaded
    return Model(name, version, signatures, metadata)


def _batching(known: Batching | None, specs: Mapping[str, Spec], signature: str) -> Batching | None:
    """Checks that a note on batching names inputs of whole numbers.

    Raises:
        Broken: It does not.
    """
    whole = [name for name, spec in specs.items() if spec.dtype.startswith(("int", "uint"))]
    for option, name in asdict(known).items() if known else ():
        if name is not None and name not in whole:
            rule = f"expected an input of whole numbers as {option} of {signature}"
            raise Broken(f"{batching.FILE}: {rule}, got {name!r}")
    return known


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

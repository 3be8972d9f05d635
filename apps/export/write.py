"""Writes an export: builds it, saves it aside, verifies it in a new process, and only then renames it."""

import importlib.util
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from numpy.typing import NDArray

from apps.export.options import ExportOptions
from apps.export.verify import Report, verify
from data.glove import vectors as glove
from data.glove.vectors import Vectors
from models import batching
from models.apps import APPS
from models.export_graph import Exportable, Probe
from utils.errors import UserError
from utils.files import (
    UNFINISHED,
    entries,
    is_file,
    is_folder,
    locked,
    make_folder,
    remove_unfinished,
    replacing,
    unwritten,
)
from utils.options import changed
from utils.progress import progress

logger = logging.getLogger("cadenza")

OPTIONAL = ("tf2onnx", "onnx", "onnxruntime")
INSTALL = "pip install --no-deps --constraint constraints.txt -r requirements-optional.txt"


def export(
    app: str,
    out: str | Path,
    options: ExportOptions | None = None,
    *,
    bundle: str | Path | None = None,
    glove_file: Path | None = None,
    data_dir: Path | None = None,
    **fields: Any,
) -> Path:
    """Writes a network in a form that other software loads.

    Args:
        app: A name in `models.apps`, of a network that has a graph.
        out: Folder of the exports.
        options: What is written; None: the defaults.
        bundle: The network's folder; None: the pretrained network.
        glove_file: For emojify: a file of word vectors; None: the catalogue's where they are on this machine.
        data_dir: The folder to look for the catalogue's files in first.
        **fields: Fields of `ExportOptions`, in place of those in `options`.

    Returns:
        The export's path. It is complete and verified.

    Raises:
        UserError: An input is missing, broken or does not fit (exit code 2); the export's results are not
            the network's, or it cannot be written (1).
    """
    options = changed(options, ExportOptions, fields)
    out, file_format = Path(out), options.file_format
    if file_format == "onnx":
        _require_onnx()
    _require_utf_8(out.absolute())
    source = _load(app, bundle, options, glove_file, data_dir)
    make_folder(out)
    if file_format == "savedmodel":
        with _new_version(out / source.name) as (temporary, publish):
            report, probes = _save_and_verify(source, temporary)
            path = publish()
    else:
        path = out / f"{source.name}.{file_format}"
        report, probes = _write_network(source, path, file_format)
    _log(source, path, report, probes)
    if options.verbose:
        for name, count in report["operations"].items():
            print(f"{count:5} {name}", file=sys.stderr)
    return path


def _load(
    app: str,
    bundle: str | Path | None,
    options: ExportOptions,
    glove_file: Path | None,
    data_dir: Path | None,
) -> Exportable:
    known = APPS[app]
    count, unsure = options.vocabulary, options.unsure
    if known.reads_vectors:
        vectors = glove.open_source(glove_file, data_dir, required=bundle is not None)
        chosen = None if count is None else partial(_first_words, count=count)
        given = {} if unsure is None else {"unsure": unsure}
        return known.exportable(bundle, vectors=vectors, vocabulary=chosen, **given)
    for name, value in (("vocabulary", count), ("glove", glove_file), ("unsure", unsure)):
        if value is not None:
            raise UserError(f"{name} is for emojify only: {app} reads no sentences")
    return known.exportable(bundle)


def _first_words(vectors: Vectors, count: int) -> list[str]:
    """The words of the first lines of the vectors' file: in GloVe's files the most frequent."""
    words: dict[str, None] = {}
    with vectors.path.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            word = line.rstrip().rsplit(" ", vectors.dimension)[0]
            if word in vectors:
                words[word] = None
            if len(words) == count:
                break
    return list(words)


def _save_and_verify(source: Exportable, folder: Path) -> tuple[Report, list[Probe]]:
    with progress(f"exporting {source.name}", 3) as advance:
        advance(0, "building the graph")
        graph = source.graph()
        try:
            tf.saved_model.save(graph.module, str(folder), signatures=graph.signatures)
            batching.write(folder, graph.batching)
        except (OSError, tf.errors.OpError) as error:
            # "PATH; Reason [Op:NAME]": the path is that of a file which is gone by then.
            why = str(error).rpartition("; ")[2].partition(" [Op:")[0].lower()
            raise UserError(f"cannot write {folder.parent}: {why}", 1) from None
        advance(1, "calling the network")
        probes = source.probes()
        advance(2, "verifying in a new process")
        report = verify(folder, "savedmodel", probes)
        advance(3)
    return report, probes


def _write_network(source: Exportable, path: Path, file_format: str) -> tuple[Report, list[Probe]]:
    """Writes the plain network as a .keras or an .onnx file, whole and verified or not at all."""
    model, example = source.network()
    output = model(example, training=False).numpy()
    probes = [Probe("network", {"input": example}, {"network": output})]
    with replacing(path) as temporary:
        if file_format == "keras":
            model.save(temporary)
        else:
            _to_onnx(model, example, temporary)
        report = verify(temporary, file_format, probes)
    return report, probes


def _require_utf_8(folder: Path) -> None:
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError:
        raise UserError(f"out {folder} is not UTF-8 text; TensorFlow takes no other paths") from None


def _require_onnx() -> None:
    missing = [name for name in OPTIONAL if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f"the format onnx needs {', '.join(missing)}; get it with: {INSTALL}")


def _to_onnx(model: keras.Model, example: NDArray[Any], path: Path) -> None:
    """Converts a network; its one input is named "input"."""
    import tf2onnx

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    shape = [None, *model.input_shape[1:]]
    signature = [tf.TensorSpec(shape, example.dtype, name="input")]
    run = tf.function(lambda x: model(x, training=False), input_signature=signature)
    tf2onnx.convert.from_function(run, input_signature=signature, opset=17, output_path=str(path))


@contextmanager
def _new_version(folder: Path) -> Iterator[tuple[Path, Callable[[], Path]]]:
    """Makes a temporary folder beside the versions, and a function that renames it to the next version.

    Raises:
        UserError: The folder holds something else or cannot be written (exit code 2); the disk is full (1).
    """
    make_folder(folder)
    try:
        with locked(folder):
            remove_unfinished(folder)
            number = _next_version(folder)
            temporary = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
            try:
                yield temporary, lambda: _publish(temporary, folder / str(number))
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise unwritten(f"write {folder}", error) from None


def _next_version(folder: Path) -> int:
    versions = [0]
    for path in entries(folder):
        if not (is_folder(path) and path.name.isdecimal() and path.name.isascii()):
            raise UserError(
                f"{folder} holds {path.name}, which is not a version of an export; choose another folder"
            )
        versions.append(int(path.name))
    return max(versions) + 1


def _publish(temporary: Path, target: Path) -> Path:
    """Renames the folder once everything in it is on the disk."""
    mask = os.umask(0)
    os.umask(mask)
    temporary.chmod(0o777 & ~mask)
    for path in [*temporary.rglob("*"), temporary]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    temporary.rename(target)
    return target


def _log(source: Exportable, path: Path, report: Report, probes: list[Probe]) -> None:
    """Logs the size, the time to load and the time of the slowest call of each signature."""
    files = [file for file in path.rglob("*") if is_file(file)] if is_folder(path) else [path]
    size = sum(file.stat().st_size for file in files)
    slowest: dict[str, float] = {}
    for probe, seconds in zip(probes, report["call_seconds"], strict=True):
        slowest[probe.signature] = max(seconds, slowest.get(probe.signature, 0.0))
    times = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in slowest.items())
    for note in source.notes:
        logger.info(note)
    logger.info(
        f"{len(probes)} calls equal the network's; {size / 1e6:.2f} MB, "
        f"loads in {report['load_seconds']:.2f} s; the slowest calls: {times}"
    )

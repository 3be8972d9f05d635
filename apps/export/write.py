"""What python -m apps.export does: build, write aside, check in a new process, and only then rename."""

import argparse
import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.export.sources import Source, open_source
from apps.export.verify import encoded
from utils.errors import UserError
from utils.files import UNFINISHED, locked, make_folder, replacing, unwritten
from utils.progress import progress

logger = logging.getLogger("cadenza")

if TYPE_CHECKING:
    from models.export_graph import Probe

TOLERANCE = 1e-5  # between the Keras model's numbers and the export's
FORBIDDEN = ("Cudnn", "PyFunc")  # what runs on one kind of device only, or in this Python only
OPTIONAL = ("tf2onnx", "onnx", "onnxruntime")
INSTALL = "pip install --no-deps --constraint constraints.txt -r requirements-optional.txt"
_ROOT = Path(__file__).resolve().parents[2]

Seen = dict[str, Any]


def export(options: argparse.Namespace) -> Iterator[Path]:
    """Writes what the options ask for, and yields its path once it is whole and checked.

    Raises:
        UserError: Something that was named is missing, broken or in the way (exit code 2), or the export
            does not answer as the Keras model does (1).
    """
    if options.format == "onnx":
        _require_onnx()
    _require_text(options.out.absolute())
    source = open_source(options)
    make_folder(options.out)
    if options.format == "savedmodel":
        with _new_version(options.out / source.name) as (temporary, publish):
            seen, probes = _save_and_check(source, temporary, options)
            path = publish()
    else:
        path = options.out / f"{source.name}.{options.format}"
        seen, probes = _write_network(source, path, options)
    _say(source, path, seen, probes, options)
    yield path


def _save_and_check(source: Source, folder: Path, options: argparse.Namespace) -> tuple[Seen, "list[Probe]"]:
    with progress(f"exporting {source.name}", 3) as advance:
        advance(0, "building the graph")
        from utils.backend import tensorflow

        tf = tensorflow()
        graph = source.graph()
        try:
            tf.saved_model.save(graph.module, str(folder), signatures=graph.signatures)
        except (OSError, tf.errors.OpError) as error:
            # "PATH; Reason [Op:NAME]": the path is that of a file which is gone by then.
            why = str(error).rpartition("; ")[2].partition(" [Op:")[0].lower()
            raise UserError(f"cannot write {folder.parent}: {why}", 1) from None
        advance(1, "asking the Keras model")
        probes = source.probes()
        advance(2, "checking in a new process")
        seen = reload(folder, "savedmodel", probes)
        check(seen, probes)
        advance(3)
    return seen, probes


def _write_network(source: Source, path: Path, options: argparse.Namespace) -> tuple[Seen, "list[Probe]"]:
    """Writes the plain network as a .keras or an .onnx file, whole and checked or not at all."""
    from models.export_graph import Probe

    model, example = source.network()
    answer = model(example, training=False).numpy()
    probes = [Probe("network", {"input": example}, {"network": answer})]
    with replacing(path) as temporary:
        if options.format == "keras":
            model.save(temporary)
        else:
            _to_onnx(model, example, temporary)
        seen = reload(temporary, options.format, probes)
        check(seen, probes)
    return seen, probes


def _require_text(folder: Path) -> None:
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError:
        raise UserError(f"--out {folder} is no UTF-8 text; TensorFlow takes no other paths") from None


def _require_onnx() -> None:
    missing = [name for name in OPTIONAL if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(f"--format onnx needs {', '.join(missing)}; get it with: {INSTALL}")


def _to_onnx(model: Any, example: Any, path: Path) -> None:
    """Converts a network; its one input is named "input"."""
    import logging

    import tf2onnx

    from utils.backend import tensorflow

    tf = tensorflow()
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    shape = [None, *model.input_shape[1:]]
    signature = [tf.TensorSpec(shape, example.dtype, name="input")]
    run = tf.function(lambda given: model(given, training=False), input_signature=signature)
    tf2onnx.convert.from_function(run, input_signature=signature, opset=17, output_path=str(path))


@contextmanager
def _new_version(folder: Path) -> Iterator[tuple[Path, Any]]:
    """A temporary folder beside the versions, and what renames it to the next version's number.

    Raises:
        UserError: The folder holds something else or cannot be written (exit code 2); the disk is full (1).
    """
    make_folder(folder)
    try:
        with locked(folder):
            _remove_unfinished(folder)
            number = _next_version(folder)
            temporary = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
            try:
                yield temporary, lambda: _publish(temporary, folder / str(number))
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise unwritten(f"write {folder}", error) from None


def _remove_unfinished(folder: Path) -> None:
    """Removes what killed exports left: the lock is ours, so nobody is writing these now."""
    for stale in folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(stale, ignore_errors=True)


def _next_version(folder: Path) -> int:
    versions = [0]
    for path in folder.iterdir():
        if not (path.is_dir() and path.name.isdecimal() and path.name.isascii()):
            raise UserError(
                f"{folder} holds {path.name}, which is no version of an export; give --out another folder"
            )
        versions.append(int(path.name))
    return max(versions) + 1


def _publish(temporary: Path, target: Path) -> Path:
    """Gives the folder its name, when everything in it is on the disk."""
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


def reload(path: Path, kind: str, probes: "list[Probe]") -> Seen:
    """What a new process saw that loaded the export and made the probes' calls.

    Raises:
        UserError: It could not (exit code 1).
    """
    calls = [
        {"signature": probe.signature, "inputs": {name: encoded(a) for name, a in probe.inputs.items()}}
        for probe in probes
    ]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "-c", "from apps.export.verify import main; main()"],
        cwd=_ROOT,
        env=environment | {"CUDA_VISIBLE_DEVICES": "-1"},
        input=json.dumps({"path": str(path.resolve()), "format": kind, "calls": calls}),
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise UserError(f"the export cannot be used in a new process: {last}", 1)
    seen: Seen = json.loads(done.stdout)
    return seen


def check(seen: Seen, probes: "list[Probe]") -> None:
    """Compares what the new process saw with what the Keras model says.

    Raises:
        UserError: An answer differs, a repeated call differs, or an operation is not portable (exit code 1).
    """
    for name in seen["operations"]:
        if any(word in name for word in FORBIDDEN):
            raise UserError(f"the export has the operation {name}, which other servers do not have", 1)
    for number, probe in enumerate(probes):
        if seen["again"][number] != seen["answers"][number]:
            raise UserError(f"{probe.signature} of the export answers a repeated call otherwise", 1)
        for name, wanted in probe.outputs.items():
            _compare(f"{probe.signature} {name}", encoded(wanted), seen["answers"][number][name])


def _compare(what: str, wanted: dict[str, Any], found: dict[str, Any]) -> None:
    if found["shape"] != wanted["shape"] or found["dtype"] != wanted["dtype"]:
        raise UserError(
            f"{what} of the export is {found['dtype']} {found['shape']}; the Keras model has "
            f"{wanted['dtype']} {wanted['shape']}",
            1,
        )
    pairs = list(zip(found["values"], wanted["values"], strict=True))
    if not wanted["dtype"].startswith("float"):
        if any(ours != theirs for ours, theirs in pairs):
            raise UserError(f"{what} of the export is not what the Keras model says", 1)
        return
    # Not "greater than": NaN is no good answer either.
    if not all(abs(ours - theirs) <= TOLERANCE for ours, theirs in pairs):
        raise UserError(f"{what} of the export is more than {TOLERANCE} from the Keras model's", 1)


def _say(source: Source, path: Path, seen: Seen, probes: "list[Probe]", options: argparse.Namespace) -> None:
    """Size, time to load, time of a call; with --verbose the operations."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    slowest: dict[str, float] = {}
    for probe, seconds in zip(probes, seen["call_seconds"], strict=True):
        slowest[probe.signature] = max(seconds, slowest.get(probe.signature, 0.0))
    times = ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in slowest.items())
    for note in source.notes:
        logger.info(note)
    logger.info(
        f"{len(probes)} calls equal the Keras model's; {size / 1e6:.2f} MB, "
        f"loads in {seen['load_seconds']:.2f} s; the slowest calls: {times}"
    )
    if options.verbose:
        for name, count in seen["operations"].items():
            print(f"{count:5} {name}", file=sys.stderr)

"""Verifies an export: a new process loads it and calls it, and the results must equal the network's.

The new process runs `main`, which loads the export with TensorFlow, Keras or ONNX Runtime alone, as other
software does.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from utils.errors import UserError
from utils.files import resolved

if TYPE_CHECKING:
    from models.export_graph import Probe

TOLERANCE = 1e-5  # between probabilities of the export and of the network
REPEATS = 3  # calls of which the fastest is timed
NOT_PORTABLE = ("Cudnn", "PyFunc")  # operations of one kind of device, or of this Python process
_ROOT = Path(__file__).resolve().parents[2]

Arrays = dict[str, NDArray[Any]]
Call = Callable[[str, Arrays], Arrays]
Encoded = dict[str, Any]


class Request(TypedDict):
    """What the new process does: load `path`, call the signatures (name, inputs)."""

    path: str
    format: str
    calls: list[tuple[str, dict[str, Encoded]]]


class Report(TypedDict):
    """What the new process found.

    Args:
        load_seconds: Time to load the export.
        operations: How often each operation occurs in a SavedModel.
        outputs: The outputs of each call.
        repeated_outputs: The same calls' outputs the last time that they were made.
        call_seconds: The fastest time of each call.
    """

    load_seconds: float
    operations: dict[str, int]
    outputs: list[dict[str, Encoded]]
    repeated_outputs: list[dict[str, Encoded]]
    call_seconds: list[float]


def verify(path: Path, file_format: str, probes: Sequence["Probe"]) -> Report:
    """Calls an export in a new process and compares the outputs with the network's.

    Args:
        path: The export.
        file_format: "savedmodel", "keras" or "onnx".
        probes: The calls.

    Raises:
        UserError: The export cannot be loaded or called, an output differs, a repeated call differs, or an
            operation is not portable (exit code 1).
    """
    calls = [(probe.signature, {name: encode(a) for name, a in probe.inputs.items()}) for probe in probes]
    report = in_new_process({"path": str(resolved(path)), "format": file_format, "calls": calls})
    for name in report["operations"]:
        if any(word in name for word in NOT_PORTABLE):
            raise UserError(f"the export has the operation {name}, which other servers do not have", 1)
    for number, probe in enumerate(probes):
        if report["repeated_outputs"][number] != report["outputs"][number]:
            raise UserError(f"{probe.signature} of the export gives another result when it is repeated", 1)
        for name, expected in probe.outputs.items():
            _compare(f"{probe.signature} {name}", encode(expected), report["outputs"][number][name])
    return report


def in_new_process(request: Request) -> Report:
    """Runs `call_export` in a new process.

    Raises:
        UserError: It failed (exit code 1).
    """
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(
        [sys.executable, "-c", "from apps.export.verify import main; main()"],
        cwd=_ROOT,
        env=environment | {"CUDA_VISIBLE_DEVICES": "-1"},
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise UserError(f"the export cannot be used in a new process: {last}", 1)
    report: Report = json.loads(done.stdout)
    return report


def main() -> None:
    """Reads a request from standard input and writes the report to standard output, both JSON."""
    json.dump(call_export(json.load(sys.stdin)), sys.stdout)


def call_export(request: Request) -> Report:
    """Loads an export and makes calls, each several times."""
    loaders = {"savedmodel": _load_saved_model, "keras": _load_keras, "onnx": _load_onnx}
    call, load_seconds = loaders[request["format"]](request["path"])
    operations = _count_operations(request["path"]) if request["format"] == "savedmodel" else {}
    report = Report(
        load_seconds=load_seconds, operations=operations, outputs=[], repeated_outputs=[], call_seconds=[]
    )
    for signature, encoded in request["calls"]:
        inputs = {name: _decode(value) for name, value in encoded.items()}
        outputs = call(signature, inputs)
        seconds = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            repeated = call(signature, inputs)
            seconds.append(time.perf_counter() - started)
        report["outputs"].append({name: encode(array) for name, array in outputs.items()})
        report["repeated_outputs"].append({name: encode(array) for name, array in repeated.items()})
        report["call_seconds"].append(min(seconds))
    return report


def encode(array: NDArray[Any]) -> Encoded:
    """Encodes an array, of text too, for JSON."""
    kind = "object" if array.dtype.kind in "OSU" else str(array.dtype)
    values = [
        value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for value in array.ravel().tolist()
    ]
    return {"dtype": kind, "shape": list(array.shape), "values": values}


def _decode(value: Encoded) -> NDArray[Any]:
    return np.array(value["values"], dtype=value["dtype"]).reshape(value["shape"])


def _load_saved_model(path: str) -> tuple[Call, float]:
    import tensorflow as tf

    tf.constant(0.0)  # the first operation makes the devices: no part of loading
    started = time.perf_counter()
    loaded = tf.saved_model.load(path)
    seconds = time.perf_counter() - started

    def call(signature: str, inputs: Arrays) -> Arrays:
        tensors = {name: tf.constant(array) for name, array in inputs.items()}
        outputs = loaded.signatures[signature](**tensors)
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    return call, seconds


def _count_operations(path: str) -> dict[str, int]:
    """How often each operation occurs in the file, functions included."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString(Path(path, "saved_model.pb").read_bytes())
    counts: Counter[str] = Counter()
    for meta in saved.meta_graphs:
        counts.update(node.op for node in meta.graph_def.node)
        for function in meta.graph_def.library.function:
            counts.update(node.op for node in function.node_def)
    return dict(sorted(counts.items()))


def _load_keras(path: str) -> tuple[Call, float]:
    import keras

    started = time.perf_counter()
    model = keras.models.load_model(path, compile=False, safe_mode=True)
    seconds = time.perf_counter() - started
    return lambda name, inputs: {name: model(*inputs.values(), training=False).numpy()}, seconds


def _load_onnx(path: str) -> tuple[Call, float]:
    import onnxruntime

    started = time.perf_counter()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    seconds = time.perf_counter() - started
    return lambda name, inputs: {name: session.run(None, inputs)[0]}, seconds


def _compare(what: str, expected: Encoded, found: Encoded) -> None:
    if found["shape"] != expected["shape"] or found["dtype"] != expected["dtype"]:
        raise UserError(
            f"{what} of the export is {found['dtype']} {found['shape']}, expected the network's "
            f"{expected['dtype']} {expected['shape']}",
            1,
        )
    if not expected["dtype"].startswith("float"):
        if found["values"] != expected["values"]:
            raise UserError(f"{what} of the export differs from the network's", 1)
        return
    pairs = zip(found["values"], expected["values"], strict=True)
    # Not "greater than": NaN must fail too.
    if not all(abs(ours - theirs) <= TOLERANCE for ours, theirs in pairs):
        raise UserError(f"{what} of the export is more than {TOLERANCE} from the network's", 1)

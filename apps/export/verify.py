"""What a new process does with an export: load it as a stranger would, call it, and say what it saw.

It uses nothing of this project. What it is asked comes as JSON on standard input, and what it saw goes as
JSON to standard output.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

Call = Callable[[str, dict[str, Any]], dict[str, Any]]
REPEATS = 3


def main() -> None:
    """Reads {"path", "format", "calls": [{"signature", "inputs"}]}; writes answers, times, operations."""
    asked = json.load(sys.stdin)
    load = {"savedmodel": _saved_model, "keras": _keras, "onnx": _onnx}[asked["format"]]
    call, seconds_to_load = load(asked["path"])
    operations = _operations(asked["path"]) if asked["format"] == "savedmodel" else {}
    seen: dict[str, Any] = {"load_seconds": seconds_to_load, "operations": operations}
    seen["answers"], seen["again"], seen["call_seconds"] = [], [], []
    for question in asked["calls"]:
        inputs = {name: _array(value) for name, value in question["inputs"].items()}
        seen["answers"].append(_plain(call(question["signature"], inputs)))
        seconds = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            again = call(question["signature"], inputs)
            seconds.append(time.perf_counter() - started)
        seen["again"].append(_plain(again))
        seen["call_seconds"].append(min(seconds))
    json.dump(seen, sys.stdout)


def encoded(array: Any) -> dict[str, Any]:
    """An array as JSON has it."""
    kind = "object" if array.dtype.kind in "OSU" else str(array.dtype)
    values = [
        value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for value in array.ravel().tolist()
    ]
    return {"dtype": kind, "shape": list(array.shape), "values": values}


def _array(value: dict[str, Any]) -> Any:
    import numpy as np

    return np.array(value["values"], dtype=value["dtype"]).reshape(value["shape"])


def _plain(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: encoded(array) for name, array in answers.items()}


def _saved_model(path: str) -> tuple[Call, float]:
    import tensorflow as tf

    tf.constant(0.0)  # the first operation makes the devices: no part of loading
    started = time.perf_counter()
    loaded = tf.saved_model.load(path)
    seconds = time.perf_counter() - started

    def call(signature: str, inputs: dict[str, Any]) -> dict[str, Any]:
        given = {name: tf.constant(array) for name, array in inputs.items()}
        return {name: tensor.numpy() for name, tensor in loaded.signatures[signature](**given).items()}

    return call, seconds


def _operations(path: str) -> dict[str, int]:
    """How often each operation occurs in the file, functions included."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel()
    with open(f"{path}/saved_model.pb", "rb") as stream:  # noqa: PTH123
        saved.ParseFromString(stream.read())
    found: Counter[str] = Counter()
    for meta in saved.meta_graphs:
        found.update(node.op for node in meta.graph_def.node)
        for function in meta.graph_def.library.function:
            found.update(node.op for node in function.node_def)
    return dict(sorted(found.items()))


def _keras(path: str) -> tuple[Call, float]:
    import keras

    started = time.perf_counter()
    model = keras.models.load_model(path, compile=False, safe_mode=True)
    seconds = time.perf_counter() - started

    def call(signature: str, inputs: dict[str, Any]) -> dict[str, Any]:
        (given,) = inputs.values()
        return {signature: model(given, training=False).numpy()}

    return call, seconds


def _onnx(path: str) -> tuple[Call, float]:
    import onnxruntime

    started = time.perf_counter()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    seconds = time.perf_counter() - started

    def call(signature: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {signature: session.run(None, inputs)[0]}

    return call, seconds

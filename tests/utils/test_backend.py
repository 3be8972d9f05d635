import os
import subprocess
import sys
from pathlib import Path

import pytest


def python(root: Path, code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "KERAS_"))}
    return subprocess.run(
        command, cwd=root, env={**kept, **environment}, capture_output=True, text=True, timeout=200
    )


@pytest.mark.slow
def test_a_trained_network_and_not_one_log_line(root: Path) -> None:
    code = """
from utils import backend
keras = backend.keras()
tensorflow = backend.tensorflow()
import numpy as np
model = keras.Sequential([keras.Input((3, 2)), keras.layers.LSTM(4), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(np.zeros((8, 3, 2)), np.zeros((8, 1)), epochs=1, verbose=0)
print(keras.backend.backend(), keras is backend.keras(), tensorflow.reduce_sum([1.0, 2.0]).numpy())
"""
    done = python(root, code, KERAS_BACKEND="jax")
    assert done.returncode == 0
    assert done.stdout == "tensorflow True 3.0\n"
    assert done.stderr == ""


def test_native_lines_are_silenced_and_pythons_are_not(root: Path) -> None:
    code = """
import os, sys
from utils.backend import native_standard_error_silenced
with native_standard_error_silenced():
    os.write(2, b"a native log line\\n")
os.write(2, b"kept\\n")
with native_standard_error_silenced():
    raise RuntimeError("a real failure")
"""
    done = python(root, code)
    assert done.returncode == 1
    assert done.stderr.startswith("kept\nTraceback")
    assert done.stderr.endswith("RuntimeError: a real failure\n")

"""TensorFlow and Keras, imported when a command needs them and without their log lines."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


def keras() -> ModuleType:
    """Keras on TensorFlow. The first call takes about five seconds and prints nothing."""
    if "keras" not in sys.modules or "tensorflow" not in sys.modules:
        _import_quietly()
    import keras

    return keras  # type: ignore[no-any-return]


def tensorflow() -> ModuleType:
    """TensorFlow; see `keras`."""
    keras()
    import tensorflow

    return tensorflow  # type: ignore[no-any-return]


def training_threads() -> dict[str, str]:
    """Environment variables with which independent operations share the cores; TensorFlow reads them once.

    An LSTM step is too small a product to be worth sharing; two halves of a batch are not.
    """
    return {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": str(os.cpu_count() or 1)}


def _import_quietly() -> None:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    with native_standard_error_silenced():
        import tensorflow

        # The first operation makes the devices, and with them the last of the native log lines.
        tensorflow.constant(0.0)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    logging.getLogger("absl").setLevel(logging.ERROR)


@contextmanager
def native_standard_error_silenced() -> Iterator[None]:
    """Sends file descriptor 2 to nowhere: TensorFlow's C++ part writes to it before logging is set up.

    If the block raises, the exception is reported as always, because Python prints it afterwards.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)

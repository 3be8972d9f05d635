"""Weights whose checksum is right and whose content is not: what a stranger's bundle may hold."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import zipped
from tests.utils.bundles import made, put_weights, refused
from utils import bundle as bundles
from utils.bundle import load, save
from utils.errors import UserError


def npy(header: str, body: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + body


def array(descr: str, shape: str) -> bytes:
    """An .npz with one array of eight bytes, whose header claims a type and a shape."""
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    return zipped({"w.npy": npy(header, b"\0" * 8)})


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, w=np.array([{"a": 1}], dtype=object))
    return buffer.getvalue()


NO_ARRAYS = "weights.npz cannot be read as NumPy arrays"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (array("<f4", "(1000000, 1000000)"), "do not fit its shape"),
        (array("<f4", "(4611686018427387904, 4)"), "do not fit its shape"),
        (array("<f4", "(0, 10000000000000000000000)"), NO_ARRAYS),
        (array("<f4", "(-1, -2)"), NO_ARRAYS),
        (array("<f4", "(1,)"), "do not fit its shape"),
        (array("|O", "(2,)"), "holds w of type object, expected numbers"),
        (pickled(), "holds w of type object, expected numbers"),
        (array("<U2", "(1,)"), "of type <U2, expected numbers"),
        (array("|V8", "(1,)"), "expected numbers"),
        (array("<c8", "(1,)"), "expected numbers"),
        (array("nonsense", "(1,)"), NO_ARRAYS),
        (zipped({"w.npy": npy("{'shape': (1,), }", b"\0" * 8)}), NO_ARRAYS),
        (zipped({"w.npy": npy("((((", b"\0" * 8)}), NO_ARRAYS),
        (zipped({"w.npy": npy("{}", version=b"\x09\x00")}), NO_ARRAYS),
        (zipped({"w.npy": b""}), NO_ARRAYS),
        (zipped({"w.txt": b"hello"}), NO_ARRAYS),
        (b"", NO_ARRAYS),
        (b"PK", NO_ARRAYS),
        (b"\0" * 100, NO_ARRAYS),
        (zipped({"../w.npy": b""}), "leads out of it"),
        (zipped({"/tmp/w.npy": b""}), "leads out of it"),
        (zipped({"lstm/../../w.npy": b""}), "leads out of it"),
    ],
)
def test_weights_that_are_no_arrays_of_numbers(tmp_path: Path, content: bytes, message: str) -> None:
    save(made(), tmp_path)
    put_weights(tmp_path, content)
    assert message in refused(tmp_path)


def test_weights_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(made(), tmp_path)
    put_weights(tmp_path, zipped({"w.npy": b"\0" * 20_000}))
    monkeypatch.setattr(bundles, "LARGEST", 10_000)
    assert "would unpack to more than 10000 bytes" in refused(tmp_path)
    save(made(weights={"w": np.zeros(2500, np.uint8)}), tmp_path)
    assert len(load(tmp_path, "jazz").weights["w"]) == 2500
    save(made(weights={"w": np.zeros(2501, np.uint8)}), tmp_path)  # 4 bytes each, once it is float32
    assert "holds more than 2500 numbers" in refused(tmp_path)


@given(st.data())
def test_any_weights_are_read_or_refused(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.getbasetemp() / "mutated"
    save(made(size=1), folder)
    content = bytearray((folder / "weights.npz").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    put_weights(folder, bytes(content[: data.draw(st.integers(1, len(content)))]))
    try:
        load(folder, "jazz")
    except UserError as error:
        assert str(folder) in str(error)

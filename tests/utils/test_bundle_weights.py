"""Weights whose checksum is right and whose content is not: what a stranger's bundle may hold."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.utils.bundles import made, put_weights, refused
from utils import bundle as bundles
from utils.bundle import load, save
from utils.errors import UserError


def npz(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def npy(header: str, body: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + body


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000), }", "do not fit its shape"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "do not fit"),
        (
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 10000000000000000000000), }",
            "cannot be read",
        ),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -2), }", "cannot be read"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "do not fit its shape"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "of type object, expected numbers"),
        ("{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }", "of type <U2, expected numbers"),
        ("{'descr': '|V8', 'fortran_order': False, 'shape': (1,), }", "expected numbers"),
        ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "expected numbers"),
        ("{'descr': 'nonsense', 'fortran_order': False, 'shape': (1,), }", "cannot be read"),
        ("{'shape': (1,), }", "cannot be read"),
        ("((((", "cannot be read"),
    ],
)
def test_an_array_with_a_bad_header(tmp_path: Path, header: str, message: str) -> None:
    save(made(), tmp_path)
    put_weights(tmp_path, npz({"w.npy": npy(header, b"\0" * 8)}))
    assert message in refused(tmp_path)


def test_pickled_objects_are_never_opened(tmp_path: Path) -> None:
    save(made(), tmp_path)
    buffer = io.BytesIO()
    np.savez(buffer, w=np.array([{"a": 1}], dtype=object))
    put_weights(tmp_path, buffer.getvalue())
    assert "holds w of type object, expected numbers" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"\0" * 100, npz({"w.npy": b""}), npz({"w.txt": b"hello"})])
def test_weights_that_are_no_arrays(tmp_path: Path, content: bytes) -> None:
    save(made(), tmp_path)
    put_weights(tmp_path, content)
    assert "weights.npz cannot be read as NumPy arrays" in refused(tmp_path)


@pytest.mark.parametrize("name", ["../w.npy", "/tmp/w.npy", "lstm/../../w.npy"])
def test_an_array_whose_name_leads_out_of_the_file(name: str, tmp_path: Path) -> None:
    save(made(), tmp_path)
    good = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", b"\0" * 8)
    put_weights(tmp_path, npz({name: good}))
    assert "leads out of it" in refused(tmp_path)


def test_an_array_of_an_unknown_version(tmp_path: Path) -> None:
    save(made(), tmp_path)
    put_weights(tmp_path, npz({"w.npy": npy("{}", version=b"\x09\x00")}))
    assert "cannot be read" in refused(tmp_path)


def test_weights_that_would_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(made(), tmp_path)
    put_weights(tmp_path, npz({"w.npy": b"\0" * 20_000}))
    monkeypatch.setattr(bundles, "LARGEST", 10_000)
    assert "would unpack to more than 10000 bytes" in refused(tmp_path)
    save(made(weights={"w": np.zeros(2500, np.uint8)}), tmp_path)
    assert len(load(tmp_path, "jazz").weights["w"]) == 2500
    save(made(weights={"w": np.zeros(2501, np.uint8)}), tmp_path)  # 4 bytes each, once it is float32
    assert "holds more than 2500 numbers" in refused(tmp_path)


@settings(max_examples=50)
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

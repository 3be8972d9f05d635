import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.utils.bundles import made, names, put_weights, refused, same, spoil
from utils import bundle as bundles
from utils.bundle import load, save
from utils.errors import UserError

# Round trip


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    extra = {"window": 40, "note": "é", "nested": {"a": [1, None]}}
    saved = made(0.1, extra=extra)
    save(saved, tmp_path / "new" / "bundle")
    assert names(tmp_path / "new" / "bundle") == ["config.json", "weights.npz"]
    assert same(load(tmp_path / "new" / "bundle", "jazz"), saved)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int32", "uint8", ">f4"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4)])
def test_arrays_of_all_kinds_and_shapes(tmp_path: Path, kind: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape)).reshape(shape) + 1).astype(kind)
    save(made(weights={"w": array}), tmp_path)
    loaded = load(tmp_path, "jazz").weights["w"]
    assert (loaded.dtype, loaded.shape) == (array.dtype, shape)
    assert np.array_equal(loaded, array)
    loaded += 1  # it is the caller's own, not a view of the file


def test_an_array_that_lies_the_other_way_round(tmp_path: Path) -> None:
    array = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    save(made(weights={"w": array}), tmp_path)
    assert np.array_equal(load(tmp_path, "jazz").weights["w"], array)
    buffer = io.BytesIO()
    np.savez(buffer, w=array)  # NumPy's own file keeps the order of the columns
    put_weights(tmp_path, buffer.getvalue())
    assert np.array_equal(load(tmp_path, "jazz").weights["w"], array)


def test_numpy_reads_the_weights_without_pickles(tmp_path: Path) -> None:
    save(made(), tmp_path)
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as arrays:
        assert sorted(arrays.files) == ["dense/bias", "lstm_1/kernel", "optimizer/adam/step"]
    with zipfile.ZipFile(tmp_path / "weights.npz") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with pytest.raises(ValueError, match="Object arrays"):
        save(made(weights={"w": np.array([None])}), tmp_path)


def test_the_same_bundle_gives_the_same_bytes(tmp_path: Path) -> None:
    save(made(), tmp_path / "one")
    backwards = dict(reversed(made().weights.items()))
    save(made(weights=backwards), tmp_path / "two")
    for name in ("config.json", "weights.npz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_config_is_text_that_a_person_can_read_and_compare(tmp_path: Path) -> None:
    save(made(), tmp_path)
    text = (tmp_path / "config.json").read_bytes()
    weights = (tmp_path / "weights.npz").read_bytes()
    expected = """{
 "app": "jazz",
 "architecture": {
  "units": 6
 },
 "format": 1,
 "training": {
  "losses": [
   1.0
  ]
 },
 "vocabulary": [
  "a",
  "b\\n",
  "é"
 ],
 "weights_sha256": "SHA256"
}
"""
    assert text.decode() == expected.replace("SHA256", hashlib.sha256(weights).hexdigest())
    assert bundles.checksum(tmp_path) == hashlib.sha256(text).hexdigest()


def test_extra_entries_cannot_hide_the_bundles_own(tmp_path: Path) -> None:
    save(made(extra={"app": "dinos", "window": 3}), tmp_path)
    assert load(tmp_path, "jazz").extra == {"window": 3}


def test_the_optimizer_is_kept_apart() -> None:
    bundle = made()
    assert sorted(bundle.network()) == ["dense/bias", "lstm_1/kernel"]
    assert bundle.optimizer() == {"adam/step": np.array(7)}


# Broken bundles


def test_there_is_no_bundle_or_one_of_another_app(tmp_path: Path) -> None:
    assert "there is no bundle at" in refused(tmp_path / "nothing")
    assert "cannot read" in refused(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    assert "there is no bundle at" in refused(tmp_path / "file")
    save(made(), tmp_path)
    assert "is a bundle of 'jazz', expected one of 'dinos'" in refused(tmp_path, "dinos")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\xff", "[" * 100_000])
def test_a_config_that_is_none(tmp_path: Path, text: str) -> None:
    save(made(), tmp_path)
    (tmp_path / "config.json").write_bytes(text.encode("latin-1"))
    assert "config.json" in refused(tmp_path)


ENTRIES = ("architecture", "vocabulary", "training", "weights_sha256")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(({"format": n}, f"has the format {n!r}; this version reads 1") for n in (2, 0, "1", None, [1])),
        *(({name: value}, f"config.json lacks '{name}'") for name in ENTRIES for value in (None, 5)),
        *(
            ({"vocabulary": symbols}, "config.json has a bad vocabulary")
            for symbols in ([], ["a", "a"], ["a", 5], ["a", ["b"]])
        ),
    ],
    ids=str,
)
def test_a_config_with_a_missing_or_wrong_entry(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    save(made(), tmp_path)
    spoil(tmp_path, **changes)
    assert message in refused(tmp_path)


def test_missing_weights_and_any_flipped_bit_of_them_are_seen(tmp_path: Path) -> None:
    save(made(size=1), tmp_path)
    content = (tmp_path / "weights.npz").read_bytes()
    for bit in range(0, 8 * len(content), 37):
        spoilt = bytearray(content)
        spoilt[bit // 8] ^= 1 << bit % 8
        (tmp_path / "weights.npz").write_bytes(spoilt)
        assert "weights.npz does not have the checksum" in refused(tmp_path)
    (tmp_path / "weights.npz").unlink()
    assert "weights.npz does not have the checksum" in refused(tmp_path)


def test_any_cut_is_seen(tmp_path: Path) -> None:
    for name in ("config.json", "weights.npz"):
        save(made(), tmp_path)
        content = (tmp_path / name).read_bytes()
        for length in range(0, len(content) - 1, len(content) // 20):
            (tmp_path / name).write_bytes(content[:length])
            assert name in refused(tmp_path)


# What the apps check


def test_require_shapes_names_the_array(tmp_path: Path) -> None:
    bundle = made()
    bundles.require_shapes(bundle, {"lstm_1/kernel": (6, 2), "dense/bias": (3,)}, tmp_path)
    with pytest.raises(UserError, match="has the array dense/bias, which its network does not have"):
        bundles.require_shapes(bundle, {"lstm_1/kernel": (6, 2)}, tmp_path)
    with pytest.raises(UserError, match="lacks the array dense/kernel"):
        bundles.require_shapes(bundle, {"dense/kernel": (6, 2)}, tmp_path)
    with pytest.raises(UserError, match=r"has lstm_1/kernel of shape \(6, 2\), expected \(2, 6\)"):
        bundles.require_shapes(bundle, {"lstm_1/kernel": (2, 6)}, tmp_path)
    for number in (np.nan, np.inf, 1e39):  # the last is infinite in single precision
        bundle.weights["lstm_1/kernel"] = np.full((6, 2), 1.0)
        bundle.weights["lstm_1/kernel"][3, 1] = number
        with pytest.raises(UserError, match="lstm_1/kernel with values that are not finite"):
            bundles.require_shapes(bundle, {"lstm_1/kernel": (6, 2)}, tmp_path)


def test_architecture_sizes_are_whole_numbers_in_range(tmp_path: Path) -> None:
    bundle = made(architecture={"units": 64, "text": "64", "truth": True, "one": 1, "none": 0, "half": 0.5})
    assert bundles.architecture_sizes(bundle, {"units": 64, "one": 1}, tmp_path) == {"units": 64, "one": 1}
    for name in ("text", "truth", "none", "half", "missing"):
        with pytest.raises(UserError, match=f"has {name} .*, expected a whole number from 1 to 64"):
            bundles.architecture_sizes(bundle, {name: 64}, tmp_path)
    with pytest.raises(UserError, match="has units 64, expected a whole number from 1 to 63"):
        bundles.architecture_sizes(bundle, {"units": 63}, tmp_path)

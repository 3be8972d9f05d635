"""The network's weights: bundles, and Keras 2's HDF5 read as plain arrays."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from data import sonnets
from models.engine.engine import Engine
from models.shakespeare import weights
from models.shakespeare.evaluation import by_windows
from models.shakespeare.networks import course_model
from models.shakespeare.poems import PoemModel
from models.shakespeare.windows import window_indices
from tests.models.shakespeare.poems import OTHERS, VOCABULARY, network, one_hot
from utils import bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

COURSE = "model_shakespeare_kiank_350_epoch.h5"
NAMES = list(weights.Architecture(6).shapes(38))
LAYERS = {"lstm_5": "lstm_1", "lstm_6": "lstm_2", "dense_3": "dense"}


def legacy(path: Path, gates: str | None = "hard_sigmoid", version: str = "2.0.6", **change: Any) -> Path:
    """A file as Keras 2 wrote it; `change` replaces arrays, by our names with _ for /."""
    found = network("window", "hard_sigmoid").weights
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights")
        root.attrs["layer_names"] = [b"input_3", b"lstm_5", b"dropout_3", b"lstm_6", b"dense_3"]
        for layer in ("input_3", "lstm_5", "dropout_3", "lstm_6", "dense_3"):
            group = root.create_group(layer)
            ours = [name for name in NAMES if name.split("/")[0] == LAYERS.get(layer)]
            names = [f"{layer}/{name.split('/')[1]}:0" for name in ours]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, our in zip(names, ours, strict=True):
                group[name] = change.get(our.replace("/", "_"), found[our])
        file.attrs["keras_version"] = version
        if gates:
            file.attrs["model_config"] = json.dumps({"config": {"recurrent_activation": gates}})
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        weights.load(path)
    return str(caught.value)


def test_a_legacy_file_is_the_network_with_hard_gates_and_windows(tmp_path: Path) -> None:
    found = weights.load(legacy(tmp_path / "old.h5"))
    assert found.architecture == {
        "units": 6,
        "window": 40,
        "recurrent_activation": "hard_sigmoid",
        "state": "window",
    }
    assert all(np.array_equal(found.weights[name], array) for name, array in network().weights.items())


@pytest.mark.parametrize(
    ("gates", "version", "expected"),
    [
        ("sigmoid", "2.0.6", "sigmoid"),
        ("hard_sigmoid", "2.4.0", "hard_sigmoid"),
        (None, "2.0.6", "hard_sigmoid"),
        (None, "2.3.1", "sigmoid"),
    ],
)
def test_the_file_says_which_gates(tmp_path: Path, gates: str | None, version: str, expected: str) -> None:
    found = weights.load(legacy(tmp_path / "old.hdf5", gates, version))
    assert found.architecture["recurrent_activation"] == expected


def test_a_file_that_is_no_keras_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "poem.h5"
    assert refusal(path) == f"cannot read {path}: no such file or directory"
    path.write_bytes(b"shall i compare thee")
    assert refusal(path).startswith(f"{path} cannot be read as a Keras HDF5 file: ")
    with h5py.File(path, "w") as file:
        file["numbers"] = np.zeros(3)
    assert refusal(path).startswith(f"{path} cannot be read as a Keras HDF5 file: ")
    whole = legacy(tmp_path / "whole.h5").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refusal(path).startswith(f"{path} cannot be read as a Keras HDF5 file: ")


def test_a_legacy_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = legacy(tmp_path / "old.h5", dense_bias=np.zeros(37))
    assert refusal(path) == f"the bundle {path} has dense/bias of shape (37,), expected (38,)"
    path = legacy(tmp_path / "old.h5", lstm_1_bias=np.full(24, np.nan))
    assert refusal(path).endswith("lstm_1/bias with values that are not finite numbers")
    path = legacy(tmp_path / "old.h5")
    with h5py.File(path, "a") as file:
        file["model_weights"].attrs["layer_names"] = [b"lstm_5", b"dense_3"]
    assert refusal(path) == f"{path} has 5 arrays; two LSTM layers and a dense one have 8"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("units", 5, "has lstm_1/kernel of shape (38, 24), expected (38, 20)"),
        ("state", "of mind", "has state 'of mind'; expected carried or window"),
        ("recurrent_activation", ["x"], "has recurrent_activation ['x']; expected sigmoid or hard_sigmoid"),
        ("layers", 4, "has layers 4, expected a whole number from 1 to 3"),
        ("cell", "elman", "has cell 'elman'; expected lstm or gru or rnn"),
        ("depth", 2, "has depth in its architecture, which this version lacks"),
        (
            "vocabulary",
            Vocabulary([*VOCABULARY.symbols[1:], "sh"]),
            "has a bad vocabulary: expected 2 to 5001 single characters",
        ),
        ("writing", {"lines": 1}, "has writing {'lines': 1}; expected lines and longest"),
        ("writing", {"longest": -1}, "has records of -1 characters; expected 0 to 100000"),
    ],
)
def test_a_bundle_of_another_form_is_refused(tmp_path: Path, name: str, value: Any, message: str) -> None:
    found = network()
    if name == "vocabulary":
        found.vocabulary = value
    elif name == "writing":
        found.extra["writing"] = value
    else:
        found.architecture[name] = value
    bundle.save(found, tmp_path)
    assert refusal(tmp_path) == f"the bundle {tmp_path} {message}"


def test_a_bundle_may_name_fine_tuning_settings(tmp_path: Path) -> None:
    found = network()
    assert weights.fine_tuning_settings(found, tmp_path) == (0.5, 1e-3)
    found.extra[weights.FINE_TUNING] = {"dropout": 0.2}
    bundle.save(found, tmp_path)
    assert weights.fine_tuning_settings(weights.load(tmp_path), tmp_path) == (0.2, 1e-3)
    for bad in ({"dropout": 1}, {"learning_rate": 0}, {"learning_rate": "fast"}, {"dropout": None}):
        found.extra[weights.FINE_TUNING] = bad
        with pytest.raises(UserError, match="has fine_tuning .*; expected a dropout"):
            weights.fine_tuning_settings(found, tmp_path)


@pytest.mark.slow
@pytest.mark.course_data(COURSE, "shakespeare.txt")
def test_the_courses_model_predicts_the_sonnets_as_published(course_file) -> None:
    """Our own 3.2223 and .4030 are of all 31412 windows: python -m apps.shakespeare evaluate."""
    found = weights.load(course_file(COURSE))
    assert sum(array.size for array in found.network().values()) == 221_990
    indices = np.array(VOCABULARY.encode(sonnets.sonnets().text))
    nats, accuracy, windows = by_windows(Engine.from_bundle(found), indices, stride=3 * 61)
    assert windows == 515
    assert nats == pytest.approx(3.2223, abs=0.15)
    assert accuracy == pytest.approx(0.4030, abs=0.03)


@pytest.mark.course_data(COURSE, "shakespeare.txt")
def test_both_engines_read_the_courses_model_alike(course_file) -> None:
    found = weights.load(course_file(COURSE))
    x, _ = window_indices(VOCABULARY.encode(sonnets.sonnets().text[:300]))
    p = np.asarray(course_model(found)(one_hot(x)))
    assert np.allclose(Engine.from_bundle(found).run(x), p, atol=1e-5)


@pytest.mark.parametrize("sizes", OTHERS.values(), ids=OTHERS)
def test_a_bundle_of_any_vocabulary_and_cell_loads(sizes: dict[str, Any], tmp_path: Path) -> None:
    bundle.save(network(**sizes), tmp_path)
    found = weights.load(tmp_path)
    named = weights.Architecture.of(found)
    assert found.vocabulary == sizes["vocabulary"]
    assert (named.cell, named.layers) == (sizes.get("cell", "lstm"), sizes.get("layers", 2))
    assert named.embedding == sizes.get("embedding")
    assert weights.Writing.of(found) == weights.Writing(*((True, 12) if "lines" in sizes else ()))


def test_the_replacement_is_read_and_never_drawn() -> None:
    found = network(vocabulary=Vocabulary("\n Aa\u00e9\ufffd"), scale=0)
    indices, read = weights.read_prompt("e\u0301? a", found)
    assert (indices, read.notice()) == (
        [4, 5, 1, 3],
        "the beginning: 1 character not known (1 different: '?')",
    )
    assert set(PoemModel(found).complete("a", length=300, seed=1)) == set("\n Aa\u00e9")
    assert found.weights["dense/bias"][5] == 0  # the network itself stays as it is


def test_a_network_of_records_writes_one_to_its_end() -> None:
    model = PoemModel(network(vocabulary=Vocabulary("\nab"), lines=True, scale=0))
    records = model.complete_all([""] * 40, length=1, seed=1)
    assert all(0 < len(record) <= 24 for record in records) and {*"".join(records)} <= {*"\nab"}


def test_the_larger_network_has_a_name() -> None:
    large = weights.load("large")
    assert weights.Architecture.of(large).units == 256 and large.vocabulary == VOCABULARY

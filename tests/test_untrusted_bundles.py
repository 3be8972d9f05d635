"""Bundles that people were sent: used or refused in one line, and no size is believed that they only claim.

`make fuzz` tries 2,000 of each app's; the ordinary suite fewer.
"""

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.dinos import __main__ as dinos
from apps.emojify import __main__ as emojify
from apps.shakespeare import __main__ as shakespeare
from models import jazz
from models.checkpoint import Checkpoint, Run
from models.dinos import training as dinos_training
from tests import untrusted
from tests.apps.emojify import emojify_networks
from tests.untrusted import FEW, accepted, as_config, put, spoilt, spoilt_bundles
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError, escape_control_characters
from utils.vocabulary import Vocabulary

NAMES = ("abax", "abba", "baxa")
LETTERS = Vocabulary.of("\n".join(NAMES) + "\n")
GREEDY_SIZES = [10**9, 10**18, 2**31, -1, 0, 1.5, "9", None, [10**9], {"n": 1}, True, 10**400]


@pytest.fixture(autouse=True)
def limited() -> Iterator[None]:
    with untrusted.one_more_gigabyte():
        yield


def dinos_bundle(folder: Path) -> Bundle:
    dinos_training.train(NAMES, LETTERS, Run(folder, force=True), n_a=4, iterations=3)
    return bundles.load(folder, "dinos")


GOOD: dict[str, Callable[[Path], Bundle]] = {
    "dinos": dinos_bundle,
    "jazz": lambda folder: untrusted.jazz(),
    "shakespeare": lambda folder: untrusted.shakespeare(),
    "emojify v1": lambda folder: untrusted.emojify(folder, "v1"),
    "emojify v2": lambda folder: untrusted.emojify(folder, "v2"),
}


def use_dinos(folder: Path) -> None:
    accepted(lambda: dinos.main(["sample", "--bundle", str(folder), "--count", "2", "--seed", "1"]))
    run = Run(folder, resume=True)
    trained = accepted(lambda: dinos_training.train(NAMES, LETTERS, run, n_a=4, iterations=5))
    assert trained is None or trained.training["epochs"] >= 1


def use_jazz(folder: Path) -> None:
    bundle = accepted(lambda: bundles.load(folder, "jazz"))
    if bundle is None:
        return
    improviser = accepted(lambda: jazz.load(folder))
    if improviser is not None:
        accepted(lambda: print(improviser.improvise(seed=1).describe()))
    # What a resumed training reads of it, without the networks that TensorFlow would build.
    checkpoint = Checkpoint(replace(bundle, training={}), Run(folder))
    if accepted(lambda: checkpoint.resume() or True) is not None:
        result = checkpoint.result
        assert all(isinstance(loss, float) for losses in result.history.values() for loss in losses)
        assert isinstance(result.seconds, float)


def use_shakespeare(folder: Path) -> None:
    given_ = ["complete", "--bundle", str(folder), "--length", "2", "--seed", "1", "--quiet", "--", "o"]
    accepted(lambda: shakespeare.main(given_))


def use_emojify(folder: Path) -> None:
    vectors = emojify_networks.write_vectors(folder.parent / "vectors.txt")
    for glove in ([], ["--glove", str(vectors)]):
        given_ = [
            "predict",
            "--bundle",
            str(folder),
            *glove,
            "--data-dir",
            str(folder),
            "--quiet",
            "--",
            "I love it",
        ]
        accepted(lambda given_=given_: emojify.main(given_))


USES = {
    "dinos": use_dinos,
    "jazz": use_jazz,
    "shakespeare": use_shakespeare,
    "emojify v1": use_emojify,
    "emojify v2": use_emojify,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CADENZA_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def used(kind: str, folder: Path) -> None:
    """Uses a bundle as its app does; what steers a terminal must not come out of it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        USES[kind](folder)
    for text in (out.getvalue(), err.getvalue()):
        assert text == escape_control_characters(text)


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_bundle_is_used(kind: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = GOOD[kind](place / f"good {kind}")
    bundles.save(bundle, place / f"good {kind}")
    USES[kind](place / f"good {kind}")
    assert capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # of what failed
@pytest.mark.parametrize("kind", GOOD)
@FEW
@given(data=st.data())
def test_any_bundle(kind: str, place: Path, data: st.DataObject) -> None:
    config, weights = data.draw(spoilt_bundles(GOOD[kind](place / f"good {kind}")))
    used(kind, put(place / kind, kind.split()[0], config, weights))


@FEW
@given(data=st.data())
def test_any_bytes_in_a_bundle(place: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(GOOD)))
    folder = place / f"bytes of {kind}"
    good_bundle = GOOD[kind](place / f"good {kind}")
    put(folder, good_bundle.app, as_config(good_bundle), good_bundle.weights)
    for name in ("config.json", "weights.npz"):
        good = (folder / name).read_bytes()
        (folder / name).write_bytes(data.draw(spoilt(good)))
    used(kind, folder)


@pytest.mark.parametrize("size", GREEDY_SIZES, ids=lambda size: f"{size!r:.12}")
@pytest.mark.parametrize("kind", GOOD)
def test_sizes_are_checked_before_anything_is_made(
    kind: str, size: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = GOOD[kind](tmp_path / "good")
    for name in ("n_a", "n_x", "n_y", "n_values", "vocab_size", "units", "window", "max_len"):
        if name not in good.architecture:
            continue
        config = as_config(good)
        config["architecture"] = {**good.architecture, name: size}
        folder = put(tmp_path / name, kind.split()[0], config, good.weights)
        USES[kind](folder)
        assert capsys.readouterr().out == "", name


@pytest.mark.parametrize("dtype", ["i1", "f2"])
def test_narrow_numbers_do_not_grow_in_the_memory(dtype: str, tmp_path: Path) -> None:
    """A few bytes in a zip file, many in the memory, and eight times as many as float64."""
    weights = {"Wax": np.zeros(bundles.LARGEST // 4 + 1, dtype)}
    folder = put(tmp_path, "dinos", {"architecture": {}, "vocabulary": ["a"], "training": {}}, weights)
    with pytest.raises(UserError, match="holds more than 33554432 numbers; at most that many are read"):
        bundles.load(folder, "dinos")


@pytest.mark.parametrize("seed", ["x", -1, 10**400, 1.5])
def test_the_seed_of_a_poem_training_is_checked(seed: object, tmp_path: Path) -> None:
    """The command that resumes would import TensorFlow, which needs more than the gigabyte."""
    good = untrusted.shakespeare()
    good.training = {"seed": seed}
    bundles.save(good, tmp_path)
    with pytest.raises(UserError, match="has the seed .*: not resumed"):
        Run(tmp_path, resume=True).seed(None, "shakespeare", 1)


@pytest.mark.parametrize(
    "token", ["", "a\nb", "C", "C,x", "Q,0.250", "C,0.250,<P4>", "C," + "9" * 400 + ".0"]
)
def test_a_jazz_vocabulary_of_what_are_no_tokens(token: str, tmp_path: Path) -> None:
    good = untrusted.jazz()
    config = as_config(good)
    config["vocabulary"][1] = token
    folder = put(tmp_path, "jazz", config, good.weights)
    with pytest.raises(UserError, match="has a bad vocabulary") as caught:
        jazz.load(folder)
    assert str(tmp_path) in str(caught.value)

"""The Shakespeare exercise's cells as they are typed, and the names of its star import."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course import shakespeare_utils
from models import shakespeare
from models.shakespeare.weights import VOCABULARY
from tests.models.shakespeare.poems import network
from utils import bundle as bundles

COURSE = "model_shakespeare_kiank_350_epoch.h5"
TEXT = ("Shall I compare thee to a summer's day?\n" * 4 + "".join(VOCABULARY.symbols)).lower()

STAR = """
import keras
keras.utils.set_random_seed(0)  # the one line the course has not: its losses spread by 0.01 over seeds
{before}
from keras.callbacks import LambdaCallback
from keras.models import Model, load_model, Sequential
from keras.layers import Dense, Activation, Dropout, Input, Masking
from course.shakespeare_utils import *
import sys
import io

print_callback = LambdaCallback(on_epoch_end=on_epoch_end)

history = model.fit(x, y, batch_size=128, epochs=1, callbacks=[print_callback], verbose=0)
print("loss", history.history["loss"][0])

generate_output()
"""


def typed(root: Path, before: str = "") -> str:
    """What the cells print when they are typed, "Love is " being the answer to the question."""
    done = subprocess.run(
        [sys.executable, "-c", STAR.format(before=before)],
        input="Love is \n",
        capture_output=True,
        text=True,
        cwd=root,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_courses_cells_run_as_typed(root: Path) -> None:
    """On a text and a network of their own, which the star import does not replace."""
    before = f"import data.sonnets as s, utils.folding as f; s.sonnets = lambda: s.fold({TEXT!r})"
    said = typed(root, before).split("\n")
    assert said[:5] == [
        "Loading text data...",
        "Creating training set...",
        "number of training examples: 53",
        "Vectorizing training set...",
        "Loading model...",
    ]
    loss = float(said[6].split()[1])
    assert said[5].startswith(f"epoch 1: loss {loss:.4f}; it writes: ")
    assert said[7].startswith("Write the beginning of your poem, the Shakespeare machine will complete it.")
    assert "Here is your poem: " in said[9]
    assert said[11].startswith("Love is ")


@pytest.mark.slow
@pytest.mark.course_data(COURSE, "shakespeare.txt")
def test_the_courses_epoch_reports_the_published_loss(root: Path) -> None:
    said = typed(root)
    assert "number of training examples: 31412\n" in said
    assert 2.71 < float(said.split("\nloss ")[1].split()[0]) < 2.74


def test_an_import_reads_nothing_and_a_name_reads_the_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("data.sonnets.sonnets", lambda: shakespeare_utils.sonnets.fold(TEXT))
    assert "text" not in vars(shakespeare_utils)
    try:
        assert shakespeare_utils.text == TEXT
        assert capsys.readouterr().out.startswith("Loading text data...\n")
        assert (shakespeare_utils.Tx, shakespeare_utils.x.shape[1:]) == (40, (40, 38))
        assert shakespeare_utils.indices_char[shakespeare_utils.char_indices["q"]] == "q"
        assert np.argmax(shakespeare_utils.y[0]) == shakespeare_utils.char_indices[shakespeare_utils.Y[0]]
        assert capsys.readouterr().out == ""
    finally:
        for name in ("text", "chars", "char_indices", "indices_char", "Tx", "X", "Y", "x", "y"):
            vars(shakespeare_utils).pop(name, None)
    with pytest.raises(AttributeError, match="no attribute 'z'"):
        shakespeare_utils.z  # noqa: B018


def test_a_network_is_loaded_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shakespeare_utils, "_loaded", None)
    with pytest.raises(RuntimeError, match="call load_model first"):
        shakespeare_utils.generate_output("love ")


def test_the_output_is_that_of_the_loaded_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundles.save(network(), tmp_path)
    model = shakespeare_utils.load_model(tmp_path)
    poem = shakespeare.load(tmp_path).complete("love ", length=50, seed=3)
    shakespeare_utils.generate_output("love ", length=50, seed=3)
    assert capsys.readouterr().out == f"\n\nHere is your poem: \n\n{poem}\n"
    model.set_weights([weights * 0.5 for weights in model.get_weights()])
    shakespeare_utils.generate_output("love ", length=50, seed=3)
    assert not capsys.readouterr().out.endswith(f"{poem}\n")


def test_sample_follows_the_tempered_probabilities() -> None:
    generator, p = np.random.default_rng(1), np.array([0.6, 0.3, 0.1, 0.0])
    drawn = [shakespeare_utils.sample(p, 0.5, generator) for _ in range(4000)]
    assert np.allclose(np.bincount(drawn, minlength=4) / 4000, [36 / 46, 9 / 46, 1 / 46, 0], atol=0.03)


@pytest.mark.parametrize("name", ["load_model", "generate_output", "on_epoch_end", "sample"])
def test_the_old_names_say_where_they_are_now(name: str) -> None:
    with pytest.warns(
        DeprecationWarning, match=f"models.shakespeare.{name} is deprecated since 2.0; use course"
    ):
        assert getattr(shakespeare, name) is getattr(shakespeare_utils, name)
    assert name not in shakespeare.__all__

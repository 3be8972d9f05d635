"""The course's functions, and its cells as they are typed into a notebook."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data import sonnets
from models import shakespeare
from models.shakespeare import course
from models.shakespeare.weights import VOCABULARY
from models.shakespeare.windows import window_indices
from tests.models.shakespeare.poems import network
from utils import bundle as bundles

COURSE = "model_shakespeare_kiank_350_epoch.h5"
TEXT = "from fairest creatures we desire increase, that thereby"

CELLS = """
import keras
keras.utils.set_random_seed(0)  # the one line the course has not: its losses spread by 0.01 over seeds
from keras.callbacks import LambdaCallback
from models.shakespeare import build_data, vectorization, sample, load_model, on_epoch_end, generate_output

Tx = 40
text = open({text!r}).read().lower()
chars = sorted(list(set(text)))
char_indices = dict((c, i) for i, c in enumerate(chars))
X, Y = build_data(text, Tx, stride=3)
x, y = vectorization(X, Y, n_x=len(chars), char_indices=char_indices)
print("number of training examples:", len(X))
model = load_model({bundle!r})
print_callback = LambdaCallback(on_epoch_end=on_epoch_end)
history = model.fit(x, y, batch_size=128, epochs=1, callbacks=[print_callback], verbose=0)
print("loss", history.history["loss"][0])
generate_output()
"""


def cells(text: Path, bundle: Path, root: Path) -> list[str]:
    """What the cells print when they are typed, "Love is " being the answer to the question."""
    done = subprocess.run(
        [sys.executable, "-c", CELLS.format(text=str(text), bundle=str(bundle))],
        input="Love is \n",
        capture_output=True,
        text=True,
        cwd=root,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n", 3)


@pytest.mark.slow
def test_the_courses_cells_run_as_typed(tmp_path: Path, root: Path) -> None:
    text, bundle = tmp_path / "verse.txt", tmp_path / "bundle"
    symbols = "".join(VOCABULARY.symbols)
    text.write_text("Shall I compare thee to a summer's day?\n" * 4 + symbols, encoding="utf-8")
    bundles.save(network("window"), bundle)
    examples, epoch, loss, output = cells(text, bundle, root)
    assert examples == "number of training examples: 53"
    assert epoch.startswith(f"epoch 1: loss {float(loss.split()[1]):.4f}; it writes: ")
    question, poem = output.split("\n\nHere is your poem: \n\n")
    assert question == (
        "Write the beginning of your poem, the Shakespeare machine will complete it. Your input is: "
    )
    assert poem.startswith("Love is ") and len(poem) == len("Love is ") + 400 + 1


@pytest.mark.slow
@pytest.mark.course_data(COURSE, "shakespeare.txt")
def test_the_courses_epoch_reports_the_published_loss(course_file, root: Path) -> None:
    examples, _, loss, _ = cells(course_file("shakespeare.txt"), course_file(COURSE), root)
    assert examples.endswith(" 31412")
    assert 2.71 < float(loss.split()[1]) < 2.74


@pytest.mark.parametrize(("length", "stride"), [(0, 3), (40, 0)])
def test_windows_need_a_length_and_a_stride(length: int, stride: int) -> None:
    with pytest.raises(ValueError, match=f"Tx and stride: expected 1 or more, got {length} and {stride}"):
        shakespeare.build_data(TEXT, length, stride)


@pytest.mark.course_data("shakespeare.txt")
def test_the_sonnets_have_the_courses_windows() -> None:
    text = sonnets.sonnets().text
    assert len(shakespeare.build_data(text)[0]) == len(window_indices(VOCABULARY.encode(text))[1]) == 31412
    assert sorted(set(text)) == list(VOCABULARY.symbols)


def test_vectorization_is_one_hot() -> None:
    windows, following = shakespeare.build_data(TEXT, Tx=10, stride=3)
    x, y = shakespeare.vectorization(windows, following, 38, VOCABULARY.index, Tx=10)
    assert (x.dtype, x.shape, y.shape) == (np.bool_, (len(windows), 10, 38), (len(windows), 38))
    assert (x.sum(axis=2) == 1).all()
    assert "".join(VOCABULARY.symbols[i] for i in x[4].argmax(axis=1)) == windows[4]
    assert [VOCABULARY.symbols[i] for i in y.argmax(axis=1)] == following


def test_vectorization_refuses_windows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="X: expected windows of 40 characters, got 3"):
        shakespeare.vectorization(["abc"], ["d"], 38, VOCABULARY.index)
    with pytest.raises(ValueError, match="X and Y: expected the same length, got 1 and 0"):
        shakespeare.vectorization(["abc"], [], 38, VOCABULARY.index, Tx=3)


def test_window_indices_are_the_same_windows() -> None:
    windows, following = shakespeare.build_data(TEXT, Tx=10, stride=3)
    assert (windows[2], following[2]) == (TEXT[6:16], TEXT[16])
    x, y = window_indices(VOCABULARY.encode(TEXT), Tx=10, stride=3)
    assert ["".join(VOCABULARY.decode(row)) for row in x] == windows
    assert VOCABULARY.decode(y) == following
    assert window_indices([1, 2, 3])[0].shape == window_indices([])[0].shape == (0, 40)
    assert [array.shape for array in window_indices(range(41))] == [(1, 40), (1,)]


def test_sample_follows_the_tempered_probabilities() -> None:
    generator = np.random.default_rng(1)
    drawn = [shakespeare.sample(np.array([0.6, 0.3, 0.1, 0.0]), 0.5, generator) for _ in range(4000)]
    assert np.allclose(np.bincount(drawn, minlength=4) / 4000, [36 / 46, 9 / 46, 1 / 46, 0], atol=0.03)


def test_a_network_is_loaded_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "_loaded", None)
    with pytest.raises(RuntimeError, match="call load_model first"):
        shakespeare.generate_output("love ")


def test_the_output_is_that_of_the_loaded_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundles.save(network(), tmp_path)
    model = shakespeare.load_model(tmp_path)
    poem = shakespeare.load(tmp_path).complete("love ", length=50, seed=3)
    shakespeare.generate_output("love ", length=50, seed=3)
    assert capsys.readouterr().out == f"\n\nHere is your poem: \n\n{poem}\n"
    model.set_weights([weights * 0.5 for weights in model.get_weights()])
    shakespeare.generate_output("love ", length=50, seed=3)
    assert not capsys.readouterr().out.endswith(f"{poem}\n")

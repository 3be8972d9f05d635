"""The rows of `python -m tools.bench emojify`: reading vectors, reading them again, and answering.

The plain implementations are those of the course's notebook: a Python loop over the file's lines, a
model.predict for every sentence. The file of vectors is random, as large as GloVe's of 50 numbers.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from data import emoji
from data.glove import vectors as glove
from models.emojify.classifier import PRETRAINED, Classifier
from models.emojify.dataset import APP
from tools.bench.harness import Row
from utils import backend
from utils import bundle as bundles
from utils.bundle import Bundle

WORDS = 400_000
DIMENSION = 50


def rows(data_dir: Path | None) -> Iterator[Row]:
    """The three comparisons."""
    with tempfile.TemporaryDirectory() as folder:
        path = made_up_vectors(Path(folder) / "made-up.txt", WORDS)
        yield reading(path)
        yield reading_again(path)
    yield answering(bundles.load(PRETRAINED, APP), emoji.read_csv(emoji.BUNDLED_TEST)[0])


def made_up_vectors(path: Path, words: int) -> Path:
    """Writes a file in GloVe's format, its words and numbers drawn at random."""
    generator = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as stream:
        for start in range(0, words, 1000):
            table = generator.normal(0, 0.6, (min(1000, words - start), DIMENSION))
            for number, row in enumerate(table.tolist(), start):
                stream.write(f"w{number:x} " + " ".join([f"{x:.5g}" for x in row]) + "\n")
    return path


def reading(path: Path) -> Row:
    """Vectors of a file that is read for the first time."""
    cache = path.parent / "cache"

    def ours() -> float:
        shutil.rmtree(cache, ignore_errors=True)
        return float(len(glove.load(path, cache)))

    ways = ("parsed by NumPy, sorted, kept in the cache", "a loop over the lines")
    return Row(
        "vectors, first time", "vectors", ours, lambda: plain_reading(path), *ways, rounds=1, warm_up=False
    )


def reading_again(path: Path) -> Row:
    """The same when it was read before."""
    cache = path.parent / "cache"
    glove.load(path, cache)

    def ours() -> float:
        return float(len(glove.load(path, cache)))

    ways = ("memory-mapped from the cache", "a loop over the lines")
    return Row("vectors, every other time", "vectors", ours, lambda: plain_reading(path), *ways, rounds=1)


def plain_reading(path: Path) -> float:
    """Reads the file as the course does: a dictionary of arrays, and the words sorted and numbered."""
    vectors = {}
    with path.open(encoding="utf-8") as stream:
        for text in stream:
            word, *numbers = text.split()
            vectors[word] = np.array(numbers, dtype=np.float64)
    index = {word: number for number, word in enumerate(sorted(vectors), 1)}
    return float(len(index))


def answering(bundle: Bundle, sentences: list[str]) -> Row:
    """Sentences answered: in NumPy, those of one length together, or a model.predict for each."""
    classifier = Classifier(bundle, PRETRAINED)
    plain_classifier = Classifier(bundle, PRETRAINED)
    backend.keras()
    predictor: Any = _Predictor(bundle)  # with the method of the engine that is called
    plain_classifier.network = predictor

    def ours() -> float:
        return float(len(classifier.predict(sentences)))

    def plain() -> float:
        return float(sum(len(plain_classifier.predict([sentence])) for sentence in sentences[:20]))

    return Row("answering", "sentences", ours, plain, "NumPy, side by side", "model.predict for each")


class _Predictor:
    """The course's prediction: model.predict of the word vectors."""

    def __init__(self, bundle: Bundle) -> None:
        keras = backend.keras()
        from models.keras_weights import set_arrays

        layers, sizes = keras.layers, bundle.architecture
        self.model = keras.Sequential(
            [
                keras.Input((None, sizes["n_x"])),
                layers.LSTM(sizes["n_a"], return_sequences=True, name="lstm_1"),
                layers.LSTM(sizes["n_a"], name="lstm_2"),
                layers.Dense(sizes["n_y"], activation="softmax", name="dense"),
            ]
        )
        set_arrays(bundle.network(), self.model)

    def run(self, x: np.ndarray) -> np.ndarray:
        """Probabilities (batch, n_y) for vectors (batch, T, n_x)."""
        return np.asarray(self.model.predict(x, verbose=0))

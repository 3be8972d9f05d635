"""V1, in NumPy: softmax regression on the mean of a sentence's word vectors.

Letters: m sentences, n_h numbers in a word's vector, n_y labels.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.checkpoint import Checkpoint, Run, divergence_error, training
from models.emojify.dataset import Dataset
from models.emojify.words import WordVectors, course_words
from models.numpy_core import softmax
from utils.bundle import OPTIMIZER, Bundle, require_shapes

EPOCHS = 400  # the course's
SEED = 1
LEARNING_RATE = 0.01

Floats = NDArray[np.float64]
OnEpochEnd = Callable[[Floats, Floats, float], None]


def sentence_to_avg(sentence: str, word_to_vec_map: WordVectors) -> Floats:
    """Averages the vectors of a sentence's known words.

    Args:
        sentence: Split at white space, in lower case.
        word_to_vec_map: A vector for every word, all of one length.

    Returns:
        The mean, shape (n_h,); zeros if no word is known.

    Example:
        >>> sentence_to_avg("Very sad qzx", {"sad": np.array([1.0, 2.0]), "very": np.array([0.0, 1.0])})
        array([0.5, 1.5])
    """
    known = [word_to_vec_map[word] for word in course_words(sentence) if word in word_to_vec_map]
    if known:
        return np.asarray(np.mean(known, axis=0, dtype=np.float64))
    return np.zeros(len(next(iter(word_to_vec_map.values()))))


def convert_to_one_hot(Y: NDArray[np.integer], C: int) -> Floats:
    """Converts labels (m,) to rows of C numbers, one of them 1."""
    return np.eye(C)[np.asarray(Y).reshape(-1)]


def model(
    X: Sequence[str],
    Y: NDArray[np.integer],
    word_to_vec_map: WordVectors,
    learning_rate: float = LEARNING_RATE,
    num_iterations: int = EPOCHS,
    *,
    n_y: int = 5,
    seed: int = SEED,
    weights: tuple[Floats, Floats] | None = None,
    on_epoch_end: OnEpochEnd | None = None,
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Trains V1: after every sentence one step of plain gradient descent.

    Args:
        X: The m sentences.
        Y: Their labels, shape (m,), from 0 to n_y - 1.
        word_to_vec_map: A vector for every word.
        learning_rate: The size of a step.
        num_iterations: Passes over the sentences, always in their order.
        n_y: Labels.
        seed: For W = randn(n_y, n_h) / sqrt(n_h), from NumPy's legacy generator; the course's is 1.
        weights: W and b to continue from, instead of new ones.
        on_epoch_end: Called after every pass with W, b and the last sentence's cross-entropy in nats.

    Returns:
        pred: the labels predicted for X, shape (m, 1); W, shape (n_y, n_h); b, shape (n_y,).
    """
    averages = np.array([sentence_to_avg(sentence, word_to_vec_map) for sentence in X])
    one_hot = convert_to_one_hot(Y, n_y)
    n_h = averages.shape[1]
    if weights is None:
        weights = np.random.RandomState(seed).randn(n_y, n_h) / np.sqrt(n_h), np.zeros(n_y)
    W, b = weights[0].copy(), weights[1].copy()
    for _ in range(num_iterations):
        for avg, y in zip(averages, one_hot, strict=True):
            a = softmax(W @ avg + b)
            dz = a - y
            W -= learning_rate * np.outer(dz, avg)
            b -= learning_rate * dz
        if on_epoch_end is not None:
            on_epoch_end(W, b, float(-np.log(a @ y)))
    return predict(X, W, b, word_to_vec_map), W, b


def predict(X: Sequence[str], W: Floats, b: Floats, word_to_vec_map: WordVectors) -> NDArray[np.intp]:
    """Predicts with V1: for each sentence the likeliest label, shape (m, 1)."""
    averages = np.array([sentence_to_avg(sentence, word_to_vec_map) for sentence in X])
    labels: NDArray[np.intp] = np.argmax(averages @ W.T + b, axis=1)
    return labels[:, None]


def train_v1(dataset: Dataset, run: Run, *, seed: int = SEED) -> Bundle:
    """Trains V1 with `model`, and saves it as a bundle.

    Args:
        dataset: The sentences, with word vectors.
        run: How the training runs; 400 epochs if it names no number.
        seed: For the initial weights.

    Returns:
        The network, with `epochs`, `history` and `seconds` in its `training`.

    Raises:
        ValueError: The dataset has no word vectors, or has neutral sentences.
        UserError: The loss is not finite (exit code 1); or see `models.checkpoint.training`.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    if dataset.vectors is None:
        raise ValueError("dataset must have word vectors for V1")
    if dataset.neutral:
        raise ValueError("dataset must have no neutral sentences for V1, whose examples have one label each")
    template = dataset.bundle({"kind": "v1"}, {"seed": seed, "learning_rate": LEARNING_RATE})
    sentences = [" ".join(words.known) for words in dataset.words]
    with training(template, run) as checkpoint, np.errstate(all="ignore"):

        def on_epoch_end(W: Floats, b: Floats, loss: float) -> None:
            if not np.isfinite(loss):
                raise divergence_error(checkpoint.result.epochs + 1, {"loss": loss}, checkpoint.folder)
            network = {"W": W.astype(np.float32), "b": b.astype(np.float32)}
            checkpoint.keep(network, {"W": W.copy(), "b": b.copy()}, {"loss": loss})
            if checkpoint.stop.is_set():
                raise KeyboardInterrupt

        model(
            sentences,
            dataset.Y,
            dataset.vectors,
            num_iterations=(run.epochs or EPOCHS) - checkpoint.result.epochs,
            n_y=len(dataset.labels),
            seed=seed,
            weights=_restored(checkpoint) if run.resume else None,
            on_epoch_end=on_epoch_end,
        )
    return checkpoint.trained


def _restored(checkpoint: Checkpoint) -> tuple[Floats, Floats]:
    n_y, n_x = (checkpoint.template.architecture[name] for name in ("n_y", "n_x"))
    shapes = {OPTIMIZER + "W": (n_y, n_x), OPTIMIZER + "b": (n_y,)}
    W, b = require_shapes(checkpoint.saved, shapes, checkpoint.folder).values()
    return W, b

"""The jazz exercise's helpers, grammar, preprocess and qa among them: `from course.music_utils import *`."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import keras
import numpy as np
from numpy.typing import NDArray

from course.grammar import parse_melody, unparse_grammar
from course.preprocess import Chords, get_corpus_data, get_musical_data
from course.qa import clean_up_notes, prune_grammar, prune_notes
from data import catalogue
from data.solos import reading
from data.solos.corpus import training_examples
from utils.vocabulary import Vocabulary

__all__ = [
    "clean_up_notes",
    "data_processing",
    "get_corpus_data",
    "get_musical_data",
    "load_music_utils",
    "next_value_processing",
    "one_hot",
    "parse_melody",
    "prune_grammar",
    "prune_notes",
    "sequence_to_matrix",
    "unparse_grammar",
]

Examples = NDArray[np.float32]
TRIES = 1000


def data_processing(
    corpus: Sequence[str], values_indices: Mapping[str, int], m: int = 60, Tx: int = 30
) -> tuple[Examples, Examples, int]:
    """Cuts m random pieces of Tx tokens, one-hot; the legacy generator draws them with seed 0.

    Args:
        corpus: The tokens.
        values_indices: The index of each of the n_values kinds, from 0.
        m: Examples.
        Tx: Tokens of each.

    Returns:
        X (m, Tx, n_values), whose first step is zero; Y (Tx, m, n_values), X moved by one step, whose last
        step is zero; n_values.

    Raises:
        UserError: There are not more than Tx tokens.
    """
    vocabulary = Vocabulary(sorted(values_indices, key=values_indices.__getitem__))
    X, Y = training_examples(corpus, vocabulary, m, Tx)
    return X, Y, len(vocabulary)


@overload
def load_music_utils() -> tuple[Examples, Examples, int, dict[int, str]]: ...
@overload
def load_music_utils(file: str | Path) -> tuple[Examples, Examples, int, dict[int, str], Chords]: ...
def load_music_utils(file: str | Path | None = None) -> tuple[Any, ...]:
    """Reads the solo as training examples.

    Args:
        file: The solo, as the cells since 2021 name it. None, as in 2018: the course's file where it is on
            this machine, else the bundled tune.

    Returns:
        X, Y, n_values and indices_values, and of a file the chords, too; see `data_processing` and
        `get_musical_data`.

    Raises:
        UserError: The file is not here, or cannot be read.
    """
    chords, grammars = get_musical_data(solo_file() if file is None else file)
    corpus, _, values_indices, indices_values = get_corpus_data(grammars)
    found = (*data_processing(corpus, values_indices, 60, 30), indices_values)
    return found if file is None else (*found, chords)


def solo_file() -> Path:
    """The course's solo where it is on this machine, else the bundled tune."""
    return catalogue.locate(reading.COURSE_FILE) or reading.BUNDLED


def one_hot(x: Any) -> Any:
    """The one-hot vector of the likeliest value, as the next step's input: (m, n_values) -> (m, 1, n_values).

    Works inside a `Lambda` layer, as in 2018, and on Keras tensors directly.

    Example:
        >>> np.asarray(one_hot(np.array([[0.2, 0.5, 0.3]]))).tolist()
        [[[0.0, 1.0, 0.0]]]
    """
    likeliest = keras.ops.argmax(x, axis=-1)
    return keras.ops.expand_dims(keras.ops.one_hot(likeliest, x.shape[-1]), axis=1)


def sequence_to_matrix(sequence: Sequence[str], values_indices: Mapping[str, int]) -> NDArray[np.float64]:
    """A sequence of tokens as one-hot rows, shape (1, length, n_values).

    Example:
        >>> sequence_to_matrix(["b", "a"], {"a": 0, "b": 1}).tolist()
        [[[0.0, 1.0], [1.0, 0.0]]]
    """
    return np.eye(len(values_indices))[[[values_indices[value] for value in sequence]]]


def next_value_processing(
    model: Any,
    next_value: str,
    x: Any,
    predict_and_sample: Callable[[Any, Any, Mapping[int, str], float], str],
    indices_values: Mapping[int, str],
    abstract_grammars: Sequence[str],
    duration: float,
    max_tries: int = TRIES,
    temperature: float = 0.5,
) -> str:
    """Replaces a measure's first token until it is one that can begin a measure: no rest, and no window.

    Args:
        model: The network, for `predict_and_sample`.
        next_value: The token.
        x: The network's input.
        predict_and_sample: Draws another token: of model, x, indices_values and temperature.
        indices_values: The tokens by index.
        abstract_grammars: Where the first token of a random measure is taken from after `max_tries`.
        duration: Where in the measure the token starts; only one at 0 is replaced.
        max_tries: Draws.
        temperature: For `predict_and_sample`.
    """
    if duration >= 1e-5:
        return next_value
    for _ in range(max_tries):
        if _begins(next_value):
            return next_value
        next_value = predict_and_sample(model, x, indices_values, temperature)
    if _begins(next_value):
        return next_value
    return abstract_grammars[int(np.random.default_rng().integers(len(abstract_grammars)))].split()[0]


def _begins(value: str) -> bool:
    return value.count(",") == 1 and not value.startswith("R")

"""The Shakespeare exercise's helpers: `from course.shakespeare_utils import *`.

    from keras.callbacks import LambdaCallback
    from course.shakespeare_utils import *

    model.fit(x, y, batch_size=128, epochs=1, callbacks=[LambdaCallback(on_epoch_end=on_epoch_end)])
    generate_output()

As in the course, the star import reads the text and loads the network: text, chars, char_indices,
indices_char, Tx, X, Y, x, y, model. `import course.shakespeare_utils` does neither; each comes when it is
asked for. `on_epoch_end` and `generate_output` use the network that was loaded last. Letters: m windows, Tx
characters in a window, n_x symbols.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from data import catalogue, sonnets
from models.shakespeare import weights
from models.shakespeare.networks import course_model, to_bundle
from models.shakespeare.poems import PoemModel
from models.shakespeare.terminal import HERE, PROMPT, print_poem, print_sample
from models.shakespeare.weights import PRETRAINED, fine_tuning_settings
from models.shakespeare.windows import STRIDE, TX, build_data, vectorization
from utils import sampling
from utils.bundle import Bundle

_FUNCTIONS = ["build_data", "generate_output", "load_model", "on_epoch_end", "sample", "vectorization"]
_VALUES = ["text", "chars", "char_indices", "indices_char", "Tx", "X", "Y", "x", "y", "model"]
__all__ = [*_FUNCTIONS, *_VALUES]  # noqa: PLE0604

COURSE_FILE = "model_shakespeare_kiank_350_epoch.h5"

_loaded: tuple[keras.Model, Bundle] | None = None


def __getattr__(name: str) -> Any:
    """Reads the text, or loads the network, when a name of theirs is asked for."""
    if name == "model":
        print("Loading model...")
        globals()[name] = load_model(catalogue.locate(COURSE_FILE))
    elif name in _VALUES:
        globals().update(_read())
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals()[name]


def _read() -> dict[str, Any]:
    """The Sonnets where they are on this machine, else the project's verses, as the exercise's examples."""
    print("Loading text data...")
    text = sonnets.sonnets().text
    chars = sorted(set(text))
    char_indices = {char: index for index, char in enumerate(chars)}
    print("Creating training set...")
    X, Y = build_data(text, TX, STRIDE)
    print(f"number of training examples: {len(X)}\nVectorizing training set...")
    x, y = vectorization(X, Y, len(chars), char_indices, TX)
    return {
        "text": text,
        "chars": chars,
        "char_indices": char_indices,
        "indices_char": dict(enumerate(chars)),
        "Tx": TX,
        "X": X,
        "Y": Y,
        "x": x,
        "y": y,
    }


def sample(
    preds: NDArray[np.floating[Any]],
    temperature: float = 1.0,
    generator: np.random.Generator | None = None,
) -> int:
    """Draws one index from softmax(log(preds) / temperature).

    Args:
        preds: Probabilities of shape (n_x,).
        temperature: Above 0; below 1 the likely becomes likelier.
        generator: Where the randomness comes from; None: a new one.

    Example:
        >>> sample(np.array([0.0, 1.0]))
        1
    """
    return sampling.sample(preds, generator or np.random.default_rng(), temperature)


def load_model(path: str | Path | None = None) -> keras.Model:
    """Loads a network for one-hot windows, compiled with a fresh Adam, and remembers it.

    Args:
        path: A bundle's folder, or the course's .h5 file; None: the pretrained network.

    Returns:
        A model from x (m, Tx, n_x) to probabilities (m, n_x), with the dropout and the learning rate that
        its bundle names for fine-tuning.

    Raises:
        UserError: There is no such network, or it is damaged.

    Example:
        >>> load_model().output_shape
        (None, 38)
    """
    global _loaded
    bundle = weights.load(path)
    settings = fine_tuning_settings(bundle, PRETRAINED if path is None else Path(path))
    model = course_model(bundle, settings.dropout)
    model.compile(optimizer=keras.optimizers.Adam(settings.learning_rate), loss="categorical_crossentropy")
    _loaded = model, bundle
    return model


def loaded_model() -> PoemModel:
    """The network of `load_model` with the weights that it has now, ready to complete poems.

    Raises:
        RuntimeError: No network was loaded.
    """
    if _loaded is None:
        raise RuntimeError("no network was loaded: call load_model first")
    return PoemModel(to_bundle(*_loaded))


def on_epoch_end(epoch: int, logs: Mapping[str, float] | None = None) -> None:
    """Prints the loss and a short sample of the network of `load_model`, for `LambdaCallback`.

    Args:
        epoch: The epoch, from 0.
        logs: Keras's metrics.
    """
    print_sample(loaded_model(), epoch, logs)


def generate_output(prompt: str | None = None, **options: Any) -> None:
    """Asks for the beginning of a poem and prints what the network of `load_model` makes of it.

    Args:
        prompt: The beginning; None: it is asked for. A trailing space matters.
        **options: The seed, and fields of `models.shakespeare.options.WriteOptions`.
    """
    model = loaded_model()
    if prompt is None:
        prompt = input(PROMPT)
    print(HERE)
    print_poem(prompt, model.stream(prompt, **options))

"""Shakespeare completion as the course has it: cells that can be typed into a notebook as they are.

    from keras.callbacks import LambdaCallback
    from models.shakespeare import build_data, vectorization, load_model, on_epoch_end, generate_output

    X, Y = build_data(text, Tx, stride=3)
    x, y = vectorization(X, Y, n_x=len(chars), char_indices=char_indices)
    model = load_model()
    model.fit(x, y, batch_size=128, epochs=1, callbacks=[LambdaCallback(on_epoch_end=on_epoch_end)])
    generate_output()

As in the course, `on_epoch_end` and `generate_output` use the network that `load_model` loaded last. For
anything else objects are passed: `weights.load` -> `fine_tune` -> `PoemModel(tuned).stream(prompt)`.

Letters: m windows, Tx characters in a window, n_x symbols. The zero vector stands for "no character".
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.shakespeare import weights
from models.shakespeare.networks import course_model, to_bundle
from models.shakespeare.options import WriteOptions
from models.shakespeare.poems import PoemModel, Seed
from models.shakespeare.terminal import HERE, PROMPT, print_poem, print_sample
from models.shakespeare.weights import PRETRAINED, fine_tuning_settings
from utils import sampling
from utils.bundle import Bundle

_loaded: tuple[keras.Model, Bundle] | None = None


def sample(
    preds: NDArray[np.floating], temperature: float = 1.0, generator: np.random.Generator | None = None
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


def _loaded_model(state: str | None = None) -> PoemModel:
    """The network of `load_model` with the weights that it has now, ready to complete poems."""
    if _loaded is None:
        raise RuntimeError("no network was loaded: call load_model first")
    return PoemModel(to_bundle(*_loaded), state=state)


def on_epoch_end(epoch: int, logs: Mapping[str, float] | None = None) -> None:
    """Prints the loss and a short sample of the network of `load_model`, for `LambdaCallback`.

    Args:
        epoch: The epoch, from 0.
        logs: Keras's metrics.
    """
    print_sample(_loaded_model(), epoch, logs)


def generate_output(
    prompt: str | None = None,
    *,
    state: str | None = None,
    options: WriteOptions | None = None,
    seed: Seed = None,
    **fields: Any,
) -> None:
    """Asks for the beginning of a poem and prints what the network of `load_model` makes of it.

    Args:
        prompt: The beginning; None: it is asked for. A trailing space matters.
        state: See `models.shakespeare.load`.
        options: How the poem is written; None: the defaults.
        seed: Makes the poem repeatable; None: a new one.
        **fields: Fields of `WriteOptions`, in place of those in `options`.
    """
    model = _loaded_model(state)
    if prompt is None:
        prompt = input(PROMPT)
    print(HERE)
    print_poem(prompt, model.stream(prompt, options, seed=seed, **fields))

"""Shakespeare completion as the course has it: cells that can be typed into a notebook as they are.

    from keras.callbacks import LambdaCallback
    from models.shakespeare import build_data, vectorization, load_model, on_epoch_end, generate_output

    X, Y = build_data(text, Tx, stride=3)
    x, y = vectorization(X, Y, n_x=len(chars), char_indices=char_indices)
    model = load_model()
    model.fit(x, y, batch_size=128, epochs=1, callbacks=[LambdaCallback(on_epoch_end=on_epoch_end)])
    generate_output()

As in the course, `on_epoch_end` and `generate_output` use the network that `load_model` loaded last.

Letters: m windows, Tx characters in a window, n_x symbols. The zero vector stands for "no character".
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.shakespeare.networks import course_model, to_bundle
from models.shakespeare.options import WriteOptions
from models.shakespeare.poems import PoemModel, Seed
from models.shakespeare.terminal import PROMPT, print_poem
from models.shakespeare.weights import PRETRAINED, fine_tuning_settings, load_bundle
from models.shakespeare.windows import BLANK, STRIDE, TX
from utils import sampling
from utils.bundle import Bundle

SHORT = 60  # characters of the sample at an epoch's end

_loaded: tuple[keras.Model, Bundle] | None = None


def build_data(text: str, Tx: int = TX, stride: int = STRIDE) -> tuple[list[str], list[str]]:  # noqa: N803
    """Cuts a text into windows and the character that follows each.

    Args:
        text: The text.
        Tx: Characters of a window.
        stride: Characters from one window's start to the next.

    Returns:
        X, the windows, and Y, the characters, m of each.

    Raises:
        ValueError: Tx or stride is below 1.

    Example:
        >>> build_data("love is", Tx=4, stride=2)
        (['love', 've i'], [' ', 's'])
    """
    if Tx < 1 or stride < 1:
        raise ValueError(f"Tx and stride: expected 1 or more, got {Tx} and {stride}")
    starts = range(0, len(text) - Tx, stride)
    return [text[start : start + Tx] for start in starts], [text[start + Tx] for start in starts]


def vectorization(
    X: Sequence[str],  # noqa: N803
    Y: Sequence[str],  # noqa: N803
    n_x: int,
    char_indices: Mapping[str, int],
    Tx: int = TX,  # noqa: N803
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Turns windows into one-hot arrays.

    Args:
        X: m windows of Tx characters.
        Y: The character after each.
        n_x: The number of symbols.
        char_indices: The index of each symbol.
        Tx: Characters of a window.

    Returns:
        x (m, Tx, n_x) and y (m, n_x), boolean.

    Raises:
        ValueError: A window has another length, or there are not as many characters as windows.
    """
    if len(X) != len(Y):
        raise ValueError(f"X and Y: expected the same length, got {len(X)} and {len(Y)}")
    x = np.zeros((len(X), Tx, n_x), dtype=np.bool_)
    y = np.zeros((len(X), n_x), dtype=np.bool_)
    for row, (window, character) in enumerate(zip(X, Y, strict=True)):
        if len(window) != Tx:
            raise ValueError(f"X: expected windows of {Tx} characters, got {len(window)}")
        x[row, np.arange(Tx), [char_indices[symbol] for symbol in window]] = True
        y[row, char_indices[character]] = True
    return x, y


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
    bundle = load_bundle(path)
    settings = fine_tuning_settings(bundle, PRETRAINED if path is None else Path(path))
    model = course_model(bundle, settings.dropout)
    model.compile(optimizer=keras.optimizers.Adam(settings.learning_rate), loss="categorical_crossentropy")
    _loaded = model, bundle
    return model


def loaded_model(*, state: str | None = None, engine: str = "numpy") -> PoemModel:
    """The network of `load_model` with the weights that it has now, ready to complete poems.

    Args:
        state: See `models.shakespeare.load`.
        engine: See `models.shakespeare.load`.

    Raises:
        RuntimeError: No network was loaded.
    """
    if _loaded is None:
        raise RuntimeError("no network was loaded: call load_model first")
    return PoemModel(to_bundle(*_loaded), state=state, engine=engine)


def on_epoch_end(epoch: int, logs: Mapping[str, float] | None = None) -> None:
    """Prints the loss and a short sample of the network of `load_model`, for `LambdaCallback`.

    Args:
        epoch: The epoch, from 0.
        logs: Keras's metrics.
    """
    sample_text = "".join(loaded_model().stream(BLANK, length=SHORT, seed=epoch)).strip()
    loss = (logs or {}).get("loss", float("nan"))
    print(f"epoch {epoch + 1}: loss {loss:.4f}; it writes: {sample_text!r}", flush=True)


def generate_output(
    prompt: str | None = None,
    *,
    state: str | None = None,
    engine: str = "numpy",
    options: WriteOptions | None = None,
    seed: Seed = None,
    **fields: Any,
) -> None:
    """Asks for the beginning of a poem and prints what the network of `load_model` makes of it.

    Args:
        prompt: The beginning; None: it is asked for. A trailing space matters.
        state: See `models.shakespeare.load`.
        engine: See `models.shakespeare.load`.
        options: How the poem is written; None: the defaults.
        seed: Makes the poem repeatable; None: a new one.
        **fields: Fields of `WriteOptions`, in place of those in `options`.
    """
    model = loaded_model(state=state, engine=engine)
    if prompt is None:
        prompt = input(PROMPT)
    print("\n\nHere is your poem: \n")
    print_poem(prompt, model.stream(prompt, options, seed=seed, **fields))

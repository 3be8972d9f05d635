"""The rows of `python -m tools.bench shakespeare`: writing and training against the course's code.

The plain implementation of writing is a model.predict of a one-hot window for every character; that of
training is model.fit on one-hot windows. Training runs in processes of its own, because the number of
threads is fixed when TensorFlow is imported.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from data import sonnets
from data.sonnets import VOCABULARY
from models.shakespeare import weights as shakespeare_weights
from models.shakespeare.poems import PoemModel
from models.shakespeare.windows import STRIDE, TX, window_indices
from tools.bench.harness import Row
from utils import backend
from utils.bundle import Bundle

BEGINNING = "love is forever"
POEMS = 64
PLAIN_LENGTH = 10  # characters that the plain implementation writes in a turn
WINDOWS = 640  # read in a turn of training: 5 batches, so short that other load slows both alike
TURNS = 31
LARGE, LARGE_LENGTH = 512, 100  # units, and characters written in a turn


def rows(data_dir: Path | None) -> Iterator[Row]:
    """The five comparisons."""
    network = shakespeare_weights.load()
    yield from _writing(network)
    yield _large_network()
    text = sonnets.sonnets(data_dir).text[: WINDOWS * STRIDE + TX]
    with _worker(network, text, "ours") as ours, _worker(network, text, "plain") as plain:
        yield Row(
            "an epoch of further training",
            "windows",
            ours,
            plain,
            "indices, one-hot vectors made in the graph, a batch in two halves on two threads",
            "model.fit on one-hot windows",
            1.15,
            rounds=TURNS,
        )


def _writing(network: Bundle) -> Iterator[Row]:
    plain = _plain_writer(network)
    predicts = "model.predict of a one-hot window for every character"
    ways = (
        ("one poem, state carried", "carried", 1, "NumPy, state carried", 500),
        ("one poem, window run again", "window", 1, "NumPy, forty windows a step", 35),
        (f"{POEMS} poems, state carried", "carried", POEMS, "NumPy, side by side", 3000),
    )
    for name, state, poems, ours_description, target in ways:
        ours = _writer(PoemModel(network, state=state), poems)
        yield Row(name, "characters", ours, plain, ours_description, predicts, target)


def _large_network() -> Row:
    """A network of random weights, whose time is that of its three products and little else."""
    sizes, generator = shakespeare_weights.Architecture(LARGE), np.random.default_rng(1)
    shapes = sizes.shapes(len(VOCABULARY)).items()
    arrays = {name: generator.normal(scale=0.05, size=shape).astype(np.float32) for name, shape in shapes}
    model = PoemModel(Bundle(shakespeare_weights.APP, sizes.record(), VOCABULARY, arrays))
    second = np.concatenate((arrays["lstm_2/kernel"], arrays["lstm_2/recurrent_kernel"]))
    kernels = (arrays["lstm_1/recurrent_kernel"], second, arrays["dense/kernel"])
    states = [generator.normal(size=(1, len(kernel))).astype(np.float32) for kernel in kernels]

    def products() -> float:
        for _ in range(LARGE_LENGTH):
            for state, kernel in zip(states, kernels, strict=True):
                np.dot(state, kernel)
        return LARGE_LENGTH

    return Row(
        f"one poem, two layers of {LARGE} units",
        "characters",
        lambda: float(len(model.complete(length=LARGE_LENGTH, seed=1))),
        products,
        "NumPy, state carried",
        "the three matrix products of a step alone: the limit",
        0.6,
        rounds=TURNS,
    )


def _writer(model: PoemModel, poems: int) -> Callable[[], float]:
    def run() -> float:
        texts = model.complete_all([BEGINNING] * poems, seed=1)
        return float(sum(len(text) - len(BEGINNING) for text in texts))

    return run


def _plain_writer(network: Bundle) -> Callable[[], float]:
    """The course's generate_output: a one-hot window, model.predict, a draw, and again."""
    backend.keras()
    from course.shakespeare_utils import sample
    from models.shakespeare.networks import course_model

    model, generator = course_model(network), np.random.default_rng(1)

    def run() -> float:
        window = ([-1] * TX + VOCABULARY.encode(BEGINNING))[-TX:]
        for _ in range(PLAIN_LENGTH):
            x = np.zeros((1, TX, len(VOCABULARY)))
            for place, index in enumerate(window):
                if index >= 0:
                    x[0, place, index] = 1
            p = model.predict(x, verbose=0)[0]
            window = [*window[1:], sample(p, 1.0, generator)]
        return PLAIN_LENGTH

    return run


@contextmanager
def _worker(network: Bundle, text: str, way: str) -> Iterator[Callable[[], float]]:
    """Yields a function that has another process train on the text once."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, network.weights, text, way), daemon=True)
    process.start()
    there.close()

    def run() -> float:
        here.send(True)
        return float(here.recv())

    try:
        yield run
    finally:
        here.close()
        process.join()


def _work(requests: Connection, weights: dict[str, Any], text: str, way: str) -> None:
    """The process: at each request it makes its arrays from the text and reads every window once."""
    if way == "ours":
        os.environ.update(backend.training_threads())
    backend.keras()
    architecture = shakespeare_weights.Architecture().record()
    network = Bundle(shakespeare_weights.APP, architecture, VOCABULARY, weights)
    train = our_training(network, text) if way == "ours" else plain_training(network, text)
    while True:
        try:
            requests.recv()
        except EOFError:
            return
        requests.send(train())


def our_training(network: Bundle, text: str) -> Callable[[], float]:
    """Returns a function that trains the network once on every window of the text."""
    from models.shakespeare.batches import WindowBatches
    from models.shakespeare.networks import course_model
    from models.shakespeare.training import model_on_windows

    model = model_on_windows(course_model(network), 1e-3)

    def run() -> float:
        indices = np.array(VOCABULARY.encode(text), np.uint8)
        model.fit(WindowBatches(indices, batch_size=128, seed=1), shuffle=False, verbose=0)
        return float(len(window_indices(indices)[1]))

    return run


def plain_training(network: Bundle, text: str) -> Callable[[], float]:
    """Returns a function that does the same as the course's notebook does it."""
    from models.shakespeare import build_data, vectorization
    from models.shakespeare.networks import course_model

    model = course_model(network)
    model.compile(optimizer=backend.keras().optimizers.Adam(1e-3), loss="categorical_crossentropy")

    def run() -> float:
        windows, following = build_data(text)
        x, y = vectorization(windows, following, len(VOCABULARY), VOCABULARY.index)
        model.fit(x, y, batch_size=128, verbose=0)
        return float(len(y))

    return run

"""Small random networks as bundles, for the tests of what is exported and served."""

from pathlib import Path

import numpy as np

from data import emoji, sonnets
from models.shakespeare import weights as shakespeare_weights
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

N_A = 6  # hidden units


def lstm_shapes(name: str, n_x: int) -> dict[str, tuple[int, ...]]:
    """The shapes of an LSTM layer's arrays."""
    gates = 4 * N_A
    return {
        f"{name}/kernel": (n_x, gates),
        f"{name}/recurrent_kernel": (N_A, gates),
        f"{name}/bias": (gates,),
    }


def write_jazz(folder: Path, seed: int = 1) -> Path:
    """A jazz network of nine tokens."""
    shapes = lstm_shapes("lstm_1", 9) | {"dense/kernel": (N_A, 9), "dense/bias": (9,)}
    vocabulary = Vocabulary([f"C,{number}.000" for number in range(9)])
    return _written(Bundle("jazz", {"n_a": N_A, "n_values": 9}, vocabulary, random(shapes, seed)), folder)


def write_shakespeare(folder: Path, state: str = "carried") -> Path:
    """A poem network over the course's 38 symbols."""
    sizes = shakespeare_weights.Architecture(N_A, state=state)
    weights, architecture = random(sizes.shapes(len(sonnets.ALPHABET)), 2), sizes.record()
    bundle = Bundle("shakespeare", architecture, Vocabulary(sonnets.ALPHABET), weights)
    return _written(bundle, folder)


def write_emojify(folder: Path) -> Path:
    """An Emojify network that knows six words by itself."""
    words = "ball happy i love sad you".split()
    shapes = lstm_shapes("lstm_1", 4) | lstm_shapes("lstm_2", N_A)
    shapes |= {"dense/kernel": (N_A, 5), "dense/bias": (5,), "embedding/embeddings": (len(words) + 1, 4)}
    architecture = {"kind": "v2", "embedding": "learnt", "masked": True, "max_len": 10, "n_x": 4}
    architecture |= {"n_a": N_A, "n_y": 5, "dropout": 0.5}
    extra = {"labels": list(emoji.EMOJI), "prior": [0.1, 0.2, 0.4, 0.2, 0.1]}
    return _written(Bundle("emojify", architecture, Vocabulary(words), random(shapes, 3), {}, extra), folder)


def random(shapes: dict[str, tuple[int, ...]], seed: int) -> bundles.Arrays:
    """Random arrays of these shapes, so that no two gates are alike."""
    generator = np.random.default_rng(seed)
    return {name: generator.normal(0, 1.2, shape).astype(np.float32) for name, shape in shapes.items()}


def _written(bundle: Bundle, folder: Path) -> Path:
    bundles.save(bundle, folder)
    return folder


WRITERS = {"jazz": write_jazz, "shakespeare": write_shakespeare, "emojify": write_emojify}

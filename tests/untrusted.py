"""What the tests of untrusted input share: a limit of memory, spoilt copies of good things, good bundles."""

import hashlib
import json
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from tests.apps.emojify import emojify_networks
from tests.models.shakespeare import poems
from utils import bundle as bundles
from utils.bundle import Arrays, Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

GIGABYTE = 1 << 30
FEW = settings(max_examples=20 if settings.default.max_examples <= 100 else settings.default.max_examples)
LONGEST_MESSAGE = 1000  # characters of the one line that a person gets
CHORDS = [[4.0, [[0.0, [50, 53, 57, 60]], [2.0, [55, 59, 62, 65]]]], [4.0, [[0.0, [48, 52, 55, 59]]]]]
TOKENS = ["C,0.250", "C,0.500,<P4,m-2>", "S,0.250,<m2,P-4>", "S,0.333,<M3,d-3>"]


@contextmanager
def one_more_gigabyte() -> Iterator[None]:
    """Lets this process have a gigabyte more than it has now, touched or not, while the block runs."""
    old, highest = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + GIGABYTE, highest))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (old, highest))


def accepted(work: Callable[[], Any]) -> Any:
    """What the work returns, or None if it ends with one line to the person; all else is a failure."""
    try:
        return work()
    except UserError as error:
        message = str(error)
        assert message and len(message) <= LONGEST_MESSAGE
        assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in message)
        return None


@st.composite
def spoilt(draw: st.DrawFn, good: bytes) -> bytes:
    """A good file of which bytes were changed, left out, put in, doubled or cut off."""
    content = bytearray(good)
    for _ in range(draw(st.integers(0, 4))):
        place, length = draw(st.integers(0, len(content))), draw(st.integers(0, 9))
        kind = draw(st.sampled_from(("change", "leave out", "put in", "double", "cut")))
        if kind == "change":
            content[place : place + length] = draw(st.binary(min_size=length, max_size=length))
        elif kind == "put in":
            content[place:place] = draw(st.binary(max_size=9))
        elif kind == "double":
            content[place:place] = content[max(0, place - 40) : place]
        else:
            del content[place : None if kind == "cut" else place + length]
    return bytes(content)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.sampled_from([10**9, 2**31, 2**63, -(10**18), 10**400]),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["x" * 5000, "\x1b[2J", "a\nb", "\ud800", "$\\frac$", "C,0.000", "C,inf", "../x"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KINDS = st.sampled_from(["f4", "f8", "f2", "i1", "u1", "i8", ">f4", "?"])
SIZES = st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 12, 20]), max_size=3).map(tuple)


@st.composite
def arrays(draw: st.DrawFn, good: Any) -> Any:
    """An array of another type or shape, or with numbers that are none."""
    kind = draw(st.sampled_from(("shape", "type", "odd", "axes")))
    if kind == "shape":
        return np.ones(draw(SIZES), draw(KINDS))
    if kind == "axes":
        return good.T.copy() if draw(st.booleans()) else good.reshape(-1)
    if kind == "type":
        with np.errstate(all="ignore"):  # an infinite number as a whole one
            return good.astype(draw(KINDS))
    with np.errstate(all="ignore"):
        changed = good.astype(np.float32).copy()
    if changed.size:
        odd = [np.nan, np.inf, -np.inf, 1e38, -1e38, 1e-45]
        changed.flat[draw(st.integers(0, changed.size - 1))] = draw(st.sampled_from(odd))
    return changed


def _change(draw: st.DrawFn, value: Any) -> Any:
    """One place in a JSON value, however deep, is changed, left out or added."""
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        name = draw(st.sampled_from(sorted(value)))
        if not draw(st.integers(0, 5)):
            return {other: item for other, item in value.items() if other != name}
        return {**value, name: _change(draw, value[name])}
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(value) - 1))
        new = [] if not draw(st.integers(0, 5)) else [_change(draw, value[place])]
        return [*value[:place], *new, *value[place + 1 :]]
    return draw(JSON)


def as_config(bundle: Bundle) -> dict[str, Any]:
    """What config.json says of a bundle, but for its format and its checksum."""
    symbols, facts = list(bundle.vocabulary.symbols), {"training": bundle.training}
    return {**bundle.extra, **facts, "architecture": bundle.architecture, "vocabulary": symbols}


@st.composite
def spoilt_bundles(draw: st.DrawFn, good: Bundle) -> tuple[dict[str, Any], Arrays]:
    """The config and the arrays of a bundle, with some of both changed."""
    config: Any = as_config(good)
    weights = dict(good.weights)
    for _ in range(draw(st.integers(0, 3))):
        config = _change(draw, config)
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(sorted(weights)))
        if draw(st.booleans()):
            weights[name] = draw(arrays(weights[name]))
        else:
            weights[draw(st.text(max_size=5))] = weights.pop(name)
    return (config if isinstance(config, dict) else {"architecture": config}), weights


def put(folder: Path, app: str, config: dict[str, Any], weights: Arrays | bytes) -> Path:
    """Writes config and weights, arrays or a file's content, as a bundle whose checksum fits."""
    folder.mkdir(exist_ok=True)
    content = weights if isinstance(weights, bytes) else bundles._pack(weights)
    checksum = hashlib.sha256(content).hexdigest()
    config = {"app": app, "format": bundles.FORMAT, "weights_sha256": checksum} | config
    (folder / "weights.npz").write_bytes(content)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


def _random(shapes: dict[str, tuple[int, ...]]) -> Arrays:
    generator = np.random.default_rng(0)
    return {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def jazz() -> Bundle:
    """A jazz network of four tokens, with the settings and the history that a resumed run reads."""
    shapes = {"lstm_1/kernel": (4, 20), "lstm_1/recurrent_kernel": (5, 20), "lstm_1/bias": (20,)}
    weights = _random(shapes | {"dense/kernel": (5, 4), "dense/bias": (4,)})
    training = {"epochs": 2, "history": {"loss": [9.0, 8.0]}, "seconds": 1.0, "seed": 0, "decay": 0.0}
    extra = {"piece": "two chords", "chord_sets": CHORDS}
    return Bundle("jazz", {"n_a": 5, "n_values": 4}, Vocabulary(TOKENS), weights, training, extra)


def shakespeare() -> Bundle:
    """A poem network of six units."""
    return poems.network()


def emojify(folder: Path, kind: str) -> Bundle:
    """The tests' Emojify networks: v1 with vectors from a file, v2 with its own."""
    made = {"v1": emojify_networks.v1, "v2": emojify_networks.v2}[kind](folder)
    return bundles.load(made, "emojify")

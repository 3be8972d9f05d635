"""The poem network as a graph that other software serves: the beginning of a poem in, a poem out.

Letters: b poems, n symbols, Tx characters in a window, R states of a poem that run side by side.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models import export_graph as graphs
from models.batching import Batching
from models.engine.engine import Engine
from models.export_graph import Exportable, Graph, Layers, Outputs, Probe, State
from models.keras_weights import set_arrays
from models.shakespeare import weights
from models.shakespeare.networks import course_model
from models.shakespeare.predictors import LONGEST, CarriedModel, LineCounter, NextSymbolModel, WindowModel
from models.shakespeare.weights import APP, Architecture, Writing, read_prompt, read_text, reads_folded
from models.shakespeare.windows import NEW_LINE
from models.shapes import EMBEDDING, recurrent_layers
from utils.bundle import Arrays, Bundle
from utils.vocabulary import REPLACEMENT, Vocabulary

MAX_LENGTH = 4000  # characters of a poem
_HARD_SIGMOID_SCALES = {"lstm": (1.2, 1.2, 1.0, 1.2), "gru": (1.2, 1.2, 1.0)}  # of the kernels' columns
NO_CODE = -1  # where a prompt has no character
MOST_MARKS = 3  # on a letter, of those that Unicode joins with it
_PROMPTS = ("Shall I compare thee to a summer's day?\n", "", "Drop \N{HOT BEVERAGE}\r\n\N{EM DASH}na\u00efve")


def load(path: str | Path | None = None) -> Exportable:
    """Reads a bundle for export.

    Args:
        path: The bundle's folder, or a file of Keras 2 that ends in .h5; None: the pretrained network.

    Raises:
        UserError: There is no such network, or it is damaged.
    """
    bundle = weights.load(path)
    return Exportable(APP, partial(build, bundle), partial(probes, bundle), partial(_network, bundle))


def build(bundle: Bundle) -> Graph:
    """Builds the graph of a bundle from `models.shakespeare.weights.load`.

    Signatures:
        serving_default: prompt (b,), length, temperature, seed (each one number or (b,)) -> poem (b,): the
            prompt unchanged, followed by `length` characters, or if lines are records by the rest of its own.
        next_character: window (b, Tx), -1 for no character -> probabilities (b, n).
    """
    network = _Graph(weights.drawable(bundle))
    poem = {
        "prompt": (tf.string, [None]),
        "length": (tf.int32, None),
        "temperature": (tf.float32, None),
        "seed": (tf.int64, None),
    }
    window = {"window": (tf.int32, [None, network.window])}
    signatures = {
        "serving_default": graphs.function(poem, network.poem),
        "next_character": graphs.function(window, network.next_character),
    }
    return Graph(
        network, signatures, {"serving_default": Batching(steps="length"), "next_character": Batching()}
    )


class _Graph(Layers):
    """The two signatures' functions.

    The states of a poem are R rows one below the other: row r of poem i is row i R + r.
    """

    def __init__(self, bundle: Bundle) -> None:
        architecture, vocabulary = bundle.architecture, bundle.vocabulary
        arrays = _reading_one_hot(bundle).network()
        super().__init__(arrays, architecture["recurrent_activation"] == "hard_sigmoid")
        self.symbols = tf.constant(vocabulary.symbols)
        self.window, self.carried = architecture["window"], architecture["state"] == "carried"
        self.states = 1 if self.carried else self.window  # R
        self.writing = Writing.of(bundle)
        self.beginning = "".join(vocabulary.decode(read_prompt("", bundle)[0]))
        self.before = NEW_LINE if self.writing.lines and NEW_LINE in vocabulary else ""
        unknown = "" if vocabulary.replacement is None else REPLACEMENT
        texts = ((ord(character), read_text(character, vocabulary).text) for character in _read(vocabulary))
        readings = {code: text for code, text in texts if text != unknown}
        self.readings = graphs.lookup_table(readings, tf.int32, tf.string, unknown)
        self.compositions: Any = None  # a text that is folded has no marks
        if not reads_folded(vocabulary):
            self.compositions = graphs.lookup_table(_compositions(), tf.int64, tf.int32, 0)
        self.index_of_code = graphs.lookup_table(
            {ord(symbol): index for index, symbol in enumerate(vocabulary.symbols)}, tf.int32, tf.int32, 0
        )

    def next_character(self, window: tf.Tensor) -> Outputs:
        """Computes probabilities (b, n) after windows, from the zero state."""
        good = tf.reduce_all(tf.logical_and(window >= -1, window < self.n))
        checked = graphs.required(window, good, f"window must hold -1 (no character) to {self.n - 1}")
        table, indices = self.one_hot_projections(), self.pad_rows(checked % (self.n + 1))
        *_, logits = graphs.loop(
            self.window,
            lambda t, *state: self.step(tf.gather(table, indices[:, t]), state),
            *self.zero_state(tf.shape(indices)[0]),
        )
        return {"probabilities": self.probabilities(logits)[: tf.shape(window)[0]]}

    def poem(self, prompt: tf.Tensor, length: tf.Tensor, temperature: tf.Tensor, seed: tf.Tensor) -> Outputs:
        """Writes poems (b,) side by side; a poem does not depend on the others."""
        batch = tf.shape(prompt)[0]
        lengths = graphs.in_range(length, batch, 1, MAX_LENGTH, "length")
        if self.writing.lines:
            lengths = tf.fill([batch], min(self.writing.length(MAX_LENGTH), MAX_LENGTH))
        temperatures = graphs.finite_temperature(graphs.per_row(temperature, batch, "temperature"))
        numbers = self.pad_rows(graphs.row_uniforms(seed, batch, MAX_LENGTH))
        uniform, divisor = graphs.draws(tf.transpose(numbers), self.pad_rows(temperatures))
        table = self.one_hot_projections()
        read, state = self._after_prompts(self.pad_rows(self._indices(prompt)), table)
        steps = tf.reduce_max(lengths)

        def body(t: tf.Tensor, read: tf.Tensor, chosen: tf.TensorArray, *state: tf.Tensor) -> tuple[Any, ...]:
            # The states that have read most are the oldest.
            logits = state[-1] if self.carried else state[-1][read % self.states :: self.states]
            index = graphs.choose(logits, uniform[t], divisor)
            return read + 1, chosen.write(t, index), *self._read(tf.gather(table, index), read, state)

        _, chosen, *_ = graphs.loop(steps, body, read, tf.TensorArray(tf.int32, steps), *state)
        written = tf.gather(self.symbols, tf.transpose(tf.ensure_shape(chosen.stack(), [None, None]))[:batch])
        kept = tf.range(steps)[None] < lengths[:, None]
        if self.writing.lines:
            kept = tf.logical_and(kept, _before_the_line_ends(prompt, written))
        text = tf.strings.reduce_join(tf.where(kept, written, ""), axis=1)
        return {"poem": tf.strings.join([prompt, text])}

    def _after_prompts(self, indices: tf.Tensor, table: tf.Tensor) -> tuple[tf.Tensor, State]:
        """How many characters were read, and the states (b R, ...) after prompts (b, T)."""

        def body(t: tf.Tensor, *state: tf.Tensor) -> State:
            after = self._read(tf.gather(table, indices[:, t]), t, state)
            if not self.carried:
                return after
            # A shorter prompt waits until the longer ones are as short.
            kept = indices[:, t, None] < self.n
            return tuple(tf.where(kept, new, old) for new, old in zip(after, state, strict=True))

        steps = tf.shape(indices)[1]
        return steps, graphs.loop(steps, body, *self.zero_state(tf.shape(indices)[0] * self.states))

    def _indices(self, prompt: tf.Tensor) -> tf.Tensor:
        """Prompts as indices (b, T), padded on the left with n."""
        text = tf.strings.regex_replace(prompt, "\r\n", "\n")
        codes = tf.strings.unicode_decode(text, "UTF-8", errors="ignore")
        if self.compositions is not None:
            codes = self._composed(codes)
        read = tf.strings.reduce_join(tf.ragged.map_flat_values(self.readings.lookup, codes), axis=-1)
        empty = tf.equal(tf.strings.length(read), 0)
        read = tf.where(empty, self.beginning, tf.strings.join([self.before, read]))
        codes = tf.strings.unicode_decode(read, "UTF-8")
        codes = codes[:, -(LONGEST if self.carried else self.window) :]
        indices = tf.ragged.map_flat_values(self.index_of_code.lookup, codes)
        dense = indices.to_tensor(self.n, shape=[None, None if self.carried else self.window])
        return tf.reverse(tf.reverse_sequence(dense, codes.row_lengths(), seq_axis=1), axis=[1])

    def _composed(self, codes: tf.RaggedTensor) -> tf.RaggedTensor:
        """Joins letters and the marks behind them, a mark of each letter at a time, as Unicode's NFC does.

        Marks in another order than Unicode's stay as they are.
        """
        dense = codes.to_tensor(NO_CODE)
        for _ in range(MOST_MARKS):
            following = tf.pad(dense[:, 1:], [[0, 0], [0, 1]], constant_values=NO_CODE)
            joined = self.compositions.lookup(_pair(tf.cast(dense, tf.int64), tf.cast(following, tf.int64)))
            used = tf.pad(joined[:, :-1] > 0, [[0, 0], [1, 0]])
            dense = tf.where(used, NO_CODE, tf.where(joined > 0, joined, dense))
            dense = tf.ragged.boolean_mask(dense, dense != NO_CODE).to_tensor(NO_CODE)
        return tf.ragged.boolean_mask(dense, dense != NO_CODE)

    def _read(self, projected: tf.Tensor, read: tf.Tensor, state: State) -> State:
        """One more character for all R states of the poems, the oldest reset to zero: see WindowModel."""
        if self.carried:
            return self.step(projected, state)
        oldest = tf.equal(tf.range(tf.shape(state[0])[0]) % self.states, read % self.states)
        state = tuple(tf.where(oldest[:, None], 0.0, array) for array in state)
        return self.step(tf.repeat(projected, self.states, axis=0), state)


def _before_the_line_ends(prompt: tf.Tensor, written: tf.Tensor) -> tf.Tensor:
    """Whether symbols written (b, T) belong to the records that prompts (b,) begin; see `LineCounter`."""
    begun = tf.strings.regex_full_match(prompt, r"(?s:.*\n)?[^\n]*[^\s][^\n]*")
    ends, space = tf.equal(written, NEW_LINE), tf.equal(written, " ")
    letters = tf.cast(tf.logical_not(tf.logical_or(ends, space)), tf.int32)
    has_letter = tf.logical_or(begun[:, None], tf.cumsum(letters, axis=1) > 0)
    return tf.equal(tf.cumsum(tf.cast(tf.logical_and(ends, has_letter), tf.int32), axis=1), 0)


def _read(vocabulary: Vocabulary) -> Iterable[str]:
    """The characters that are not read as themselves where they are unknown: those that have other forms."""
    if reads_folded(vocabulary):
        return graphs.characters()
    codes = (chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000)  # no surrogates
    others = (character for character in codes if not unicodedata.is_normalized("NFC", character))
    return chain(vocabulary.symbols, "\r", others)


def _pair(first: Any, second: Any) -> Any:
    """Two characters' codes as one number."""
    return first * (1 << 21) + second


def _compositions() -> dict[int, int]:
    """The codes of a character and a mark, as `_pair` joins them, and of the character that is both."""
    found = dict[int, int]()
    for symbol in filter(str.isprintable, map(chr, range(0x30000))):
        apart = unicodedata.normalize("NFD", symbol)
        if len(apart) == 1 or unicodedata.normalize("NFC", apart) != symbol:
            continue
        for place, mark in enumerate(apart[1:], 1):
            without = unicodedata.normalize("NFC", apart[:place] + apart[place + 1 :])
            if len(without) == 1 and unicodedata.normalize("NFC", without + mark) == symbol:
                found[_pair(ord(without), ord(mark))] = ord(symbol)
    return found


def _reading_one_hot(bundle: Bundle) -> Bundle:
    """The same network without an embedding: its vectors are multiplied into the first layer's kernel."""
    if EMBEDDING not in bundle.weights:
        return bundle
    arrays, plain = bundle.network(), Architecture.of(bundle)._replace(embedding=None)
    first, *_ = recurrent_layers(arrays)[1]
    arrays[f"{first}/kernel"] = arrays.pop(EMBEDDING) @ arrays[f"{first}/kernel"]
    return replace(bundle, architecture=plain.record(), weights=arrays)


def poem(
    model: NextSymbolModel,
    bundle: Bundle,
    prompt: str,
    length: int,
    temperature: float,
    seed: int,
    row: int = 0,
) -> str:
    """Writes with a next-symbol model what the graph's serving_default writes after a prompt.

    Args:
        model: The network, of `weights.drawable`.
        bundle: Its bundle.
        prompt: Any text. Empty: a new poem.
        length: Characters, 1 to MAX_LENGTH.
        temperature: 0 or more; 0: always the likeliest.
        seed: For the random numbers.
        row: The poem's row among those that share the seed.
    """
    writing = Writing.of(bundle)
    length = min(writing.length(length), MAX_LENGTH)
    numbers = graphs.uniforms(seed, row, MAX_LENGTH).numpy()[:length]
    p, state = model.begin([read_prompt(prompt, bundle)[0]])
    counter, written = LineCounter(prompt, 1 if writing.lines else None), ""
    for uniform in numbers:
        index = graphs.choose_in_numpy(p[0], float(uniform), temperature)
        symbol = bundle.vocabulary.symbols[index]
        if counter.ends(symbol):
            break
        written += symbol
        p, state = model.step(np.array([index]), state)
    return written


def plain_network(bundle: Bundle) -> keras.Model:
    """Builds a bundle's network of Keras's own parts only, which any Keras 3 loads: x (m, Tx, n) -> (m, n).

    Keras 2's hard_sigmoid is clip(0.2 x + 0.5, 0, 1) and Keras 3's is clip(x / 6 + 0.5, 0, 1): with the
    gates' weights times 1.2 they are the same.
    """
    bundle = _reading_one_hot(bundle)
    model, weights = course_model(bundle), bundle.network()
    kind, layers = recurrent_layers(weights)
    if bundle.architecture["recurrent_activation"] != "hard_sigmoid" or kind not in _HARD_SIGMOID_SCALES:
        return model

    def with_own_gates(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        if layer.name in layers:
            config["recurrent_activation"] = "hard_sigmoid"
        return type(layer).from_config(config)

    model = keras.models.clone_model(model, clone_function=with_own_gates)
    scale = np.repeat(np.array(_HARD_SIGMOID_SCALES[kind], np.float32), bundle.architecture["units"])
    scaled = {name: array * scale for name, array in weights.items() if name.split("/")[0] in layers}
    set_arrays(weights | scaled, model)
    return model


def probes(bundle: Bundle, length: int = 80) -> list[Probe]:
    """Makes calls of both signatures, with the NumPy engine's outputs."""
    engine, architecture = Engine.from_bundle(weights.drawable(bundle)), bundle.architecture
    carried = architecture["state"] == "carried"
    model = CarriedModel(engine) if carried else WindowModel(engine, architecture["window"])
    found = []
    for temperature, seed in ((1.0, 7), (0.0, 8)):
        inputs: Arrays = {
            "prompt": np.array(_PROMPTS, object),
            "length": np.array(length, np.int32),
            "temperature": np.array(temperature, np.float32),
            "seed": np.array(seed, np.int64),
        }
        poems = [
            prompt + poem(model, bundle, prompt, length, temperature, seed, row)
            for row, prompt in enumerate(_PROMPTS)
        ]
        found.append(Probe("serving_default", inputs, {"poem": np.array(poems, object)}))
    windows = _windows(bundle)
    return [*found, Probe("next_character", {"window": windows}, {"probabilities": engine.run(windows)})]


def _windows(bundle: Bundle) -> NDArray[np.int32]:
    """Windows (4, Tx) of random symbols, the second half empty on its left, the third all empty."""
    window, n = bundle.architecture["window"], len(bundle.vocabulary)
    windows = np.random.default_rng(0).integers(0, n, (4, window)).astype(np.int32)
    windows[1, : window // 2], windows[2] = -1, -1
    return windows


def _network(bundle: Bundle) -> tuple[keras.Model, NDArray[np.float32]]:
    """The plain network, and an example of its input (3, Tx, n)."""
    n, window = len(bundle.vocabulary), bundle.architecture["window"]
    indices = np.random.default_rng(0).integers(0, n, (3, window))
    return plain_network(bundle), np.eye(n, dtype=np.float32)[indices]

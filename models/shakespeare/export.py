"""The poem network as a graph that other software serves: a beginning in, a poem out.

Letters: b poems, n symbols, Tx characters in a window, R states of a poem that run side by side.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.export_graph import (
    Graph,
    Probe,
    characters,
    choose,
    choose_plainly,
    function,
    good_temperature,
    lstm_step,
    per_row,
    required,
    row_uniforms,
    uniforms,
    variables,
)
from models.shakespeare.predictors import LONGEST, NextSymbolModel
from models.shakespeare.windows import BLANK
from utils.backend import keras, tensorflow
from utils.bundle import Arrays, Bundle
from utils.vocabulary import Vocabulary

MOST = 4000  # characters of a poem
_GATE_COLUMNS = np.array([1.2, 1.2, 1.0, 1.2], np.float32)  # of i, f, c, o
_PROMPTS = ("Shall I compare thee to a summer's day?\n", "", "Drop \N{HOT BEVERAGE}\r\n\N{EM DASH}na\u00efve")

Fold = Callable[[str], str]


def build(bundle: Bundle, fold: Fold) -> Graph:
    """The graph of a bundle that models.shakespeare.weights.load has passed.

    Signatures:
        serving_default: prompt (b,), length, temperature, seed (each one number or (b,)) -> poem (b,): the
            beginning as it came, and so many characters after it.
        next_character: window (b, Tx), -1 for no character -> probabilities (b, n).

    Args:
        bundle: The network.
        fold: What a beginning becomes in the network's symbols; characters are folded one by one.
    """
    tf = tensorflow()
    module, weights = variables(bundle.network())
    network = _Network(bundle, weights, _letters(module, fold), _ascii(bundle.vocabulary))
    poem = {
        "prompt": (tf.string, [None]),
        "length": (tf.int32, None),
        "temperature": (tf.float32, None),
        "seed": (tf.int64, None),
    }
    window = {"window": (tf.int32, [None, network.window])}
    signatures = {
        "serving_default": function(poem, network.poem),
        "next_character": function(window, network.next_character),
    }
    return Graph(module, signatures)


def _letters(module: Any, fold: Fold) -> Any:
    """The table from a code point to what it becomes; the module keeps it."""
    tf = tensorflow()
    folded = {ord(character): fold(character) for character in characters()}
    known = {code: text for code, text in folded.items() if text}
    pairs = tf.lookup.KeyValueTensorInitializer(list(known), list(known.values()), tf.int32, tf.string)
    module.letters = tf.lookup.StaticHashTable(pairs, default_value="")
    return module.letters


def _ascii(vocabulary: Vocabulary) -> Any:
    """The index of each ASCII character that is a symbol."""
    places = np.zeros(128, np.int32)
    for index, symbol in enumerate(vocabulary.symbols):
        places[ord(symbol)] = index
    return tensorflow().constant(places)


class _Network:
    """The two signatures' functions, and what they share."""

    def __init__(self, bundle: Bundle, weights: dict[str, Any], letters: Any, places: Any) -> None:
        architecture = bundle.architecture
        self.weights, self.letters, self.places = weights, letters, places
        self.symbols = tensorflow().constant(bundle.vocabulary.symbols)
        self.n, self.units, self.window = (
            len(bundle.vocabulary),
            architecture["units"],
            architecture["window"],
        )
        self.hard = architecture["recurrent_activation"] == "hard_sigmoid"
        self.carried = architecture["state"] == "carried"
        self.states = 1 if self.carried else self.window  # R

    def step(self, index: Any, state: Sequence[Any]) -> tuple[Any, ...]:
        """Both layers' a and c (m, units) after one more character; index (m,), -1 for none."""
        tf, w = tensorflow(), self.weights
        bias = w["lstm_1/bias"][None]
        table = tf.concat([w["lstm_1/kernel"] + bias, bias], axis=0)
        a1, c1, a2, c2 = state
        projected = tf.gather(table, tf.where(index < 0, self.n, index))
        a1, c1 = lstm_step(projected, a1, c1, w["lstm_1/recurrent_kernel"], self.hard)
        projected = tf.matmul(a1, w["lstm_2/kernel"]) + w["lstm_2/bias"]
        a2, c2 = lstm_step(projected, a2, c2, w["lstm_2/recurrent_kernel"], self.hard)
        return a1, c1, a2, c2

    def answer(self, a2: Any) -> Any:
        """Probabilities (m, n) from the second layer's hidden state."""
        tf = tensorflow()
        return tf.nn.softmax(tf.matmul(a2, self.weights["dense/kernel"]) + self.weights["dense/bias"])

    def next_character(self, window: Any) -> dict[str, Any]:
        """Probabilities (b, n) after a window, read from the zero state."""
        tf = tensorflow()
        good = tf.reduce_all(tf.logical_and(window >= -1, window < self.n))
        window = required(window, good, f"window must hold -1 (no character) to {self.n - 1}")
        zeros = tf.zeros([tf.shape(window)[0], self.units])
        _, *state = tf.while_loop(
            lambda t, *_: t < self.window,
            lambda t, *state: (t + 1, *self.step(window[:, t], state)),
            (0, *[zeros] * 4),
            parallel_iterations=1,
        )
        return {"probabilities": self.answer(state[2])}

    def poem(self, prompt: Any, length: Any, temperature: Any, seed: Any) -> dict[str, Any]:
        """Poems (b,), written side by side; a poem is what it would be alone."""
        tf = tensorflow()
        batch = tf.shape(prompt)[0]
        lengths = per_row(length, batch, "length")
        good = tf.reduce_all(tf.logical_and(lengths >= 1, lengths <= MOST))
        lengths = required(lengths, good, f"length must be 1 to {MOST}")
        warmth = good_temperature(per_row(temperature, batch, "temperature"))
        numbers = tf.transpose(row_uniforms(seed, batch, MOST))
        read, state = self._begun(prompt, batch)
        steps = tf.reduce_max(lengths)

        def body(t: Any, read: Any, chosen: Any, *state: Any) -> tuple[Any, ...]:
            index = choose(self._oldest_answer(read, state), numbers[t], warmth)
            return t + 1, read + 1, chosen.write(t, index), *self._read(index, read, state)

        start = (0, read, tf.TensorArray(tf.int32, steps), *state)
        _, _, chosen, *_ = tf.while_loop(lambda t, *_: t < steps, body, start, parallel_iterations=1)
        symbols = tf.gather(self.symbols, tf.transpose(tf.ensure_shape(chosen.stack(), [None, None])))
        kept = tf.where(tf.range(steps)[None] < lengths[:, None], symbols, "")
        return {"poem": tf.strings.join([prompt, tf.strings.reduce_join(kept, axis=1)])}

    def _begun(self, prompt: Any, batch: Any) -> tuple[Any, tuple[Any, ...]]:
        """How many characters were read, and the states (b, R, units) after the beginnings."""
        tf = tensorflow()
        indices, real = self._indices(prompt)

        def body(t: Any, *state: Any) -> tuple[Any, ...]:
            after = self._read(indices[:, t], t, state)
            if not self.carried:
                return t + 1, *after
            # A shorter beginning waits until the longer ones are as short.
            kept = real[:, t][:, None, None]
            return t + 1, *(tf.where(kept, new, old) for new, old in zip(after, state, strict=True))

        zeros = tf.zeros([batch, self.states, self.units])
        steps = tf.shape(indices)[1]
        read, *state = tf.while_loop(lambda t, *_: t < steps, body, (0, *[zeros] * 4), parallel_iterations=1)
        return read, tuple(state)

    def _indices(self, prompt: Any) -> tuple[Any, Any]:
        """Beginnings as indices (b, T), moved to the right, -1 before them; and which are characters."""
        tf = tensorflow()
        text = tf.strings.regex_replace(prompt, "\r\n", "\n")
        codes = tf.strings.unicode_decode(text, "UTF-8", errors="ignore")
        folded = tf.strings.reduce_join(tf.ragged.map_flat_values(self.letters.lookup, codes), axis=-1)
        folded = tf.where(tf.equal(tf.strings.length(folded), 0), BLANK, folded)
        codes = tf.strings.unicode_decode(folded, "UTF-8")
        codes = codes[:, -(LONGEST if self.carried else self.window) :]
        width = None if self.carried else self.window
        dense = tf.ragged.map_flat_values(lambda code: tf.gather(self.places, code), codes).to_tensor(
            -1, shape=[None, width]
        )
        ordered = tf.reverse(tf.reverse_sequence(dense, codes.row_lengths(), seq_axis=1), axis=[1])
        return ordered, ordered >= 0

    def _read(self, index: Any, read: Any, state: Sequence[Any]) -> tuple[Any, ...]:
        """All R states of the poems read one more character, the oldest from zero: see WindowModel."""
        tf = tensorflow()
        if not self.carried:
            keep = 1.0 - tf.one_hot(read % self.states, self.states)[None, :, None]
            state = [array * keep for array in state]
        flat = [tf.reshape(array, [-1, self.units]) for array in state]
        after = self.step(tf.repeat(index, self.states), flat)
        return tuple(tf.reshape(array, [-1, self.states, self.units]) for array in after)

    def _oldest_answer(self, read: Any, state: Sequence[Any]) -> Any:
        """Probabilities (b, n) of the states that have read most, after `read` characters."""
        return self.answer(state[2][:, read % self.states])


def poem(
    model: NextSymbolModel,
    vocabulary: Vocabulary,
    prompt: str,
    length: int,
    temperature: float,
    seed: int,
    row: int = 0,
) -> str:
    """What the export's serving_default writes after a beginning, from the Keras engine.

    Args:
        model: What predicts.
        vocabulary: The symbols.
        prompt: The beginning in these symbols; empty: a new poem.
        length: Characters, 1 to MOST.
        temperature: 0 or more; 0: always the likeliest.
        seed: For the numbers.
        row: The poem's place among those that share the seed.
    """
    numbers = uniforms(seed, row, MOST).numpy()[:length]
    p, state = model.begin([vocabulary.encode(prompt or BLANK)])
    written = list[int]()
    for place, uniform in enumerate(numbers):
        written.append(choose_plainly(p[0], float(uniform), temperature))
        if place + 1 < length:
            p, state = model.step(np.array(written[-1:]), state)
    return "".join(vocabulary.decode(written))


def plain_network(bundle: Bundle) -> Any:
    """The course's network of Keras's own parts only, which any Keras 3 loads: x (m, Tx, n) -> (m, n).

    Keras 2's hard_sigmoid is clip(0.2 x + 0.5, 0, 1) and Keras 3's is clip(x / 6 + 0.5, 0, 1): with the
    gates' weights times 1.2 they are the same.
    """
    from models.shakespeare.networks import DROPOUT

    k, architecture, n = keras(), bundle.architecture, len(bundle.vocabulary)
    hard = architecture["recurrent_activation"] == "hard_sigmoid"
    units, gates = architecture["units"], "hard_sigmoid" if hard else "sigmoid"
    layer = k.layers
    model = k.Sequential(
        [
            k.Input((architecture["window"], n), name="x"),
            layer.LSTM(units, return_sequences=True, recurrent_activation=gates, name="lstm_1"),
            layer.Dropout(DROPOUT, name="dropout_1"),
            layer.LSTM(units, recurrent_activation=gates, name="lstm_2"),
            layer.Dropout(DROPOUT, name="dropout_2"),
            layer.Dense(n, activation="softmax", name="dense"),
        ],
        name="shakespeare",
    )
    scale = np.repeat(_GATE_COLUMNS if hard else np.ones(4, np.float32), units)
    for name in ("lstm_1", "lstm_2"):
        parts = ("kernel", "recurrent_kernel", "bias")
        model.get_layer(name).set_weights([bundle.weights[f"{name}/{part}"] * scale for part in parts])
    model.get_layer("dense").set_weights([bundle.weights["dense/kernel"], bundle.weights["dense/bias"]])
    return model


def probes(bundle: Bundle, fold: Fold, length: int = 80) -> list[Probe]:
    """Calls of both signatures, and the Keras model's answers."""
    from models.shakespeare import networks

    reader = networks.next_symbol_model(bundle, bundle.architecture["state"])
    found = []
    for temperature, seed in ((1.0, 7), (0.0, 8)):
        inputs: Arrays = {
            "prompt": np.array(_PROMPTS, object),
            "length": np.array(length, np.int32),
            "temperature": np.array(temperature, np.float32),
            "seed": np.array(seed, np.int64),
        }
        poems = [
            prompt + poem(reader, bundle.vocabulary, fold(prompt), length, temperature, seed, row)
            for row, prompt in enumerate(_PROMPTS)
        ]
        found.append(Probe("serving_default", inputs, {"poem": np.array(poems, object)}))
    windows = _windows(bundle)
    model = networks.OnIndices(networks.course_model(bundle))
    p = np.asarray(model(windows, training=False))
    found.append(Probe("next_character", {"window": windows}, {"probabilities": p}))
    return found


def _windows(bundle: Bundle) -> NDArray[np.int32]:
    """Windows of all symbols, one of them with no character at its left, one empty."""
    window, n = bundle.architecture["window"], len(bundle.vocabulary)
    windows = np.random.default_rng(0).integers(0, n, (4, window)).astype(np.int32)
    windows[1, : window // 2], windows[2] = -1, -1
    return windows

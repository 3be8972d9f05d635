"""Emojify's networks as a graph that other software serves: sentences in, emoji out.

The words are found in the graph as models.emojify.words finds them. One thing differs: an accent that was
typed as a character of its own is not joined to its letter.

Letters: m sentences, n_x numbers in a word's vector, n_y labels, n_a hidden units.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.emojify import networks as emojify
from models.emojify.classifier import Classifier
from models.emojify.words import APOSTROPHES
from models.export_graph import Graph, Probe, characters, function, lstm_step, variables
from models.keras_weights import set_arrays
from models.shapes import EMBEDDING
from utils.backend import tensorflow
from utils.bundle import Arrays, Bundle

_BARE = r"^[^\pL\pN]+|[^\pL\pN]+$"
_BETWEEN = r"[^\pL\pN]+"
_CONTRACTION = r"^(.+?)(n't|'(?:s|m|d|re|ve|ll))$"
_NOT = r"^(.+?)n't$"
_SENTENCES = (
    "I love you",
    "Not feeling happy :(",
    "isn\N{RIGHT SINGLE QUOTATION MARK}t it GREAT, let's play happy/sad ball!!",
    "",
    "... qzxjk wvwvq",
    "\N{FULLWIDTH LATIN SMALL LETTER F}ood is life qzxjk",
    "food " * 60,
)


class WordTable(NamedTuple):
    """The words that the network knows.

    Args:
        words: Each once.
        table: Their vectors (words, n_x).
    """

    words: Sequence[str]
    table: NDArray[np.float32]


def build(bundle: Bundle, classifier: Classifier, labels: Sequence[str], words: WordTable) -> Graph:
    """The graph of a bundle that a Classifier was made of.

    Signature serving_default: sentence (m,) -> emoji (m,), label (m,), probabilities (m, n_y), and
    unknown_words (m,), how many words have no vector.
    """
    tf = tensorflow()
    # A learnt embedding comes with the words, as GloVe's vectors do.
    arrays = {name: array for name, array in bundle.network().items() if name != EMBEDDING}
    zero = np.zeros((1, words.table.shape[1]), np.float32)
    module, weights = variables(arrays | {"vectors": np.concatenate([zero, words.table])})
    finder = _Finder(module, words.words)
    network = _Network(weights, bundle.architecture, classifier)
    shown = tf.constant([label.encode("utf-8") for label in labels])

    def serve(sentence: Any) -> dict[str, Any]:
        places, unknown = finder.find(sentence)
        p = network.probabilities(places)
        label = tf.argmax(p, axis=-1, output_type=tf.int32)
        return {
            "emoji": tf.gather(shown, label),
            "label": label,
            "probabilities": p,
            "unknown_words": unknown,
        }

    return Graph(module, {"serving_default": function({"sentence": (tf.string, [None])}, serve)})


def _plainer() -> dict[int, str]:
    """What becomes of single characters before words are looked for, where it is not themselves."""
    found = {}
    for character in characters():
        plain = unicodedata.normalize("NFKC", character).translate(APOSTROPHES).lower()
        plain = "".join(" " if part.isspace() else part for part in plain)
        if plain != character:
            found[ord(character)] = plain
    return found


class _Finder:
    """From sentences to rows of the vectors' table, all in the graph; the module keeps its tables."""

    def __init__(self, module: Any, words: Sequence[str]) -> None:
        tf = tensorflow()
        plainer = _plainer()
        pairs = tf.lookup.KeyValueTensorInitializer(
            list(plainer), list(plainer.values()), tf.int32, tf.string
        )
        module.plainer = self.plainer = tf.lookup.StaticHashTable(pairs, "\0")
        numbered = tf.lookup.KeyValueTensorInitializer(
            [word.encode("utf-8") for word in words], np.arange(1, len(words) + 1, dtype=np.int32), tf.string
        )
        module.words = self.words = tf.lookup.StaticHashTable(numbered, 0)

    def find(self, sentences: Any) -> tuple[Any, Any]:
        """The words' rows, 0 for an unknown one, ragged (m, places); and how many are unknown (m,)."""
        tf = tensorflow()
        typed = tf.strings.split(self._plain(sentences))
        bare = tf.ragged.map_flat_values(tf.strings.regex_replace, typed, _BARE, "")
        some = tf.ragged.map_flat_values(tf.not_equal, bare, "")
        typed, bare = tf.ragged.boolean_mask(typed, some), tf.ragged.boolean_mask(bare, some)
        spelt = tf.strings.split(self._spelt(bare.flat_values, typed.flat_values))
        rows = tf.ragged.map_flat_values(self.words.lookup, spelt)
        places = bare.with_flat_values(rows).merge_dims(1, 2)
        unknown = tf.reduce_sum(tf.cast(tf.equal(places, 0), tf.int32), axis=1)
        return places, unknown

    def _plain(self, sentences: Any) -> Any:
        """Lower case without typography; white space of all kinds becomes a space."""
        tf = tensorflow()
        codes = tf.strings.unicode_decode(sentences, "UTF-8", errors="ignore")
        flat = codes.flat_values
        plainer = self.plainer.lookup(flat)
        itself = tf.strings.unicode_encode(flat[:, None], "UTF-8")
        return tf.strings.reduce_join(
            codes.with_flat_values(tf.where(tf.equal(plainer, "\0"), itself, plainer)), axis=-1
        )

    def _spelt(self, bare: Any, typed: Any) -> Any:
        """Each word as it is known: bare, as typed, or its parts with a space between; else bare."""
        tf = tensorflow()
        spelt = bare
        # The last way that serves is the first that models.emojify.words tries. A word that a pattern does
        # not fit stays whole, and one word is never "several parts".
        for pattern, parts in ((_BETWEEN, " "), (_NOT, r"\1 not"), (_CONTRACTION, r"\1 \2")):
            split = tf.strings.regex_replace(bare, pattern, parts)
            spelt = tf.where(self._all_known(split), split, spelt)
        for whole in (typed, bare):
            spelt = tf.where(self.words.lookup(whole) > 0, whole, spelt)
        return spelt

    def _all_known(self, parts: Any) -> Any:
        """Whether there are several parts, all of them known."""
        tf = tensorflow()
        split = tf.strings.split(parts)
        known = tf.ragged.map_flat_values(lambda part: self.words.lookup(part) > 0, split)
        return tf.logical_and(split.row_lengths() > 1, tf.reduce_all(known, axis=1))


class _Network:
    """From the words' rows to probabilities."""

    def __init__(self, weights: dict[str, Any], architecture: dict[str, Any], classifier: Classifier) -> None:
        self.weights, self.v1 = weights, classifier.kind == "v1"
        self.max_len, self.masked = classifier.max_len, architecture.get("masked") is True
        self.prior = tensorflow().constant(classifier.prior)

    def probabilities(self, places: Any) -> Any:
        """(m, n_y): the labels' shares of the training sentences where no word is known."""
        tf = tensorflow()
        known = tf.ragged.boolean_mask(places, places > 0)
        read = self._average if self.v1 else self._read
        answer = read(known if self.v1 or self.masked else places)
        return tf.where((known.row_lengths() > 0)[:, None], answer, self.prior[None])

    def _average(self, known: Any) -> Any:
        tf, w = tensorflow(), self.weights
        vectors = tf.gather(w["vectors"], known.to_tensor(0))
        count = tf.maximum(tf.cast(known.row_lengths(), tf.float32), 1.0)[:, None]
        average = tf.reduce_sum(vectors, axis=1) / count
        return tf.nn.softmax(tf.matmul(average, w["W"], transpose_b=True) + w["b"])

    def _read(self, places: Any) -> Any:
        """Both LSTM layers over the first words; a shorter sentence's state waits for the longest."""
        tf, w = tensorflow(), self.weights
        places = places[:, : self.max_len]
        dense = places.to_tensor(0, shape=[None, None if self.masked else self.max_len])
        lengths = places.row_lengths() if self.masked else tf.fill([places.nrows()], tf.int64.max)

        def body(t: Any, *state: Any) -> tuple[Any, ...]:
            x = tf.gather(w["vectors"], dense[:, t])
            a1, c1, a2, c2 = state
            a1, c1 = self._step("lstm_1", x, a1, c1)
            a2, c2 = self._step("lstm_2", a1, a2, c2)
            kept = (tf.cast(t, tf.int64) < lengths)[:, None]
            after = (a1, c1, a2, c2)
            return t + 1, *(tf.where(kept, new, old) for new, old in zip(after, state, strict=True))

        zeros = tf.zeros([places.nrows(), w["dense/kernel"].shape[0]])
        steps = tf.shape(dense)[1]
        start = (0, *[zeros] * 4)
        _, _, _, a2, _ = tf.while_loop(lambda t, *_: t < steps, body, start, parallel_iterations=1)
        return tf.nn.softmax(tf.matmul(a2, w["dense/kernel"]) + w["dense/bias"])

    def _step(self, layer: str, x: Any, a: Any, c: Any) -> tuple[Any, Any]:
        tf, w = tensorflow(), self.weights
        projected = tf.matmul(x, w[f"{layer}/kernel"]) + w[f"{layer}/bias"]
        return lstm_step(projected, a, c, w[f"{layer}/recurrent_kernel"])


def plain_network(bundle: Bundle, classifier: Classifier, words: WordTable) -> tuple[Any, NDArray[np.int32]]:
    """V2 with its embedding, rows (m, T) -> (m, n_y), and an example of its input."""
    architecture = bundle.architecture
    masked = architecture.get("masked") is True
    table = np.concatenate([np.zeros((1, words.table.shape[1]), np.float32), words.table])
    embedding = emojify.embedding_layer(table, trainable=False, mask_zero=masked)
    length = None if masked else classifier.max_len
    model = emojify.network(length, embedding, n_a=architecture["n_a"], n_y=classifier.n_y)
    set_arrays(bundle.weights, model)
    shape = (3, architecture["max_len"])
    example = np.random.default_rng(0).integers(1, len(table), shape).astype(np.int32)
    example[1, 2:] = 0
    return model, example


def probes(
    classifier: Classifier, labels: Sequence[str], sentences: Sequence[str] = _SENTENCES
) -> list[Probe]:
    """A call with sentences of all kinds, and the answers of a classifier with the Keras engine."""
    predictions = classifier.predict(sentences)
    outputs: Arrays = {
        "emoji": np.array([labels[prediction.label] for prediction in predictions], object),
        "label": np.array([prediction.label for prediction in predictions], np.int32),
        "probabilities": np.array([prediction.probabilities for prediction in predictions], np.float32),
        "unknown_words": np.array([len(prediction.unknown_words) for prediction in predictions], np.int32),
    }
    return [Probe("serving_default", {"sentence": np.array(sentences, object)}, outputs)]

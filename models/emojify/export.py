"""Emojify's networks as a graph that other software serves: sentences in, emoji out.

The words are found in the graph as models.emojify.words finds them, with one difference: an accent typed as
a character of its own is not joined to its letter.

Letters: m sentences, n_x numbers in a word's vector, n_y labels, n_a hidden units.
"""

import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models import export_graph as graphs
from models.batching import Batching
from models.emojify import classifier as classifiers
from models.emojify.classifier import NOT_SURE, Classifier, VectorSource
from models.emojify.dataset import APP
from models.emojify.networks import embedding_layer, network
from models.emojify.options import AnswerOptions
from models.emojify.words import PLAIN, WordVectors
from models.export_graph import Exportable, Graph, Layers, Outputs, Probe, State
from models.keras_weights import set_arrays
from utils.bundle import Arrays
from utils.errors import UserError
from utils.scripts import SPACELESS

_BEFORE, _BEHIND = r"^[^\pL\pN]+", r"^((?s).*[\pL\pN][\p{Mn}\p{Mc}]*).*$"
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
    "\u6211\u5f88food! \u0e01\u0e34\u0e19",  # Chinese and Thai
)


class WordTable(NamedTuple):
    """The words that an export includes.

    Args:
        words: The words, all different.
        table: Their vectors (words, n_x).
    """

    words: Sequence[str]
    table: NDArray[np.float32]


def load(
    path: str | Path | None = None,
    *,
    vectors: VectorSource = None,
    vocabulary: Callable[[WordVectors], Collection[str]] | None = None,
    unsure: float = AnswerOptions.unsure,
) -> Exportable:
    """Reads a bundle for export.

    Args:
        path: The bundle's folder; None: a pretrained network's, see `models.emojify.load`.
        vectors: The word vectors, see `models.emojify.load`.
        vocabulary: Chooses the words of the vectors that the export includes; None: all.
        unsure: The probability below which the export answers "not sure".

    Raises:
        UserError: There is no such bundle, it is damaged, the vectors do not fit it, or a vocabulary is to be
            chosen for a bundle that has its own.
    """
    classifier = classifiers.load(path, vectors=vectors)
    bundle, folder, included = classifier.bundle, classifier.folder, classifier.vectors
    if vocabulary is not None:
        if classifier.has_embedding:
            raise UserError(f"vocabulary: the bundle {folder} has {len(included)} words of its own")
        included = {word: included[word] for word in vocabulary(included)}
    # What maps a file into memory has the vectors in one table.
    table = getattr(included, "table", None)
    words = WordTable(
        list(included), np.array(list(included.values()), np.float32) if table is None else table
    )

    return Exportable(
        APP,
        partial(build, classifier, words, unsure),
        partial(
            probes,
            classifier if vocabulary is None else Classifier(bundle, folder, vectors=included),
            unsure=unsure,
        ),
        partial(plain_network, classifier, words),
        (f"{len(words.words)} words inside, their vectors {words.table.nbytes / 1e6:.1f} MB",),
    )


def build(classifier: Classifier, words: WordTable, unsure: float = AnswerOptions.unsure) -> Graph:
    """Builds the graph of a classifier.

    Signature serving_default: sentence (m,) -> answer (m,), the emoji or "not sure", and of the likeliest
    label emoji (m,), label (m,), its index, and value (m,), the label as the training's file had it;
    probabilities (m, n_y), and unknown_words (m,), how many words have no vector.

    Args:
        classifier: The network and its labels.
        words: The words that the graph knows.
        unsure: The probability below which the answer is "not sure".
    """
    graph = _Graph(classifier, words, unsure)
    run = graphs.function({"sentence": (tf.string, [None])}, graph.predict)
    return Graph(graph, {"serving_default": run}, {"serving_default": Batching()})


class _Graph(Layers):
    """The signature's function: sentences to rows of the vectors' table to probabilities."""

    def __init__(self, classifier: Classifier, words: WordTable, unsure: float) -> None:
        arrays = dict(classifier.bundle.network())
        if classifier.kind == "v1":  # softmax regression is the softmax layer alone
            arrays = {"dense/kernel": arrays["W"].T, "dense/bias": arrays["b"]}
        super().__init__(arrays)
        self.vectors = graphs.variable(_with_zero_row(words.table), "vectors")
        self.v1, self.masked = classifier.kind == "v1", classifier.masked
        self.max_len = classifier.max_len
        self.prior = tf.constant(classifier.prior)
        self.labels, self.values = (
            tf.constant([text.encode("utf-8") for text in texts])
            for texts in (classifier.labels, classifier.values)
        )
        self.unsure, self.not_sure = tf.constant(unsure, tf.float32), tf.constant(NOT_SURE)
        self.simpler = graphs.lookup_table(_simpler_characters(), tf.int32, tf.string, "\0")
        rows = {word.encode("utf-8"): row for row, word in enumerate(words.words, 1)}
        self.rows = graphs.lookup_table(rows, tf.string, tf.int32, 0)

    def predict(self, sentence: tf.Tensor) -> Outputs:
        """Predicts an emoji for each sentence."""
        rows, unknown = self.find_words(sentence)
        p, known = self.predict_rows(rows)
        label = tf.argmax(p, axis=-1, output_type=tf.int32)
        emoji, value = tf.gather(self.labels, label), tf.gather(self.values, label)
        sure = (tf.reduce_max(p, axis=-1) >= self.unsure) & (known | (self.unsure == 0))
        return {
            "answer": tf.where(sure, emoji, self.not_sure),
            "emoji": emoji,
            "label": label,
            "value": value,
            "probabilities": p,
            "unknown_words": unknown,
        }

    def find_words(self, sentences: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        """Looks up words as `models.emojify.words.known_words` does.

        Returns:
            The words' rows, 0 for an unknown one, ragged (m, words); and how many are unknown (m,).
        """
        typed = tf.strings.split(self._simplified(sentences))
        bare = tf.ragged.map_flat_values(tf.strings.regex_replace, typed, _BEFORE, "")
        bare = tf.ragged.map_flat_values(tf.strings.regex_replace, bare, _BEHIND, r"\1")
        some = tf.ragged.map_flat_values(tf.not_equal, bare, "")
        typed, bare = tf.ragged.boolean_mask(typed, some), tf.ragged.boolean_mask(bare, some)
        spelt = tf.strings.split(self._spelt(bare.flat_values, typed.flat_values))
        rows = tf.ragged.map_flat_values(self.rows.lookup, spelt)
        rows = bare.with_flat_values(rows).merge_dims(1, 2)
        return rows, tf.reduce_sum(tf.cast(tf.equal(rows, 0), tf.int32), axis=1)

    def predict_rows(self, rows: tf.RaggedTensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Computes (m, n_y): the labels' shares of the training sentences where no word is known.

        Returns:
            The probabilities, and whether a word is known (m,).
        """
        known = tf.ragged.boolean_mask(rows, rows > 0)
        compute = self._v1 if self.v1 else self._v2
        p = compute(known if self.v1 or self.masked else rows)
        some = known.row_lengths() > 0
        return tf.where(some[:, None], p, self.prior[None]), some

    def _simplified(self, sentences: tf.Tensor) -> tf.Tensor:
        """Lower case without typography; a space for white space of all kinds, and around letters without."""
        codes = tf.strings.unicode_decode(sentences, "UTF-8", errors="ignore")
        flat = codes.flat_values
        simpler, unchanged = self.simpler.lookup(flat), tf.strings.unicode_encode(flat[:, None], "UTF-8")
        simpler = tf.where(tf.equal(simpler, "\0"), unchanged, simpler)
        text = tf.strings.reduce_join(codes.with_flat_values(simpler), axis=-1)
        return tf.strings.regex_replace(text, f"({SPACELESS})", r" \1 ")

    def _spelt(self, bare: tf.Tensor, typed: tf.Tensor) -> tf.Tensor:
        """Each word as it is known: bare, as typed, or its parts with a space between; else bare."""
        spelt = bare
        # Later spellings win, so the order is the reverse of models.emojify.words. A word that does not
        # match a pattern stays whole, and one word is never "several parts".
        for pattern, parts in ((_BETWEEN, " "), (_NOT, r"\1 not"), (_CONTRACTION, r"\1 \2")):
            split = tf.strings.regex_replace(bare, pattern, parts)
            spelt = tf.where(self._all_known(split), split, spelt)
        for whole in (typed, bare):
            spelt = tf.where(self.rows.lookup(whole) > 0, whole, spelt)
        return spelt

    def _all_known(self, parts: tf.Tensor) -> tf.Tensor:
        """Whether there are several parts, all of them known."""
        split = tf.strings.split(parts)
        known = tf.ragged.map_flat_values(lambda part: self.rows.lookup(part) > 0, split)
        return tf.logical_and(split.row_lengths() > 1, tf.reduce_all(known, axis=1))

    def _v1(self, known: tf.RaggedTensor) -> tf.Tensor:
        """Softmax regression on the mean vector."""
        vectors = known.with_flat_values(tf.gather(self.vectors, known.flat_values))
        mean = self.pad_rows(
            tf.math.divide_no_nan(
                tf.reduce_sum(vectors, axis=1), tf.cast(known.row_lengths(), tf.float32)[:, None]
            )
        )
        return self.probabilities(self.project(mean))[: known.nrows()]

    def _v2(self, rows: tf.RaggedTensor) -> tf.Tensor:
        """Both LSTM layers over the first words; a shorter sentence's state waits for the longest."""
        rows = rows[:, : self.max_len]
        dense = self.pad_rows(rows.to_tensor(0, shape=[None, None if self.masked else self.max_len]))
        lengths = rows.row_lengths() if self.masked else tf.fill([rows.nrows()], tf.int64.max)
        lengths = self.pad_rows(lengths)
        m, steps = tf.unstack(tf.shape(dense))
        vectors = tf.gather(self.vectors, tf.reshape(tf.transpose(dense), [-1]))
        projected = tf.reshape(self.project(vectors), [steps, m, 4 * self.n_a])

        def body(t: tf.Tensor, *state: tf.Tensor) -> State:
            after = self.step(projected[t], state)
            kept = (tf.cast(t, tf.int64) < lengths)[:, None]
            return tuple(tf.where(kept, new, old) for new, old in zip(after, state, strict=True))

        *_, logits = graphs.loop(steps, body, *self.zero_state(m))
        return self.probabilities(logits)[: rows.nrows()]


def _with_zero_row(table: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([np.zeros((1, table.shape[1]), np.float32), table])


def _simpler_characters() -> dict[int, str]:
    """What replaces single characters before words are looked up, where it is not the character itself."""
    simpler_forms = {}
    for character in graphs.characters():
        simpler = unicodedata.normalize("NFKC", character).translate(PLAIN).lower()
        simpler = "".join(" " if part.isspace() else part for part in simpler)
        if simpler != character:
            simpler_forms[ord(character)] = simpler
    return simpler_forms


def plain_network(classifier: Classifier, words: WordTable) -> tuple[keras.Model, NDArray[np.int32]]:
    """Builds V2 with its embedding, rows (m, T) -> (m, n_y), and an example of its input.

    Raises:
        UserError: The classifier is V1.
    """
    if classifier.kind == "v1":
        raise UserError(f"the bundle {classifier.folder} is of V1, which is not a Keras network")
    architecture, masked = classifier.bundle.architecture, classifier.masked
    embedding = embedding_layer(_with_zero_row(words.table), trainable=False, mask_zero=masked)
    length = None if masked else classifier.max_len
    model = network(length, embedding, n_a=architecture["n_a"], n_y=classifier.n_y)
    set_arrays(classifier.bundle.weights, model)
    shape = (3, architecture["max_len"])
    example = np.random.default_rng(0).integers(1, len(words.words) + 1, shape).astype(np.int32)
    example[1, 2:] = 0
    return model, example


def probes(
    classifier: Classifier, sentences: Sequence[str] = _SENTENCES, *, unsure: float = AnswerOptions.unsure
) -> list[Probe]:
    """Makes a call with sentences of all kinds, with the classifier's outputs."""
    predictions = classifier.predict(sentences)
    outputs: Arrays = {
        "answer": np.array([prediction.answer(unsure) for prediction in predictions], object),
        "emoji": np.array([prediction.emoji for prediction in predictions], object),
        "label": np.array([prediction.label for prediction in predictions], np.int32),
        "value": np.array([prediction.value for prediction in predictions], object),
        "probabilities": np.array([prediction.probabilities for prediction in predictions], np.float32),
        "unknown_words": np.array([len(prediction.unknown_words) for prediction in predictions], np.int32),
    }
    return [Probe("serving_default", {"sentence": np.array(sentences, object)}, outputs)]

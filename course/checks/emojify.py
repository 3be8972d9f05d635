"""The Emojify exercise: sentence_to_avg, model, sentences_to_indices and the two builders of V2.

The sections and the steps that the known mistakes name:

- 1.1 convert_to_one_hot
- 1.2 sentence_to_avg: 1 words, 2 sum, 3 mean
- 1.3 model: 1 average, 2 forward pass, 3 gradients, 4 update
- 2.1 sentences_to_indices: 1 words, 2 indices
- 2.2 pretrained_embedding_layer: 1 sizes, 2 table, 3 layer, 4 weights
- 2.3 Emojify_V2: 1 input, 2 embedding, 3 first LSTM, 4 second LSTM, 5 Dense, 6 model
"""

import inspect
from typing import Any

import numpy as np

from course.checks.compare import Leaves
from course.checks.edit import edited
from course.checks.record import Callback, Case, Exercise, Function, mistake
from course.rnn_utils import softmax
from models.emojify import regression, words

Generator = np.random.Generator

WORDS = "food happy i lost love lunch my play sad the we win you".split()
SENTENCES = ("i love you", "we win", "happy happy we play", "i lost my love", "my lunch", "you play the food")
LABELS = (0, 1, 2, 3, 4, 4)


def _vectors(random: Generator, n: int = 7) -> dict[str, Any]:
    return {word: random.standard_normal(n) for word in WORDS}


def _in_edition(learner: Callback, case: Case, edition: str | None) -> bool:
    """2018's sentences have only words with vectors, and its five labels are a constant."""
    if case.label == "3 labels" and edition is None:
        code = getattr(inspect.unwrap(learner), "__code__", None)
        return code is not None and "unique" in code.co_names
    return edition != "2018" or case.label not in (UNKNOWN, NONE_KNOWN, "3 labels")


UNKNOWN, NONE_KNOWN = "an unknown word", "no known word"


def _avg_cases(random: Generator) -> list[Case]:
    vectors = _vectors(random)
    return [
        Case("4 words", ("i love my lunch", vectors)),
        Case("a word twice", ("happy happy we play", vectors)),
        Case("capitals", ("I Love YOU", vectors), unusual=True),
        Case("1 word", ("love", vectors), unusual=True),
        Case("vectors of 3 numbers", ("we win", _vectors(random, 3)), unusual=True),
        Case(UNKNOWN, ("i love my zebra", vectors), unusual=True),
        Case(NONE_KNOWN, ("zebra quagga", vectors), unusual=True),
    ]


_KNOWN = "if word in word_to_vec_map]"
_MEAN = "np.mean(known, axis=0, dtype=np.float64)"
SENTENCE_TO_AVG = Function(
    "sentence_to_avg",
    "1.2",
    "sentence, word_to_vec_map",
    ("avg",),
    regression.sentence_to_avg,
    _avg_cases,
    (
        mistake(1, "the sentence is not put into lower case", ("course_words(sentence)", "sentence.split()")),
        mistake(
            1, "an unknown word is looked up: words that have no vector are to be left out", (_KNOWN, "]")
        ),
        mistake(
            2, "each word overwrites the sum: only the last word counts", (_MEAN, "known[-1] / len(known)")
        ),
        mistake(2, "only the last word counts", (_MEAN, "known[-1]")),
        mistake(
            2,
            "a word that comes twice counts once",
            ("course_words(sentence) if", "dict.fromkeys(course_words(sentence)) if"),
        ),
        mistake(3, "the sum is not divided by the number of words", (_MEAN, "np.sum(known, axis=0)")),
        mistake(
            3,
            "the sum is divided by the number of all words instead of the known ones",
            (_MEAN, "np.sum(known, axis=0) / len(sentence.split())"),
        ),
        mistake(
            3,
            "the sum is divided by the number of characters: len(sentence)",
            (_MEAN, "np.sum(known, axis=0) / len(sentence)"),
        ),
        mistake(
            3,
            "the sum is divided by the number of words in word_to_vec_map",
            (_MEAN, "np.sum(known, axis=0) / len(word_to_vec_map)"),
        ),
        mistake(
            3,
            "the mean is taken over the numbers of each vector instead of over the words",
            (_MEAN, "np.mean(known, axis=1)"),
        ),
        mistake(
            3,
            "the sum is divided by 0 if no word is known",
            (
                "    if known:\n        return np.asarray(",
                "    if not known:\n        return np.nan * next(iter(word_to_vec_map.values()))\n"
                "    if known:\n        return np.asarray(",
            ),
        ),
    ),
    applies=_in_edition,
)


def _model_cases(random: Generator) -> list[Case]:
    X, Y = np.array(SENTENCES), np.array(LABELS)
    few = np.array([0, 2, 1])
    return [
        Case("6 sentences, 5 labels", (X, Y, _vectors(random), 0.01, 3)),
        Case("learning_rate = 0.2", (X, Y, _vectors(random), 0.2, 4)),
        Case("3 labels", (X[:3], few, _vectors(random), 0.05, 2), unusual=True, ours={"n_y": 3}),
    ]


def _flat(learner: Callback) -> Callback:
    """B may have the shape (n_y,) or (n_y, 1)."""

    def call(*arguments: Any, **ours: Any) -> Any:
        result = learner(*arguments, **ours)
        if isinstance(result, tuple | list) and len(result) == 3:
            return result[1], np.asarray(result[2]).reshape(-1)
        return result

    return call


_Z, _DZ = "softmax(W @ avg + b)", "dz = a - y"
_DW, _DB = "W -= learning_rate * np.outer(dz, avg)", "b -= learning_rate * dz"
MODEL = Function(
    "model",
    "1.3",
    "X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400",
    ("W", "b"),
    regression.model,
    _model_cases,
    (
        mistake(
            3,
            "the gradients are added up over the sentences while each is used at once, as in the handout of "
            "2021; plain SGD uses each sentence's own",
            (
                "for _ in range(num_iterations):",
                "for _ in range(num_iterations):\n        dW, db = 0 * W, 0 * b",
            ),
            (_DW, "dW += np.outer(dz, avg); W -= learning_rate * dW"),
            (_DB, "db += dz; b -= learning_rate * db"),
        )._replace(accepted=True),
        mistake(2, "b is forgotten in z", (_Z, "softmax(W @ avg)")),
        mistake(2, "softmax is forgotten", (_Z, "W @ avg + b")),
        mistake(2, "sigmoid is taken instead of softmax", (_Z, "1 / (1 + np.exp(-(W @ avg + b)))")),
        mistake(
            3,
            "dz is y - a instead of a - y, or the update adds the gradient: the cost grows",
            (_DZ, "dz = y - a"),
        ),
        mistake(3, "dz is a: y is not subtracted", (_DZ, "dz = a")),
        mistake(4, "b is never updated", (_DB, "pass")),
        mistake(4, "W is never updated", (_DW, "pass")),
        mistake(
            4,
            "the learning rate is 0.01 whatever is passed",
            (_DW, _DW.replace("learning_rate", "0.01")),
            (_DB, _DB.replace("learning_rate", "0.01")),
        ),
        mistake(
            4,
            "one epoch is trained instead of num_iterations",
            ("for _ in range(num_iterations):", "for _ in range(1):"),
        ),
        mistake(
            4,
            "one epoch is missing: the range begins at 1",
            ("for _ in range(num_iterations):", "for _ in range(1, num_iterations):"),
        ),
        mistake(
            4,
            "the first sentence is left out",
            ("zip(averages, one_hot, strict=True)", "zip(averages[1:], one_hot[1:], strict=True)"),
        ),
    ),
    adapt=_flat,
    applies=_in_edition,
)


def _index_cases(random: Generator) -> list[Case]:
    index = {word: i for i, word in enumerate(WORDS, 1)}
    return [
        Case("6 sentences", (np.array(SENTENCES), index, 5)),
        Case("max_len = 10", (np.array(SENTENCES[:2]), index, 10)),
        Case("capitals", (np.array(["I LOVE You"]), index, 4), unusual=True),
        Case("m = 1", (np.array(["love"]), index, 1), unusual=True),
        Case(UNKNOWN, (np.array(["i zebra love you", "we win"]), index, 6), unusual=True),
    ]


_SKIPPED = "[word for word in course_words(sentence) if word in word_to_index][:max_len]"
_ROW = "row[: len(words)] = [word_to_index.get(word, 0) for word in words]"
SENTENCES_TO_INDICES = Function(
    "sentences_to_indices",
    "2.1",
    "X, word_to_index, max_len",
    ("X_indices",),
    # Since 2021 an unknown word is skipped.
    edited(words.sentences_to_indices, [("course_words(sentence)[:max_len]", _SKIPPED)]),
    _index_cases,
    (
        mistake(
            1,
            "the sentences are not put into lower case",
            ("course_words(sentence) if", "sentence.split() if"),
        ),
        mistake(
            1,
            "0 is written in place of an unknown word; since 2021 the next word takes its place",
            (_SKIPPED, "course_words(sentence)[:max_len]"),
        ),
        mistake(
            1,
            "an unknown word is looked up; since 2021 it is skipped",
            (_SKIPPED, "course_words(sentence)[:max_len]"),
            ("word_to_index.get(word, 0)", "word_to_index[word]"),
        ),
        mistake(
            2,
            "the zeros stand before the words instead of after them",
            ("row[: len(words)] =", "row[max_len - len(words) :] ="),
        ),
        mistake(
            2,
            "j is not increased: all words of a sentence are written to the same place",
            (_ROW, "row[: min(len(words), 1)] = [word_to_index[word] for word in words][-1:]"),
        ),
        mistake(
            2,
            "j is increased before the first word: the first place stays 0",
            (_ROW, "row[1 : len(words) + 1] = [word_to_index[word] for word in words]"),
        ),
        mistake(
            2,
            "the indices are one too small",
            ("word_to_index.get(word, 0)", "word_to_index.get(word, 0) - 1"),
        ),
        mistake(
            2, "the words are in the reverse order", ("for word in words]", "for word in reversed(words)]")
        ),
        mistake(
            2,
            "only the first sentence is converted: return stands inside the loop",
            ("zip(indices, X, strict=True)", "zip(indices[:1], X[:1], strict=True)"),
        ),
    ),
    applies=_in_edition,
)


def _one_hot_cases(random: Generator) -> list[Case]:
    return [
        Case("5 labels", (np.array(LABELS), 5)),
        Case("C = 7", (np.array([3, 0, 6]), 7), unusual=True),
        Case("m = 1", (np.array([2]), 3), unusual=True),
    ]


_EYE = "np.eye(C)[np.asarray(Y).reshape(-1)]"
CONVERT_TO_ONE_HOT = Function(
    "convert_to_one_hot",
    "1.1",
    "Y, C",
    ("Y",),
    regression.convert_to_one_hot,
    _one_hot_cases,
    (
        mistake(
            1,
            "the labels are taken to count from 1: each 1 stands one place too early",
            (_EYE, "np.eye(C)[np.asarray(Y).reshape(-1) - 1]"),
        ),
        mistake(1, "the result is transposed: (C, m) instead of (m, C)", (_EYE, _EYE + ".T")),
        mistake(1, "there are 5 columns whatever C is", (_EYE, "np.eye(5)[np.asarray(Y).reshape(-1)]")),
    ),
    optional=True,
)

# The builders of V2


def _seeded(learner: Callback) -> Callback:
    """The same initial weights each time."""

    def build(*arguments: Any) -> Any:
        import keras

        keras.utils.set_random_seed(1)
        return learner(*arguments)

    return build


def _embedding_cases(random: Generator) -> list[Case]:
    index = {word: i for i, word in enumerate(WORDS, 1)}
    return [
        Case("13 words", (_vectors(random), index)),
        Case("1 word", ({"love": np.arange(3.0)}, {"love": 1}), unusual=True),
    ]


def _embedding_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    import keras

    if not isinstance(result, keras.layers.Embedding):
        return {"": result}, {}
    weights = result.get_weights()
    return {"the layer": _described(result), "its weights": weights[0] if weights else None}, {}


def _described(layer: Any) -> str:
    """A layer in a few words."""
    config = layer.get_config()
    words = [type(layer).__name__]
    if "output_dim" in config:
        words.append(f"{config['input_dim']} x {config['output_dim']}")
    words += [str(config[name]) for name in ("units", "rate") if name in config]
    if config.get("return_sequences"):
        words.append("return_sequences=True")
    if words[0] in ("Dense", "Activation"):
        words.append(str(config["activation"]))
    if config.get("mask_zero"):
        words.append("mask_zero=True")
    if not layer.trainable:
        words.append("trainable=False")
    return " ".join(words)


def _v2_cases(random: Generator) -> list[Case]:
    index = {word: i for i, word in enumerate(WORDS, 1)}
    return [Case("max_len = 10", ((10,), _vectors(random), index))]


def _v2_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    import keras

    if not isinstance(result, keras.Model):
        return {"": result}, {}
    layers = [layer for layer in result.layers if not isinstance(layer, keras.layers.InputLayer)]
    words = [_described(layer) for layer in layers]
    if words[-2:] == [f"Dense {layers[-2].get_config().get('units')} linear", "Activation softmax"]:
        words[-2:] = [words[-2].replace("linear", "softmax")]  # the same in two layers
    return {
        "the layers": " -> ".join(words),
        "the input's shape": str(result.input_shape),
        "the output's shape": str(result.output_shape),
    }, {}


_FILLED = "table[index] = word_to_vec_map[word]"
_BUILT = "embedding_layer(table, trainable=False, mask_zero=mask_zero)"
PRETRAINED_EMBEDDING_LAYER = Function(
    "pretrained_embedding_layer",
    "2.2",
    "word_to_vec_map, word_to_index",
    ("embedding_layer",),
    "models.emojify.networks:pretrained_embedding_layer",
    _embedding_cases,
    (
        mistake(
            1,
            "the table has no row for index 0: its size is len(word_to_index) + 1",
            ("len(word_to_index) + 1", "len(word_to_index)"),
        ),
        mistake(
            2,
            "the rows are one too high: table[index - 1] is written",
            (_FILLED, _FILLED.replace("[index]", "[index - 1]")),
        ),
        mistake(2, "the table stays zeros", (_FILLED, "pass")),
        mistake(
            3,
            "the layer is trainable: trainable=False is forgotten",
            (_BUILT, _BUILT.replace("False", "True")),
        ),
        mistake(
            4,
            "the weights are never set: they are random numbers",
            (
                f"return {_BUILT}",
                "layer = keras.layers.Embedding(*table.shape, trainable=False)\n"
                "    layer.build((None,))\n    return layer",
            ),
        ),
        mistake(
            4,
            "the layer is not built, so that it has no weights yet",
            (f"return {_BUILT}", "return keras.layers.Embedding(*table.shape, trainable=False)"),
        ),
        mistake(
            4,
            "index 0 is masked (mask_zero=True), which the exercise does not do",
            (_BUILT, _BUILT.replace("mask_zero=mask_zero", "mask_zero=True")),
        ),
    ),
    adapt=_seeded,
    view=_embedding_view,
    keras=True,
)

_LSTM_LAYERS = "((1, True), (2, False))"
_NO_LAYER = "(lambda *a, **k: lambda x: x)"
_DROPOUT = "keras.layers.Dropout(dropout, "
EMOJIFY_V2 = Function(
    "Emojify_V2",
    "2.3",
    "input_shape, word_to_vec_map, word_to_index",
    ("model",),
    "models.emojify.networks:Emojify_V2",
    _v2_cases,
    (
        mistake(
            1,
            "the input has one word more than input_shape",
            ("input_shape[0], embedding", "input_shape[0] + 1, embedding"),
        ),
        mistake(
            2,
            "the embedding is trained: its layer is set trainable, or is another one",
            (
                "    return network(input_shape[0]",
                "    embedding.trainable = True\n    return network(input_shape[0]",
            ),
        ),
        mistake(3, "there is only one LSTM layer", (_LSTM_LAYERS, "((1, False),)")),
        mistake(
            4,
            "the second LSTM has return_sequences=True: it gives an output for each word, not for the last",
            (_LSTM_LAYERS, "((1, True), (2, True))"),
        ),
        mistake(3, "the Dropout layers are forgotten", (_DROPOUT, f"{_NO_LAYER}(dropout, ")),
        mistake(
            4,
            "the Dropout after the second LSTM is forgotten",
            (_DROPOUT, f"[keras.layers.Dropout, {_NO_LAYER}][number - 1](dropout, "),
        ),
        mistake(
            3,
            "the Dropout after the first LSTM is forgotten",
            (_DROPOUT, f"[{_NO_LAYER}, keras.layers.Dropout][number - 1](dropout, "),
        ),
        mistake(5, "softmax is forgotten", ('activation="softmax"', 'activation="linear"')),
        mistake(5, "sigmoid is taken instead of softmax", ('activation="softmax"', 'activation="sigmoid"')),
        mistake(
            5, "Dense has one unit instead of five", ("keras.layers.Dense(n_y,", "keras.layers.Dense(1,")
        ),
    ),
    beside=("network", "_classify"),
    adapt=_seeded,
    view=_v2_view,
    keras=True,
)

EXERCISE = Exercise(
    "emojify",
    (
        CONVERT_TO_ONE_HOT,
        SENTENCE_TO_AVG,
        MODEL,
        SENTENCES_TO_INDICES,
        PRETRAINED_EMBEDDING_LAYER,
        EMOJIFY_V2,
    ),
    {"softmax": softmax},
)

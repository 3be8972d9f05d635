"""Emojify by the course's contracts, and its cells as a learner types them."""

import numpy as np
import pytest

from course import emo_utils, emojify
from data import emoji
from models import emojify as ours

CELLS = """
import numpy as np
from course.emo_utils import *
import matplotlib.pyplot as plt
from keras.models import Model
from keras.layers import Dense, Input, Dropout, LSTM, Activation, Embedding

X_train, Y_train = read_csv(train)
X_test, Y_test = read_csv(test)
maxLen = len(max(X_train, key=lambda sentence: len(sentence.split())).split())
print(X_train[1], label_to_emoji(Y_train[1]))
Y_oh_train = convert_to_one_hot(Y_train, C=5)
word_to_index, index_to_word, word_to_vec_map = read_glove_vecs(glove)

def sentence_to_avg(sentence, word_to_vec_map):
    words = sentence.lower().split()
    any_word = next(iter(word_to_vec_map.keys()))
    avg, count = np.zeros(word_to_vec_map[any_word].shape), 0
    for w in words:
        if w in word_to_vec_map:
            avg += word_to_vec_map[w]
            count += 1
    return avg / count if count else avg

def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400):
    any_word = next(iter(word_to_vec_map.keys()))
    np.random.seed(1)
    m, n_y, n_h = Y.shape[0], len(np.unique(Y)), word_to_vec_map[any_word].shape[0]
    W, b = np.random.randn(n_y, n_h) / np.sqrt(n_h), np.zeros((n_y,))
    Y_oh = convert_to_one_hot(Y, C=n_y)
    for t in range(num_iterations):
        for i in range(m):
            avg = sentence_to_avg(X[i], word_to_vec_map)
            a = softmax(np.dot(W, avg) + b)
            cost = -np.sum(Y_oh[i] * np.log(a))
            dz = a - Y_oh[i]
            dW, db = np.dot(dz.reshape(n_y, 1), avg.reshape(1, n_h)), dz
            W, b = W - learning_rate * dW, b - learning_rate * db
        if t % 100 == 0:
            print("Epoch: " + str(t) + " --- cost = " + str(cost))
            pred = predict(X, Y, W, b, word_to_vec_map)
    return pred, W, b

pred, W, b = model(X_train, Y_train, word_to_vec_map, num_iterations=epochs)
print("Training set:")
pred_train = predict(X_train, Y_train, W, b, word_to_vec_map)
print("Test set:")
pred_test = predict(X_test, Y_test, W, b, word_to_vec_map)
print_predictions(X_test, pred_test)
plot_confusion_matrix(Y_test, pred_test)

def sentences_to_indices(X, word_to_index, max_len):
    X_indices = np.zeros((X.shape[0], max_len))
    for i in range(X.shape[0]):
        j = 0
        for w in X[i].lower().split():
            if w in word_to_index:
                X_indices[i, j] = word_to_index[w]
                j = j + 1
    return X_indices

def pretrained_embedding_layer(word_to_vec_map, word_to_index):
    vocab_size = len(word_to_index) + 1
    any_word = next(iter(word_to_vec_map.keys()))
    emb_matrix = np.zeros((vocab_size, word_to_vec_map[any_word].shape[0]))
    for word, idx in word_to_index.items():
        emb_matrix[idx, :] = word_to_vec_map[word]
    embedding_layer = Embedding(vocab_size, emb_matrix.shape[1], trainable=False)
    embedding_layer.build((None,))
    embedding_layer.set_weights([emb_matrix])
    return embedding_layer

def Emojify_V2(input_shape, word_to_vec_map, word_to_index):
    sentence_indices = Input(shape=input_shape, dtype="int32")
    embeddings = pretrained_embedding_layer(word_to_vec_map, word_to_index)(sentence_indices)
    X = LSTM(128, return_sequences=True)(embeddings)
    X = Dropout(0.5)(X)
    X = LSTM(128, return_sequences=False)(X)
    X = Dropout(0.5)(X)
    X = Dense(5)(X)
    X = Activation("softmax")(X)
    return Model(inputs=sentence_indices, outputs=X)

model = Emojify_V2((maxLen,), word_to_vec_map, word_to_index)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
X_train_indices = sentences_to_indices(X_train, word_to_index, maxLen)
Y_train_oh = convert_to_one_hot(Y_train, C=5)
model.fit(X_train_indices, Y_train_oh, epochs=1, batch_size=32, shuffle=True, verbose=0)
"""

SENTENCES = ["i love you", "throw the ball", "very funny", "so very sad", "good food"]


@pytest.fixture
def files(tmp_path):
    """A CSV file and vectors of all its words, each along its label's axis."""
    rng = np.random.default_rng(0)
    csv, glove = tmp_path / "train.csv", tmp_path / "vectors.txt"
    csv.write_text("".join(f"{sentence},{label}\n" for label, sentence in enumerate(SENTENCES)), "utf-8")
    words = {word: label for label, sentence in enumerate(SENTENCES) for word in sentence.split()}
    rows = {word: np.eye(6)[label] * 3 + rng.normal(0, 0.1, 6) for word, label in words.items()}
    glove.write_text("".join(f"{word} {' '.join(map(str, row))}\n" for word, row in rows.items()), "utf-8")
    return {"train": csv, "test": csv, "glove": glove}


def typed(files, epochs):
    names = {**files, "epochs": epochs}
    exec(CELLS, names)
    return names


@pytest.mark.slow
def test_the_cells_run_as_typed(files, monkeypatch, capsys):
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.setattr(plt, "show", lambda: None)
    plt.switch_backend("agg")
    found = typed(files, 101)
    said = capsys.readouterr().out
    axes = plt.gcf().axes[0]
    assert axes.get_title() == "Confusion matrix"
    assert [tick.get_text() for tick in axes.get_yticklabels()][:2] == ["heart", "baseball"]
    plt.close("all")
    assert "throw the ball ⚾\n" in said and "Test set:\nAccuracy: 1.0" in said
    pred, W, b = emojify.model(found["X_train"], found["Y_train"], found["word_to_vec_map"], 0.01, 101)
    ours_said = capsys.readouterr().out
    costs = [[line for line in text.split("\n") if line.startswith("Epoch")] for text in (said, ours_said)]
    assert len(costs[0]) == 2
    for theirs, mine in zip(*costs, strict=True):
        assert float(theirs.split("= ")[1]) == pytest.approx(float(mine.split("= ")[1]), rel=1e-6)
    np.testing.assert_allclose(found["W"], W, atol=1e-9)
    np.testing.assert_array_equal(found["pred_train"], pred)
    assert (
        found["model"].count_params() - 13 * 6
        == emojify.Emojify_V2((4,), found["word_to_vec_map"], found["word_to_index"]).count_params() - 13 * 6
    )


@pytest.mark.slow
@pytest.mark.course_data("train_emoji.csv", "tesss.csv")
def test_the_cost_starts_near_the_courses(course_file, capsys):
    """The course, with all of GloVe: 1.95204988 at epoch 0, 0.0797 at 100; the stand-in lacks six words."""
    vectors = course_file("train_emoji.csv").with_name("glove.6B.50d.50k-approx.txt")
    if not vectors.exists():
        pytest.skip(f"{vectors.name} is not here")
    X, Y = emo_utils.read_csv("data/train_emoji.csv")
    emojify.model(X, Y, emo_utils.read_glove_vecs(vectors)[2], num_iterations=101)
    costs = [float(line.split("= ")[1]) for line in capsys.readouterr().out.split("\n") if "cost" in line]
    assert costs[0] == pytest.approx(1.95204988, abs=0.05)
    assert costs[1] == pytest.approx(0.0797, abs=0.01)


def test_model_has_as_many_labels_as_there_are(capsys):
    words = {"a": np.array([1.0, 0.0]), "b": np.array([0.0, 1.0]), "c": np.array([1.0, 1.0])}
    pred, W, b = emojify.model(["a", "b", "c a"], np.array([0, 1, 2]), words, num_iterations=1)
    assert (pred.shape, W.shape, b.shape) == ((3, 1), (3, 2), (3,))
    assert capsys.readouterr().out.startswith("Epoch: 0 --- cost = ")
    with pytest.raises(ValueError, match=r"Y: expected the labels 0 to 1, got \[0, 3\]"):
        emojify.model(["a", "b"], np.array([0, 3]), words)


def test_unknown_words_are_skipped_or_zero_or_refused():
    index = {"b": 1, "c": 2}
    assert emojify.sentences_to_indices(["B x c"], index, 3).tolist() == [[1, 2, 0]]
    assert emojify.sentences_to_indices(["B x c"], index, 3, unknown="zero").tolist() == [[1, 0, 2]]
    assert ours.sentences_to_indices(["B x c"], index, 3).tolist() == [[1, 0, 2]]
    with pytest.raises(KeyError, match="x"):
        emojify.sentences_to_indices(["B x c"], index, 3, unknown="error")
    with pytest.raises(ValueError, match="unknown: expected one of skip, zero, error, got 'none'"):
        emojify.sentences_to_indices(["B"], index, 3, unknown="none")


def test_read_csv_gives_arrays():
    X, Y = emo_utils.read_csv(emoji.BUNDLED_TEST)
    assert (X.shape, Y.shape) == ((170,), (170,))
    assert isinstance(X, np.ndarray) and Y.max() == 4


def test_predict_prints_the_accuracy_of_labels_of_any_shape(capsys):
    words = {"a": np.array([1.0, 0.0]), "b": np.array([0.0, 1.0])}
    pred = emo_utils.predict(["a", "b"], np.array([[0], [0]]), np.eye(2), np.zeros((2, 1)), words)
    assert pred.tolist() == [[0], [1]]
    assert capsys.readouterr().out == "Accuracy: 0.5\n"

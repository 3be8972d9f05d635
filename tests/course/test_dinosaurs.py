"""The dinosaur exercise by the course's contracts, and its cells as a learner types them."""

import warnings

import numpy as np
import pytest

from course import cllm_utils, dinosaurs, utils
from models import dinos
from tests.models.dinos.test_course import ALPHABET, drawn_parameters
from utils.vocabulary import Vocabulary

IX_TO_CHAR = dict(enumerate(ALPHABET.symbols))

CELLS = """
import numpy as np
from course.MODULE import *

data = open(path, encoding="utf-8").read().lower()
chars = sorted(set(data))
vocab_size = len(chars)
char_to_ix = {ch: i for i, ch in enumerate(chars)}
ix_to_char = {i: ch for i, ch in enumerate(chars)}

def clip(gradients, maxValue):
    dWaa, dWax, dWya = gradients["dWaa"], gradients["dWax"], gradients["dWya"]
    dBIAS, dby = gradients["dBIAS"], gradients["dby"]
    for gradient in [dWaa, dWax, dWya, dBIAS, dby]:
        np.clip(gradient, -maxValue, maxValue, out=gradient)
    return {"dWaa": dWaa, "dWax": dWax, "dWya": dWya, "dBIAS": dBIAS, "dby": dby}

def sample(parameters, char_to_ix, seed):
    Waa, Wax, Wya = parameters["Waa"], parameters["Wax"], parameters["Wya"]
    by, BIAS = parameters["by"], parameters["BIAS"]
    x, a_prev = np.zeros((by.shape[0], 1)), np.zeros((Waa.shape[1], 1))
    indices, idx, counter = [], -1, 0
    while idx != char_to_ix["\\n"] and counter != 50:
        a = np.tanh(Wax @ x + Waa @ a_prev + BIAS)
        y = softmax(Wya @ a + by)
        np.random.seed(counter + seed)
        idx = np.random.choice(range(len(y)), p=y.ravel())
        indices.append(idx)
        x = np.zeros_like(x)
        x[idx] = 1
        a_prev = a
        seed += 1
        counter += 1
    if counter == 50:
        indices.append(char_to_ix["\\n"])
    return indices

def optimize(X, Y, a_prev, parameters, learning_rate=0.01):
    loss, cache = rnn_forward(X, Y, a_prev, parameters, vocab_size)
    gradients, a = rnn_backward(X, Y, parameters, cache)
    gradients = clip(gradients, 5)
    parameters = update_parameters(parameters, gradients, learning_rate)
    return loss, gradients, a[len(X) - 1]

def model(lines, num_iterations, n_a=50, dino_names=7):
    parameters = initialize_parameters(n_a, vocab_size, vocab_size)
    loss = get_initial_loss(vocab_size, dino_names)
    examples = [line.strip() for line in lines if line.strip()]
    np.random.seed(0)
    np.random.shuffle(examples)
    a_prev = np.zeros((n_a, 1))
    for j in range(num_iterations):
        X = [None] + [char_to_ix[ch] for ch in examples[j % len(examples)]]
        Y = X[1:] + [char_to_ix["\\n"]]
        curr_loss, gradients, a_prev = optimize(X, Y, a_prev, parameters)
        loss = smooth(loss, curr_loss)
        if j % 2000 == 0:
            print("Iteration: %d, Loss: %f" % (j, loss) + "\\n")
            for seed in range(dino_names):
                print_sample(sample(parameters, char_to_ix, seed), ix_to_char)
            print("\\n", end="")
    return parameters, get_sample(sample(parameters, char_to_ix, dino_names - 1), ix_to_char)

parameters, last_name = model(data.split("\\n"), num_iterations)
"""


def typed(path, module, bias, num_iterations):
    """Runs the cells of the edition whose hidden bias has that name: what they define."""
    names = {"path": path, "num_iterations": num_iterations}
    exec(CELLS.replace("MODULE", module).replace("BIAS", bias), names)
    return names


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the cell leaves its file open
@pytest.mark.parametrize("module", ["cllm_utils", "utils"])
@pytest.mark.parametrize("bias", ["b", "ba"])
def test_the_cells_run_as_typed_in_both_editions(bias, module, tmp_path, capsys):
    path = tmp_path / "names.txt"
    path.write_text("Abcabba\nbab\nfeed\ncab\n", encoding="utf-8")
    found = typed(path, module, bias, 50)
    said = capsys.readouterr().out
    symbols = found["ix_to_char"]
    arguments = (symbols, found["char_to_ix"], 50, 50, 7, len(symbols))
    parameters, _ = dinosaurs.model(path.read_text("utf-8").split("\n"), *arguments)
    assert capsys.readouterr().out == said
    for name, array in parameters.items():
        np.testing.assert_allclose(found["parameters"][name], array, rtol=0, atol=1e-12)
    last = dinosaurs.get_sample(dinosaurs.sample(parameters, arguments[1], 6), symbols)
    assert found["last_name"] == last


def test_model_is_that_of_2018_for_a_text_and_that_of_2021_for_a_list(capsys):
    symbols = {0: "\n", 1: "a", 2: "b"}
    index = {symbol: number for number, symbol in symbols.items()}
    parameters = dinosaurs.model("ab\nba\n", symbols, index, 5, 4, 3, vocab_size=3)
    of_text = capsys.readouterr().out
    pair = dinosaurs.model(["ab", "ba", ""], symbols, index, 5, 4, 3, vocab_size=3)
    assert capsys.readouterr().out == of_text
    np.testing.assert_array_equal(pair[0]["ba"], parameters["b"])
    assert pair[1].endswith("\n") and pair[1].strip() == of_text.rstrip("\n").split("\n")[-1].strip()
    dinosaurs.model(["ab", "ba"], symbols, index, 3, 4, 1, vocab_size=3, verbose=True)
    assert capsys.readouterr().out.count("X = [None, ") == 3


@pytest.mark.parametrize("bias", ["b", "ba"])
def test_gradients_have_the_callers_name_for_the_bias(bias):
    a_prev, parameters = drawn_parameters(1, (100, 1))
    parameters = {bias if name == "b" else name: array for name, array in parameters.items()}
    before = parameters[bias].copy()
    names = {"dWax", "dWaa", "dWya", f"d{bias}", "dby"}
    X, Y = [12, 3, 5, 11, 22, 3], [4, 14, 11, 22, 25, 26]
    _, cache = cllm_utils.rnn_forward(X, Y, a_prev, parameters)
    gradients, a = cllm_utils.rnn_backward(X, Y, parameters, cache)
    assert set(gradients) == names | {"da_next"}
    loss, clipped, a_last = cllm_utils.optimize(X, Y, a_prev, parameters)
    assert set(clipped) == names
    assert loss == pytest.approx(126.503975722, abs=5e-10)
    np.testing.assert_allclose(a[5], a_last, rtol=0, atol=1e-12)
    np.testing.assert_allclose(parameters[bias], before - 0.01 * clipped[f"d{bias}"], rtol=0, atol=1e-15)
    for name in names:
        np.testing.assert_allclose(np.clip(gradients[name], -5, 5), clipped[name], rtol=0, atol=1e-10)


def test_the_cache_is_by_time_step_and_none_is_the_zero_vector():
    a0, parameters = np.full((4, 1), 0.5), dinosaurs.Arrays(dinos.initialize_parameters(4, 6, 6))
    loss, (y_hat, a, x) = cllm_utils.rnn_forward([None, 3], [3, 0], a0, parameters, vocab_size=6)
    assert (list(a), list(x), list(y_hat)) == ([-1, 0, 1], [0, 1], [0, 1])
    assert not x[0].any() and x[1].ravel().tolist() == [0, 0, 0, 1, 0, 0]
    np.testing.assert_array_equal(a[-1], a0)
    assert a[-1] is not a0
    assert loss == pytest.approx(-np.log(y_hat[0][3, 0] * y_hat[1][0, 0]))


def test_a_step_adds_to_the_gradients_in_place():
    a0, parameters = np.full((4, 1), 0.5), cllm_utils.initialize_parameters(4, 6, 6)
    x = np.eye(6)[:, [2]]
    a, p = cllm_utils.rnn_step_forward(parameters, a0, x)
    gradients = {f"d{name}": np.ones_like(array) for name, array in parameters.items()}
    gradients["da_next"] = np.ones_like(a0)
    held = gradients["dWax"]
    assert cllm_utils.rnn_step_backward(p - x, gradients, parameters, x, a, a0) is gradients
    dz = (parameters["Wya"].T @ (p - x) + 1) * (1 - a**2)
    np.testing.assert_allclose(held, 1 + dz @ x.T)
    np.testing.assert_allclose(gradients["db"], 1 + dz)
    np.testing.assert_allclose(gradients["da_next"], parameters["Waa"].T @ dz)


def test_a_missing_array_is_a_key_error():
    with pytest.raises(KeyError, match="Wax"):
        dinosaurs.Arrays()["Wax"]
    with pytest.raises(KeyError, match="ba"):
        dinosaurs.Arrays()["ba"]


def test_a_star_import_gives_the_helpers_and_not_the_answers():
    assert utils.__all__ == cllm_utils.__all__
    assert not {"clip", "sample", "optimize", "model"} & set(utils.__all__)
    assert cllm_utils.sample is dinosaurs.sample


@pytest.mark.parametrize("name", ["model", "sample", "print_sample"])
def test_the_old_names_say_where_they_are_now(name):
    with pytest.warns(DeprecationWarning, match=f"models.dinos.{name} is deprecated since 2.0; use course"):
        assert getattr(dinos, name) is getattr(dinosaurs, name)
    assert name not in dinos.__all__
    with warnings.catch_warnings(), pytest.raises(AttributeError):
        dinos.no_such_name  # noqa: B018


def test_sample():
    (parameters,) = drawn_parameters(24)
    expected = [23, 16, 26, 26, 24, 3, 21, 1, 7, 24, 15, 3, 25, 20, 6, 13, 10, 8, 20, 12, 2, 0]
    assert dinosaurs.sample(parameters, ALPHABET.index, 0) == expected


def test_sample_of_the_older_exercise_as_far_as_it_is_portable():
    (parameters,) = drawn_parameters(2)
    expected = [12, 17, 24, 14, 13, 9, 10, 22, 24, 6, 13, 11, 12, 6, 21, 15, 21, 14, 3, 2, 1, 21]
    expected += [18, 24, 7, 25, 6, 25, 18, 10, 16, 2, 3, 8, 15, 12, 11, 7, 1, 12, 10, 2, 7]
    assert dinosaurs.sample(parameters, ALPHABET.index, 0)[:43] == expected


def test_sample_is_cut_at_50_characters_and_then_ends_with_the_newline():
    parameters = dinos.initialize_parameters(5, 27, 27)
    parameters["by"][0] = -100  # the newline never comes by itself
    drawn = dinosaurs.sample(parameters, ALPHABET.index, 0)
    assert len(drawn) == 51
    assert drawn[50] == 0
    assert 0 not in drawn[:50]


def test_print_sample(capsys):
    dinosaurs.print_sample([20, 25, 18, 0], IX_TO_CHAR)
    dinosaurs.print_sample([0], IX_TO_CHAR)
    assert capsys.readouterr().out == "Tyr\n\n"


def test_model_is_repeated_optimize(capsys):
    names = ["abba", "bab", "a", "caba"]
    vocabulary = Vocabulary(["\n", "a", "b", "c"])
    index = vocabulary.index
    trained = dinosaurs.model(
        "\n".join(names), dict(enumerate(vocabulary.symbols)), index, 40, 8, vocab_size=4
    )
    parameters, a_prev, order = dinos.initialize_parameters(8, 4, 4), np.zeros((8, 1)), list(names)
    np.random.seed(0)
    np.random.shuffle(order)
    for iteration in range(40):
        X = [None, *(index[symbol] for symbol in order[iteration % 4])]
        _, _, a_prev = dinos.optimize(X, [*X[1:], 0], a_prev, parameters)
    for name, array in parameters.items():
        np.testing.assert_array_equal(trained[name], array)
    assert "Iteration: 0, Loss: " in capsys.readouterr().out


def test_model_takes_names_as_well_as_a_text_and_refuses_what_it_cannot_read():
    arguments = ({0: "\n", 1: "a", 2: "b"}, {"\n": 0, "a": 1, "b": 2}, 3, 4)
    of_text = dinosaurs.model(" Ab\nBA \n\n", *arguments, vocab_size=3)
    of_names, _ = dinosaurs.model(["ab", "ba"], *arguments, vocab_size=3)
    np.testing.assert_array_equal(of_text["Wax"], of_names["Wax"])
    with pytest.raises(ValueError, match="names: expected one name or more"):
        dinosaurs.model("\n \n", *arguments, vocab_size=3)
    with pytest.raises(ValueError, match="char_to_ix: expected every symbol of the names, got none for 'c'"):
        dinosaurs.model("abc", *arguments, vocab_size=3)


PUBLISHED = {
    0: "Nkzxwtdmfqoeyhsqwasjkjvu Kneb Kzxwtdmfqoeyhsqwasjkjvu Neb Zxwtdmfqoeyhsqwasjkjvu Eb "
    "Xwtdmfqoeyhsqwasjkjvu",
    2000: "Liusskeomnolxeros Hmdaairus Hytroligoraurus Lecalosapaus Xusicikoraurus "
    "Abalpsamantisaurus Tpraneronxeros",
    4000: "Mivrosaurus Inee Ivtroplisaurus Mbaaisaurus Wusichisaurus Cabaselachus "
    "Toraperlethosdarenitochusthiamamumamaon",
    6000: "Onwusceomosaurus Lieeaerosaurus Lxussaurus Oma Xusteonosaurus Eeahosaurus Toreonosaurus",
    8000: "Onxusichepriuon Kilabersaurus Lutrodon Omaaerosaurus Xutrcheps Edaksoje Trodiktonus",
    10000: "Onyusaurus Klecalosaurus Lustodon Ola Xusodonia Eeaeosaurus Troceosaurus",
    12000: "Onyxosaurus Kica Lustrepiosaurus Olaagrraiansaurus Yuspangosaurus Eealosaurus Trognesaurus",
    14000: "Meutromodromurus Inda Iutroinatorsaurus Maca Yusteratoptititan Ca Troclosaurus",
}
LOSSES = [23.087336, 27.884160, 25.901815, 24.608779, 24.070350, 23.844446, 23.291971, 23.38234]


@pytest.mark.slow
@pytest.mark.course_data("dinos.txt")
def test_model_prints_the_published_losses_and_names(course_file, capsys):
    data = course_file("dinos.txt").read_text(encoding="utf-8").lower()
    assert sorted(set(data)) == list(ALPHABET.symbols)
    parameters, last_name = dinosaurs.model(data.split("\n"), IX_TO_CHAR, ALPHABET.index, 14001)
    assert last_name == "Troclosaurus\n"
    reports = capsys.readouterr().out.split("Iteration: ")[1:]
    assert len(reports) == len(PUBLISHED)
    for report, (iteration, names), loss in zip(reports, PUBLISHED.items(), LOSSES, strict=True):
        head, *printed = report.split("\n\n")[:2]
        assert head.startswith(f"{iteration}, Loss: ")
        assert float(head.split("Loss: ")[1]) == pytest.approx(loss, abs=2e-6 if iteration < 14000 else 2e-5)
        assert printed[0].split() == names.split()
    assert set(parameters) == {"Wax", "Waa", "Wya", "b", "by"}

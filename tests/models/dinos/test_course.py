"""The character model: the course's published values."""

import numpy as np
import pytest

from models import dinos
from tools.bench.rows.dinos import plain_step
from utils.vocabulary import Vocabulary

ALPHABET = Vocabulary(["\n", *"abcdefghijklmnopqrstuvwxyz"])
IX_TO_CHAR = dict(enumerate(ALPHABET.symbols))


def drawn_parameters(seed, *before, n_a=100):
    """The exercises' draws: what comes `before`, then Wax Waa Wya b by."""
    np.random.seed(seed)
    first = [np.random.randn(*shape) for shape in before]
    shapes = {"Wax": (n_a, 27), "Waa": (n_a, n_a), "Wya": (27, n_a), "b": (n_a, 1), "by": (27, 1)}
    return *first, {name: np.random.randn(*shape) for name, shape in shapes.items()}


def test_initialize_parameters_draws_in_the_courses_order():
    parameters = dinos.initialize_parameters(50, 27, 27)
    np.random.seed(1)
    for name, shape in {"Wax": (50, 27), "Waa": (50, 50), "Wya": (27, 50)}.items():
        np.testing.assert_array_equal(parameters[name], np.random.randn(*shape) * 0.01)
    assert not parameters["b"].any()
    assert not parameters["by"].any()


def test_get_initial_loss_and_smooth():
    assert dinos.get_initial_loss(27, 7) == pytest.approx(-np.log(1 / 27) * 7, rel=1e-15)
    assert dinos.smooth(20.0, 30.0) == pytest.approx(20.01)


@pytest.mark.parametrize(
    ("most", "expected"),
    [(10, [10, -10, 0.2971381536101662, 10, 8.45833407]), (5, [5, -5, 0.29713815, 5, 5])],
)
def test_clip(most, expected):
    np.random.seed(3)
    shapes = {"dWax": (5, 3), "dWaa": (5, 5), "dWya": (2, 5), "db": (5, 1), "dby": (2, 1)}
    gradients = {name: np.random.randn(*shape) * 10 for name, shape in shapes.items()}
    kept = {name: array.copy() for name, array in gradients.items()}
    clipped = dinos.clip(gradients, most)
    places = [("dWaa", (1, 2)), ("dWax", (3, 1)), ("dWya", (1, 2)), ("db", (4, 0)), ("dby", (1, 0))]
    np.testing.assert_allclose([clipped[name][place] for name, place in places], expected, atol=5e-9)
    for name, array in kept.items():
        np.testing.assert_array_equal(gradients[name], array)


def test_sample():
    (parameters,) = drawn_parameters(24)
    expected = [23, 16, 26, 26, 24, 3, 21, 1, 7, 24, 15, 3, 25, 20, 6, 13, 10, 8, 20, 12, 2, 0]
    assert dinos.sample(parameters, ALPHABET.index, 0) == expected


def test_sample_of_the_older_exercise_as_far_as_it_is_portable():
    (parameters,) = drawn_parameters(2)
    expected = [12, 17, 24, 14, 13, 9, 10, 22, 24, 6, 13, 11, 12, 6, 21, 15, 21, 14, 3, 2, 1, 21]
    expected += [18, 24, 7, 25, 6, 25, 18, 10, 16, 2, 3, 8, 15, 12, 11, 7, 1, 12, 10, 2, 7]
    assert dinos.sample(parameters, ALPHABET.index, 0)[:43] == expected


def test_sample_is_cut_at_50_characters_and_then_ends_with_the_newline():
    parameters = dinos.initialize_parameters(5, 27, 27)
    parameters["by"][0] = -100  # the newline never comes by itself
    drawn = dinos.sample(parameters, ALPHABET.index, 0)
    assert len(drawn) == 51
    assert drawn[50] == 0
    assert 0 not in drawn[:50]


def test_optimize():
    a_prev, parameters = drawn_parameters(1, (100, 1))
    kept = {name: array.copy() for name, array in parameters.items()}
    X, Y = [12, 3, 5, 11, 22, 3], [4, 14, 11, 22, 25, 26]
    loss, gradients, a_last = dinos.optimize(X, Y, a_prev, parameters)
    assert loss == pytest.approx(126.503975722, abs=5e-10)
    assert gradients["dWaa"][1][2] == pytest.approx(0.194709315347, abs=5e-13)
    assert np.argmax(gradients["dWax"]) == 93
    assert gradients["dWya"][1][2] == pytest.approx(-0.007773876032, abs=5e-13)
    np.testing.assert_allclose(gradients["db"][4], [-0.06809825], atol=5e-9)
    np.testing.assert_allclose(gradients["dby"][1], [0.01538192], atol=5e-9)
    np.testing.assert_allclose(a_last[4], [-1.0], atol=5e-9)
    for name, array in kept.items():
        np.testing.assert_array_equal(parameters[name], array - 0.01 * gradients[f"d{name}"])


def test_optimize_is_the_step_by_step_loop():
    """Beside the benchmark's plain way: one-hot columns, a product at a time."""
    rng = np.random.default_rng(0)
    parameters = {
        name: rng.standard_normal(array.shape) * 0.5
        for name, array in dinos.initialize_parameters(5, 6, 6).items()
    }
    plain = {name: array.copy() for name, array in parameters.items()}
    X = [None, *rng.integers(0, 6, 7).tolist()]
    Y, a_prev = [*X[1:], 0], rng.standard_normal((5, 1))
    loss, _, a_last = dinos.optimize(X, Y, a_prev, parameters)
    plain_loss, plain_a = plain_step(X, Y, a_prev, plain)
    assert loss == pytest.approx(plain_loss, abs=1e-12)
    np.testing.assert_allclose(a_last, plain_a, rtol=0, atol=1e-14)
    for name, array in parameters.items():
        np.testing.assert_allclose(array, plain[name], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        ([], [], "X and Y: expected one length of 1 or more, got 0 and 0"),
        ([None], [1, 2], "got 1 and 2"),
        ([1, None], [1, 2], "X: expected indices from 0 to 26, got None"),
        ([27], [1], "X: expected indices from 0 to 26, got 27"),
        ([1], [-1], "Y: expected indices from 0 to 26, got -1"),
        ([None], [1], r"parameters\['by'\]: expected shape \(27, 1\), got \(28, 1\)"),
    ],
)
def test_index_lists_that_do_not_fit_are_refused(X, Y, message):
    parameters = dinos.initialize_parameters(5, 27, 28 if "by" in message else 27)
    with pytest.raises(ValueError, match=message):
        dinos.rnn_forward(X, Y, np.zeros((5, 1)), parameters)


def test_print_sample(capsys):
    dinos.print_sample([20, 25, 18, 0], IX_TO_CHAR)
    dinos.print_sample([0], IX_TO_CHAR)
    assert capsys.readouterr().out == "Tyr\n\n"


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
    parameters = dinos.model(data, IX_TO_CHAR, ALPHABET.index, num_iterations=14001)
    reports = capsys.readouterr().out.split("Iteration: ")[1:]
    assert len(reports) == len(PUBLISHED)
    for report, (iteration, names), loss in zip(reports, PUBLISHED.items(), LOSSES, strict=True):
        head, *printed = report.split("\n\n")[:2]
        assert head.startswith(f"{iteration}, Loss: ")
        assert float(head.split("Loss: ")[1]) == pytest.approx(loss, abs=2e-6 if iteration < 14000 else 2e-5)
        assert printed[0].split() == names.split()
    assert set(parameters) == {"Wax", "Waa", "Wya", "b", "by"}


def test_model_is_repeated_optimize(capsys):
    names = ["abba", "bab", "a", "caba"]
    vocabulary = Vocabulary(["\n", "a", "b", "c"])
    index = vocabulary.index
    trained = dinos.model("\n".join(names), dict(enumerate(vocabulary.symbols)), index, 40, 8, vocab_size=4)
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
    of_text = dinos.model(" Ab\nBA \n\n", *arguments, vocab_size=3)
    of_names = dinos.model(["ab", "ba"], *arguments, vocab_size=3)
    np.testing.assert_array_equal(of_text["Wax"], of_names["Wax"])
    with pytest.raises(ValueError, match="names: expected one name or more"):
        dinos.model("\n \n", *arguments, vocab_size=3)
    with pytest.raises(ValueError, match="char_to_ix: expected every symbol of the names, got none for 'c'"):
        dinos.model("abc", *arguments, vocab_size=3)

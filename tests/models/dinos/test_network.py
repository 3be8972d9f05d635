"""A trained network and its names."""

import re
from pathlib import Path

import numpy as np
import pytest

from data import dinosaurs
from models import dinos
from models.dinos.network import NameGenerator
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

ALPHABET = Vocabulary(["\n", *"abcdefghijklmnopqrstuvwxyz"])


@pytest.fixture(scope="module")
def pretrained() -> NameGenerator:
    return dinos.load()


def test_a_seed_repeats_the_names(pretrained: NameGenerator) -> None:
    first = pretrained.names(5, seed=7)
    assert first == pretrained.names(5, seed=np.random.default_rng(7))
    assert first == pretrained.names(8, seed=7)[:5]
    assert len(set(pretrained.names(20, seed=8))) > 10
    assert pretrained.names(0) == []
    assert len(pretrained.names()) == 10


def test_start_begins_every_name_in_either_case(pretrained: NameGenerator) -> None:
    assert all(name.startswith("Tyr") for name in pretrained.names(5, start="TYR", seed=1))


def test_names_of_the_training_are_known(pretrained: NameGenerator) -> None:
    assert pretrained.is_known("Aardonyx")
    assert not pretrained.is_known("Aardonyxx")


def test_the_pretrained_network_learnt_the_bundled_names(pretrained: NameGenerator, root: Path) -> None:
    names, parameters = dinosaurs.bundled().names, pretrained.parameters
    assert pretrained.known == set(names)
    a0, losses, symbols = np.zeros((len(parameters["b"]), 1)), 0.0, 0
    for name in names:
        letters = ALPHABET.encode(name)
        loss, _ = dinos.rnn_forward([None, *letters], [*letters, 0], a0, parameters)
        losses, symbols = losses + loss, symbols + len(name) + 1
    card = (root / "pretrained" / "dinos" / "README.md").read_text(encoding="utf-8")
    assert f"the 1,202 names | {losses / symbols:.2f} |" in card
    assert losses / symbols < 1.75


def test_names_follow_the_networks_probabilities(pretrained: NameGenerator) -> None:
    """The second letter after "a", by counting, beside the forward pass."""
    parameters, newline = pretrained.parameters, 0
    X = [None, ALPHABET.index["a"]]
    a0 = np.zeros((len(parameters["b"]), 1))
    _, cache = dinos.rnn_forward(X, [1, 1], a0, parameters)
    second = [name[1:2].lower() for name in pretrained.names(500, start="a", temperature=1.0, seed=0)]
    counts = np.bincount([ALPHABET.index[letter] if letter else newline for letter in second], minlength=27)
    assert np.abs(counts / 500 - cache.y_hat[:, 1]).max() < 0.06


def test_the_default_temperature_gives_new_names_of_a_usual_length(pretrained: NameGenerator) -> None:
    made = pretrained.names(200, seed=1)
    assert sum(not pretrained.is_known(name) for name in made) >= 190
    assert sum(5 <= len(name) <= 20 for name in made) >= 190


def test_a_network_with_capitals_keeps_the_case() -> None:
    vocabulary = Vocabulary.of("\nAb\u00a0\u00e9\u200d")
    parameters = dinos.initialize_parameters(5, len(vocabulary), len(vocabulary))
    generator = NameGenerator(parameters, vocabulary, frozenset({"bA\u00e9"}))
    made = generator.names(20, start="bA", seed=0)
    assert all(name.startswith("bA") for name in made)
    assert {symbol for name in made for symbol in name} == set(vocabulary.symbols) - {"\n"}
    assert generator.is_known("bAe\u0301") and not generator.is_known("Ba\u00e9")
    with pytest.raises(UserError, match="start has 'B'; the network knows"):
        generator.names(1, start="B")


def test_names_are_never_empty_and_never_too_long() -> None:
    parameters = dinos.initialize_parameters(5, 27, 27)
    for newline in (-100, 100, 1000):  # at a thousand nats no probability is left for the letters
        parameters["by"][0] = newline
        (name,) = NameGenerator(parameters, ALPHABET).names(1, seed=0)
        assert len(name) == (50 if newline < 0 else 1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"start": "t\u00e9"}, UserError, "start has '\u00e9'; the network knows abc"),
        ({"start": "a\nb"}, UserError, "start has '\\n'"),
        ({"start": "a" * 10_000}, UserError, "start: expected fewer than 50 characters, got 10000"),
        ({"temperature": 0.0}, ValueError, "temperature: expected a number above 0, got 0.0"),
        ({"count": -1}, ValueError, "count: expected 0 or more, got -1"),
    ],
)
def test_bad_options_are_named(
    options: dict[str, object], error: type[Exception], message: str, pretrained: NameGenerator
) -> None:
    with pytest.raises(error, match=re.escape(message).replace("\\\\n", ".*n")):
        pretrained.names(**options)  # type: ignore[arg-type]


def small() -> Bundle:
    """A bundle of five hidden units that knows a and b."""
    weights = {name: array.astype(np.float32) for name, array in dinos.initialize_parameters(5, 3, 3).items()}
    return Bundle("dinos", {"n_a": 5, "vocab_size": 3}, Vocabulary("\nab"), weights, {}, {"names": ["ab"]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": {"Wax": None}}, "lacks the array Wax"),
        ({"weights": {"Waa": np.zeros((3, 3))}}, "Waa of shape (3, 3), expected (5, 5)"),
        ({"weights": {"by": np.full((3, 1), np.nan)}}, "by with values that are not finite"),
        ({"architecture": {"n_a": 10**9}}, "n_a 1000000000, expected a whole number from 1 to"),
        (
            {"architecture": {"vocab_size": 9}},
            "expected a vocabulary of 9 symbols with the newline among them",
        ),
        ({"vocabulary": Vocabulary("cab")}, "with the newline among them"),
        ({"vocabulary": Vocabulary("\na\x1b")}, "the symbol '\\x1b'; expected a printable character"),
        ({"extra": {"names": None}}, "lacks the list of names"),
    ],
)
def test_a_bundle_that_does_not_fit_is_refused(
    change: dict[str, object], message: str, tmp_path: Path
) -> None:
    bundle = small()
    for field, value in change.items():
        old = getattr(bundle, field)
        setattr(bundle, field, {**old, **value} if isinstance(value, dict) else value)
    bundle.weights = {name: array for name, array in bundle.weights.items() if array is not None}
    bundles.save(bundle, tmp_path)
    with pytest.raises(UserError, match=re.escape(message)):
        dinos.load(tmp_path)


def test_surprise_is_the_loss_of_a_name_in_bits(pretrained: NameGenerator) -> None:
    letters = ALPHABET.encode("tyrannosaurus")
    a0 = np.zeros((len(pretrained.parameters["b"]), 1))
    loss, _ = dinos.rnn_forward([None, *letters], [*letters, 0], a0, pretrained.parameters)
    bits = pretrained.surprise("Tyrannosaurus")
    assert len(bits) == len(letters) + 1
    np.testing.assert_allclose(sum(bits), loss / np.log(2))
    assert max(pretrained.surprise("tyrannosauruq")[:-1]) == pretrained.surprise("tyrannosauruq")[-2]
    assert len(pretrained.surprise("a" * 50)) == 51
    with pytest.raises(UserError, match="name: expected fewer than 51 characters, got 51"):
        pretrained.surprise("a" * 51)

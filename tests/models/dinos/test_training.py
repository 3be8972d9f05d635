"""Training that can be stopped after any name and taken up again exactly."""

import re

import numpy as np
import pytest

from data import dinosaurs
from models.dinos import training as dinos_training
from models.dinos.training import APP, Exploded, Training, check_bundle, known_names
from utils import bundle as bundles
from utils.errors import UserError
from utils.vocabulary import Vocabulary

NAMES = dinosaurs.bundled().names[:60]
VOCABULARY = Vocabulary.of("\n".join(NAMES))


def begun(iterations=0, **options):
    training = Training(NAMES, VOCABULARY, 12, **options)
    for _ in range(iterations):
        training.step()
    return training


def test_taken_up_again_it_is_bit_for_bit_the_same(tmp_path):
    whole = begun(350)
    for stop in (0, 1, 100, 137, 200):
        bundles.save(begun(stop).bundle(1.0), tmp_path)
        again = begun()
        again.resume(bundles.load(tmp_path, APP), tmp_path)
        for _ in range(350 - stop):
            again.step()
        for old, new in zip(whole.state.network, again.state.network, strict=True):
            np.testing.assert_array_equal(new, old)
        np.testing.assert_array_equal(again.state.a_prev, whole.state.a_prev)
        assert again.state[2:] == whole.state[2:]
        np.testing.assert_allclose(again.curve, whole.curve, rtol=0, atol=1e-6)


def test_the_curve_has_a_point_every_hundred_iterations():
    assert [len(begun(count).curve) for count in (0, 1, 100, 101, 250)] == [0, 1, 1, 2, 3]


def test_a_bundle_holds_float32_for_sampling_and_the_names():
    bundle = begun(5).bundle(1.0)
    parameters = check_bundle(bundle, None)
    assert {array.dtype for array in bundle.network().values()} == {np.dtype(np.float32)}
    for name, array in begun(5).parameters().items():
        np.testing.assert_allclose(parameters[name], array, rtol=1e-6)
    assert known_names(bundle, None) == set(NAMES)


def test_a_seed_changes_weights_and_order():
    first, second, same = begun(3), begun(3, seed=5), begun(3, seed=5)
    assert first.state.loss != second.state.loss
    assert second.state.loss == same.state.loss


def test_an_interrupted_step_leaves_the_state_of_the_step_before(monkeypatch):
    training = begun(7)
    state, kept = training.state, [array.copy() for array in training.state.network]

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(dinos_training, "smooth", interrupt)
    with pytest.raises(KeyboardInterrupt):
        training.step()
    assert training.state is state
    for array, copy in zip(state.network, kept, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("learning_rate", [0.5, 10.0, 1e300])
def test_an_explosion_is_seen_and_good_weights_are_kept(learning_rate):
    training = begun(120)
    training.learning_rate = learning_rate
    with pytest.raises(Exploded, match="exploded at iteration") as raised:
        for _ in range(1000):
            training.step()
    assert raised.value.exit_code == 1
    healthy = training.healthy
    assert 100 <= healthy.iteration <= 500
    assert healthy.mean < np.log(len(VOCABULARY)) + dinos_training.HEALTHY
    assert all(np.isfinite(array).all() for array in healthy.network)


def test_long_single_and_one_letter_names_are_learnt():
    for names in (["a"], ["a" * 10_000], ["abcdefghij"]):
        training = Training(names, Vocabulary.of(names[0] + "\n"), 8)
        first = None
        for _ in range(12):
            training.step()
            first = first or training.state.mean
        assert training.state.mean < first


def test_without_names_or_with_unknown_symbols_it_does_not_begin():
    with pytest.raises(ValueError, match="one name or more, got none"):
        Training([], VOCABULARY)
    with pytest.raises(UserError, match="'!' is not among"):
        Training(["oh!"], VOCABULARY)


def changed(bundle, **changes):
    for name, value in changes.items():
        if name in bundle.training:
            bundle.training[name] = value
        elif value is None:
            del bundle.weights[name.replace("__", "/")]
        else:
            bundle.weights[name.replace("__", "/")] = value
    return bundle


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names_sha256": "0"}, "was trained on another list of names"),
        ({"seed": 3}, "was begun with seed 3, not None"),
        ({"iterations": None}, "does not say how far it was trained"),
        ({"loss": "low"}, "does not say how far it was trained"),
        ({"loss": float("nan")}, "does not say how far it was trained"),
        ({"losses": 3}, "does not say how far it was trained"),
        ({"optimizer__Waa": None}, "lacks the array optimizer/Waa"),
        ({"optimizer__a_prev": np.zeros(3)}, "optimizer/a_prev of shape (3,); (12,) is wanted"),
        ({"optimizer__b": np.full((12, 1), np.inf)}, "optimizer/b with values that are not finite"),
    ],
)
def test_a_bundle_that_does_not_fit_is_not_taken_up(changes, message, tmp_path):
    training = begun()
    with pytest.raises(UserError, match=re.escape(message)):
        training.resume(changed(begun(5).bundle(1.0), **changes), tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Wax": None}, "lacks the array Wax"),
        ({"Waa": np.zeros((3, 3))}, "Waa of shape (3, 3); (12, 12) is wanted"),
        ({"by": np.full((len(VOCABULARY), 1), np.nan)}, "by with values that are not finite"),
    ],
)
def test_a_bundle_with_bad_arrays_is_refused(changes, message, tmp_path):
    with pytest.raises(UserError, match=re.escape(message)):
        check_bundle(changed(begun().bundle(1.0), **changes), tmp_path)


def test_a_bundle_with_a_bad_config_is_refused(tmp_path):
    bundle = begun().bundle(1.0)
    bundle.architecture["vocab_size"] = 9
    with pytest.raises(UserError, match="9 symbols with the newline among them are wanted"):
        check_bundle(bundle, tmp_path)
    bundle = begun().bundle(1.0)
    bundle.architecture["n_a"] = 10**9
    with pytest.raises(UserError, match="n_a 1000000000; a whole number from 1 to"):
        check_bundle(bundle, tmp_path)
    for names in (None, "abc", [1, 2]):
        bundle.extra["names"] = names
        with pytest.raises(UserError, match="lacks the list of names"):
            known_names(bundle, tmp_path)

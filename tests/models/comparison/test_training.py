"""Training for a comparison: what is measured, and how sampling is timed."""

import os
import signal

import keras
import numpy as np
import pytest

from models.comparison import training
from models.comparison.data import Examples, Split, text_examples
from models.comparison.networks import build
from models.comparison.sizes import Dimensions
from models.comparison.training import Trial, characters_per_second, compile_network, evaluate, train
from models.engine.engine import Engine
from models.keras_weights import get_arrays, set_arrays
from utils.errors import UserError
from utils.vocabulary import Vocabulary

LETTERS = Vocabulary("abc")
DIMENSIONS = Dimensions(3, 3)
TEXT = "".join(np.random.default_rng(0).choice(["abc", "cba", "bbc"], size=60))
EXAMPLES = text_examples(TEXT, LETTERS, length=4)  # 45: two batches an epoch
SPLIT = Split(EXAMPLES, Examples(*(a[:3] for a in EXAMPLES)), Examples(*(a[3:9] for a in EXAMPLES)))


def learnt(split: Split, kind: str = "rnn", n_a: int = 6, **options: object) -> Trial:
    given = {"epochs": 2, "learning_rate": 0.05, "seed": 0} | options
    return train(kind, n_a, DIMENSIONS, split, **given)  # type: ignore[arg-type]


def test_the_best_epoch_is_that_of_the_validation_part() -> None:
    history = {"validation_loss": [3.0, 1.0, 1.0, 2.0], "held_out_loss": [1.0, 4.0, 2.0, 3.0]}
    run = Trial("rnn", 0, 4, 99, history)
    assert run.best_epoch == 2
    assert run.best("held_out_loss") == 4.0
    assert run.seconds is None
    for seconds, median in (([9.0, 1.0, 1.0, 5.0], 1.0), ([9.0], 9.0)):  # the first compiles
        assert Trial("rnn", 0, 4, 99, {"seconds": seconds}).seconds == median


@pytest.mark.slow
def test_what_always_comes_next_is_learnt() -> None:
    examples = text_examples("abc" * 100, LETTERS, length=4)
    run = learnt(Split(examples, examples, examples), epochs=10)
    assert run.history["held_out_loss"][0] > 3 * run.history["held_out_loss"][-1]
    assert run.history["held_out_accuracy"][-1] == 1.0
    assert all(seconds > 0 for seconds in run.history["seconds"])
    assert run.characters_per_second is not None and run.characters_per_second > 0


@pytest.mark.slow
def test_the_output_at_the_end_is_learnt_for_words() -> None:
    x = np.array([[1, 2], [2, 1], [1, 1], [2, 2]] * 16, np.int32)
    examples = Examples(x, (x[:, 0] - 1).astype(np.int32), np.ones(len(x), np.float32))
    split = Split(examples, examples, examples)
    run = train("bilstm", 4, Dimensions(2, 2, embedding=3), split, epochs=15, learning_rate=0.1, seed=0)
    assert run.history["held_out_accuracy"][-1] == 1.0
    assert run.characters_per_second is None


@pytest.mark.slow
def test_equal_seeds_give_equal_histories() -> None:
    first, again, other = (learnt(SPLIT, seed=seed).history["held_out_loss"] for seed in (1, 1, 2))
    assert first == again != other


def test_losses_are_nats_and_padding_does_not_count() -> None:
    network = build("gru", 2, DIMENSIONS, 0)
    compile_network(network, 1, 0.1)
    arrays = get_arrays(network)
    arrays["dense/kernel"] *= 0
    arrays["dense/bias"] = np.log(np.array([0.2, 0.5, 0.3], np.float32))
    set_arrays(arrays, network)
    y, weights = np.array([[0, 1, 1, 2]], np.int32), np.array([[1, 1, 1, 0]], np.float32)
    loss, accuracy = evaluate(network, Examples(np.zeros((1, 4), np.int32), y, weights))
    assert loss == pytest.approx(-(np.log(0.2) + 2 * np.log(0.5)) / 3, rel=1e-6)
    assert accuracy == pytest.approx(2 / 3, rel=1e-6)


def test_a_loss_that_is_not_finite_ends_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError) as caught:
        learnt(SPLIT, learning_rate=float("inf"), seed=7)
    message = "RNN, seed 7: the loss of epoch 1 is nan; try a smaller learning rate"
    assert (str(caught.value), caught.value.exit_code) == (message, 1)


def test_ctrl_c_while_a_network_is_built_ends_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow can crash when an exception is raised in the middle of its work."""

    def interrupted_build(*given: object) -> keras.Model:
        os.kill(os.getpid(), signal.SIGINT)
        return build(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "build", interrupted_build)
    with pytest.raises(KeyboardInterrupt):
        learnt(SPLIT, epochs=10**6)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("end", [None, 0])
def test_sampling_is_timed_in_characters_a_second(end: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(get_arrays(build("gru", 3, DIMENSIONS, 0)))
    read = []
    step = engine.step
    monkeypatch.setattr(engine, "step", lambda symbol, state: read.append(symbol) or step(symbol, state))
    monkeypatch.setattr(training, "BURST_LENGTH", 40)
    clock = iter(np.arange(100.0) * 4)
    monkeypatch.setattr(training.time, "perf_counter", lambda: next(clock))
    assert characters_per_second(engine, end, np.random.default_rng(0)) == 10.0
    assert len(read) == 8 * 40
    assert (0 in read) is (end is None)
    assert read.count(None) == 1 if end is None else read.count(None) > 20


def test_callbacks_see_the_metrics_of_the_history() -> None:
    seen: list[dict[str, float]] = []
    follow = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(dict(logs)))
    run = learnt(SPLIT, callbacks=[follow])
    assert [logs["validation_loss"] for logs in seen] == run.history["validation_loss"]

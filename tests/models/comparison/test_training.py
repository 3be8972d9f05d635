"""Training for a comparison: what is measured, in which order rows are read, how writing is timed."""

import numpy as np
import pytest

from models.comparison import networks as comparison
from models.comparison.data import Parts, Rows, text_rows
from models.comparison.networks import Form
from models.comparison.training import Epoch, Measure, Run, Trainer, characters_per_second
from models.engine.engine import Engine
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

LETTERS = Vocabulary("abc")
FORM = Form(3, 3)
TEXT = "".join(np.random.default_rng(0).choice(["abc", "cba", "bbc"], size=60))
DATA = text_rows(TEXT, LETTERS, length=4)  # 45 rows: two steps an epoch
PARTS = Parts(DATA, Rows(*(array[:3] for array in DATA)), Rows(*(array[3:9] for array in DATA)))


def epoch(validation: float, seconds: float = 1.0) -> Epoch:
    measures = [Measure(loss, 0.5) for loss in (1.0, validation, 2.0 + validation)]
    return Epoch(seconds, *measures)


def test_the_epoch_that_was_best_on_the_validation_part_is_taken() -> None:
    run = Run("rnn", 0, 4, 99, [epoch(3.0), epoch(1.0), epoch(1.0), epoch(2.0)], None)
    assert run.chosen == 2
    assert run.best.held_out.loss == 3.0


def test_an_epoch_that_was_disturbed_does_not_count() -> None:
    run = Run("rnn", 0, 4, 99, [epoch(1.0, 9.0), epoch(1.0, 1.0), epoch(1.0, 1.5)], None)
    assert run.seconds == 1.5


def test_what_always_comes_next_is_learnt() -> None:
    rows = text_rows("abc" * 100, LETTERS, length=4)
    trainer = Trainer(comparison.build("rnn", 6, FORM, 0), Parts(rows, rows, rows), 10, 0.05, seed=0)
    epochs = [trainer.epoch(number) for number in range(10)]
    assert epochs[0].held_out.loss > 3 * epochs[-1].held_out.loss
    assert epochs[-1].held_out.accuracy == 1.0
    assert all(one.seconds > 0 for one in epochs)


def test_losses_are_nats_and_what_fills_up_does_not_count() -> None:
    network = comparison.build("gru", 2, FORM, 0)
    *others, kernel, bias = network.get_weights()
    network.set_weights([*others, kernel * 0, np.log(np.array([0.2, 0.5, 0.3], np.float32))])
    trainer = Trainer(network, PARTS, 1, 0.1, seed=0)
    y, weights = np.array([[0, 1, 1, 2]], np.int32), np.array([[1, 1, 1, 0]], np.float32)
    measure = trainer.measure(Rows(np.zeros((1, 4), np.int32), y, weights))
    assert measure.loss == pytest.approx(-(np.log(0.2) + 2 * np.log(0.5)) / 3, rel=1e-6)
    assert measure.accuracy == pytest.approx(2 / 3, rel=1e-6)


def test_rows_are_measured_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(comparison.build("rnn", 2, FORM, 0), PARTS, 1, 0.1, seed=0)
    whole = trainer.measure(DATA)
    monkeypatch.setattr("models.comparison.training.PART", 7)
    assert trainer.measure(DATA) == pytest.approx(whole, rel=1e-5)


def test_the_order_of_an_epoch_depends_on_the_seed_and_its_number_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = Trainer(comparison.build("rnn", 2, FORM, 0), PARTS, 2, 0.1, seed=4)
    read: list[list[int]] = [[]]
    numbered = Rows(np.repeat(np.arange(45, dtype=np.int32)[:, None], 4, axis=1), DATA.y, DATA.weights)
    trainer.parts = trainer.parts._replace(training=numbered)
    monkeypatch.setattr(trainer, "_step", lambda x, y, weights: read[-1].extend(x.numpy()[:, 0].tolist()))
    monkeypatch.setattr(trainer, "measure", lambda rows: Measure(1.0, 1.0))
    for seed, number in ((4, 0), (4, 0), (4, 1), (5, 0)):
        trainer.seed = seed
        trainer.epoch(number)
        read.append([])
    first, again, second, other = read[:4]
    assert sorted(first) == list(range(45))
    assert first == again
    assert first not in (second, other, sorted(first))


def test_the_end_alone_is_answered_for_words() -> None:
    x = np.array([[1, 2], [2, 1], [1, 1], [2, 2]] * 16, np.int32)
    rows = Rows(x, (x[:, 0] - 1).astype(np.int32), np.ones(len(x), np.float32))
    network = comparison.build("rnn", 4, Form(2, 2, embedding=3), 0)
    trainer = Trainer(network, Parts(rows, rows, rows), 15, 0.1, 0)
    epochs = [trainer.epoch(number) for number in range(15)]
    assert epochs[-1].held_out.accuracy == 1.0


@pytest.mark.parametrize("end", [None, 0])
def test_writing_is_timed_in_characters_a_second(end: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    network = comparison.build("gru", 3, FORM, 0)
    engine = Engine.from_bundle(Bundle("compare", {}, LETTERS, comparison.arrays(network, "gru")))
    read = []
    step = engine.step
    monkeypatch.setattr(engine, "step", lambda symbol, state: read.append(symbol) or step(symbol, state))
    monkeypatch.setattr("models.comparison.training.BURST", 40)
    clock = iter(np.arange(100.0) * 4)
    monkeypatch.setattr("models.comparison.training.time.perf_counter", lambda: next(clock))
    assert characters_per_second(engine, end, np.random.default_rng(0)) == 10.0
    assert len(read) == 8 * 40
    assert (0 in read) is (end is None)
    assert read.count(None) == 1 if end is None else read.count(None) > 20

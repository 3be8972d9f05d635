"""The dinosaur row of the benchmark: both ways compute the same."""

import pytest

from data import dinosaurs
from models.dinos.training import NameTrainer
from tools.bench.rows import dinos as bench_dinos


def test_both_ways_compute_the_same() -> None:
    read = dinosaurs.course_or_bundled()
    training = NameTrainer(read.names, read.vocabulary)
    plain = bench_dinos.PlainTraining(read, training)
    before = plain.loss
    for step in (training.step, plain.step):
        assert bench_dinos.turn(step, 300)() == 300
    assert plain.loss == pytest.approx(training.loss, abs=1e-12)
    assert plain.loss != before


def test_the_row_does_what_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_dinos, "TURN", 3)
    (row,) = bench_dinos.rows(None)
    assert row.ours() == row.plain() == 3
    assert row.target == 2

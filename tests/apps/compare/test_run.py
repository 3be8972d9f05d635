"""The comparison's work, with trainings that are made up: their order, their end, what is kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.compare import __main__ as compare
from apps.compare import run as compare_work
from models.comparison.training import Epoch, Measure, Run
from utils.errors import UserError


def epoch(loss: float) -> Epoch:
    return Epoch(0.1, Measure(loss, 0.5), Measure(loss, 0.5), Measure(loss, 0.5))


class Trainings:
    """Stands for the real ones; `end` happens in place of training number `at`."""

    def __init__(self, at: int = 99, end: BaseException | None = None) -> None:
        self.asked: list[tuple[str, int, float]] = []
        self.at, self.end = at, end

    def __call__(
        self, task: Any, kind: str, n_a: int, seed: int, epochs: int, rate: float, moved: Any
    ) -> Run:
        if len(self.asked) == self.at and self.end is not None:
            raise self.end
        self.asked.append((kind, seed, rate))
        return Run(kind, seed, n_a, 1000, [epoch(2.0)] * epochs, 100.0)


def run(monkeypatch: pytest.MonkeyPatch, trainings: Trainings, *arguments: object) -> int:
    monkeypatch.setattr(compare_work, "_run", trainings)
    return compare.main(["--task", "text", "--quiet", *map(str, arguments)])


def test_all_kinds_get_every_seed_and_the_same_rate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    trainings = Trainings()
    assert (
        run(monkeypatch, trainings, "--seed", 5, "--seeds", 2, "--learning-rate", 0.5, "--out", tmp_path) == 0
    )
    assert trainings.asked == [(kind, seed, 0.5) for seed in (5, 6) for kind in ("rnn", "lstm", "gru")]


def test_ctrl_c_keeps_what_is_finished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, Trainings(4, KeyboardInterrupt()), "--out", tmp_path) == 130
    said = capsys.readouterr()
    assert said.err == "note: stopped; 4 of 9 networks are trained and kept\n"
    assert "over 1 or 2 seeds" in said.out
    networks = json.loads((tmp_path / "text.json").read_text())["networks"]
    assert [len(network["runs"]) for network in networks.values()] == [2, 1, 1]


def test_ctrl_c_before_anything_is_finished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, Trainings(0, KeyboardInterrupt()), "--out", tmp_path) == 130
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "note: stopped; 0 of 9 networks are trained\n")
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_fails_keeps_those_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match="it exploded") as caught:
        run(monkeypatch, Trainings(3, UserError("it exploded", 1)), "--out", tmp_path)
    assert caught.value.exit_code == 1
    assert "GRU" in capsys.readouterr().out
    assert (tmp_path / "text.png").exists()


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), 2e30])
def test_a_loss_that_explodes_ends_it(
    loss: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Exploding:
        def __init__(self, *arguments: object) -> None:
            pass

        def epoch(self, number: int) -> Epoch:
            return epoch(1.0 if number == 0 else loss)

    monkeypatch.setattr(compare_work, "Trainer", Exploding)
    monkeypatch.setattr(compare_work.comparison, "build", lambda *arguments: None)
    with pytest.raises(UserError) as caught:
        compare.main(["--task", "text", "--quiet", "--seed", "7", "--out", str(tmp_path)])
    said = f"the RNN, seed 7, has after epoch 2 the loss {loss:.3g}; try a smaller --learning-rate"
    assert (str(caught.value), caught.value.exit_code) == (said, 1)
    assert capsys.readouterr().out == ""

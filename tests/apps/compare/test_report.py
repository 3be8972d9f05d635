"""The comparison's loop, table, JSON and picture, with trainings that are made up."""

import json
import statistics
from pathlib import Path

import pytest

from apps.compare import report
from models.comparison.data import Split, text_examples
from models.comparison.sizes import Dimensions
from models.comparison.tasks import Task
from models.comparison.training import Trial
from tests.pictures import count_pixels, keep_figures
from utils import plots
from utils.errors import UserError
from utils.vocabulary import Vocabulary

LETTERS = Vocabulary("abc")
SPLIT = Split(*(text_examples("abc" * times, LETTERS) for times in (60, 5, 5)))
TASK = Task("text", "a $mall text", SPLIT, Dimensions(3, 3), LETTERS, 3, 0.01, parameters=2000)


def made(kind: str, seed: int, epochs: int = 3, speed: float | None = 1000.0) -> Trial:
    losses = [3.0 / (number + 1) + 0.2 * seed + 0.3 * (kind == "lstm") for number in range(epochs)]
    history = {
        "seconds": [9.0, *[0.5] * (epochs - 1)] if epochs > 1 else [0.5],
        "training_loss": losses,
        "training_accuracy": [0.5] * epochs,
        "validation_loss": [loss + 0.1 for loss in losses],
        "validation_accuracy": [0.4] * epochs,
        "held_out_loss": [loss + 0.2 for loss in losses],
        "held_out_accuracy": [0.3] * epochs,
    }
    return Trial(kind, seed, 50, 16977, history, speed)


RUNS = [made(kind, seed) for seed in (0, 1, 2) for kind in ("rnn", "lstm")]


def test_a_line_for_each_kind() -> None:
    heading, rnn, lstm, empty, *legend = report.table(RUNS).splitlines()
    assert rnn.split("  ")[0] == "RNN"
    cells = [cell.strip() for cell in lstm.split("  ") if cell]
    spread = f"{statistics.stdev([0.0, 0.2, 0.4]):.3f}"
    assert cells == [
        "LSTM", "50", "16977", f"1.500 ± {spread}", f"1.700 ± {spread}", "30.0 ± 0.0", "3.0 ± 0.0",
        "0.50 ± 0.00", "1000 ± 0",
    ]  # fmt: skip
    assert len(heading) == len(rnn) == len(lstm)
    assert heading.endswith("characters/s")
    assert empty == ""
    assert legend[0].startswith("Mean ± standard deviation over 3 seeds.")


def test_one_seed_has_no_spread() -> None:
    text = report.table(RUNS[:2])
    assert "±" not in text
    assert "One seed." in text


@pytest.mark.parametrize("embedding", [0, 32])
def test_networks_without_characters_have_no_sampling_speed(embedding: int) -> None:
    text = report.table([made("bilstm", 0, speed=None)], embedding)
    assert "characters/s" not in text
    assert "bidirectional LSTM" in text
    assert ("Not counted: the words' learnt vectors of 32 numbers" in text) is bool(embedding)
    found = report.summary(TASK, [made("bilstm", 0, speed=None)])["networks"]["bidirectional LSTM"]
    assert "characters_per_second" not in found
    assert found["parameters"] == {"mean": 16977, "spread": None, "values": [16977]}


def test_the_metrics_of_every_seed_are_written(tmp_path: Path) -> None:
    other = tmp_path / "all.json"
    paths = list(report.write(TASK, RUNS[:4], tmp_path, other))
    assert paths == [tmp_path / "text.json", other, tmp_path / "text.png"]
    found = json.loads(other.read_text())
    assert (found["task"], found["data"], found["symbols"]) == ("text", "a $mall text", 3)
    assert found["examples"] == {"training": 5, "validation": 1, "held_out": 1}
    rnn = found["networks"]["RNN"]
    assert rnn["held_out_loss"]["values"] == pytest.approx([1.2, 1.4])
    assert rnn["held_out_loss"]["mean"] == pytest.approx(1.3)
    assert rnn["held_out_loss"]["spread"] == pytest.approx(0.02**0.5)
    assert [one["seed"] for one in rnn["runs"]] == [0, 1]
    assert rnn["runs"][0]["history"]["training_loss"] == pytest.approx([3.0, 1.5, 1.0])


@pytest.mark.parametrize("epochs", [1, 3])
def test_every_kind_is_drawn_in_its_colour(epochs: int, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    report.draw(path, TASK, [made(kind, seed, epochs) for seed in (0, 1) for kind in ("rnn", "lstm")])
    assert [count_pixels(path, colour) > 60 for colour in plots.COLOURS] == [True, True] + [False] * 4


def test_curves_against_epochs_and_against_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = keep_figures(monkeypatch)
    report.draw(tmp_path / "a.png", TASK, RUNS[:4])
    left, right = figures[0].axes
    assert left.lines[0].get_xdata() == pytest.approx([1, 2, 3])
    assert left.lines[0].get_ydata() == pytest.approx([3.3, 1.8, 1.3])  # the mean of 3.2, ... and 3.4, ...
    assert all(tick == round(tick) for tick in left.get_xticks())  # there is no half epoch
    assert right.lines[0].get_xdata() == pytest.approx([0.5, 1.0, 1.5])
    assert right.lines[0].get_ydata() == pytest.approx([3.3, 1.8, 1.3])


class Trainings:
    """Takes the place of `train`; `end` is raised in place of training number `at`."""

    def __init__(self, at: int = 99, end: BaseException | None = None) -> None:
        self.given: list[tuple[str, int, float]] = []
        self.at, self.end = at, end

    def __call__(
        self, kind: str, n_a: int, *others: object, seed: int, learning_rate: float, **more: object
    ) -> Trial:
        if len(self.given) == self.at and self.end is not None:
            raise self.end
        self.given.append((kind, seed, learning_rate))
        return made(kind, seed)


def compare(monkeypatch: pytest.MonkeyPatch, trainings: Trainings, out: Path, seeds: range = range(3)) -> int:
    monkeypatch.setattr(report, "train", trainings)
    return report.compare(TASK, seeds=seeds, out=out)


def test_all_kinds_get_every_seed_and_the_same_rate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    trainings = Trainings()
    assert compare(monkeypatch, trainings, tmp_path, range(5, 7)) == 0
    assert trainings.given == [(kind, seed, 0.01) for seed in (5, 6) for kind in ("rnn", "lstm", "gru")]


def test_ctrl_c_keeps_the_finished_networks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(monkeypatch, Trainings(4, KeyboardInterrupt()), tmp_path) == 130
    printed = capsys.readouterr()
    assert printed.err.endswith("note: stopped; 4 of 9 networks are trained and kept\n")
    assert "over 1 or 2 seeds" in printed.out
    networks = json.loads((tmp_path / "text.json").read_text())["networks"]
    assert [len(network["runs"]) for network in networks.values()] == [2, 1, 1]


def test_ctrl_c_before_anything_is_finished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare(monkeypatch, Trainings(0, KeyboardInterrupt()), tmp_path) == 130
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.endswith("note: stopped; 0 of 9 networks are trained\n")
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_fails_keeps_those_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match="it diverged") as caught:
        compare(monkeypatch, Trainings(3, UserError("it diverged", 1)), tmp_path)
    assert caught.value.exit_code == 1
    assert "GRU" in capsys.readouterr().out
    assert (tmp_path / "text.png").exists()

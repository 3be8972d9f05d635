"""A comparison's figures as JSON, and its picture."""

import json
from pathlib import Path

import pytest
from matplotlib.image import imread

from apps.compare import files as compare_files
from apps.compare.tasks import Task
from models.comparison.data import Parts, text_rows
from models.comparison.networks import Form
from models.comparison.training import Epoch, Measure, Run
from utils import plots
from utils.errors import UserError
from utils.vocabulary import Vocabulary

LETTERS = Vocabulary("abc")
PARTS = Parts(*(text_rows("abc" * times, LETTERS) for times in (60, 5, 5)))
TASK = Task("text", "a $mall text", ("rnn", "lstm"), PARTS, Form(3, 3), LETTERS, 2, 0.01)


def made(kind: str, seed: int, epochs: int = 3) -> Run:
    losses = [3.0 / (number + 1) + 0.2 * seed + 0.3 * (kind == "lstm") for number in range(epochs)]
    history = [
        Epoch(0.5, Measure(loss, 0.5), Measure(loss + 0.1, 0.4), Measure(loss + 0.2, 0.3)) for loss in losses
    ]
    return Run(kind, seed, 4, 99, history, 1000.0)


RUNS = [made(kind, seed) for seed in (0, 1) for kind in ("rnn", "lstm")]


def ink(path: Path, colour: str) -> int:
    """How many pixels of a picture have a colour."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int(((imread(path)[..., :3] * 255).round() == wanted).all(axis=-1).sum())


def test_the_figures_of_every_seed_are_kept(tmp_path: Path) -> None:
    other = tmp_path / "all.json"
    paths = list(compare_files.write(TASK, RUNS, tmp_path / "out", other))
    assert paths == [tmp_path / "out" / "text.json", other, tmp_path / "out" / "text.png"]
    figures = json.loads(other.read_text())
    assert (figures["task"], figures["data"], figures["symbols"]) == ("text", "a $mall text", 3)
    assert figures["examples"] == {"training": 5, "validation": 1, "held_out": 1}
    rnn = figures["networks"]["RNN"]
    assert rnn["held_out_loss"]["values"] == pytest.approx([1.2, 1.4])
    assert rnn["held_out_loss"]["mean"] == pytest.approx(1.3)
    assert rnn["held_out_loss"]["spread"] == pytest.approx(0.02**0.5)
    assert [one["seed"] for one in rnn["runs"]] == [0, 1]
    assert [epoch["training"]["loss"] for epoch in rnn["runs"][0]["epochs"]] == pytest.approx([3.0, 1.5, 1.0])


def test_what_was_not_measured_is_left_out() -> None:
    runs = [Run("bilstm", 0, 4, 99, made("rnn", 0).epochs, None)]
    summary = compare_files.figures(TASK, runs)["networks"]["bidirectional LSTM"]
    assert "characters_per_second" not in summary
    assert summary["parameters"] == {"mean": 99, "spread": None, "values": [99]}


@pytest.mark.parametrize("epochs", [1, 3])
def test_every_kind_is_drawn_in_its_colour(epochs: int, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    compare_files.draw(path, TASK, [made(kind, seed, epochs) for seed in (0, 1) for kind in ("rnn", "lstm")])
    assert [ink(path, colour) > 60 for colour in plots.COLOURS] == [True, True] + [False] * 4


def test_curves_against_epochs_and_against_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = []
    draw = plots.new_figure

    def kept(*size: float) -> object:
        figures.append(draw(*size))
        return figures[-1]

    monkeypatch.setattr(plots, "new_figure", kept)
    compare_files.draw(tmp_path / "a.png", TASK, RUNS)
    left, right = figures[0].axes
    assert left.lines[0].get_xdata() == pytest.approx([1, 2, 3])
    assert left.lines[0].get_ydata() == pytest.approx([3.3, 1.8, 1.3])  # the mean of 3.2, ... and 3.4, ...
    assert all(tick == round(tick) for tick in left.get_xticks())  # there is no half epoch
    assert right.lines[0].get_xdata() == pytest.approx([0.5, 1.0, 1.5])
    assert right.lines[0].get_ydata() == pytest.approx([3.3, 1.8, 1.3])


def test_results_that_cannot_be_written_are_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="file"):
        compare_files.check_wanted(tmp_path / "file" / "out", None)
    with pytest.raises(UserError, match="is a folder; a file is wanted"):
        compare_files.check_wanted(tmp_path / "out", tmp_path)
    compare_files.check_wanted(tmp_path / "out", tmp_path / "new" / "a.json")

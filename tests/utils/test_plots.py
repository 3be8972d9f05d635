import logging
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.image import imread

from tests.pictures import count_pixels, keep_figures
from utils import plots

LOSSES = [3.0, 1.0, 0.5, 0.4]


def test_a_loss_curve_is_a_png_of_the_size_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "new" / "loss.png"
    plots.loss_curve(path, {"loss": LOSSES}, "A test")
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert imread(path).shape[:2] == (540, 960)
    plots.loss_curve(path, {"loss": LOSSES}, "A test")
    assert path.read_bytes() == content
    assert [entry.name for entry in path.parent.iterdir()] == ["loss.png"]


def test_every_curve_is_drawn_in_its_colour(tmp_path: Path) -> None:
    plots.loss_curve(tmp_path / "one.png", {"a": LOSSES}, "A test")
    plots.loss_curve(tmp_path / "two.png", {"a": LOSSES, "b": LOSSES[::-1]}, "A test")
    for name, drawn in (("one.png", 1), ("two.png", 2)):
        found = [count_pixels(tmp_path / name, colour) > 100 for colour in plots.COLOURS]
        assert found == [True] * drawn + [False] * (6 - drawn)


def test_the_counts_go_from_the_first_by_the_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = keep_figures(monkeypatch)
    plots.loss_curve(tmp_path / "a.png", {"a": LOSSES}, "Title", "iteration", "nats", first=0, step=2000)
    (axes,) = figures[0].axes
    (line,) = axes.lines
    assert line.get_xdata().tolist() == [0, 2000, 4000, 6000]
    assert line.get_ydata().tolist() == LOSSES
    labels = (axes.get_xlabel(), axes.get_ylabel(), axes.get_title(loc="left"))
    assert labels == ("iteration", "nats", "Title")
    assert [text.get_text() for text in axes.texts] == ["0.4"]


@pytest.mark.parametrize(
    "values",
    [[], [1.0], [1.0, float("nan")], [float("nan")], [1.0, float("inf")], [0.0, 0.0], [1e-300, 1e300]],
)
def test_strange_values_give_a_picture_and_no_word(tmp_path: Path, values: list[float], caplog) -> None:
    with caplog.at_level(logging.WARNING):
        plots.loss_curve(tmp_path / "a.png", {"loss": values}, "A test")
    assert imread(tmp_path / "a.png").shape[:2] == (540, 960)
    assert caplog.records == []


@pytest.mark.parametrize("title", ["$\\frac$", "50% of \\ {all}", "♭9 ♯11", "日本語", "a\udcff"])
def test_any_title_is_drawn_as_it_was_typed(tmp_path: Path, title: str) -> None:
    plots.loss_curve(tmp_path / "a.png", {title: LOSSES, "b": LOSSES}, title, title, title)
    assert (tmp_path / "a.png").is_file()


def test_no_screen_is_wanted_and_none_is_chosen(root: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from utils import plots\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"plots.loss_curve(Path({str(tmp_path / 'a.png')!r}), {{'a': [1.0, 2.0]}}, 'A test')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

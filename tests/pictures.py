"""What the tests of pictures share."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from utils import plots


def count_pixels(path: Path, colour: str) -> int:
    """Counts the pixels of a picture that have a colour, such as #1f5fa8."""
    expected = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int(((imread(path)[..., :3] * 255).round() == expected).all(axis=-1).sum())


def keep_figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Returns a list to which every figure is added that `utils.plots` makes from now on."""
    figures: list[Figure] = []
    new_figure = plots.new_figure

    def keep(*size: float) -> Figure:
        figures.append(new_figure(*size))
        return figures[-1]

    monkeypatch.setattr(plots, "new_figure", keep)
    return figures

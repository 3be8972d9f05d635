"""The style of all pictures. Matplotlib is imported when a picture is drawn."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from utils.files import replacing, utf_8

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

COLOURS = ("#1f5fa8", "#d1602a", "#3a8a4d", "#8a4fa3", "#b8982b", "#5c6370")
INK = "#22262b"
FAINT = "#d9dce1"


def new_figure(width: float, height: float) -> "Figure":
    """Returns a blank figure of a size in inches, drawn without a screen."""
    # It warns where it cannot cache its list of fonts.
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    logger.setLevel(level)
    figure = Figure(figsize=(width, height), dpi=120, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def tidy(axes: "Axes", title: str, x_label: str, y_label: str) -> None:
    """Styles axes: a title at the left, no box, a faint grid behind."""
    texts = [
        axes.set_title(title, loc="left", color=INK, fontsize=12, fontweight="bold"),
        axes.set_xlabel(x_label, color=INK),
        axes.set_ylabel(y_label, color=INK),
    ]
    as_typed(texts)
    axes.grid(True, color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def as_typed(texts: "Sequence[Text]") -> None:
    """Shows texts literally: a $ in a file's name does not start a formula."""
    for text in texts:
        text.set_parse_math(False)
        text.set_text(utf_8(text.get_text()).decode("utf-8"))


@contextmanager
def picture(path: Path, width: float = 8.0, height: float = 4.5) -> Iterator["Figure"]:
    """Yields a blank figure and writes it as PNG when the block ends well, atomically."""
    figure = new_figure(width, height)
    yield figure
    with replacing(path) as temporary, warnings.catch_warnings():
        # A sign that the font lacks is drawn as a box; its name is no news for a person.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        # No version and no date: the same figures give the same bytes.
        figure.savefig(temporary, format="png", metadata={"Software": None})


def loss_curve(
    path: Path,
    curves: Mapping[str, Sequence[float]],
    title: str,
    x_label: str = "epoch",
    y_label: str = "loss",
    first: float = 1,
    step: float = 1,
) -> None:
    """Draws losses against epochs or iterations.

    Args:
        path: The PNG file.
        curves: Values by name.
        title: What was trained on what.
        x_label: What is counted from left to right.
        y_label: What the values are, with their unit.
        first: The count at the first value.
        step: The count from one value to the next.

    Raises:
        UserError: The file cannot be written.
    """
    with picture(path) as figure:
        axes = figure.subplots()
        last = [values[-1] for values in curves.values() if values]
        for (name, values), colour in zip(curves.items(), cycle(COLOURS), strict=False):
            counts = [first + step * number for number in range(len(values))]
            marker = "o" if len(values) < 3 else None
            axes.plot(counts, values, color=colour, linewidth=1.8, label=name, marker=marker)
            if values:
                # The values of two curves that end close together stand above each other.
                side = "center" if len(last) != 2 else "bottom" if values[-1] == max(last) else "top"
                text, place = f"{values[-1]:.3g}", (counts[-1], values[-1])
                axes.annotate(
                    text, place, (6, 0), textcoords="offset points", color=colour, fontsize=9, va=side
                )
        if len(curves) > 1:
            as_typed(axes.legend(frameon=False).get_texts())
        tidy(axes, title, x_label, y_label)

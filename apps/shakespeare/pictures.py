"""The strip: along a poem, what the network held likely for each character."""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from utils import plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 60  # characters of a row
VISIBLE = {" ": "\u2423", "\n": "\u21b5"}
SIZE = 8.0  # points
BAND = 1.5  # between two rows, in lines

Letter = tuple[str, str, str]  # symbol, ink, weight


class Candidates(NamedTuple):
    """A character that was written, and the likeliest characters at its place with their probabilities."""

    symbol: str
    likeliest: tuple[tuple[str, float], ...]


def strip(path: Path, shown: list[Candidates]) -> None:
    """Draws the poem in rows: each character over the likeliest ones, the darker the likelier.

    Args:
        path: The PNG file.
        shown: The characters in order, one or more.

    Raises:
        UserError: The file cannot be written.
    """
    depth = 1 + max(len(candidate.likeliest) for candidate in shown)
    height = -(-len(shown) // COLUMNS) * (depth + BAND)
    with plots.picture(path, width=11.0, height=0.9 + 0.185 * height) as figure:
        axes = figure.subplots()
        axes.set_xlim(-0.5, COLUMNS + 0.5)
        axes.set_ylim(height, -1.2)
        axes.set_axis_off()
        title = "What comes next: each character written, above the likeliest ones (darker: likelier)"
        axes.set_title(title, loc="left", color=plots.INK, fontsize=12, fontweight="bold")
        letters = _cells(axes, shown, depth + BAND)
        for (symbol, ink, weight), places in letters.items():
            _letter(axes, VISIBLE.get(symbol, symbol), ink, weight, places)


def _cells(axes: "Axes", shown: list[Candidates], pitch: float) -> dict[Letter, list[tuple[float, float]]]:
    """Draws the shaded cells, and says which letter is to stand where."""
    from matplotlib import colormaps
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    cells, shades, chosen = [], [], []
    letters: dict[Letter, list[tuple[float, float]]] = defaultdict(list)
    for number, candidate in enumerate(shown):
        top, column = number // COLUMNS * pitch, number % COLUMNS
        letters[candidate.symbol, plots.INK, "bold"].append((column + 0.5, top))
        for line, (rival, probability) in enumerate(candidate.likeliest, start=1):
            cell = Rectangle((column, top + line - 0.5), 1, 1)
            cells.append(cell)
            shades.append(colormaps["Blues"](0.85 * probability))
            if rival == candidate.symbol:
                chosen.append(cell)
            ink = "white" if probability > 0.6 else plots.INK
            letters[rival, ink, "normal"].append((column + 0.5, top + line))
    axes.add_collection(PatchCollection(cells, facecolors=shades, edgecolors="white", linewidths=0.4))
    edge = plots.COLOURS[1]
    axes.add_collection(PatchCollection(chosen, facecolors="none", edgecolors=edge, linewidths=1.2, zorder=3))
    return letters


def _letter(axes: "Axes", symbol: str, ink: str, weight: str, places: list[tuple[float, float]]) -> None:
    """One letter at all its places: its outline is made once, where a text for each takes seconds."""
    from matplotlib.collections import PathCollection
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    font = FontProperties(family="DejaVu Sans Mono", weight=weight)
    outline = TextPath((-0.3 * SIZE, -0.27 * SIZE), symbol, size=SIZE, prop=font)
    letters = PathCollection(
        [outline],
        offsets=places,
        offset_transform=axes.transData,
        facecolors=ink,
        linewidths=0,
        zorder=4,
    )
    letters.set_transform(Affine2D().scale(axes.figure.dpi / 72))
    letters.set_snap(False)  # snapped to pixels, thin letters would look bold
    letters.set_in_layout(False)
    axes.add_collection(letters, autolim=False)

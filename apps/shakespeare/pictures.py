"""The strip: along a poem, what the network held likely for each character."""

import logging
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from utils import plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

logger = logging.getLogger("cadenza")

COLUMNS = 60  # characters of a row
VISIBLE = {" ": "\u2423", "\n": "\u21b5", "\t": "\u21e5"}
FAMILY = "DejaVu Sans Mono"  # comes with Matplotlib
SIZE = 8.0  # points
BAND = 1.5  # between two rows, in lines

Letter = tuple[str, str, str]  # symbol, ink, weight


class Candidates(NamedTuple):
    """A character that was written, and the likeliest characters at its place with their probabilities."""

    symbol: str
    likeliest: tuple[tuple[str, float], ...]


def strip(path: Path, shown: list[Candidates]) -> None:
    """Draws the poem in rows: each character over the likeliest ones, the darker the likelier.

    The rows of a script that is written from right to left run that way. A character that no font on this
    machine has is shown by its number.

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
    numbered = {symbol for symbol, *_ in letters if _font(VISIBLE.get(symbol, symbol)) is None}
    if numbered:
        kinds = f"{len(numbered)} of the characters"
        logger.info(f"no font on this machine has {kinds}: the picture has their numbers")


def _cells(axes: "Axes", shown: list[Candidates], pitch: float) -> dict[Letter, list[tuple[float, float]]]:
    """Draws the shaded cells, and says which letter is to stand where."""
    from matplotlib import colormaps
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    cells, shades, chosen = [], [], []
    letters: dict[Letter, list[tuple[float, float]]] = defaultdict(list)
    leftwards = _is_leftwards("".join(candidate.symbol for candidate in shown))
    for number, candidate in enumerate(shown):
        top, column = number // COLUMNS * pitch, number % COLUMNS
        column = COLUMNS - 1 - column if leftwards else column
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
    from matplotlib.path import Path as Outline
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    font, size = _font(symbol, weight), SIZE
    if font is None:
        symbol, font, size = f"{ord(symbol):X}", _font("0", weight), 0.45 * SIZE
    outline: Outline = TextPath((-0.3 * SIZE, -0.27 * SIZE), symbol, size=size, prop=font)
    if len(outline) and (box := outline.get_extents()).width > 0.6 * SIZE:  # wider than a Latin letter
        outline = Affine2D().translate(-(box.x0 + box.x1) / 2, 0).transform_path(outline)
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


@cache
def _font(symbol: str, weight: str = "normal") -> "FontProperties | None":
    """A font that has a character, Matplotlib's own if it can; None: no font on this machine has it."""
    from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

    own = FontProperties(family=FAMILY, weight=weight)
    if get_font(findfont(own)).get_char_index(ord(symbol)):
        return own
    if not symbol.isprintable():
        return None
    others = (font for font in fontManager.ttflist if font.style == "normal")
    fonts = (font for font in others if not font.name.startswith("Last Resort"))  # that has boxes for all
    path = next((f.fname for f in fonts if get_font(f.fname).get_char_index(ord(symbol))), None)
    return None if path is None else FontProperties(fname=path)


def _is_leftwards(text: str) -> bool:
    """Whether more of the letters are of scripts from right to left than of others."""
    directions = [unicodedata.bidirectional(character) for character in text]
    return sum(d in ("R", "AL") for d in directions) > directions.count("L")

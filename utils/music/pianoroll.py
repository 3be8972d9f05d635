"""Scores as pictures: a piano roll in systems, the melody over the chords, with chord symbols."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from utils.music.score import Part, Score
from utils.plots import COLOURS, FAINT, INK, as_typed, picture, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SYSTEMS, MOST_MEASURES = 12, 9  # systems in a picture, and measures in a system
WIDTH, MARGIN = 12.0, 0.7  # inches; the margin is for the title
SYSTEM_HEIGHT, FEW, SYSTEM_HEIGHT_OF_FEW = 1.75, 4, 2.3  # inches; up to four systems have more room
MELODY, CHORDS = COLOURS[0], "#e7c9a9"
_SYMBOL_SIZES = (9.0, 7.5)  # points; the smaller where symbols are crowded
_SYMBOL_GAP = 5.0  # points between symbols


class System(NamedTuple):
    """A row of the picture: the number of its first measure, and where measures start and the last ends."""

    first: int
    starts: tuple[float, ...]
    end: float


def draw(
    path: Path,
    score: Score,
    chord_symbols: Sequence[tuple[float, str]],
    *,
    title: str,
    measure_starts: Sequence[float] = (),
) -> None:
    """Draws a score: its first part as the melody, all others as the chords under it.

    Args:
        path: The PNG file.
        score: The score.
        chord_symbols: Onsets in quarter notes and what is written there. A symbol that repeats the
            one before it is left out, and one for which there is no room.
        title: What is drawn; the picture adds how many measures are shown if not all are.
        measure_starts: Where the measures start, in quarter notes; none: one after the other from 0,
            as long as the score says.

    Raises:
        UserError: The file cannot be written.
    """
    starts = sorted(measure_starts) or list(_even_starts(score))
    shown = systems(starts, max(score.length, starts[-1] + score.beats))
    count = sum(len(system.starts) for system in shown)
    if count < len(starts):
        title += f" (the first {count} of {len(starts)} measures)"
    height = SYSTEM_HEIGHT_OF_FEW if len(shown) <= FEW else SYSTEM_HEIGHT
    longest = max(system.end - system.starts[0] for system in shown)
    with picture(path, WIDTH, MARGIN + height * len(shown)) as figure:
        as_typed([figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=13, fontweight="bold")])
        _legend(figure, score)
        rows = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
        low, high = _range(score)
        for axes, system in zip(rows, shown, strict=True):
            axes.set_xlim(system.starts[0], system.starts[0] + longest)
            axes.set_ylim(low, high)
            _draw_system(axes, system, score, chord_symbols)


def systems(starts: Sequence[float], end: float) -> list[System]:
    """Breaks measures into systems of nearly equal count, at most `MOST_SYSTEMS`.

    Args:
        starts: Where the measures start, in order.
        end: Where the last ends.
    """
    wanted = min(-(-len(starts) // MOST_MEASURES), MOST_SYSTEMS)
    size = min(-(-len(starts) // wanted), MOST_MEASURES)
    ends = [*starts[1:], end]
    return [
        System(first + 1, tuple(starts[first : first + size]), ends[min(first + size, len(starts)) - 1])
        for first in range(0, min(len(starts), wanted * size), size)
    ]


def visible_symbols(
    symbols: Sequence[tuple[float, str]], system: System, room: Callable[[str], float]
) -> list[tuple[float, str]]:
    """The chord symbols of a system that say something new and do not run into each other.

    The chord that still sounds from the system before is written where the system starts.

    Args:
        symbols: Onsets in quarter notes and what is written there.
        system: The system.
        room: How many quarter notes wide a symbol is.
    """
    begin = system.starts[0]
    ordered = sorted(symbols, key=lambda symbol: symbol[0])
    before = [text for onset, text in ordered if onset < begin]
    inside = [(onset, text) for onset, text in ordered if begin <= onset < system.end]
    if before and not (inside and inside[0][0] == begin):
        inside.insert(0, (begin, before[-1]))
    found: list[tuple[float, str]] = []
    free = begin
    for onset, text in inside:
        if onset >= free and not (found and found[-1][1] == text):
            found.append((onset, text))
            free = onset + room(text)
    return found


def _draw_system(axes: "Axes", system: System, score: Score, symbols: Sequence[tuple[float, str]]) -> None:
    low, high = axes.get_ylim()
    for part in reversed(score.parts):  # the melody last, over the chords
        is_melody = part is score.parts[0]
        _draw_notes(axes, part, system, MELODY if is_melody else CHORDS, 1.15 if is_melody else 0.8)
    octaves = [pitch for pitch in range(0, 128, 12) if low <= pitch <= high]
    axes.set_yticks(octaves, [f"C{pitch // 12 - 1}" for pitch in octaves])
    lines = [*system.starts, system.end]
    numbers = [str(system.first + number) for number in range(len(system.starts))]
    axes.set_xticks(lines, [*numbers, ""], ha="left")
    tidy(axes, "", "", "")
    axes.grid(True, axis="x", color="#b9bec7", linewidth=0.8)
    axes.tick_params(axis="x", length=0, labelsize=8, pad=2, labelcolor="#7b828d")
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    _write_symbols(axes, system, symbols)


def _write_symbols(axes: "Axes", system: System, symbols: Sequence[tuple[float, str]]) -> None:
    left, right = axes.get_xlim()
    points_a_quarter = 72 * (WIDTH - 0.4) / (right - left)
    wanted = len(visible_symbols(symbols, system, lambda text: 0))
    for size in _SYMBOL_SIZES:
        found = visible_symbols(symbols, system, partial(_room, size=size, points_a_quarter=points_a_quarter))
        if len(found) == wanted:
            break
    for onset, text in found:
        label = axes.text(onset, 1.02, _pretty(text), fontsize=size, color=INK, va="bottom")
        label.set_transform(axes.get_xaxis_transform())  # across in quarter notes, up in shares of the row


def _draw_notes(axes: "Axes", part: Part, system: System, colour: str, height: float) -> None:
    """One part's notes in a system as bars, a little shorter than they sound so that they stay apart."""
    from matplotlib.collections import PolyCollection

    gap = 0.05
    bars = []
    for note in part.notes:
        start, end = max(note.onset, system.starts[0]), min(note.end, system.end)
        if end > start and note.onset < system.end:
            right = max(end - gap, start + gap)
            low, high = note.pitch - height / 2, note.pitch + height / 2
            bars.append([(start, low), (start, high), (right, high), (right, low)])
    axes.add_collection(PolyCollection(bars, facecolors=colour, edgecolors="none"))


def _legend(figure: "Figure", score: Score) -> None:
    from matplotlib.patches import Patch

    names = [part.name for part in score.parts]
    handles = [Patch(color=MELODY, label=names[0])] if names else []
    if names[1:]:
        handles.append(Patch(color=CHORDS, label=", ".join(names[1:])))
    figure.legend(handles=handles, loc="upper right", ncols=2, frameon=False, fontsize=9, borderaxespad=0.3)


def _range(score: Score) -> tuple[float, float]:
    """The pitches shown: those that occur, and at least an octave."""
    pitches = [note.pitch for part in score.parts for note in part.notes] or [60]
    low, high = min(pitches), max(pitches)
    spare = max(0, 12 - (high - low)) / 2
    return low - spare - 1.5, high + spare + 1.5


def _even_starts(score: Score) -> Iterator[float]:
    number = 0
    while number == 0 or number * score.beats < score.length - 1e-6:
        yield number * score.beats
        number += 1


def _room(symbol: str, size: float, points_a_quarter: float) -> float:
    """How many quarter notes wide a symbol is, with the gap after it."""
    return (_width(symbol, size) + _SYMBOL_GAP) / points_a_quarter


@lru_cache(maxsize=1024)
def _width(symbol: str, size: float) -> float:
    """The width of a symbol in points."""
    from matplotlib.textpath import TextPath

    return float(TextPath((0, 0), _pretty(symbol), size=size).get_extents().width)


def _pretty(symbol: str) -> str:
    """A chord symbol with real flats and sharps: E-maj7 as E♭maj7."""
    return symbol.replace("-", "♭").replace("#", "♯")

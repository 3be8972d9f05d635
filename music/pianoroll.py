"""Scores as pictures: a piano roll in systems, a colour for each part, with chord symbols.

Pillow draws it in a tenth of the time that importing Matplotlib takes.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from importlib.util import find_spec
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from music.chord_symbols import ChordSymbol
from music.rhythm import measure_starts as even_measure_starts
from music.score import DRUM_CHANNEL, Note, Part, Score
from utils.files import is_file, printable, replacing
from utils.plots import COLOURS, FAINT, INK

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

MOST_SYSTEMS, MOST_MEASURES = 12, 9  # systems on a page, and measures in a system
MELODY, CHORDS, BASS = COLOURS[0], "#e7c9a9", "#b5612f"
DRUMS = COLOURS[5]
_OTHERS = (CHORDS, BASS, *COLOURS[2:5])
_LINES, _NUMBERS = "#b9bec7", "#7b828d"

# Pixels.
WIDTH, LEFT, RIGHT = 1440, 34, 14
_TITLE = 44
_SYMBOLS, _UNDER, _BETWEEN = 25, 15, 10  # above a roll, below it and between systems
_DRUM_ROW, _LANE = 6, 26
_TEXT, _SMALL, _TITLE_SIZE = 15, 13, 22
_SYMBOL_SIZES = (15, 12)  # the smaller where symbols are crowded
_SYMBOL_GAP = 8  # between symbols
_GAP = 0.05  # quarter notes that bars are shorter than notes, so that they stay apart
# The rows of the drums: cymbals, drums of the hands, drums of the feet.
_FEET = frozenset({35, 36, 44})
_HANDS = frozenset({37, 38, 39, 40, 41, 43, 45, 47, 48, 50})


class System(NamedTuple):
    """A row of the picture: the number of its first measure, and where measures start and the last ends."""

    first: int
    starts: tuple[float, ...]
    end: float


def draw(
    path: Path | str,
    score: Score,
    chord_symbols: Sequence[tuple[float, str | ChordSymbol | None]],
    *,
    title: str,
    measure_starts: Sequence[float] = (),
) -> list[Path]:
    """Draws a score as a piano roll: its first part above all others, drums in a lane of their own.

    Args:
        path: The PNG file.
        score: The score.
        chord_symbols: Onsets in quarter notes and what is written there, N.C. for None. A symbol that
            repeats the one before it is left out, and one for which there is no room.
        title: What is drawn; a picture of several pages adds which measures are on each.
        measure_starts: Where the measures start, in quarter notes; none: one after the other from 0,
            as long as the score says.

    Returns:
        The files: `path`, and for each further page one beside it, solo-page-2.png for
        solo.png.

    Raises:
        UserError: A file cannot be written.
    """
    path = Path(path)
    starts = sorted(measure_starts) or even_measure_starts(score)
    rows = systems(starts, max(score.length, starts[-1] + score.beats))
    size = -(-len(rows) // -(-len(rows) // MOST_SYSTEMS))  # pages are nearly equal
    pages = [rows[first : first + size] for first in range(0, len(rows), size)]
    symbols = [
        (onset, _pretty("N.C." if symbol is None else getattr(symbol, "text", "") or str(symbol)))
        for onset, symbol in sorted(chord_symbols, key=itemgetter(0))
    ]
    roll = _Roll(score, rows, symbols)
    written = []
    for number, page in enumerate(pages, 1):
        last = page[-1].first + len(page[-1].starts) - 1
        shown = f"{title} (measures {page[0].first} to {last} of {len(starts)})" if len(pages) > 1 else title
        written.append(path if number == 1 else path.with_name(f"{path.stem}-page-{number}{path.suffix}"))
        roll.write(written[-1], page, shown)
    return written


def systems(starts: Sequence[float], end: float) -> list[System]:
    """Breaks measures into systems of nearly equal count, at most `MOST_MEASURES` each.

    Args:
        starts: Where the measures start, in order.
        end: Where the last ends.
    """
    count = -(-len(starts) // MOST_MEASURES)
    size = -(-len(starts) // count)
    ends = [*starts[1:], end]
    return [
        System(first + 1, tuple(starts[first : first + size]), ends[min(first + size, len(starts)) - 1])
        for first in range(0, len(starts), size)
    ]


def visible_symbols(
    symbols: Sequence[tuple[float, str]], system: System, room: Callable[[str], float]
) -> list[tuple[float, str]]:
    """The chord symbols of a system, without repetitions and without those that would overlap.

    The chord that still sounds from the system before is written where the system starts.

    Args:
        symbols: Onsets in quarter notes and what is written there, in order.
        system: The system.
        room: How many quarter notes wide a symbol is.
    """
    begin = system.starts[0]
    first, after = (bisect_left(symbols, line, key=itemgetter(0)) for line in (begin, system.end))
    inside = list(symbols[first:after])
    if first and not (inside and inside[0][0] == begin):
        inside.insert(0, (begin, symbols[first - 1][1]))
    shown: list[tuple[float, str]] = []
    free = begin
    for onset, text in inside:
        if onset >= free and not (shown and shown[-1][1] == text):
            shown.append((onset, text))
            free = onset + room(text)
    return shown


class _Roll:
    """The layout that all pages of a picture share: the notes of each system, their colours, the scale."""

    def __init__(self, score: Score, rows: Sequence[System], symbols: list[tuple[float, str]]) -> None:
        self.symbols = symbols
        pitched = [part for part in score.parts if part.channel != DRUM_CHANNEL]
        drums = [part for part in score.parts if part.channel == DRUM_CHANNEL]
        colours = [MELODY, *(_OTHERS[number % len(_OTHERS)] for number in range(len(pitched)))]
        self.legend = [(part.name, colour) for part, colour in zip(pitched, colours, strict=False)]
        self.legend += [(part.name, DRUMS) for part in drums]
        self.notes = [_by_system(part.notes, rows) for part in pitched]
        self.strokes = [_by_system(part.notes, rows) for part in drums]
        self.low, self.high = _range(pitched)
        self.semitone = 4 if len(rows) <= 4 or self.high - self.low <= 40 else 3  # pixels
        self.quarter = (WIDTH - LEFT - RIGHT) / max(row.end - row.starts[0] for row in rows)  # pixels
        self.roll = self.semitone * (self.high - self.low)
        self.lane = _LANE if drums else 0
        self.height = _SYMBOLS + self.roll + self.lane + _UNDER + _BETWEEN

    def write(self, path: Path, page: Sequence[System], title: str) -> None:
        """Writes one page."""
        from PIL import Image, ImageDraw

        image = Image.new("RGB", (WIDTH, _TITLE + self.height * len(page)), "white")
        pen = ImageDraw.Draw(image)
        _write_title(pen, title, self._draw_legend(pen))
        for number, system in enumerate(page):
            self._draw_system(pen, system, _TITLE + number * self.height + _SYMBOLS)
        with replacing(path) as temporary:
            image.save(temporary, format="PNG")

    def _draw_legend(self, pen: "ImageDraw") -> int:
        """Draws the legend from the right, and returns where it begins."""
        x = WIDTH - RIGHT
        for name, colour in reversed(self.legend):
            text = printable(name)[:40]
            x -= round(_font(_TEXT).getlength(text))
            pen.text((x, _TITLE // 2), text, INK, _font(_TEXT), anchor="lm")
            pen.rectangle((x - 34, _TITLE // 2 - 5, x - 8, _TITLE // 2 + 5), colour)
            x -= 58
        return x

    def _draw_system(self, pen: "ImageDraw", system: System, top: int) -> None:
        bottom = top + self.roll + self.lane
        right = self._x(system, system.end)
        for pitch in range(-(-self.low // 12) * 12, self.high + 1, 12):
            y = self._y(top, pitch)
            pen.line((LEFT, y, right, y), FAINT)
            pen.text((LEFT - 7, y), f"C{pitch // 12 - 1}", INK, _font(_SMALL), anchor="rm")
        for number, start in enumerate(system.starts):
            x = self._x(system, start)
            pen.line((x, top, x, bottom), _LINES)
            pen.text((x, bottom + 3), str(system.first + number), _NUMBERS, _font(_SMALL), anchor="lt")
        pen.line((right, top, right, bottom), _LINES)
        pen.line((LEFT, bottom, right, bottom), FAINT)
        for notes, (_, colour) in reversed(list(zip(self.notes, self.legend, strict=False))):
            above = 2 if colour == MELODY else self.semitone // 2
            below = 2 if colour == MELODY else 1
            for note in notes[system.first]:
                left, end = self._bar(system, note)
                y = self._y(top, note.pitch)
                pen.rectangle((left, y - above, end, y + below), colour)
        for strokes in self.strokes:
            for note in strokes[system.first]:
                row = 2 if note.pitch in _FEET else 1 if note.pitch in _HANDS else 0
                x, y = self._x(system, note.onset), top + self.roll + 4 + _DRUM_ROW * row
                pen.rectangle((x, y, x + 4, y + _DRUM_ROW - 3), DRUMS)
        self._write_symbols(pen, system, top)

    def _bar(self, system: System, note: Note) -> tuple[int, int]:
        """Where a note's bar begins and ends in a system: a little before the note, one pixel at least."""
        left = self._x(system, max(note.onset, system.starts[0]))
        return left, max(left, self._x(system, min(note.end, system.end) - _GAP) - 1)

    def _write_symbols(self, pen: "ImageDraw", system: System, top: int) -> None:
        most = len(visible_symbols(self.symbols, system, lambda text: 0))
        for size in _SYMBOL_SIZES:
            room = partial(self._room, size=size)
            visible = visible_symbols(self.symbols, system, room)
            if len(visible) == most:
                break
        for onset, text in visible:
            pen.text((self._x(system, onset), top - 5), text, INK, _font(size), anchor="ls")

    def _room(self, text: str, size: int) -> float:
        """How many quarter notes wide a symbol is, with the gap after it."""
        return (_font(size).getlength(text) + _SYMBOL_GAP) / self.quarter

    def _x(self, system: System, time: float) -> int:
        return round(LEFT + (time - system.starts[0]) * self.quarter)

    def _y(self, top: int, pitch: int) -> int:
        return top + self.semitone * (self.high - pitch)


def _by_system(notes: Sequence[Note], rows: Sequence[System]) -> dict[int, list[Note]]:
    """The notes that sound in each system, by the number of its first measure."""
    by_row: dict[int, list[Note]] = {row.first: [] for row in rows}
    starts = [row.starts[0] for row in rows]
    for note in notes:
        number = max(bisect_right(starts, note.onset) - 1, 0)
        while number < len(rows) and starts[number] < note.end:
            if note.onset < rows[number].end:
                by_row[rows[number].first].append(note)
            number += 1
    return by_row


def _range(parts: Sequence[Part]) -> tuple[int, int]:
    """The pitches at the edges: two beyond those that occur, an octave apart at least."""
    pitches = [note.pitch for part in parts for note in part.notes] or [60]
    low, high = min(pitches), max(pitches)
    spare = max(0, 12 - (high - low))
    return low - spare // 2 - 2, high + (spare + 1) // 2 + 2


def _write_title(pen: "ImageDraw", title: str, room: int) -> None:
    """Writes the title, without its end if it is longer than there is room."""
    text, font = printable(title), _font(_TITLE_SIZE, bold=True)
    if font.getlength(text) > room - LEFT:
        while text and font.getlength(text + "…") > room - LEFT:
            text = text[:-1]
        text += "…"
    pen.text((_BETWEEN, _TITLE // 2), text, INK, font, anchor="lm")


@lru_cache
def _font(size: int, *, bold: bool = False) -> "FreeTypeFont | ImageFont":
    """The font of all pictures, which Matplotlib brings; importing it would take longer than the picture."""
    from PIL import ImageFont

    spec = find_spec("matplotlib")
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        file = Path(folder) / "mpl-data" / "fonts" / "ttf" / f"DejaVuSans{'-Bold' * bold}.ttf"
        if is_file(file):
            return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
    return ImageFont.load_default(size)


def _pretty(symbol: str) -> str:
    """A chord symbol with real flats and sharps: E-maj7 or Ebmaj7 as E♭maj7."""
    flats = re.sub(r"(?<=[A-G])[b-]|b(?=[0-9])", "♭", symbol)
    return flats.replace("#", "♯")

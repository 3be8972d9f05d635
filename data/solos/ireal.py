"""iReal Pro's addresses, irealb:// and irealbook://, as text for `data.solos.charts`.

Written here, because no library reads them well: pyRealParser 0.1.0 (May 2018, MIT, its only release on
the package index) prints what it reads, swallows its own errors, knows no irealbook:// and loses on which
beat a chord stands; pyrealpro only writes such addresses. The signs are those of iReal Pro's own "Custom
Chord Chart Protocol". The scrambling of irealb:// is known from programs that read it: behind 1r34LbKcu7
the music is cut into blocks of 50 characters, and in each the characters 0 to 4 and 10 to 23 change places
with those opposite.
"""

import html
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn
from urllib.parse import unquote

from utils.errors import UserError

MOST_MEASURES = 2000  # repeats played out, as for all charts

_logger = logging.getLogger("cadenza")
_ADDRESS = re.compile(r"\s*irealb(?:ook)?://(.*)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"href\s*=\s*([\"'])irealb(?:ook)?://(.*?)\1", re.IGNORECASE | re.DOTALL)
_SCRAMBLED = "1r34LbKcu7"  # stands before scrambled music
_BLOCK = 50
_SHORTHANDS = {"XyQ": "   ", "LZ": " |", "Kcl": "| x"}
_KEY = re.compile(r"[A-G][b#]?-?")
_JUMP = re.compile(r"d\. ?([cs])\.(?: al (coda|fine|(\d)\w\w end))?")
_TOKEN = re.compile(
    r"""
      <(?:\*\d\d)?(?P<text>[^>]*)>
    | T(?P<meter>\d\d)
    | N(?P<ending>\d)
    | (?P<bar_line>[|\[\]{}Z])
    | (?P<chord>[A-GW](?:[b#]?(?:[-+^ohb#\d]|sus|alt|add|\*[^*|]*\*)*)(?:/[A-G][b#]?)?)
    | (?P<sign>[xrnpSQ ])
    | \*[A-Za-z] | \([^)]*\) | [,.:;'"YUfsl\n\r\t]          # sections, alternative chords, layout
    | (?P<unknown>.)
    """,
    re.VERBOSE,
)


def find_address(text: str) -> str | None:
    """The iReal Pro address that a text is, or the first that a page links to, without its scheme."""
    if address := _ADDRESS.fullmatch(text):
        return address[1].strip()
    link = _LINK.search(text)
    return None if link is None else html.unescape(link[2]).strip()


def chart_text(address: str) -> str:
    """The first song of an address as a chart's text, its repeats, endings, D.C. and D.S. played out.

    Args:
        address: The address without its scheme, as `find_address` gives it.

    Raises:
        UserError: The address holds no song, or one that changes its meter.
    """
    songs = _songs(unquote(address).split("="))
    if not songs:
        raise UserError("the iReal Pro address holds no song: expected title=composer=style=key=n=music")
    song = songs[0]
    if len(songs) > 1:
        _logger.info("song 1 of %d: %s", len(songs), song.title)
    meter, bars = _Music(song).bars()
    headers = [("title", song.title), ("tempo", song.tempo), ("key", song.key)]
    lines = [f"{name}: {value}" for name, value in headers if value]
    return "\n".join([*lines, f"meter: {meter[0]}/{meter[1]}", *(f"| {bar.text} |" for bar in _played(bars))])


class _Song(NamedTuple):
    """A song's fields, its music in clear text."""

    title: str
    key: str
    tempo: str
    music: str


def _songs(fields: Sequence[str]) -> list[_Song]:
    """The songs of an address: each has five or six fields before its music."""
    songs = []
    for place, music in enumerate(fields):
        scrambled = music.startswith(_SCRAMBLED)
        if not scrambled and (place < 4 or not re.search(r"[|{}\[\]]", music)):
            continue
        before = fields[max(0, place - (6 if scrambled else 5)) : place]
        tempo = fields[place + 2] if scrambled and place + 2 < len(fields) else ""
        key = next((name for name in before[2:] if _KEY.fullmatch(name)), "")
        songs.append(
            _Song(
                title=" ".join("".join(sign if sign.isprintable() else " " for sign in before[0]).split()),
                key=key.replace("-", "m"),
                tempo=tempo if tempo.isdecimal() and 20 <= int(tempo[:4]) <= 400 else "",
                music=_unscrambled(music.removeprefix(_SCRAMBLED)) if scrambled else music,
            )
        )
    return songs


def _unscrambled(music: str) -> str:
    """Scrambled music in clear text. A last block of 50 characters with less than two behind it is clear."""
    blocks = [music[start : start + _BLOCK] for start in range(0, len(music), _BLOCK)]
    for number, block in enumerate(blocks):
        if len(music) - _BLOCK * (number + 1) >= 2:
            letters = list(block)
            for place in (*range(5), *range(10, 24)):
                letters[place], letters[-1 - place] = block[-1 - place], block[place]
            blocks[number] = "".join(letters)
    clear = "".join(blocks)
    for shorthand, meaning in _SHORTHANDS.items():
        clear = clear.replace(shorthand, meaning)
    return clear


@dataclass
class _Bar:
    """A written measure.

    Args:
        text: Its chords, as charts write them.
        opens: Whether a repeat begins with it.
        closes: How many times the repeat is played that ends with it; 0: none ends.
        ending: Which ending begins with it; 0: none.
        segno: Whether it has the sign.
        coda: "before" or "after" its chords, or "".
        fine: Whether the piece may end with it.
        jump: What is written there: D.C. or D.S.
        last: Whether a double bar line follows.
        cells: The cells of iReal Pro's grid: chords, and "" for those left empty.
    """

    text: str = ""
    opens: bool = False
    closes: int = 0
    ending: int = 0
    segno: bool = False
    coda: str = ""
    fine: bool = False
    jump: str = ""
    last: bool = False
    cells: list[str] = field(default_factory=list)


class _Music:
    """Reads a song's music into measures."""

    def __init__(self, song: _Song) -> None:
        self.song = song
        self.meter = (4, 4)
        self.read: list[_Bar] = []
        self.bar = _Bar()
        self.times = 2
        self.chord = ""  # the last one

    def bars(self) -> tuple[tuple[int, int], list[_Bar]]:
        """The meter and the measures as written."""
        for token in _TOKEN.finditer(self.song.music):
            if token["unknown"]:
                self._fail(f"expected a chord or a sign, got {token[0]!r}")
            if token["text"] is not None:
                self._read_text(token["text"].strip().lower())
            elif token["meter"]:
                self._read_meter(token["meter"])
            elif token["ending"]:
                self.bar.ending = int(token["ending"])
            elif token["bar_line"]:
                self._end_bar(token["bar_line"])
            elif token["chord"]:
                self._add_chord(token["chord"].replace("*", ""))
            elif token["sign"]:
                self._read_sign(token["sign"])
        self._end_bar("Z")
        return self.meter, self.read

    def _fail(self, message: str) -> NoReturn:
        raise UserError(
            f"the iReal Pro song {self.song.title!r:.80}: measure {len(self.read) + 1}: {message}"
        )

    def _read_meter(self, digits: str) -> None:
        meter = (12, 8) if digits == "12" else (int(digits[0]), int(digits[1]))
        if self.read and meter != self.meter:
            old, new = (f"{count}/{value}" for count, value in (self.meter, meter))
            self._fail(f"expected the meter {old} to stay, got {new}")
        self.meter = meter

    def _read_text(self, text: str) -> None:
        if times := re.fullmatch(r"(\d)x", text):
            self.times = int(times[1])
        elif _JUMP.match(text):
            self.bar.jump = text
        elif text == "fine":
            self.bar.fine = True

    def _read_sign(self, sign: str) -> None:
        if sign == "S":
            self.bar.segno = True
        elif sign == "Q":
            self.bar.coda = "after" if self.bar.text or any(self.bar.cells) else "before"
        elif sign == "n":
            self._add_chord("N.C.")
        elif sign == "p":
            self.bar.cells.append("" if any(self.bar.cells) else self.chord)
        elif sign == " ":
            self.bar.cells.append("")
        else:  # x, r: the last measure or the last two again
            count = 1 if sign == "x" else 2
            if not count <= len(self.read) < MOST_MEASURES:
                self._fail(
                    f"expected {count} to {MOST_MEASURES} measures before {sign!r}, got {len(self.read)}"
                )
            *first, last = (bar.text for bar in self.read[-count:])
            if first:
                self.bar.text = first[0]
                self.read.append(self.bar)
                self.bar = _Bar()
            self.bar.text = last

    def _add_chord(self, chord: str) -> None:
        if chord[0] == "W":  # the last chord over another bass
            chord = self.chord.partition("/")[0] + chord[1:]
        self.chord = chord
        self.bar.cells.append(chord)

    def _end_bar(self, bar_line: str) -> None:
        """Ends a measure with chords. One without is layout, and leaves its signs to its neighbours."""
        bar, text = self.bar, self.bar.text or _spelled(self.bar.cells, self.meter)
        if text:
            if len(self.read) >= MOST_MEASURES:
                self._fail(f"expected at most {MOST_MEASURES} measures, got more")
            bar.text = text
            self.read.append(bar)
            self.bar = _Bar()
        else:
            bar.cells = []
            if self.read:
                self.read[-1].jump = self.read[-1].jump or bar.jump
                self.read[-1].fine |= bar.fine
                bar.jump, bar.fine = "", False
        if self.read and bar_line in "]}Z":
            self.read[-1].last = True
        if self.read and bar_line == "}":
            self.read[-1].closes, self.times = self.times, 2
        if bar_line == "{":
            self.bar.opens = True


def _spelled(cells: list[str], meter: tuple[int, int]) -> str:
    """A measure's chords as charts write them; "" if there are none.

    Each chord has the beat on which its cell lies when the cells share the measure evenly. Where two
    would have the same beat they move on, and if the beats do not suffice all are equally long.
    """
    names = [cell for cell in cells if cell]
    cells = cells[cells.index(names[0]) :] if names else []
    beats = 4 if meter == (12, 8) else meter[0]
    parts = ["/"] * beats
    beat = -1
    for place, cell in enumerate(cells):
        if cell:
            beat = max(beat + 1, int(place * beats / len(cells) + 0.5))
            if beat >= beats:
                return " ".join(names)
            parts[beat] = cell
    return " ".join(names if len(names) < 2 else parts)


def _played(bars: list[_Bar]) -> list[_Bar]:
    """The measures in the order in which they are played; after D.C. or D.S. no repeat is taken."""
    regions = _regions(bars)
    last_endings = dict(sorted(regions))
    codas = [place for place, bar in enumerate(bars) if bar.coda]
    segno = next((place for place, bar in enumerate(bars) if bar.segno), 0)
    played: list[_Bar] = []
    place = start = 0
    times, jump, to_coda = 1, None, False
    while place < len(bars):
        if len(played) == MOST_MEASURES:
            raise UserError(f"expected at most {MOST_MEASURES} measures in the iReal Pro song, got more")
        bar, (section, ending) = bars[place], regions[place]
        if bar.opens and place != start:
            start, times = place, 1
        if ending and ending != (times if jump is None else int(jump[3] or last_endings[section])):
            place += 1
            continue
        leaves = to_coda and place == codas[0]
        if not (leaves and bar.coda == "before"):
            played.append(bar)
        if leaves:
            place, to_coda = codas[-1], False
            continue
        if jump is None:
            if bar.closes and (times < bar.closes or (section, times + 1) in regions[place + 1 :]):
                place, times = start, times + 1
                continue
            if bar.jump and (jump := _JUMP.match(bar.jump)):
                to_coda = jump[2] == "coda" and len(codas) > 1
                place = start = segno if jump[1] == "s" else 0
                times = 1
                continue
        elif jump[2] != "coda" and (bar.fine or bar.jump or (jump[3] and ending and bar.last)):
            break
        if bar.closes:
            start, times = place + 1, 1
        place += 1
    return played


def _regions(bars: list[_Bar]) -> list[tuple[int, int]]:
    """For each measure the number of the repeat in which it lies, and that of its ending or 0."""
    regions = []
    section = ending = 0
    for bar in bars:
        if bar.opens:
            section, ending = section + 1, 0
        ending = bar.ending or ending
        regions.append((section, ending))
        if bar.last:
            ending = 0
    return regions

"""iReal Pro's addresses, irealb:// and irealbook://, as text for `data.solos.charts`.

Written here, because no library reads them well: pyRealParser 0.1.0 (May 2018, MIT, its only release on
the package index) prints what it reads, swallows its own errors, knows no irealbook:// and loses on which
beat a chord stands; pyrealpro only writes such addresses. The signs are those of iReal Pro's own "Custom
Chord Chart Protocol". The scrambling of irealb:// is known from programs that read it: behind 1r34LbKcu7
the music is cut into blocks of 50 characters, and in each the characters 0 to 4 and 10 to 23 change places
with those opposite.
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn
from urllib.parse import unquote

from music import form
from music.changes import Meter, one_line
from music.chord_symbols import ChordSymbolError, parse_symbol
from music.limits import FASTEST, MOST_MEASURES, SLOWEST
from utils.errors import UserError

_ADDRESS = re.compile(r"\s*irealb(?:ook)?://(.*)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(r"href\s*=\s*([\"'])irealb(?:ook)?://(.*?)\1", re.IGNORECASE | re.DOTALL)
_SCRAMBLED = "1r34LbKcu7"  # stands before scrambled music
_BLOCK = 50
_SHORTHANDS = {"XyQ": "   ", "LZ": " |", "Kcl": "| x"}
_KEY = re.compile(r"[A-G][b#]?-?")
_SECTIONS = {"i": "Intro", "v": "Verse", "V": "Verse"}  # others are named by their letter
_TOKEN = re.compile(
    r"""
      <(?:\*\d\d)?(?P<text>[^>]*)>
    | T(?P<meter>\d\d)
    | N(?P<ending>\d)
    | (?P<bar_line>[|\[\]{}Z])
    | (?P<chord>[A-GW](?:[b#]?(?:[-+^ohb#\d]|sus|alt|add|\*[^*|]*\*)*)(?:/[A-G][b#]?)?)
    | (?P<sign>[xrnpSQ ])
    | \*(?P<section>[A-Za-z])
    | \([^)]*\) | [,.:;'"YUfsl\n\r\t]          # alternative chords, layout
    | (?P<unknown>.)
    """,
    re.VERBOSE,
)


def find_addresses(text: str) -> list[str]:
    """The iReal Pro address that a text is, or all that a page links to, without their scheme."""
    if address := _ADDRESS.fullmatch(text):
        return [address[1].strip()]
    return [html.unescape(link[2]).strip() for link in _LINK.finditer(text)]


class Song(NamedTuple):
    """A song's fields, its music in clear text.

    Args:
        title: The title, one line.
        composer: The composer, one line.
        style: Such as Bossa Nova; perhaps empty.
        key: As charts write it; perhaps empty.
        tempo: Quarter notes a minute; perhaps empty.
        music: The signs of its measures.
    """

    title: str
    composer: str
    style: str
    key: str
    tempo: str
    music: str


def songs(addresses: Iterable[str]) -> list[Song]:
    """The songs of addresses, as `find_addresses` gives them.

    Raises:
        UserError: They hold no song.
    """
    every_song = [song for address in addresses for song in _songs(unquote(address).split("="))]
    if not every_song:
        raise UserError("the iReal Pro address holds no song: expected title=composer=style=key=n=music")
    return every_song


def chart_text(song: Song) -> str:
    """A song as a chart's text, its repeats, endings, D.C., D.S. and codas played out.

    Raises:
        UserError: A sign of its music cannot be read.
    """
    bars = _Music(song).bars()
    try:
        chorus, last = form.choruses(bars)
    except UserError as error:
        raise UserError(f"the iReal Pro song {song.title!r:.80}: {error}") from None
    headers = {"title": song.title, "tempo": song.tempo, "key": song.key, "style": song.style}
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    meter: Meter | None = None
    last = last[_intro(bars) if last[:1] == [0] else 0 :]  # which is played before the first chorus alone
    for heading, order in (([], chorus), (["last chorus:"], last)):
        lines += heading if order else []
        for bar in (bars[place] for place in order):
            if bar.meter != meter:
                lines.append(f"meter: {bar.meter[0]}/{bar.meter[1]}")
                meter = bar.meter
            lines.append(f"{f'[{bar.section}] ' if bar.section else ''}| {bar.text} |")
    return "\n".join(lines)


def _intro(bars: Sequence["_Bar"]) -> int:
    """How many measures the introduction has; 0: there is none, or nothing else."""
    if not bars or bars[0].section != _SECTIONS["i"]:
        return 0
    return next((place for place, bar in enumerate(bars[1:], 1) if bar.section), 0)


def _songs(fields: Sequence[str]) -> list[Song]:
    """The songs of an address: each has five or six fields before its music."""
    parsed = []
    for place, music in enumerate(fields):
        scrambled = music.startswith(_SCRAMBLED)
        if not scrambled and (place < 4 or not re.search(r"[|{}\[\]]", music)):
            continue
        before = fields[max(0, place - (6 if scrambled else 5)) : place]
        tempo = fields[place + 2] if scrambled and place + 2 < len(fields) else ""
        key_place = next((n for n in range(2, len(before)) if _KEY.fullmatch(before[n])), len(before))
        styles = [name for name in before[2:key_place] if name.strip() and name != "n"]
        parsed.append(
            Song(
                title=one_line(before[0]),
                composer=one_line(before[1]),
                style=one_line(styles[-1]) if styles else "",
                key=before[key_place].replace("-", "m") if key_place < len(before) else "",
                tempo=tempo if tempo.isdecimal() and SLOWEST <= int(tempo[:4]) <= FASTEST else "",
                music=_unscrambled(music.removeprefix(_SCRAMBLED)) if scrambled else music,
            )
        )
    return parsed


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
class _Bar(form.Bar):
    """A written measure.

    Args:
        text: Its chords, as charts write them.
        meter: Its meter.
        section: The name of the section that begins with it, or "".
        cells: The cells of iReal Pro's grid: chords, and "" for those left empty.
    """

    text: str = ""
    meter: Meter = (4, 4)
    section: str = ""
    cells: list[str] = field(default_factory=list)


class _Music:
    """Reads a song's music into measures."""

    def __init__(self, song: Song) -> None:
        self.song = song
        self.meter = (4, 4)
        self.read: list[_Bar] = []
        self.bar = _Bar()
        self.times = 2
        self.ending = 0  # the last one
        self.chord = ""  # likewise

    def bars(self) -> list[_Bar]:
        """The measures as written."""
        for token in _TOKEN.finditer(self.song.music):
            if token["unknown"]:
                self._fail(f"expected a chord or a sign, got {token[0]!r}")
            if token["text"] is not None:
                self._read_text(token["text"].strip().lower())
            elif token["meter"]:
                digits = token["meter"]
                self.meter = (12, 8) if digits == "12" else (int(digits[0]), int(digits[1]))
            elif token["ending"]:
                self.ending = int(token["ending"]) or self.ending + 1  # N0 is one without a number
                self.bar.endings = (self.ending,)
            elif token["section"]:
                self.bar.section = _SECTIONS.get(token["section"], token["section"].upper())
            elif token["bar_line"]:
                self._end_bar(token["bar_line"])
            elif token["chord"]:
                self._add_chord(token["chord"].replace("*", ""))
            elif token["sign"]:
                self._read_sign(token["sign"])
        self._end_bar("Z")
        return self.read

    def _fail(self, message: str) -> NoReturn:
        raise UserError(
            f"the iReal Pro song {self.song.title!r:.80}: measure {len(self.read) + 1}: {message}"
        )

    def _read_text(self, text: str) -> None:
        if times := re.fullmatch(r"(\d)x", text):
            self.times = int(times[1])
        elif form.is_jump(text):
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
                self.bar.text, self.bar.meter = first[0], self.meter
                self.read.append(self.bar)
                self.bar = _Bar()
            self.bar.text = last

    def _add_chord(self, chord: str) -> None:
        if chord[0] == "W":  # the last chord over another bass
            chord = self.chord.partition("/")[0] + chord[1:]
        self.chord = chord = _as_charts_write(chord)
        self.bar.cells.append(chord)

    def _end_bar(self, bar_line: str) -> None:
        """Ends a measure with chords. One without is layout, and leaves its signs to its neighbours."""
        bar, text = self.bar, self.bar.text or _spelled(self.bar.cells, self.meter)
        if text:
            if len(self.read) >= MOST_MEASURES:
                self._fail(f"expected at most {MOST_MEASURES} measures, got more")
            bar.text, bar.meter = text, self.meter
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
            self.bar.opens, self.ending = True, 0


def _as_charts_write(chord: str) -> str:
    """A chord with its root and bass as written and iReal Pro's ^, -, h and o as maj7, m, m7b5 and dim."""
    try:
        symbol = parse_symbol(chord)
    except ChordSymbolError:
        return chord  # the reader of charts says where and why
    root, _, bass = symbol.written
    return f"{root}{symbol.quality}{'/' * bool(bass)}{bass}"


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

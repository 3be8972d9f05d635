"""Chord charts: chord symbols in measures, as people type them, and as iReal Pro shares them.

    title: Turnaround
    tempo: 140
    key: C
    style: Bossa Nova
    meter: 4/4

    [A]
    |: Dm7 | G7 | Cmaj7 |[1 A7 :|[2 % |      repeats with endings; % repeats the measure before
    Dm7 / / G7! | N.C. | C6 ||               slashes are beats; ! is a stop; N.C. is no chord

A line's end is a bar line too. Chords of a measure are equally long unless there are slashes. In a chart
without any bar line every chord fills a measure, or, if it has slashes, the beats are counted. Comments
begin with # and a space. Optional chords in parentheses are played. Sections are [A], Bridge: or section: 2.
A first section called Intro, with another after it, is played once, before the choruses.

Lines between measures: `meter: 3/4` changes the meter, `pickup: 1/4` gives the length of a first measure
before the form, and after `last chorus:` come the measures of the last chorus where it has others.
"""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn

from data.solos import ireal
from music.changes import (
    MOST_CHORDS,
    TEMPO_RULE,
    Changes,
    Measure,
    Meter,
    beat_counts,
    equal_parts,
    introduced,
    meter_of,
    parse_key,
    parse_meter,
    quarters,
)
from music.chord_symbols import ChordSymbolError, parse_symbol, suggestion
from music.harmony import Chord
from music.limits import FASTEST, MOST_MEASURES, SLOWEST
from utils.errors import UserError
from utils.files import LONGEST_NAME, exists, is_folder, read_bytes

LARGEST_FILE = 8 << 20  # bytes: iReal Pro exports a thousand songs as one page
LARGEST_CHART = 1 << 18  # characters of one chart
SUFFIXES = frozenset({".txt", ".chart", ".html", ".htm"})

_logger = logging.getLogger("cadenza")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_HEADER = re.compile(r"\s*([A-Za-z][A-Za-z ]{0,20}?)\s*:(?![|‖])(.*)")
_HEADER_NAMES = {"bpm": "tempo", "metre": "meter", "time": "meter"}
_HEADER_NAMES |= {name: name for name in ("title", "tempo", "key", "meter", "style")}
_BETWEEN = frozenset({"meter", "pickup", "section", "last chorus"})  # what may stand between measures
_SKIPPED_HEADERS = frozenset({"composer", "artist", "author"})
_COMMENT = re.compile(r"(?:^\s*|\s)#(?!\d).*")  # the sharp of a lost "#9" begins no comment
_NO_CHORD = re.compile(r"n\.?c\.?(?:/[A-G][#b♯♭]?)?", re.IGNORECASE)
_OPTIONAL = re.compile(r"\(([^()]*)\)")
# What is written apart from the chord to which it belongs: C7 (b9), Csus add b7.
_MORE = re.compile(r"\((?:add|omit|no|sus|alt|maj|[b#♭♯+-]?\d)|(?:add|omit|no)(?=$|[b#♭♯]?\d)", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?:add|omit|no)$", re.IGNORECASE)
_ITEM = re.compile(
    r"""
      (?P<close>:)?[|‖]+\]?(?P<open>:)?(?(close)(?:\s*(?:x(?P<times>[2-9])|(?P<times_before>[2-9])x)(?!\w))?)
    | \[(?P<ending>[1-9])[].,)]?
    | \[(?P<section>[A-Za-z][^\[\]|]*)\]
    | (?P<slashes>/+)(?=[\s|‖:,/]|$)
    | (?P<separator>[\s,]+|(?<!\S)[-–—](?!\S))
    | (?P<word>(?:\([^()|‖]*\)|(?!:[|‖])[^\s|‖,\[])+)
    | (?P<unknown>.)
    """,
    re.VERBOSE,
)


class ChartError(UserError):
    """A chart that cannot be read, and the place of the fault.

    Args:
        message: One line that names the chart, the rule and what was found.
        measure: The measure as it is written, from 1; 0: not known.
        line: The line, from 1; 0: not known.
        column: The column in the line, from 1; 0: not known.
    """

    def __init__(self, message: str, *, measure: int = 0, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.measure, self.line, self.column = measure, line, column


def read_chart(source: str | Path, *, song: str | None = None) -> Changes:
    """Reads a chord chart.

    Args:
        source: The chart's text; or its file, in UTF-8, or in UTF-16 with a byte order mark, or a page
            as iReal Pro exports it; or an iReal Pro address (irealb://, irealbook://). A str is a file if
            one of that name exists, or if it ends like the name of one (.txt, .chart, .html).
        song: Which song of an iReal Pro playlist: its name, a part of it that no other has, or its number
            as `list_songs` counts. None: the first.

    Raises:
        UserError: The file cannot be read, or it has no such song.
        ChartError: The text is not a chart: the message names the measure, counted from 1 as it is written,
            the symbol and the column.

    Example:
        >>> changes = read_chart("|: Dm7 | G7! :| Cmaj7 / / A7 | N.C.")
        >>> len(changes.measures), [str(chord.symbol) for chord in changes.measures[4].chords]
        (6, ['Cmaj7', 'A7'])
        >>> read_chart(changes.to_text()) == changes
        True
    """
    name, text = _source_text(source)
    addresses = ireal.find_addresses(text)
    if addresses:
        name, text = _song_text(name, ireal.songs(addresses), song)
    elif song is not None:
        raise UserError(f"song: {name} is no iReal Pro playlist; it has no songs to choose from")
    if len(text) > LARGEST_CHART:
        raise UserError(f"{name} has {len(text)} characters, expected at most {LARGEST_CHART}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if control := _CONTROL.search(line):
            place = f"line {number}, column {control.start() + 1}"
            raise ChartError(
                f"{name}: {place}: expected text, got the control character {control[0]!r}",
                line=number,
                column=control.start() + 1,
            )
    return _Reader(name, text).changes()


def list_songs(source: str | Path) -> list[ireal.Song]:
    """The songs of an iReal Pro playlist: an address, or a file with one.

    Raises:
        UserError: The file cannot be read, or is no playlist.
    """
    name, text = _source_text(source)
    addresses = ireal.find_addresses(text)
    if not addresses:
        raise UserError(f"{name} is no iReal Pro playlist: expected an address, irealb:// or irealbook://")
    return ireal.songs(addresses)


def _source_text(source: str | Path) -> tuple[str, str]:
    """What messages call a source, and its text."""
    path = _path(source)
    text = str(source) if path is None else _file_text(path)
    return "the chart" if path is None else str(path), text.removeprefix("\ufeff")


def _song_text(name: str, songs: list[ireal.Song], wanted: str | None) -> tuple[str, str]:
    """The song that is wanted, as a chart's text, and what messages call it."""
    place = 0 if wanted is None else _song_place(name, songs, wanted)
    if len(songs) > 1 and wanted is None:
        _logger.info("song 1 of %d: %s", len(songs), songs[0].title)
    which = "song" if wanted is None else f"song {songs[place].title!r:.80}"
    return f"the iReal Pro {which} of {name}", ireal.chart_text(songs[place])


def _song_place(name: str, songs: list[ireal.Song], wanted: str) -> int:
    text = wanted.strip().casefold()
    if text.isdecimal() and 1 <= int(text[:9]) <= len(songs):
        return int(text) - 1
    titles = [song.title.casefold() for song in songs]
    matching = [n for n, title in enumerate(titles) if title == text][:1]
    matching = matching or [n for n, title in enumerate(titles) if text in title]
    if len(matching) == 1:
        return matching[0]
    near = [songs[n].title for n in matching] or [song.title for song in songs]
    more = f" and {len(near) - 5} more" if len(near) > 5 else ""
    count = "no song" if not matching else f"{len(matching)} songs"
    raise UserError(f"song: {count} {wanted[:80]!r} in {name}; it has {', '.join(near[:5])}{more}"[:900])


def _path(source: str | Path) -> Path | None:
    """The file that a source names; None if it is a chart's text itself."""
    if isinstance(source, Path):
        return source
    if any(mark in source for mark in "|\n\0"):
        return None
    path = Path(source)
    ends_as_file = source.lower().endswith(tuple(SUFFIXES))
    if len(source) > 1000 and not ends_as_file:
        return None
    try:
        named = ends_as_file or (exists(path) and not is_folder(path))
    except UserError:  # a file that cannot be looked at; but no file has so long a name
        named = all(len(os.fsencode(part)) <= LONGEST_NAME for part in path.parts)
    return path if named else None


def _file_text(path: Path) -> str:
    content = read_bytes(path, LARGEST_FILE)
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not {encoding.upper()} text: byte {error.start} cannot be read; save it as UTF-8"
        ) from None


class _Token(NamedTuple):
    """A chord, a slash or a sign of a measure, and where it stands."""

    text: str
    line: int
    column: int


@dataclass
class _Repeat:
    """A repeat that is being read.

    Args:
        written: The measure before it, as written.
        start: Where it begins in the measures that were played out.
        end: Where its first ending begins there.
        ending: The ending that is being read; 0: none yet.
        closed: Whether a :| has closed that ending.
    """

    written: int
    start: int
    end: int = 0
    ending: int = 0
    closed: bool = False


class _Reader:
    """Reads one chart, line by line, and plays its repeats out."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.split("\n")
        self.title, self.style = "", ""
        self.tempo: float | None = None
        self.key: tuple[int, str] | tuple[None, None] = None, None
        self.meter: Meter = (4, 4)
        self.pickup = 0.0  # the length of the next measure if it is one
        self.section = ""  # begins with the next measure
        self.written = 0  # measures before the one that is being read
        self.tokens: list[_Token] = []  # of that measure
        self.place = _Token("", 1, 1)  # the token that is being read, for errors
        self.played: list[Measure] = []
        self.chorus: list[Measure] | None = None  # all but the last, once that is being read
        self.last: Measure | None = None  # of those
        self.has_bar_lines = False
        self.repeat: _Repeat | None = None

    def changes(self) -> Changes:
        """The chart's changes."""
        music = self._read_headers()
        self.has_bar_lines = any(not name and re.search(r"[|‖]", text) for _, name, text in music)
        if self.has_bar_lines:
            self._read_with_bar_lines(music)
        else:
            self._read_without_bar_lines(music)
        self._end_repeats()
        first, last = (self.played, ()) if self.chorus is None else (self.chorus, self.played)
        if not any(not chord.silent for measure in first for chord in measure.chords):
            raise UserError(f"{self.name}: expected one chord or more, got none")
        key, mode = self.key
        try:
            return Changes(introduced(first), self.title, self.tempo, key, mode, self.style, tuple(last))
        except ValueError as error:
            raise ChartError(f"{self.name}: {error}") from None

    def _fail(self, message: str, place: _Token | None = None, measure: int = 0) -> NoReturn:
        """Raises the error with the measure and the column, and the line if there are several."""
        place = place or self.place
        line = f"line {place.line}, " if len(self.lines) > 1 else ""
        measure = measure or self.written + 1
        raise ChartError(
            f"{self.name}: measure {measure}, {line}column {place.column}: {message}",
            measure=measure,
            line=place.line,
            column=place.column,
        )

    def _read_headers(self) -> list[tuple[int, str, str]]:
        """Reads the headers; gives number, name and text of other lines; those of chords have no name."""
        music: list[tuple[int, str, str]] = []
        for number, line in enumerate(self.lines, 1):
            header = _HEADER.fullmatch(line)
            name = _HEADER_NAMES.get(header[1].lower(), header[1].lower()) if header else ""
            text = _COMMENT.sub("", line)
            if header and name in _BETWEEN and (music or name != "meter"):
                music.append((number, name, " ".join(header[2].split())))
            elif header and name in _HEADER_NAMES:
                with self._in_line(number):
                    if music:
                        raise ValueError(f"expected the {name} before the first measure, got it after")
                    self._read_header(name, header[2])
            elif header and name in _SKIPPED_HEADERS:
                continue
            elif header and ("|" in header[2] or not header[2].strip()):  # a section's name: Bridge:
                music.append((number, "section", " ".join(header[1].split())))
                text = _COMMENT.sub("", " " * header.start(2) + header[2])
                music += [(number, "", text)] if text.strip() else []
            elif header:
                rule = "expected title, tempo, key, style or meter before the colon"
                raise ChartError(
                    f"{self.name}: line {number}: {rule}, got {name!r}",
                    line=number,
                    column=header.start(1) + 1,
                )
            elif text.strip():
                music.append((number, "", text))
        return music

    @contextmanager
    def _in_line(self, number: int) -> Iterator[None]:
        """Turns a ValueError into one that names the line."""
        try:
            yield
        except ValueError as error:
            raise ChartError(f"{self.name}: line {number}: {error}", line=number) from None

    def _read_header(self, name: str, value: str) -> None:
        value = " ".join((value if name == "title" else _COMMENT.sub("", value)).split())
        if name == "title":
            self.title = value
        elif name == "style":
            self.style = value
        elif name == "key":
            self.key = parse_key(value)
        elif name == "tempo":  # "120", "120 bpm", "Slow (60)"
            number = re.search(r"\d{1,4}(?:\.\d+)?", value)
            tempo = float(number[0]) if number else 0.0
            if not SLOWEST <= tempo <= FASTEST:
                raise ValueError(f"{TEMPO_RULE}, got {value!r:.80}")
            self.tempo = tempo
        else:
            self.meter = parse_meter(value)

    def _read_between(self, number: int, name: str, value: str) -> None:
        """Reads a line between measures."""
        with self._in_line(number):
            if name == "meter":
                self.meter = parse_meter(value)
            elif name == "section":
                self.section = value
            elif name == "pickup":
                if self.written:
                    raise ValueError("expected the pickup before the first measure, got it after")
                self.pickup = quarters(parse_meter(value))
            elif self.chorus is not None or not self.played:
                raise ValueError("expected one last chorus, after the measures of the others")
            else:
                self._end_repeats()
                self.chorus, self.last, self.played, self.repeat = self.played, self.played[-1], [], None

    def _items(self, number: int, line: str) -> Iterator[re.Match[str]]:
        for item in _ITEM.finditer(line):
            self.place = _Token(item[0].strip(), number, item.start() + 1)
            if item["unknown"]:
                self._fail(f"expected a chord or a bar line, got {item[0]!r}")
            yield item

    def _read_with_bar_lines(self, music: list[tuple[int, str, str]]) -> None:
        for number, name, line in music:
            if name:
                self._read_between(number, name, line)
                continue
            after_bar_line = False
            for item in self._items(number, line):
                if item["word"] or item["slashes"]:
                    self._add_tokens(item)
                elif item["ending"]:
                    self._end_measure()
                    self._begin_ending(int(item["ending"]))
                elif "|" in item[0] or "‖" in item[0]:
                    plain = not (item["open"] or item["close"])
                    if plain and after_bar_line and not self.tokens:
                        self._fail(
                            "expected a chord between two bar lines (% repeats a measure, N.C. is silence)"
                        )
                    self._end_measure()
                    if item["close"]:
                        self._close(int(item["times"] or item["times_before"] or 2))
                    if item["open"]:
                        self._open()
                    after_bar_line = plain
                    continue
                elif item["section"]:
                    self._end_measure()
                    self.section = " ".join(item["section"].split())
                elif item["separator"]:
                    continue
                after_bar_line = False
            self._end_measure()

    def _read_without_bar_lines(self, music: list[tuple[int, str, str]]) -> None:
        """Takes every chord as a measure, or, if there are slashes, counts the beats of each measure."""
        tokens: list[_Token] = []
        counts = False
        for number, name, line in music:
            if name:
                counts |= self._end_measures(tokens)
                tokens = []
                self._read_between(number, name, line)
                continue
            for item in self._items(number, line):
                if item["ending"]:
                    self._fail("expected a repeat, |: ... :|, around an ending")
                if item["word"] or item["slashes"]:
                    self._add_tokens(item)
            tokens, self.tokens = [*tokens, *self.tokens], []
        counts |= self._end_measures(tokens)
        if len(self.played) > 1 and not counts:
            _logger.info("%s has no bar lines: every chord fills a measure", self.name)

    def _end_measures(self, tokens: list[_Token]) -> bool:
        """Plays measures without bar lines; gives whether their beats are counted."""
        counts = any(token.text == "/" for token in tokens)
        size = self.meter[0] if counts else 1
        for start in range(0, len(tokens), size):
            self.tokens = tokens[start : start + size]
            self._end_measure()
        return counts

    def _add_tokens(self, item: re.Match[str]) -> None:
        """Adds a chord with the slashes behind it, or slashes alone."""
        word = (item["word"] or "").rstrip("/")
        line, column = self.place.line, self.place.column
        before = self.tokens[-1] if self.tokens else None
        if word and before and (_MORE.match(word) or _UNFINISHED.search(before.text)):
            self.tokens[-1] = before._replace(text=before.text + word)
        elif word and (optional := _OPTIONAL.fullmatch(word)):  # chords in parentheses are played
            names = re.finditer(r"[^\s,]+", optional[1])
            self.tokens += [_Token(name[0], line, column + 1 + name.start()) for name in names]
        elif word:
            self.tokens.append(_Token(word, line, column))
        self.tokens += [_Token("/", line, column + place) for place in range(len(word), len(item[0]))]

    def _end_measure(self) -> None:
        """Plays the measure that was read, if there is one."""
        if not self.tokens:
            return
        measure = self._measure(self.tokens)
        if self.repeat is not None and self.repeat.closed:
            if self.repeat.ending == 1:
                self._fail("expected [2 after the first ending", self.tokens[0])
            self.repeat = None
        self._play([measure], self.tokens[0])
        self.written += 1
        self.tokens, self.section, self.pickup = [], "", 0.0

    def _measure(self, tokens: list[_Token]) -> Measure:
        length = self.pickup or quarters(self.meter)
        if [token.text for token in tokens] == ["%"]:
            chords = tuple(chord for chord in self._before(tokens[0]) if chord.onset < length)
        else:
            chords = tuple(self._chords(tokens, length))
        return Measure(length, chords, self.meter, bool(self.pickup), self.section)

    def _chords(self, tokens: list[_Token], length: float) -> list[Chord]:
        """The chords of a measure; one that begins with a slash goes on with the chord before."""
        count = len(tokens)
        slashes = [token.text == "/" for token in tokens]
        counts = beat_counts(meter_of(length) if self.pickup else self.meter)
        in_halves = count == 2 and counts[-1] % 2 == 0 and self.has_bar_lines  # a chord and a lone slash
        if any(slashes) and not all(slashes) and count not in counts and not in_halves:
            rule = f"expected {' or '.join(map(str, counts))} beats, chords and slashes together"
            self._fail(f"{rule}, got {count}", tokens[0])
        chords: list[Chord] = []
        for onset, token in zip(equal_parts(count, length), tokens, strict=True):
            if token.text not in ("/", "%"):
                chords.append(self._chord(onset, token))
            elif chords and token.text == "%":
                chords.append(chords[-1]._replace(onset=onset))
            elif not chords:
                chords.append(self._before(token)[-1]._replace(onset=onset))
        if len(chords) > MOST_CHORDS:
            self._fail(f"expected at most {MOST_CHORDS} chords, got {len(chords)}", tokens[0])
        return chords

    def _before(self, token: _Token) -> tuple[Chord, ...]:
        """The chords of the measure before a sign that repeats them."""
        last = self.played[-1] if self.played else self.last
        if last is None:
            what = "a measure before %" if token.text == "%" else "a chord before the first slash"
            self._fail(f"expected {what}", token)
        return last.chords

    def _chord(self, onset: float, token: _Token) -> Chord:
        text = token.text.rstrip("!")
        if _NO_CHORD.fullmatch(text):
            return Chord(onset, ())
        try:
            return Chord(onset, (), parse_symbol(text), stop=text != token.text)
        except ChordSymbolError as error:
            place = _Token(text, token.line, token.column + error.column - 1)
            near = suggestion(text)
            hint = f"; did you mean {near}?" if near else ""
            self._fail(f"{text[:40]!r} is no chord symbol: expected {error.expected}{hint}", place)

    def _play(self, measures: list[Measure], place: _Token | None = None, measure: int = 0) -> None:
        if len(self.played) + len(measures) > MOST_MEASURES:
            rule = f"expected at most {MOST_MEASURES} measures, repeats played out, got more"
            self._fail(rule, place, measure)
        self.played += measures

    def _open(self) -> None:
        if self.repeat is not None and self.repeat.ending < 2:
            self._fail(f"expected :| for the repeat in measure {self.repeat.written + 1}, got another |:")
        self.repeat = _Repeat(self.written, len(self.played))

    def _begin_ending(self, ending: int) -> None:
        repeat = self.repeat
        if repeat is None:
            self._fail(f"expected |: before the ending [{ending}")
        if ending != repeat.ending + 1 or (ending > 1 and not repeat.closed):
            after = f" after :| and the ending [{repeat.ending}" if repeat.ending else ""
            self._fail(f"expected the ending [{repeat.ending + 1}{after}, got [{ending}")
        if ending == 1:
            repeat.end = len(self.played)
        else:
            self._play(self.played[repeat.start : repeat.end])
        repeat.ending, repeat.closed = ending, False

    def _close(self, times: int) -> None:
        repeat = self.repeat
        if repeat is None or repeat.closed:
            self._fail("expected |: where the repeat begins, before :|", measure=max(self.written, 1))
        if repeat.ending:
            repeat.closed = True
        else:
            self._play(self.played[repeat.start :] * (times - 1), measure=self.written)
            self.repeat = None

    def _end_repeats(self) -> None:
        if self.repeat is not None and self.repeat.ending < 2:
            expected = "[2 after the first ending" if self.repeat.ending else ":|"
            raise ChartError(
                f"{self.name}: expected {expected} for the repeat |: in measure {self.repeat.written + 1}, "
                "got the end of the chart",
                measure=self.repeat.written + 1,
            )

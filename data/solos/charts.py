"""Chord charts: chord symbols in measures, as people type them, and as iReal Pro shares them.

    title: Turnaround
    tempo: 140
    meter: 4/4

    |: Dm7 | G7 | Cmaj7 |[1 A7 :|[2 % |      repeats with endings; % repeats the measure before
    Dm7 / / G7 | N.C. | C6 ||                slashes are beats; N.C. is no chord

A line's end is a bar line too. Chords of a measure are equally long unless there are slashes. In a chart
without any bar line every chord fills a measure, or, if it has slashes, the beats are counted. Comments
begin with # and a space; names of sections such as [A] or Bridge: are skipped.
"""

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, NoReturn

from data.solos import ireal
from data.solos.ireal import MOST_MEASURES
from music.chord_symbols import ChordSymbol, ChordSymbolError, parse_symbol, voicing_with_bass
from music.harmony import Chord
from music.limits import FASTEST, SLOWEST
from utils.errors import UserError
from utils.files import LONGEST_NAME, exists, is_folder, read_bytes

Event = tuple[float, ChordSymbol | None]  # an onset in quarter notes from the measure's start; None: no chord
Measure = tuple[Event, ...]

MOST_CHORDS = 8  # of one measure: a chart with more has lost its bar lines
LARGEST_FILE = 8 << 20  # bytes: iReal Pro exports a thousand songs as one page
LARGEST_CHART = 1 << 18  # characters of one chart
_TEMPO_RULE = f"tempo: expected {SLOWEST} to {FASTEST} quarter notes a minute"
_METER_RULE = "meter: expected such as 4/4, 3/4 or 12/8"
_KEY_RULE = "key: expected such as Bb, F#m or C minor"
SUFFIXES = frozenset({".txt", ".chart", ".html", ".htm"})

_logger = logging.getLogger("cadenza")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_HEADER = re.compile(r"\s*([A-Za-z][A-Za-z ]{0,20}?)\s*:(?![|‖])(.*)")
_HEADER_NAMES = {"title": "title", "tempo": "tempo", "bpm": "tempo", "key": "key", "meter": "meter"}
_HEADER_NAMES |= {"metre": "meter", "time": "meter"}
_SKIPPED_HEADERS = frozenset({"composer", "artist", "author", "style"})
_KEY = re.compile(r"[A-Ga-g][#b♯♭]?(?: ?[A-Za-z-]{1,12})?")
_METER = re.compile(r"(\d{1,2})\s*/\s*(\d{1,2})")
_COMMENT = re.compile(r"(?:^\s*|\s)#(?!\d).*")  # the sharp of a lost "#9" begins no comment
_NO_CHORD = re.compile(r"n\.?c\.?", re.IGNORECASE)
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
        message: One line; see `UserError`.
        measure: The measure as it is written, from 1; 0: not known.
        line: The line, from 1; 0: not known.
        column: The column in the line, from 1; 0: not known.
    """

    def __init__(self, message: str, *, measure: int = 0, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.measure, self.line, self.column = measure, line, column


@dataclass(frozen=True)
class Chart:
    """A chord chart with its repeats played out.

    Args:
        title: One line, perhaps empty.
        tempo: Quarter notes a minute, 20 to 400; None: not given.
        meter: How many of which note value a measure has: (6, 8) is 6/8.
        key: As it was written (Bb, F#m, D dorian), perhaps empty.
        measures: For every measure its chords: onsets in quarter notes from the measure's start, and
            symbols; None is no chord. They are equally long, or begin on beats.

    Raises:
        ValueError: One of these is not as described, so that text could not express the chart.

    Example:
        >>> chart = read_chart("|: Dm7 | G7 :| Cmaj7 / / A7 | N.C.")
        >>> len(chart.measures), [str(symbol) for _, symbol in chart.measures[4]]
        (6, ['Cmaj7', 'A7'])
        >>> read_chart(str(chart)) == chart
        True
    """

    title: str
    tempo: float | None
    meter: tuple[int, int]
    key: str
    measures: tuple[Measure, ...]

    def __post_init__(self) -> None:
        one_line = self.title == " ".join(self.title.split()) and not _CONTROL.search(self.title)
        _check(one_line, "title: expected one line", self.title)
        _check(self.tempo is None or SLOWEST <= self.tempo <= FASTEST, _TEMPO_RULE, self.tempo)
        _check(_is_meter(self.meter), _METER_RULE, self.meter)
        _check(not self.key or _KEY.fullmatch(self.key) is not None, _KEY_RULE, self.key)
        if not 1 <= len(self.measures) <= MOST_MEASURES:
            raise ValueError(f"measures: expected 1 to {MOST_MEASURES}, got {len(self.measures)}")
        if all(symbol is None for measure in self.measures for _, symbol in measure):
            raise ValueError("measures: expected one chord or more, got none")
        for number, measure in enumerate(self.measures, 1):
            if not self._measure_text(measure):
                raise ValueError(
                    f"measures: expected 1 to {MOST_CHORDS} chords in measure {number}, equally long or on "
                    f"beats, got onsets {[onset for onset, _ in measure[:9]]}"
                )

    @property
    def beats(self) -> float:
        """A measure's length in quarter notes: 3 for 3/4 and for 6/8."""
        return 4 * self.meter[0] / self.meter[1]

    def symbols(self) -> list[Event]:
        """All chords with their onsets in quarter notes from the chart's start; None is no chord."""
        return [
            (number * self.beats + onset, symbol)
            for number, measure in enumerate(self.measures)
            for onset, symbol in measure
        ]

    def chord_sets(self) -> list[tuple[float, list[Chord]]]:
        """The harmony for an improviser: every measure's length in quarter notes, and its chords.

        A chord's pitches are its bass note and a voicing near the chord before, in rising order.
        Where the chart has no chord the one before goes on, at the start the first to come: an
        improviser needs a harmony everywhere. `symbols` tells where accompanists are silent.
        """
        current = next(symbol for _, symbol in self.symbols() if symbol is not None)
        pitches = voicing_with_bass(current)
        sets = []
        for measure in self.measures:
            chords = []
            for onset, symbol in measure:
                if symbol is not None:
                    current, pitches = symbol, voicing_with_bass(symbol, pitches)
                if symbol is not None or not onset:
                    chords.append(Chord(onset, pitches, current))
            sets.append((self.beats, chords))
        return sets

    def __str__(self) -> str:
        """The chart as `read_chart` reads it: headers, then four measures a line."""
        tempo = f"{self.tempo or ''}".removesuffix(".0")
        headers = {"title": self.title, "tempo": tempo, "key": self.key}
        lines = [f"{name}: {value}" for name, value in headers.items() if value]
        lines.append(f"meter: {self.meter[0]}/{self.meter[1]}")
        texts = [self._measure_text(measure) for measure in self.measures]
        rows = [texts[start : start + 4] for start in range(0, len(texts), 4)]
        return "\n".join([*lines, "", *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"

    def _measure_text(self, measure: Measure) -> str:
        """A measure between its bar lines; "" if text cannot express it."""
        names = ["N.C." if symbol is None else str(symbol) for _, symbol in measure]
        onsets = [onset for onset, _ in measure]
        if not 1 <= len(names) <= MOST_CHORDS:
            return ""
        if onsets == _onsets(len(names), self.beats):
            return " ".join(names)
        for count in _slash_counts(self.meter):
            beats = dict.fromkeys(_onsets(count, self.beats), "/") | dict(zip(onsets, names, strict=True))
            if len(beats) == count and onsets == sorted(set(onsets)) and onsets[0] == 0:
                return " ".join(beats.values())
        return ""


def read_chart(source: str | Path) -> Chart:
    """Reads a chord chart.

    Args:
        source: The chart's text; or its file, in UTF-8, or in UTF-16 with a byte order mark, or a page
            as iReal Pro exports it; or an iReal Pro address (irealb://, irealbook://), of which the first
            song is read. A str is a file if one of that name exists, or if it ends like the name of one
            (.txt, .chart, .html).

    Raises:
        UserError: The file cannot be read.
        ChartError: The text is not a chart: the message names the measure, counted from 1 as it is written,
            the symbol and the column.

    Example:
        >>> read_chart("Dm7 | G7 | Cmaj7 | %").symbols()[1]
        (4.0, ChordSymbol(root=7, quality='7', bass=None))
    """
    path = _path(source)
    name = "the chart" if path is None else str(path)
    text = str(source) if path is None else _file_text(path)
    text = text.removeprefix("\ufeff")
    address = ireal.find_address(text)
    if address is not None:
        name, text = f"the iReal Pro song of {name}", ireal.chart_text(address)
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
    return _Reader(name, text).chart()


def _path(source: str | Path) -> Path | None:
    """The file that a source names; None if it is a chart's text itself."""
    if isinstance(source, Path):
        return source
    if any(mark in source for mark in "|\n\0") or len(source) > 1000:
        return None
    path = Path(source)
    try:
        named = path.suffix.lower() in SUFFIXES or (exists(path) and not is_folder(path))
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
        self.title, self.key = "", ""
        self.tempo: float | None = None
        self.meter = (4, 4)
        self.written = 0  # measures before the one that is being read
        self.tokens: list[_Token] = []  # of that measure
        self.place = _Token("", 1, 1)  # the token that is being read, for errors
        self.played: list[Measure] = []
        self.repeat: _Repeat | None = None

    def chart(self) -> Chart:
        music = self._read_headers()
        if any(re.search(r"[|‖]", line) for _, line in music):
            self._read_with_bar_lines(music)
        else:
            self._read_without_bar_lines(music)
        if not any(symbol for measure in self.played for _, symbol in measure):
            raise UserError(f"{self.name}: expected one chord or more, got none")
        return Chart(self.title, self.tempo, self.meter, self.key, tuple(self.played))

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

    def _read_headers(self) -> list[tuple[int, str]]:
        """Reads the headers; gives the lines with music and their numbers."""
        music: list[tuple[int, str]] = []
        for number, line in enumerate(self.lines, 1):
            where = f"{self.name}: line {number}"
            header = _HEADER.fullmatch(line)
            name = header[1].lower() if header else ""
            if header and name in _HEADER_NAMES:
                if music:
                    rule = f"expected the {name} before the first measure, got it after"
                    raise ChartError(f"{where}: {rule}", line=number)
                try:
                    self._read_header(_HEADER_NAMES[name], header[2])
                except ValueError as error:
                    raise ChartError(f"{where}: {error}", line=number) from None
                continue
            if header and name in _SKIPPED_HEADERS:
                continue
            if header and ("|" in header[2] or not header[2].strip()):  # a section's name: Bridge:
                line = " " * header.start(2) + header[2]
            elif header:
                rule = "expected title, tempo, meter or key before the colon"
                raise ChartError(f"{where}: {rule}, got {name!r}", line=number, column=header.start(1) + 1)
            line = _COMMENT.sub("", line)
            if line.strip():
                music.append((number, line))
        return music

    def _read_header(self, name: str, value: str) -> None:
        value = " ".join((value if name == "title" else _COMMENT.sub("", value)).split())
        if name == "title":
            self.title = value
        elif name == "key":
            _check(_KEY.fullmatch(value) is not None, _KEY_RULE, value)
            self.key = value
        elif name == "tempo":  # "120", "120 bpm", "Slow (60)"
            number = re.search(r"\d{1,4}(?:\.\d+)?", value)
            tempo = float(number[0]) if number else 0.0
            _check(SLOWEST <= tempo <= FASTEST, _TEMPO_RULE, value)
            self.tempo = tempo
        else:
            match = _METER.fullmatch(value)
            meter = (int(match[1]), int(match[2])) if match else (0, 0)
            _check(_is_meter(meter), _METER_RULE, value)
            self.meter = meter

    def _items(self, number: int, line: str) -> Iterator[re.Match[str]]:
        for item in _ITEM.finditer(line):
            self.place = _Token(item[0].strip(), number, item.start() + 1)
            if item["unknown"]:
                self._fail(f"expected a chord or a bar line, got {item[0]!r}")
            yield item

    def _read_with_bar_lines(self, music: list[tuple[int, str]]) -> None:
        for number, line in music:
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
                elif item["separator"]:
                    continue
                after_bar_line = False
            self._end_measure()
        self._end_repeats()

    def _read_without_bar_lines(self, music: list[tuple[int, str]]) -> None:
        """Takes every chord as a measure, or, if there are slashes, counts the beats of each measure."""
        tokens: list[_Token] = []
        for number, line in music:
            for item in self._items(number, line):
                if item["ending"]:
                    self._fail("expected a repeat, |: ... :|, around an ending")
                if item["word"] or item["slashes"]:
                    self._add_tokens(item)
        tokens, self.tokens = self.tokens, []
        size = self.meter[0] if any(token.text == "/" for token in tokens) else 1
        for start in range(0, len(tokens), size):
            self.tokens = tokens[start : start + size]
            self._end_measure()
        if len(self.played) > 1 and size == 1:
            _logger.info("%s has no bar lines: every chord fills a measure", self.name)

    def _add_tokens(self, item: re.Match[str]) -> None:
        """Adds a chord with the slashes behind it, or slashes alone."""
        word = (item["word"] or "").rstrip("/")
        line, column = self.place.line, self.place.column
        if word:
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
        self.tokens = []

    def _measure(self, tokens: list[_Token]) -> Measure:
        first = tokens[0]
        if first.text == "%":
            if len(tokens) > 1:
                self._fail(f"expected % alone in its measure, got {tokens[1].text!r} too", tokens[1])
            if not self.played:
                self._fail("expected a measure before %", first)
            return self.played[-1]
        count = len(tokens)
        if any(token.text == "/" for token in tokens):
            counts = _slash_counts(self.meter)
            if count not in counts:
                rule = f"expected {' or '.join(map(str, counts))} beats, chords and slashes together"
                self._fail(f"{rule}, got {count}", first)
        events: list[Event] = []
        for onset, token in zip(_onsets(count, self.beats), tokens, strict=True):
            if token.text != "/":
                events.append((onset, self._symbol(token)))
            elif not events:
                if not self.played:
                    self._fail("expected a chord before the first slash", token)
                events.append((onset, self.played[-1][-1][1]))
        if len(events) > MOST_CHORDS:
            self._fail(f"expected at most {MOST_CHORDS} chords, got {len(events)}", first)
        return tuple(events)

    @property
    def beats(self) -> float:
        return 4 * self.meter[0] / self.meter[1]

    def _symbol(self, token: _Token) -> ChordSymbol | None:
        if _NO_CHORD.fullmatch(token.text):
            return None
        try:
            return parse_symbol(token.text)
        except ChordSymbolError as error:
            place = _Token(token.text, token.line, token.column + error.column - 1)
            self._fail(f"{token.text[:40]!r} is no chord symbol: expected {error.expected}", place)

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


def _check(fits: bool, rule: str, value: object) -> None:
    if not fits:
        raise ValueError(f"{rule}, got {value!r:.80}")


def _is_meter(meter: tuple[int, int]) -> bool:
    return 1 <= meter[0] <= 16 and meter[1] in (1, 2, 4, 8, 16)


def _onsets(count: int, beats: float) -> list[float]:
    """The onsets of as many equal parts of a measure."""
    return [number * beats / count for number in range(count)]


def _slash_counts(meter: tuple[int, int]) -> tuple[int, ...]:
    """How many beats a measure has: as its meter says, in 6/8, 9/8 and 12/8 also as it is felt."""
    compound = meter[0] > 3 and meter[0] % 3 == 0 and meter[1] >= 8
    return (meter[0], meter[0] // 3) if compound else (meter[0],)

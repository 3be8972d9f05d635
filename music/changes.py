"""Chord changes: a form of measures with their chords, and what a source says about how it is played.

Every reader gives one `Changes`: chart text, iReal Pro, MIDI, MusicXML, a network's bundle.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

from music import harmony, spelling
from music.chord_symbols import ChordSymbol, ChordSymbolError, parse_symbol, voicing_with_bass
from music.harmony import Chord
from music.limits import FASTEST, MOST_MEASURES, SLOWEST
from utils.files import printable

Meter = tuple[int, int]

MOST_CHORDS = 8  # of one measure: a chart with more has lost its bar lines
LONGEST_MEASURE = 64.0  # quarter notes
LINE = 4  # measures of a line of text

TEMPO_RULE = f"tempo: expected {SLOWEST} to {FASTEST} quarter notes a minute"
METER_RULE = "meter: expected such as 4/4, 3/4 or 12/8"
KEY_RULE = "key: expected such as Bb, F#m, C minor or D dorian"
# Fifths from the major key with the same signature to the tonic of a mode.
MODES = {
    **{"major": 0, "minor": 3, "lydian": -1, "ionian": 0, "mixolydian": 1, "dorian": 2, "aeolian": 3},
    **{"phrygian": 4, "locrian": 5},
}
_SHORT_MODES = {"": "major", "maj": "major", "m": "minor", "min": "minor", "-": "minor"}
_KEY = re.compile(r"([A-Ga-g])([#b♯♭]?) ?([A-Za-z-]{0,12})")
_METER = re.compile(r"(\d{1,2})\s*/\s*(\d{1,2})")
_SECTION = re.compile(r"[A-Za-z][^\[\]|]*")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff]")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure.

    Args:
        length: Quarter notes, above 0.
        chords: In order, onsets in quarter notes from the measure's start, all within it. None: the chord
            before goes on.
        meter: The time signature: (6, 8) is 6/8. A measure may be shorter or longer than it says: a
            pick-up, a cut measure.
        pickup: Whether it comes before the form and is not repeated with it.
        section: The name of the section that begins with it; "": none begins.

    Raises:
        ValueError: One of these is not as described.

    Example:
        >>> Measure(4.0, (Chord(0.0, (), parse_symbol("Dm7")), Chord(2.0, (), parse_symbol("G7")))).meter
        (4, 4)
    """

    length: float
    chords: tuple[Chord, ...] = ()
    meter: Meter = (4, 4)
    pickup: bool = False
    section: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.length <= LONGEST_MEASURE:
            raise ValueError(f"length: expected above 0 to {LONGEST_MEASURE:g}, got {self.length}")
        check_meter(self.meter)
        _check_line("section", self.section)
        onsets = [chord.onset for chord in self.chords]
        if any(not 0 <= onset < self.length - 1e-9 for onset in onsets) or onsets != sorted(onsets):
            raise ValueError(f"chords: expected onsets that rise within {self.length:g}, got {onsets[:9]}")


@dataclass(frozen=True)
class Changes:
    """Chord changes with what their source says; what it does not say is None or empty.

    Args:
        measures: One chorus, repeats and jumps played out. Pick-ups come first.
        title: One line.
        tempo: Quarter notes a minute, 20 to 400.
        key: The key signature in sharps, -7 to 7; flats are negative.
        mode: major, minor, or one of the church modes; with a key it is major where none is given.
        style: As it was written, such as Bossa Nova; one line.
        last_chorus: The measures of the last chorus, without pick-ups, where it has others: a coda.

    Raises:
        ValueError: One of these is not as described.

    Example:
        >>> changes = Changes((Measure(4.0, (Chord(0.0, (), parse_symbol("Dm7")),)),), tempo=140, key=0)
        >>> print(changes.to_text(), end="")
        tempo: 140
        key: C
        meter: 4/4
        <BLANKLINE>
        | Dm7 |
    """

    measures: tuple[Measure, ...]
    title: str = ""
    tempo: float | None = None
    key: int | None = None
    mode: str | None = None
    style: str = ""
    last_chorus: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        for name, value in (("title", self.title), ("style", self.style)):
            _check_line(name, value)
        if self.tempo is not None and not SLOWEST <= self.tempo <= FASTEST:
            raise ValueError(f"{TEMPO_RULE}, got {self.tempo}")
        if self.key is not None and not -7 <= self.key <= 7:
            raise ValueError(f"key: expected -7 to 7 sharps, got {self.key}")
        if self.mode is not None and (self.key is None or self.mode not in MODES):
            raise ValueError(f"mode: expected a key and one of {', '.join(MODES)}, got {self.mode!r}")
        if self.key is not None and self.mode is None:
            object.__setattr__(self, "mode", "major")
        if self.pickups == len(self.measures):
            raise ValueError("measures: expected one or more that is no pick-up, got none")
        if any(measure.pickup for measure in (*self.measures[self.pickups :], *self.last_chorus)):
            raise ValueError("measures: expected pick-ups only before all others")

    @classmethod
    def of(cls, chord_sets: Iterable[tuple[float, Iterable[Chord]]], title: str = "") -> "Changes":
        """The changes of measures that are given as their lengths in quarter notes and their chords.

        Raises:
            ValueError: There is no measure, or a chord lies outside of its measure.
        """
        measures = []
        for length, chords in chord_sets:
            meter = (4, 4) if length == 4 else _near_meter(length)
            measures.append(Measure(length, tuple(chords), meter))
        return cls(tuple(measures), title)

    @property
    def pickups(self) -> int:
        """How many measures come before the form."""
        return next((n for n, each in enumerate(self.measures) if not each.pickup), len(self.measures))

    @property
    def tonic(self) -> int | None:
        """The pitch class of the key's tonic; None without a key."""
        return None if self.key is None else 7 * (self.key + MODES[self.mode or "major"]) % 12

    def played(self, choruses: int = 1) -> list[Measure]:
        """The measures of so many choruses: pick-ups once, the last chorus with its coda.

        Example:
            >>> changes = Changes((Measure(1.0, pickup=True), Measure(4.0), Measure(4.0)))
            >>> len(changes.played(3))
            7
        """
        form = self.measures[self.pickups :]
        again = form * (choruses - 1)
        return [*self.measures[: self.pickups], *again, *(self.last_chorus or form)]

    def chorus_starts(self, choruses: int) -> list[int]:
        """The numbers of the measures of `played` with which choruses begin, the first being 0."""
        form = len(self.measures) - self.pickups
        return [0, *(self.pickups + form * number for number in range(1, choruses))]

    def order(self, choruses: int) -> list[int]:
        """For every measure of `played` its place in `measures`, where the last chorus is like the others."""
        form = range(self.pickups, len(self.measures))
        return [*range(self.pickups), *[*form] * choruses]

    def chord_sets(self) -> list[tuple[float, list[Chord]]]:
        """For every measure its length and its chords, one or more, all with pitches.

        A chord that has none gets its bass note and a voicing near the chord before. Where there is no
        chord the one before goes on, at the start the first to come: a soloist needs a harmony everywhere.

        Raises:
            ValueError: There is no chord at all.
        """
        return chord_sets(self.measures)

    def events(self) -> list[tuple[float, ChordSymbol | None]]:
        """All chords: onsets in quarter notes, and symbols; None is no chord."""
        return [
            (start + chord.onset, symbol_of(chord))
            for start, measure in zip(starts(self.measures), self.measures, strict=False)
            for chord in measure.chords
        ]

    def symbols(self) -> list[tuple[float, ChordSymbol | None]]:
        """The chords that differ from the one before: onsets in quarter notes, and symbols; None is no chord.

        A symbol has the text that was written; one that has none is spelled in the key. A stop has a ! behind
        its quality.
        """
        symbols: list[tuple[float, ChordSymbol | None]] = []
        stops = [chord.stop for measure in self.measures for chord in measure.chords]
        stopped = False
        for (onset, symbol), stop in zip(self.events(), stops, strict=True):
            if symbol is not None and not symbol.text and self.key is not None:
                symbol = spelling.transposed(symbol, 0, self.key)
            if not symbols or symbols[-1][1] != symbol or stop or stopped:
                symbols.append((onset, symbol.stopped() if symbol and stop else symbol))
            stopped = stop
        return symbols

    def transposed(self, semitones: int) -> "Changes":
        """The changes in another key, symbols spelled in it; pitches stay MIDI numbers.

        Example:
            >>> moved = Changes((Measure(4.0, (Chord(0.0, (), parse_symbol("C-7")),)),), key=-2).transposed(2)
            >>> moved.key, moved.measures[0].chords[0].symbol.text
            (0, 'D-7')
        """
        if not semitones:
            return self
        octaves = semitones % 12 == 0
        key = self.key if octaves or self.key is None else spelling.wrapped(self.key + 7 * semitones)

        def moved(chord: Chord) -> Chord:
            pitches = tuple(in_range(pitch + semitones) for pitch in chord.pitches)
            symbol = chord.symbol
            if symbol is not None and not octaves:
                plain = symbol.transposed(semitones)
                symbol = plain if key is None else spelling.transposed(symbol, semitones, key)
            return chord._replace(pitches=pitches, symbol=symbol)

        def all_moved(measures: Iterable[Measure]) -> tuple[Measure, ...]:
            return tuple(replace(each, chords=tuple(map(moved, each.chords))) for each in measures)

        return replace(
            self, key=key, measures=all_moved(self.measures), last_chorus=all_moved(self.last_chorus)
        )

    def after(self, quarters: float) -> "Changes":
        """The changes after a silent measure of so many quarter notes, in which the band is counted in."""
        silent = Measure(quarters, meter=self.measures[self.pickups].meter, pickup=True)
        return replace(self, measures=(silent, *self.measures))

    def on_beats(self) -> "Changes":
        """The changes with every chord on the nearest beat of its measure, as text can express them.

        A chord that is struck again goes on, unless it is a stop.
        """

        def moved(measure: Measure) -> Measure:
            beat = 4 / measure.meter[1]
            last = max(0.0, beat * (measure.length // beat - 1))
            by_onset: dict[float, Chord] = {}
            for number, chord in enumerate(measure.chords):
                onset = min(beat * round(chord.onset / beat), last) if number else 0.0
                symbol = symbol_of(chord)
                by_onset[onset] = Chord(onset, (), symbol, chord.stop)
            struck = [by_onset[onset] for onset in sorted(by_onset)]
            again = [b.symbol == a.symbol and not (a.stop or b.stop) for a, b in pairwise(struck)]
            chords = [chord for chord, goes_on in zip(struck, [False, *again], strict=False) if not goes_on]
            return replace(measure, chords=tuple(chords))

        return replace(
            self,
            measures=tuple(map(moved, self.measures)),
            last_chorus=tuple(map(moved, self.last_chorus)),
        )

    def to_json(self) -> dict[str, Any]:
        """The changes as values that JSON has, which `from_json` reads."""
        return {
            **{"title": self.title, "tempo": self.tempo, "key": self.key, "mode": self.mode},
            "style": self.style,
            "measures": [_measure_to_json(measure) for measure in self.measures],
            "last_chorus": [_measure_to_json(measure) for measure in self.last_chorus],
        }

    @classmethod
    def from_json(cls, value: Any) -> "Changes":
        """Reads what `to_json` gives.

        Raises:
            ValueError: It is not that.
        """
        try:
            tempo, key, mode = value["tempo"], value["key"], value["mode"]
            measures, last = (value[name] for name in ("measures", "last_chorus"))
            return cls(
                tuple(map(_measure_from_json, measures[: MOST_MEASURES + 1])),
                str(value["title"]),
                None if tempo is None else float(tempo),
                None if key is None else int(key),
                None if mode is None else str(mode),
                str(value["style"]),
                tuple(map(_measure_from_json, last[: MOST_MEASURES + 1])),
            )
        except (TypeError, KeyError, AttributeError, OverflowError, IndexError) as error:
            raise ValueError(f"expected chord changes, got {error!r:.80}") from None

    def to_text(self) -> str:
        """The changes as chart text, which `data.solos.read_chart` reads: headers, four measures a line.

        Pitches are left out: they are voiced again from the symbols.

        Raises:
            ValueError: Text cannot express a measure: it has chords without a symbol, onsets that are
                neither beats nor equal parts, or another length than its meter's.
        """
        headers = {
            "title": self.title,
            "tempo": f"{self.tempo or ''}".removesuffix(".0"),
            "key": self.key_name,
        }
        lines = [f"{name}: {value}" for name, value in {**headers, "style": self.style}.items() if value]
        return "\n".join([*lines, *_form_lines(self.measures, self.last_chorus)]) + "\n"

    @property
    def key_name(self) -> str:
        """The key as charts write it: Bb, F#m, D dorian; "" without one."""
        if self.key is None or self.mode is None:
            return ""
        letter, alteration = spelling.letter_of(self.key + MODES[self.mode])
        name = letter + "#" * alteration + "b" * -alteration
        return name + {"major": "", "minor": "m"}.get(self.mode, f" {self.mode}")


def introduced(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The measures, those of a first section called Intro marked as before the form: no chorus repeats them.

    Without a section after it, it is the form.

    Example:
        >>> found = introduced([Measure(4.0, section="Intro"), Measure(4.0), Measure(4.0, section="A")])
        >>> [measure.pickup for measure in found]
        [True, True, False]
    """
    first = next((n for n, measure in enumerate(measures) if not measure.pickup), 0)
    after = next((n for n in range(first + 1, len(measures)) if measures[n].section), 0)
    if not after or not is_intro(measures[first]):
        return tuple(measures)
    return tuple(replace(each, pickup=each.pickup or n < after) for n, each in enumerate(measures))


def is_intro(measure: Measure) -> bool:
    """Whether an introduction begins with a measure."""
    return measure.section.lower() in ("intro", "introduction")


def one_line(text: str) -> str:
    """A text as a title or a name may be: printable, in one line."""
    return " ".join(printable(text).split())


def parse_key(text: str) -> tuple[int, str]:
    """The key signature, in sharps, and the mode of a key as charts write it.

    Raises:
        ValueError: The text is no key.

    Example:
        >>> parse_key("Bb"), parse_key("F#m"), parse_key("D dorian")
        ((-2, 'major'), (3, 'minor'), (0, 'dorian'))
    """
    match = _KEY.fullmatch(text.strip())
    word = match[3].lower() if match else ""
    full = [name for name in MODES if len(word) >= 3 and name.startswith(word)]
    mode = "major" if match and match[3] == "M" else _SHORT_MODES.get(word) or (full[0] if full else None)
    if match is None or mode is None:
        raise ValueError(f"{KEY_RULE}, got {text[:80]!r}")
    sharps = spelling.position_of(match[1].upper(), {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(match[2], 0))
    sharps -= MODES[mode]
    return (sharps if -7 <= sharps <= 7 else spelling.wrapped(sharps)), mode


def parse_meter(text: str) -> Meter:
    """A time signature from its text, such as 6/8.

    Raises:
        ValueError: The text is none.
    """
    match = _METER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{METER_RULE}, got {text[:80]!r}")
    meter = int(match[1]), int(match[2])
    check_meter(meter)
    return meter


def check_meter(meter: Meter) -> None:
    """Checks a time signature.

    Raises:
        ValueError: It has not 1 to 99 of a note value down to a 64th.
    """
    if not (
        1 <= meter[0] <= 99 and meter[1] in (1, 2, 4, 8, 16, 32, 64) and quarters(meter) <= LONGEST_MEASURE
    ):
        raise ValueError(f"{METER_RULE}, got {meter[0]}/{meter[1]}")


def quarters(meter: Meter) -> float:
    """The length of a measure in quarter notes: 3 for 3/4 and for 6/8."""
    return 4 * meter[0] / meter[1]


def meter_of(length: float, near: Meter = (4, 4)) -> Meter:
    """The time signature of a measure of so many quarter notes, in the meter's note value where that fits.

    Raises:
        ValueError: No time signature has this length.

    Example:
        >>> meter_of(3), meter_of(3, near=(12, 8)), meter_of(3.5)
        ((3, 4), (6, 8), (7, 8))
    """
    for denominator in (near[1], 4, 8, 16, 32, 64):
        count = length * denominator / 4
        if abs(count - round(count)) < 1e-6 and 1 <= round(count) <= 99:
            return round(count), denominator
    raise ValueError(f"length: expected one that a time signature can name, got {length}")


def heard_meter(measure: Measure) -> Meter:
    """The time signature of a measure's own length: a pick-up of one beat in 4/4 has 1/4."""
    if abs(measure.length - quarters(measure.meter)) < 1e-6:
        return measure.meter
    try:
        return meter_of(measure.length, measure.meter)
    except ValueError:  # a length between note values
        return measure.meter


def _near_meter(length: float) -> Meter:
    """The time signature of a length, or 4/4 where none has it."""
    try:
        return meter_of(length)
    except ValueError:
        return 4, 4


def equal_parts(count: int, length: float) -> list[float]:
    """The onsets of as many equal parts of a measure."""
    return [number * length / count for number in range(count)]


def beat_counts(meter: Meter) -> tuple[int, ...]:
    """How many beats a measure has: as its meter says, in 6/8, 9/8 and 12/8 also as it is felt."""
    compound = meter[0] > 3 and meter[0] % 3 == 0 and meter[1] >= 8
    return (meter[0], meter[0] // 3) if compound else (meter[0],)


def road_map(measures: Sequence[Measure], chorus_starts: Sequence[int] = (0,)) -> list[str]:
    """What is played, a line a section: its measures, its name, its meter where it changes, its chords.

    Args:
        measures: In the order in which they are played.
        chorus_starts: The numbers of those that open a chorus, from 0. Where no section has a name, there is
            a line for every eight measures of a chorus.

    Example:
        >>> first = Measure(4.0, (Chord(0.0, (), parse_symbol("C")),), section="A")
        >>> road_map([first, Measure(4.0)] * 2, [0, 2])
        ['1-2  A  4/4  C | %', '3-4  A  C | %']
    """
    count = len(measures)
    opens = {0, *chorus_starts, *(number for number, measure in enumerate(measures) if measure.section)}
    opens |= {number + 1 for number, measure in enumerate(measures[:-1]) if measure.pickup}
    if not any(measure.section for measure in measures):
        ends = [*chorus_starts[1:], count]
        for first, end in zip(chorus_starts, ends, strict=True):
            opens |= set(range(first, end, 8))
    edges = sorted(opens)
    lines, meter, number = [], None, 1
    for first, after in zip(edges, [*edges[1:], count], strict=True):
        part = measures[first:after]
        last = number + sum(not measure.pickup for measure in part) - 1
        numbers = "pick-up" if part[0].pickup else str(number) if number == last else f"{number}-{last}"
        number = last + 1
        chords = " | ".join(_shown(measure) for measure in part)
        shown = "" if heard_meter(part[0]) == meter else "{}/{}".format(*heard_meter(part[0]))
        meter = heard_meter(part[-1])
        lines.append("  ".join(text for text in (numbers, part[0].section, shown, chords) if text))
    return lines


def chord_sets(measures: Sequence[Measure]) -> list[tuple[float, list[Chord]]]:
    """The chords of measures for a soloist; see `Changes.chord_sets`."""
    measures = voiced(measures)
    current = next((chord for measure in measures for chord in measure.chords if not chord.silent), None)
    if current is None:
        raise ValueError("measures: expected one chord or more, got none")
    sets = []
    for measure in measures:
        chords: list[Chord] = []
        for chord in measure.chords:
            current = current if chord.silent else chord
            if not chord.silent or not chord.onset:
                chords.append(current._replace(onset=chord.onset))
        sets.append((measure.length, chords or [current._replace(onset=0.0)]))
    return sets


def voiced(measures: Sequence[Measure]) -> list[Measure]:
    """Measures in which every chord has pitches, voiced near the chord before, but for N.C.

    A measure without a chord has the one before again; at the start it is N.C.
    """
    sounding_measures = []
    previous: tuple[int, ...] = ()
    sounding = Chord(0.0, ())
    for measure in measures:
        chords = []
        for chord in measure.chords or (sounding._replace(onset=0.0),):
            if not chord.pitches and chord.symbol is not None:
                chord = chord._replace(pitches=voicing_with_bass(chord.symbol, previous or None))
            previous = chord.pitches or previous
            chords.append(chord)
        sounding = chords[-1]
        sounding_measures.append(replace(measure, chords=tuple(chords)))
    return sounding_measures


def starts(measures: Sequence[Measure]) -> list[float]:
    """The measures' starts in quarter notes, and the end of the last."""
    return list(accumulate((measure.length for measure in measures), initial=0.0))


def symbol_of(chord: Chord) -> ChordSymbol | None:
    """The symbol of a chord, or the best reading of its notes where it has none; None for no chord."""
    return chord.symbol or (harmony.symbol(chord.pitches) if chord.pitches else None)


def _measure_to_json(measure: Measure) -> list[Any]:
    chords = [
        [onset, list(pitches), symbol and (symbol.text or str(symbol)), stop]
        for onset, pitches, symbol, stop in measure.chords
    ]
    return [measure.length, list(measure.meter), measure.pickup, measure.section, chords]


def _measure_from_json(value: Any) -> Measure:
    length, (count, unit), pickup, section, chords = value
    read = tuple(map(_chord_from_json, chords))
    return Measure(float(length), read, (int(count), int(unit)), bool(pickup), str(section))


def _chord_from_json(value: Any) -> Chord:
    onset, pitches, symbol, stop = value
    if not all(isinstance(pitch, int) and 0 <= pitch <= 127 for pitch in pitches):
        raise ValueError("expected MIDI numbers from 0 to 127")
    try:
        return Chord(
            float(onset), tuple(pitches), None if symbol is None else parse_symbol(str(symbol)), bool(stop)
        )
    except ChordSymbolError as error:
        raise ValueError(str(error)) from None


def in_range(pitch: int) -> int:
    """The MIDI number, moved by octaves into 0 to 127."""
    return pitch if 0 <= pitch <= 127 else pitch % 12 + (0 if pitch < 0 else 108)


def _form_lines(measures: Sequence[Measure], last_chorus: Sequence[Measure]) -> Iterable[str]:
    """The lines of a form: sections, meters where they change, and measures."""
    meter = None
    for heading, part in (("", measures), ("last chorus:", last_chorus)):
        if heading and part:
            yield from ("", heading)
        row: list[str] = []
        for number, measure in enumerate(part, 1):
            opening = _opening(measure, meter, is_first=number == 1)
            if row and (opening or len(row) == LINE):
                yield f"| {' | '.join(row)} |"
                row = []
            if number == 1 and not heading:
                yield from (*opening, "")
            else:
                yield from opening
            meter = measure.meter
            row.append(_measure_text(measure, number))
        if row:
            yield f"| {' | '.join(row)} |"


def _opening(measure: Measure, meter: Meter | None, *, is_first: bool) -> list[str]:
    """The lines before a measure: the meter if it is new, a pick-up's length, the section's name."""
    lines = [f"meter: {measure.meter[0]}/{measure.meter[1]}"] if measure.meter != meter else []
    if measure.pickup and is_first and not is_intro(measure):
        lines.append("pickup: {}/{}".format(*meter_of(measure.length, measure.meter)))
    if measure.section:
        named = _SECTION.fullmatch(measure.section)
        lines.append(f"[{measure.section}]" if named else f"section: {measure.section}")
    return lines


def _measure_text(measure: Measure, number: int) -> str:
    """A measure between its bar lines."""
    whole = measure.pickup or abs(measure.length - quarters(measure.meter)) < 1e-6
    names = [_chord_text(chord) for chord in measure.chords]
    onsets = [chord.onset for chord in measure.chords]
    if whole and not names:
        return "/" if number > 1 else "N.C."
    if whole and len(names) <= MOST_CHORDS and all(names):
        if onsets == equal_parts(len(names), measure.length):
            return " ".join(names)
        counts = beat_counts(meter_of(measure.length) if measure.pickup else measure.meter)
        for count in counts:
            beats = dict.fromkeys(equal_parts(count, measure.length), "/")
            beats |= dict(zip(onsets, names, strict=True))
            if len(beats) == count and all(a < b for a, b in pairwise(onsets)) and onsets[0] == 0:
                return " ".join(beats.values())
    raise ValueError(
        f"measures: expected 1 to {MOST_CHORDS} chords with symbols in measure {number}, equally long or on "
        f"beats, as long as the meter says, got onsets {onsets[:9]}"
    )


def _shown(measure: Measure) -> str:
    """A measure's chords as the road map shows them."""
    names = []
    for chord in measure.chords:
        symbol = symbol_of(chord)
        names.append("N.C." if symbol is None else (symbol.text or str(symbol)) + "!" * chord.stop)
    return " ".join(names) or "%"


def _chord_text(chord: Chord) -> str:
    """A chord as charts write it: N.C., Dm7, Dm7! for a stop; "" if it has no symbol."""
    if chord.silent:
        return "N.C."
    if chord.symbol is None:
        return ""
    text = chord.symbol.text or str(chord.symbol)
    if re.search(r"[\s|,\[\]!]", text) or parse_symbol(text) != chord.symbol:
        text = str(chord.symbol)
    return text + "!" * chord.stop


def _check_line(name: str, text: str) -> None:
    if text != " ".join(text.split()) or _UNSAFE.search(text):
        raise ValueError(f"{name}: expected one line, got {text[:80]!r}")

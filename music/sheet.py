"""The layout of sheet music: the measures, staves, clefs, transpositions and chord symbols of a score."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from music import rhythm, spelling
from music.changes import quarters
from music.changes import starts as starts_of
from music.chord_symbols import ChordSymbol
from music.limits import Reader
from music.rhythm import TICKS, Event, TickMeasure
from music.score import DRUM_CHANNEL, Note, Part, Score

Clef = Literal["treble", "bass", "percussion"]

_TRANSPOSITIONS = {"Bb": 2, "Eb": 9}  # semitones from what sounds to what is written
_NAMES = {"C": "{}", "Bb": "{} in B♭", "Eb": "{} in E♭", "bass": "{}, bass clef"}
_KEYBOARDS = frozenset({*range(8), *range(16, 21)})  # General MIDI programs: two staves where needed
_BASSES = range(32, 40)  # General MIDI programs: written an octave above their sound
_MIDDLE_C = 60
_BASS_STAFF = 50  # its middle line
_LOW, _HIGH = 53, 67  # a treble staff is easily read from here, a bass staff up to here
# An octave line begins and ends at notes with two ledger lines, holds none within the staff,
# and is drawn for a note with three; MIDI numbers in the treble clef, and how far the bass clef is below it.
_ABOVE, _TWO_LEDGERS, _THREE_LEDGERS, _BASS_CLEF = 79, 84, 88, -21
_PAUSE = 4 * TICKS  # an octave line does not go on over a longer silence


class Symbol(NamedTuple):
    """A chord symbol, None for no chord, and the tick at which it stands."""

    tick: int
    chord: ChordSymbol | None


@dataclass(frozen=True)
class Staff:
    """A staff, and one voice of notes and chords on it.

    Args:
        name: The part's name, with its transposition.
        events: The notes and chords as they sound, in order.
        clef: The clef.
        program: The General MIDI program.
        semitones: From what sounds to what is written.
    """

    name: str
    events: list[Event]
    clef: Clef
    program: int = 0
    semitones: int = 0

    def octave_lines(self) -> list[list[Event]]:
        """The runs of high events that are written an octave lower, under an octave line."""
        if self.clef == "percussion":
            return []
        offset = self.semitones - (_BASS_CLEF if self.clef == "bass" else 0)
        runs: list[list[Event]] = [[]]
        for event in self.events:
            if runs[-1] and event.start - runs[-1][-1].end > _PAUSE:
                runs.append([])
            if event.pitches[0] + offset < _ABOVE:
                runs.append([])
            else:
                runs[-1].append(event)
        high_runs = []
        for run in runs:
            high = [number for number, event in enumerate(run) if event.pitches[-1] + offset >= _TWO_LEDGERS]
            if len(high) > 1 and any(event.pitches[-1] + offset >= _THREE_LEDGERS for event in run):
                high_runs.append(run[high[0] : high[-1] + 1])
        return high_runs


@dataclass(frozen=True)
class Sheet:
    """A score laid out as sheet music.

    Args:
        measures: The measures.
        parts: The staves of each part, one or two.
        symbols: The chord symbols in order, each on a beat of its own.
        sharps: The key signature at sounding pitch; flats are negative.
        meters: The time signature of each measure.
        pickups: How many measures are pick-ups: they have the number 0 and do not fill their meter.
    """

    measures: list[TickMeasure]
    parts: list[list[Staff]]
    symbols: list[Symbol]
    sharps: int
    meters: list[tuple[int, int]]
    pickups: int = 0

    def chord_at(self, tick: int) -> ChordSymbol | None:
        """The chord that sounds at a tick, if any."""
        number = bisect_right(self.symbols, tick, key=lambda symbol: symbol.tick)
        return self.symbols[number - 1].chord if number else None


def layout(
    score: Score,
    *,
    chord_symbols: Sequence[tuple[float, ChordSymbol | None]] = (),
    measure_starts: Sequence[float] = (),
    sharps: int | None = None,
    transpose_for: Reader = "C",
) -> Sheet:
    """Lays a score out as a sheet.

    Args:
        score: The score; the first part is the solo. Its changes give measures, chords and key.
        chord_symbols: Without changes: onsets in quarter notes and chords, None for no chord. Each moves to
            the nearest beat; of two that meet the later stays.
        measure_starts: Without changes: where the measures start, in quarter notes; none: one after the
            other from 0, as long as the score says.
        sharps: The key signature at sounding pitch, -7 to 7; None: that of the changes, or else estimated
            from the notes and chords.
        transpose_for: Who reads the solo.

    Raises:
        ValueError: `sharps` or `transpose_for` is none of those above.
    """
    if score.changes is not None:
        chord_symbols = score.changes.symbols()
        measure_starts = starts_of(score.changes.measures)[:-1]
        sharps = score.changes.key if sharps is None else sharps
    if transpose_for not in get_args(Reader):
        raise ValueError(f"transpose_for: expected C, Bb, Eb or bass, got {transpose_for!r}")
    if sharps is not None and not -7 <= sharps <= 7:
        raise ValueError(f"sharps: expected -7 to 7, got {sharps}")
    starts = sorted(measure_starts) or rhythm.measure_starts(score)
    last = score.beats if score.changes is None else score.changes.measures[-1].length
    measures = rhythm.measures(starts, max(score.length, starts[-1] + last))
    symbols = _on_beats(chord_symbols, measures)
    parts = [
        _staves(part, measures, transpose_for if number == 0 else "C")
        for number, part in enumerate(score.parts or (Part("", ()),))
    ]
    if sharps is None:
        sharps, _ = spelling.estimated_key(_weights(parts, symbols, measures[-1].end))
    meters, pickups = _meters(score, measures)
    return Sheet(measures, parts, symbols, sharps, meters, pickups)


def estimated_key(score: Score) -> tuple[int, str]:
    """The key that fits the notes and chords of a score best: sharps, flats negative, and major or minor."""
    weights: dict[int, float] = defaultdict(float)
    for part in score.parts:
        for note in () if part.is_drums else part.notes:
            weights[note.pitch % 12] += note.duration
    symbols = [] if score.changes is None else score.changes.symbols()
    for (onset, symbol), (end, _) in zip(symbols, [*symbols[1:], (score.length, None)], strict=True):
        for pitch_class in symbol.pitch_classes if symbol else ():
            weights[pitch_class] += end - onset
    return spelling.estimated_key(weights)


def _meters(score: Score, measures: Sequence[TickMeasure]) -> tuple[list[tuple[int, int]], int]:
    """The time signature of each measure, and how many measures are pick-ups."""
    if score.changes is None or len(score.changes.measures) != len(measures):
        return [measure.time_signature for measure in measures], 0
    given = score.changes.measures
    shown = [
        each.meter if each.pickup or each.length == quarters(each.meter) else measure.time_signature
        for each, measure in zip(given, measures, strict=True)
    ]
    return shown, score.changes.pickups


def _on_beats(
    symbols: Iterable[tuple[float, ChordSymbol | None]], measures: Sequence[TickMeasure]
) -> list[Symbol]:
    by_tick: dict[int, ChordSymbol | None] = {}
    for onset, chord in sorted(symbols, key=lambda symbol: symbol[0]):
        tick = onset * TICKS
        number = bisect_right(measures, tick + 1e-6, key=lambda measure: measure.start) - 1
        measure = measures[max(number, 0)]
        beat = measure.start + TICKS * max(0, int((tick - measure.start) / TICKS + 0.5))
        if beat >= measure.end and number + 1 == len(measures):  # no beat after the last one
            beat = measure.start + TICKS * ((measure.length - 1) // TICKS)
        by_tick[min(beat, measure.end)] = chord
    return [Symbol(tick, chord) for tick, chord in sorted(by_tick.items(), key=lambda item: item[0])]


def _staves(part: Part, measures: Sequence[TickMeasure], reader: Reader) -> list[Staff]:
    """The staves of one part: one voice each."""
    if part.channel == DRUM_CHANNEL:
        events = rhythm.quantise(_until_the_beat(part.notes), measures)
        return [Staff(part.name, events, "percussion")]
    pitches = [note.pitch for note in part.notes]
    if part.program in _KEYBOARDS and reader == "C" and _needs_two_staves(pitches):
        hands: list[tuple[Clef, list[Note]]] = [
            ("treble", [note for note in part.notes if note.pitch >= _MIDDLE_C]),
            ("bass", [note for note in part.notes if note.pitch < _MIDDLE_C]),
        ]
        return [
            Staff(part.name, rhythm.quantise(notes, measures), clef, part.program) for clef, notes in hands
        ]
    centre = sum(pitches) / len(pitches) if pitches else _MIDDLE_C
    semitones = _TRANSPOSITIONS.get(reader, 0)
    clef: Clef = "treble" if centre >= _MIDDLE_C - 1 else "bass"
    if reader == "bass":
        semitones, clef = 12 * round((_BASS_STAFF - centre) / 12), "bass"
    elif reader == "C" and part.program in _BASSES:
        semitones, clef = 12, "bass"
    elif reader != "C":
        clef = "treble"
    name = _NAMES[reader].format(part.name)
    return [Staff(name, rhythm.quantise(part.notes, measures), clef, part.program, semitones)]


def _needs_two_staves(pitches: Sequence[int]) -> bool:
    """Whether a tenth of the notes is too low for a treble staff, and a tenth too high for a bass staff."""
    low = sum(pitch < _LOW for pitch in pitches)
    high = sum(pitch > _HIGH for pitch in pitches)
    return min(low, high) * 10 >= len(pitches) > 0


def _until_the_beat(notes: Iterable[Note]) -> list[Note]:
    """Drum strokes, which have no length of their own, until the next stroke or the next beat."""
    starts = sorted({note.onset for note in notes})
    following = dict(zip(starts, [*starts[1:], float("inf")], strict=True))
    return [
        Note(note.onset, min(following[note.onset], int(note.onset + 1e-6) + 1) - note.onset, note.pitch)
        for note in notes
    ]


def _weights(parts: Sequence[Sequence[Staff]], symbols: Sequence[Symbol], end: int) -> Counter[int]:
    """The ticks that each pitch class sounds in the parts and in the chords."""
    weights: Counter[int] = Counter()
    for staff in (staff for staves in parts for staff in staves if staff.clef != "percussion"):
        for event in staff.events:
            for pitch in event.pitches:
                weights[pitch % 12] += event.end - event.start
    ends = [*(symbol.tick for symbol in symbols[1:]), end]
    for symbol, after in zip(symbols, ends, strict=False):
        for pitch_class in symbol.chord.pitch_classes if symbol.chord else ():
            weights[pitch_class] += after - symbol.tick
    return weights

"""What is made of a chorus: an introduction, choruses, an ending; choruses in other keys and at other tempi.

arrangement = Arrangement.of(changes, choruses=2, intro=4, ending="tag")
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from models.jazz.options import Ending, ImproviseOptions
from music import spelling
from music.changes import Changes, Measure, quarters, road_map
from music.chord_symbols import ChordSymbol
from music.harmony import Chord
from music.score import Note, Part
from utils.errors import UserError
from utils.options import changed

TAG, SHORT_TAG = 4, 2  # measures that a tag repeats; the fewer where a form has fewer than 16
TAGS = 2  # times that it repeats them
FADE = 8  # measures over which the sound fades
FADED = 0.07  # of the velocity, what is left at the end
_ROUNDS = {"fourths": (5, 12), "fifths": (7, 12), "semitones": (1, 12), "whole-tones": (2, 6)}


class ArrangedMeasure(NamedTuple):
    """A measure as it is played.

    Args:
        measure: Its length and chords.
        source: Its place in the chorus that was given, pick-ups included; None: it was added.
        semitones: How far it was moved.
    """

    measure: Measure
    source: int | None
    semitones: int = 0


@dataclass(frozen=True)
class Arrangement:
    """Everything that is played, measure by measure.

    Args:
        measures: In the order in which they are played.
        chorus_starts: The numbers of the measures that open a chorus, from 0, rising.
        first: The number of the measure with which the soloist begins; those before are the introduction.
        tempos: At which measures a tempo begins, and the tempi in quarter notes a minute; none: one only.
        ending: The number of the first measure after the last chorus; where there is none, their count.
        fades: Whether the end fades instead of being held.

    Example:
        >>> from music.chord_symbols import parse_symbol
        >>> chorus = [Measure(4.0, (Chord(0.0, (), parse_symbol(name)),)) for name in ("Cmaj7", "G7")]
        >>> arrangement = Arrangement.of(Changes(tuple(chorus)), choruses=2, intro=1)
        >>> [str(played.measure.chords[0].symbol) for played in arrangement.measures]
        ['G7', 'Cmaj7', 'G7', 'Cmaj7', 'G7', 'Cmaj7']
        >>> arrangement.chorus_starts, arrangement.first
        ((1, 3), 1)
    """

    measures: tuple[ArrangedMeasure, ...]
    chorus_starts: tuple[int, ...]
    ending: int
    first: int = 0
    tempos: tuple[tuple[int, float], ...] = ()
    fades: bool = False

    @classmethod
    def of(cls, changes: Changes, options: ImproviseOptions | None = None, **fields: Any) -> "Arrangement":
        """Arranges a chorus.

        Args:
            changes: The chorus, with its pick-ups, which lie in an introduction, and perhaps a last chorus of
                its own.
            options: How; None: the defaults.
            **fields: Fields of `ImproviseOptions`, in place of those in `options`.

        Raises:
            UserError: The introduction is longer than the form, or more than one of `choruses`, `loop_tempo`
                and `loop_keys` says how many choruses there are.
        """
        options = changed(options, ImproviseOptions, fields)
        choruses, intro = options.choruses, options.intro
        loop_tempo, loop_keys = options.loop_tempo, options.loop_keys
        pickups, count = changes.pickups, len(changes.measures)
        if intro > count - pickups:
            raise UserError(f"intro: expected at most the form's {count - pickups} measures, got {intro}")
        if (choruses > 1) + (loop_tempo is not None) + (loop_keys is not None) > 1:
            raise UserError("expected one of choruses, loop tempo and loop keys: each sets their number")
        tempi = loop_tempo.tempi() if loop_tempo else ()
        step, rounds = _ROUNDS[loop_keys] if loop_keys else (0, len(tempi) or choruses)
        start = [
            ArrangedMeasure(replace(measure, pickup=not _is_whole(measure)), place)
            for place, measure in enumerate(changes.measures[:pickups])
        ]
        before = [ArrangedMeasure(changes.measures[place], place) for place in range(count - intro, count)]
        played = [*_shortened(before, start), *start]
        own_intro = max((n for n, each in enumerate(start, 1) if not each.measure.pickup), default=0)
        first, starts = len(before) + own_intro, list[int]()
        for number in range(rounds):
            starts.append(len(played))
            last = list(_chorus(changes, (number * step + 6) % 12 - 6, is_last=number == rounds - 1))
            played += last
        close = len(played)
        own = replace(changes.transposed(last[0].semitones), measures=tuple(each.measure for each in last))
        played += _end(last, own, options.ending)
        tempos = tuple(zip([0, *starts[1:]], tempi, strict=True)) if tempi else ()
        return cls(tuple(played), tuple(starts), close, first, tempos, options.ending == "fade")

    def road_map(self) -> list[str]:
        """What is played, a line a section; see `music.changes.road_map`."""
        measures = [played.measure for played in self.measures]
        if self.first:
            measures[0] = replace(measures[0], section=measures[0].section or "intro")
        for number in self.chorus_starts if self.first else ():
            measures[number] = replace(measures[number], section=measures[number].section or "chorus")
        if self.ending < len(measures):
            measures[self.ending] = replace(measures[self.ending], section="ending")
        return road_map(measures, self.chorus_starts)

    @property
    def comes_home(self) -> bool:
        """Whether the last measure is a tonic that was added."""
        return self.ending < len(self.measures) and self.measures[-1].source is None

    def changes(self, given: Changes) -> Changes:
        """The changes that were arranged, all measures in the order in which they are played."""
        return replace(given, measures=tuple(each.measure for each in self.measures), last_chorus=())


def _is_whole(measure: Measure) -> bool:
    """Whether a measure is as long as its meter says: before the form it is an introduction's."""
    return abs(measure.length - quarters(measure.meter)) < 1e-6


def faded(parts: Sequence[Part], start: float, end: float) -> tuple[Part, ...]:
    """Parts whose notes grow softer in a straight line from one time to another, in quarter notes.

    Example:
        >>> (part,) = faded([Part("Solo", (Note(0, 1, 60, 80), Note(3, 1, 60, 80)))], 0, 4)
        >>> [note.velocity for note in part.notes]
        [80, 24]
    """

    def softer(note: Note) -> Note:
        left = 1 - (1 - FADED) * max(0.0, (note.onset - start) / (end - start))
        return replace(note, velocity=max(1, round(note.velocity * left)))

    return tuple(replace(part, notes=tuple(map(softer, part.notes))) for part in parts)


def tonic_after(changes: Changes) -> ChordSymbol | None:
    """The chord that a form leads to; None if its last chord does not ask to be resolved.

    A seventh chord asks for it, unless it stands on the tonic or on the form's first root, as a blues or a
    vamp may end. The chord is the first of the form on the tonic, else a sixth chord of the key's mode.

    Example:
        >>> from music.chord_symbols import parse_symbol
        >>> names = "Dm7", "G7", "Cmaj7", "A7b9"
        >>> chords = [Chord(0.0, (), parse_symbol(name)) for name in names]
        >>> str(tonic_after(Changes(tuple(Measure(4.0, (chord,)) for chord in chords))))
        'Cmaj7'
    """
    symbols = [symbol for _, symbol in changes.symbols() if symbol is not None]
    if not symbols:
        return None
    last = symbols[-1]
    if last.root in (changes.tonic, symbols[0].root) or not _resolves(last):
        return None
    root = _tonic(symbols) if changes.tonic is None else changes.tonic
    tonic = next((each for each in symbols if each.root == root and each.bass is None), None)
    if tonic is not None and _resolves(tonic) and root != symbols[0].root:
        return None  # a chain of dominants, or modes: there is nothing to come home to
    return tonic or ChordSymbol(root, "m6" if changes.mode == "minor" else "6")


def home_key(changes: Changes, *, is_home: bool = False) -> tuple[int, str] | None:
    """The key that measures end in as they are played: sharps, flats negative, and major or minor.

    Their last chord is at home if they began on its root, or if its own dominant leads to it. None: it is
    not, or asks to be resolved itself.

    Args:
        changes: The measures.
        is_home: Whether the last chord is known to be at home: `Arrangement.comes_home`.

    Example:
        >>> from music.chord_symbols import parse_symbol
        >>> chords = [Chord(0.0, (), parse_symbol(name)) for name in ("Dm7b5", "G7b9", "Cm6")]
        >>> home_key(Changes(tuple(Measure(4.0, (chord,)) for chord in chords)))
        (-3, 'minor')
    """
    symbols = [symbol for _, symbol in changes.symbols() if symbol is not None]
    last, before = symbols[-1], symbols[-2:-1]
    began_there = symbols[0].root == last.root
    led_to = any(_resolves(each) and each.root == (last.root + 7) % 12 for each in before)
    if not (is_home or began_there or (led_to and not _resolves(last))):
        return None
    is_minor = 3 in last.intervals and 4 not in last.intervals
    return spelling.wrapped(7 * last.root - 3 * is_minor), "minor" if is_minor else "major"


def _resolves(symbol: ChordSymbol) -> bool:
    """Whether a chord leads a fifth down: it has a third or a fourth, and a minor seventh."""
    intervals = {interval % 12 for interval in symbol.intervals}
    return 10 in intervals and bool(intervals & {4, 5}) and 3 not in intervals


def _tonic(symbols: Sequence[ChordSymbol]) -> int:
    """The pitch class of the tonic where no key is given.

    It is a fifth below the last chord. But where the form begins with a second degree and its dominant,
    which lead to a chord of the form, it is that one: after Dm7, G7, Cmaj7 a last A7 leads to the beginning.
    """
    first = symbols[0]
    second = next((each for each in symbols if each != first), first)
    led_to = (first.root - 2) % 12
    supertonic = not _resolves(first) and second.root == (first.root + 5) % 12 and _resolves(second)
    if supertonic and any(each.root == led_to and not _resolves(each) for each in symbols):
        return led_to
    return (symbols[-1].root + 5) % 12


def _chorus(changes: Changes, semitones: int, *, is_last: bool) -> Iterator[ArrangedMeasure]:
    """A chorus in a key, without pick-ups; the last one may have measures of its own."""
    moved, form = changes.transposed(semitones), range(changes.pickups, len(changes.measures))
    own = moved.last_chorus if is_last else ()
    for place, measure in enumerate(own or moved.measures[changes.pickups :], changes.pickups):
        yield ArrangedMeasure(measure, place if place in form else None, semitones)


def _end(chorus: Sequence[ArrangedMeasure], changes: Changes, ending: Ending) -> list[ArrangedMeasure]:
    """The measures after the last chorus, which is given as it is played and as changes in its key."""
    if ending == "fade":
        return []
    count = TAG if len(chorus) >= 4 * TAG else SHORT_TAG
    tag = list(chorus[-count:]) * TAGS if ending == "tag" else []
    last = chorus[-1]
    tonic = tonic_after(changes)
    if tonic is None:
        return tag
    held = Measure(last.measure.length, (Chord(0.0, (), tonic),), last.measure.meter)
    return [*tag, ArrangedMeasure(held, None, last.semitones)]


def _shortened(intro: list[ArrangedMeasure], pickups: Sequence[ArrangedMeasure]) -> list[ArrangedMeasure]:
    """An introduction whose last measure is so much shorter as the pick-ups are long."""
    length = sum(each.measure.length for each in pickups)
    if not intro or not 0 < length < intro[-1].measure.length:
        return intro
    last = intro[-1].measure
    chords = tuple(chord for chord in last.chords if chord.onset < last.length - length)
    return [
        *intro[:-1],
        intro[-1]._replace(measure=replace(last, length=last.length - length, chords=chords)),
    ]

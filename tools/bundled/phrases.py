"""Tunes from phrases: a head and improvised choruses over a chord chart, as a melody and a piano.

A melody is written in words, a rhythm letter and a degree of the chord under it:

    L5 s6 p8    a long swung eighth on the fifth, a short one on the sixth, a held note on the root
    eb9 e#11    eighths on the flat ninth and the sharp eleventh
    Lt5 stb7    the fifth and the minor seventh of the key, whatever the chord: blue notes
    q. Lo su    a rest; the semitones over and under the next note

The same words fit every chord, so a motif moves through the keys by itself. A head is written out; a
chorus follows a plan, which names pools of words, and draws from each, with a seeded generator, words
that begin near the note before.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

import numpy as np

from data.solos.charts import read_chart
from music.changes import Changes, Measure
from music.chord_symbols import ChordSymbol
from music.score import Note, Part, Score

# Rhythm letters in quarter notes. L and s are a swung pair of eighths, three s or L a triplet; p starts
# on a beat and is held over the next beat to its off-beat eighth.
LENGTHS = {
    "w": Fraction(4),
    "D": Fraction(3),
    "h": Fraction(2),
    "p": Fraction(5, 3),
    "d": Fraction(3, 2),
    "q": Fraction(1),
    "L": Fraction(2, 3),
    "e": Fraction(1, 2),
    "s": Fraction(1, 3),
    "x": Fraction(1, 4),
}
# A word is a letter and: a dot for a rest; u or o for the semitone under or over the next note; or a
# degree: 1 is the chord's root, 9 the ninth above it, 0 the seventh below, t1 the key's tonic.
WORD = re.compile(
    rf"([{''.join(LENGTHS)}])(?:(?P<rest>\.)|(?P<lean>[uo])"
    r"|(?P<tonic>t?)(?P<accidental>[b#]?)(?P<degree>-?\d+))"
)
SCALES = {  # semitones of degrees 1 to 7
    "": (0, 2, 4, 5, 7, 9, 11),
    "6": (0, 2, 4, 5, 7, 9, 11),
    "maj7": (0, 2, 4, 5, 7, 9, 11),
    "m6": (0, 2, 3, 5, 7, 9, 11),
    "m7": (0, 2, 3, 5, 7, 9, 10),
    "7": (0, 2, 4, 5, 7, 9, 10),
    "7b9": (0, 1, 4, 5, 7, 8, 10),
    "m7b5": (0, 1, 3, 5, 6, 8, 10),
    "dim7": (0, 2, 3, 5, 6, 8, 9),
}
VOICINGS = {  # degrees of the right hand, in the two positions between which voices move little
    "6": ((3, 5, 6, 9), (6, 9, 3, 5)),
    "maj7": ((3, 5, 7, 9), (7, 9, 3, 5)),
    "m6": ((3, 5, 6, 9), (6, 9, 3, 5)),
    "m7": ((3, 5, 7, 9), (7, 9, 3, 5)),
    "7": ((7, 9, 3, 13), (3, 13, 7, 9)),
    "7b9": ((7, 9, 3, 5), (3, 5, 7, 9)),
    "m7b5": ((3, 5, 7, 8), (7, 8, 3, 5)),
    "dim7": ((3, 5, 7, 8), (7, 8, 3, 5)),
}
LOWEST_ROOT, LOWEST_VOICE, HIGHEST_VOICE = 40, 51, 68  # of the piano


class Chorus(NamedTuple):
    """An improvised chorus.

    Args:
        plan: Names of pools, in the order in which words are drawn from them; a line is a phrase, bar
            lines are for the reader. A name in capitals repeats, in its phrase, the words it drew first:
            a motif and its return.
        middle: The pitch around which the chorus moves.
    """

    plan: str
    middle: int = 69


@dataclass(frozen=True)
class Tune:
    """What a tune is made from.

    Args:
        chart: The chords as `read_chart` reads them, with title, tempo, key and meter.
        head: The melody's words, measures between bar lines, for one chorus or more.
        choruses: The choruses after the head.
        pools: What choruses draw from, by name, a line of text for each choice. "NAME QUALITY", if it
            is there, has the choices over chords of that quality.
        comping: When the piano plays in measures of so many chords: patterns in turn, of start+length
            in quarter notes.
        coda_chart, coda: The chords and the words after the last chorus, perhaps none.
        program: The General MIDI program of the melody.
        lowest, middle, highest: The melody's range and the middle of the head.
        leaps: The largest interval in semitones from the last note to the next words, in choruses: the
            first limit that some words of the pool satisfy.
        memory: How many of the words played last are not drawn again.
        accents: Velocities of notes on the beat and off it.
        seed: For the choruses.
    """

    chart: str
    head: str
    choruses: tuple[Chorus, ...]
    pools: Mapping[str, str]
    comping: Mapping[int, Sequence[str]]
    coda_chart: str = ""
    coda: str = ""
    program: int = 26
    lowest: int = 57
    middle: int = 69
    highest: int = 82
    leaps: tuple[int, ...] = (5,)
    memory: int = 0
    accents: tuple[int, int] = (96, 84)
    seed: int = 1

    def read_chart(self) -> Changes:
        """The chords of one chorus."""
        return read_chart(self.chart)

    @property
    def heads(self) -> int:
        """How many choruses long the head is.

        Raises:
            ValueError: It is not a whole number of choruses.
        """
        form = len(self.read_chart().measures)
        heads, rest = divmod(len(self.head.split("|")), form)
        if rest:
            raise ValueError(f"head: expected a multiple of {form} measures, got {rest} too many")
        return heads

    def measures(self) -> tuple[Measure, ...]:
        """The chords of all measures: the head's, the choruses' and the coda's."""
        chart = self.read_chart()
        measures = chart.measures * (self.heads + len(self.choruses))
        if self.coda:
            count, value = chart.measures[0].meter
            measures += read_chart(f"meter: {count}/{value}\n{self.coda_chart}").measures
        return measures


def compose(tune: Tune) -> Score:
    """Composes a tune: the head, then the choruses, with the piano under both.

    Raises:
        ValueError: A word cannot be read, or words do not fill measures.
    """
    chart, measures, heads = tune.read_chart(), tune.measures(), tune.heads
    line = Line(tune, measures)
    line.play(tune.head)
    generator = np.random.default_rng(tune.seed)
    for number, chorus in enumerate(tune.choruses, heads + 1):
        line.middle = chorus.middle
        _improvise(line, chorus.plan, generator)
        if line.now != number * len(chart.measures) * chart.measures[0].length:
            raise ValueError(f"plan: expected to fill chorus {number - heads}, got {float(line.now)} beats")
    if tune.coda:
        line.play(tune.coda)
    melody = Part("Melody", tuple(line.notes), program=tune.program, channel=0)
    piano = Part("Piano", tuple(_comp(tune, measures)), program=0, channel=1)
    return Score((melody, piano), chart.tempo or 120.0, chart.measures[0].length, chart.title)


class _Step(NamedTuple):
    """A word in its place: a note, or a semitone beside the next note, or neither."""

    start: Fraction
    length: Fraction
    pitch: int | None = None
    lean: int = 0


@dataclass
class Line:
    """A melody built word by word; words on one chord share the octave nearest to the last note.

    Args:
        tune: Whose melody it is.
        measures: The chords of all its measures.
    """

    tune: Tune
    measures: Sequence[Measure]
    now: Fraction = Fraction(0)
    notes: list[Note] = field(default_factory=list)
    leaning: list[_Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        chart = self.tune.read_chart()
        self.beats = Fraction(chart.measures[0].length)
        self.unit = self.beats / 2 if self.beats == 4 else self.beats  # what words must fill
        self.tonic = chart.tonic or 0
        self.previous = self.middle = self.tune.middle

    def play(self, words: str) -> None:
        """Adds words that fill measures, or half of one in 4/4.

        Raises:
            ValueError: They do not, or one cannot be read.
        """
        for measure in words.split("|"):
            for step in self.placed(measure):
                self.now += step.length
                if step.lean:
                    self.leaning.append(step)
                elif step.pitch is not None:
                    for lean in self.leaning:
                        self._sound(lean, step.pitch + lean.lean)
                    self.leaning.clear()
                    self._sound(step, step.pitch)
                    self.previous = step.pitch
            if self.now % self.unit:
                raise ValueError(f"words must fill a measure or half of one, got {measure!r}")

    def placed(self, words: str) -> list[_Step]:
        """The steps that words would make from here."""
        steps, start = [], self.now
        for word in words.split():
            match = WORD.fullmatch(word)
            if match is None:
                raise ValueError(f"words must be rhythm letters with degrees, got {word!r}")
            pitch, length = None, LENGTHS[match[1]]
            if match["degree"]:
                pitch = self._pitch(match, self.chord_at(start))
            steps.append(_Step(start, length, pitch, {"u": -1, "o": 1}.get(match["lean"], 0)))
            start += length
        found, near = [], self.previous
        for _, group in groupby(steps, key=lambda step: self._place(step.start)):
            found += self._in_octave(list(group), near)
            near = next((step.pitch for step in reversed(found) if step.pitch is not None), near)
        return found

    def chord_at(self, start: Fraction) -> ChordSymbol:
        """The chord that sounds at a time."""
        measure, place = self._place(start)
        symbol = self.measures[measure].chords[place].symbol
        if symbol is None:
            raise ValueError(f"chart: expected a chord in measure {measure + 1}, got N.C.")
        return symbol

    def _place(self, start: Fraction) -> tuple[int, int]:
        """The number of a measure, and of the chord in it, at a time."""
        measure, beat = divmod(start, self.beats)
        onsets = [chord.onset for chord in self.measures[int(measure)].chords]
        return int(measure), sum(onset <= beat for onset in onsets) - 1

    def _pitch(self, match: re.Match[str], chord: ChordSymbol) -> int:
        root, scale = (self.tonic, SCALES[""]) if match["tonic"] else (chord.root, SCALES[chord.quality])
        octave, step = divmod(int(match["degree"]) - 1, 7)
        return root + 12 * octave + scale[step] + {"b": -1, "#": 1, "": 0}[match["accidental"]]

    def _in_octave(self, steps: list[_Step], near: int) -> list[_Step]:
        """Moves steps by octaves into the melody's range, the first note near the one before."""
        pitches = [step.pitch for step in steps if step.pitch is not None]
        if not pitches:
            return steps
        lowest, highest = self.tune.lowest, self.tune.highest
        shifts = range(-(-(lowest - min(pitches)) // 12) * 12, highest - max(pitches) + 1, 12)
        first = pitches[0]
        shift = min(
            shifts, key=lambda shift: abs(first + shift - near) + abs(first + shift - self.middle) / 4
        )
        return [step if step.pitch is None else step._replace(pitch=step.pitch + shift) for step in steps]

    def _sound(self, step: _Step, pitch: int) -> None:
        velocity = self.tune.accents[step.start.denominator != 1]
        self.notes.append(Note(float(step.start), float(step.length), pitch, velocity))


def _improvise(line: Line, plan: str, generator: np.random.Generator) -> None:
    """Draws words as a plan says and plays them."""
    played: list[str] = []
    for phrase in plan.strip().splitlines():
        motifs: dict[str, str] = {}
        for name in phrase.replace("|", " ").split():
            words = motifs.get(name) or _drawn(line, name.lower(), played, generator)
            if name.isupper():
                motifs[name] = words
            line.play(words)
            played.append(words)


def _drawn(line: Line, name: str, played: Sequence[str], generator: np.random.Generator) -> str:
    """Draws words that start within one of `Tune.leaps` of the last pitch, but not on it; any if none do."""
    pools = line.tune.pools
    pool = pools.get(f"{name} {line.chord_at(line.now).quality}") or pools[name]
    choices = [words.strip() for words in pool.strip().splitlines()]
    recent = played[len(played) - line.tune.memory :]
    new = [words for words in choices if words not in recent] or choices
    near = ([words for words in new if 0 < _leap(line, words) <= limit] for limit in line.tune.leaps)
    fitting = next(filter(None, near), new)
    return fitting[int(generator.integers(len(fitting)))]


def _leap(line: Line, words: str) -> int:
    """Semitones from the last note to the first sound of words; 1 where they are silent."""
    steps = line.placed(words.split("|")[0])
    pitches = [step.pitch for step in steps if step.pitch is not None]
    if not pitches:
        return 1
    lean = [*line.leaning, *steps][0].lean  # an approach sounds before the note that it leans on
    return abs(pitches[0] + lean - line.previous)


def _comp(tune: Tune, measures: Sequence[Measure]) -> Iterator[Note]:
    """The piano: the root below, four voices above that move as little as they can."""
    beats = tune.read_chart().measures[0].length
    voices: tuple[int, ...] = ()
    for number, measure in enumerate(measures):
        patterns = tune.comping[len(measure.chords)]
        voiced = []
        for chord in (each.symbol for each in measure.chords if each.symbol is not None):
            voices = _voices(chord, voices)
            voiced.append((_at_least(LOWEST_ROOT, chord.root), *voices))
        for place, strike in enumerate(patterns[number % len(patterns)].split()):
            start, length = map(Fraction, strike.split("+"))
            for pitch in voiced[min(place, len(voiced) - 1)]:
                yield Note(beats * number + float(start), float(length), pitch, 66 - 4 * place)


def _voices(chord: ChordSymbol, before: tuple[int, ...]) -> tuple[int, ...]:
    """The position of the right hand nearest to the one before it."""
    scale = SCALES[chord.quality]
    candidates = []
    for degrees in VOICINGS[chord.quality]:
        classes = [chord.root + scale[(degree - 1) % 7] for degree in degrees]
        voices = [_at_least(LOWEST_VOICE, classes[0])]
        for pitch_class in classes[1:]:
            voices.append(_at_least(voices[-1] + 1, pitch_class))
        candidates.append(tuple(voices))
    fitting = [voices for voices in candidates if voices[-1] <= HIGHEST_VOICE] or candidates
    return min(fitting, key=lambda voices: (_movement(voices, before), voices))


def _movement(voices: tuple[int, ...], before: tuple[int, ...]) -> int:
    """Semitones that the voices move in all; 0 at the beginning."""
    return sum(abs(voice - other) for voice, other in zip(voices, before, strict=False))


def _at_least(lowest: int, pitch_class: int) -> int:
    """The first pitch of a class from `lowest` on."""
    return lowest + (pitch_class - lowest) % 12

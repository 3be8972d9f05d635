"""Solos written out note by note over a chord chart, beat by beat, as a melody and a piano.

A word is a beat. Its items, between commas, share it: two are a swung pair (even ones in a straight
solo), three a triplet, four sixteenths:

    .,3 5,6 5 .         a rest of half a beat, swung eighths, a quarter, a rest
    1,2,3,5 7,~,9 ~     sixteenths; a triplet's long and short note, the last one held over the next beat
    .,>3 | ~ 1          >3 is the third of the chord to come: an anticipation, held over the bar line

A note is a degree of the chord under it, 1 to 7 with b or #, or, after t, of the key (tb3, a blue note):
in the octave that is nearest to the note before (of a fourth and a fifth the one that leads back to the
middle), above it after ^, below it after v. Instead of a degree,
o and u are the semitone over and under the next note, oo and uu the whole step: "o,u 3" encloses a third.
After a note, ! is an accent and _ a ghost note. The word @72 puts the next note near that pitch.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from data.solos.charts import read_chart
from music.changes import Changes
from music.chord_symbols import ChordSymbol, voicing_with_bass
from music.score import Note, Part, Score
from tools.bundled.phrases import SCALES

ITEM = re.compile(
    r"(?P<next>>?)(?:(?P<lean>oo?|uu?)|(?P<way>[\^v]?)(?P<tonic>t?)(?P<accidental>[b#]?)(?P<degree>[1-7]))"
    r"(?P<mark>[!_]?)"
)
SWUNG = Fraction(2, 3)  # of a beat: the first note of a pair
GRAVITY = 1 / 4  # semitones of a leap that a semitone away from the middle counts: a fourth becomes a fifth
PHRASE_GAP = 0.85  # quarter notes of rest from which on a new phrase begins
# Velocities. A phrase swells and fades; its peaks stand out, its low turns are half swallowed.
LEVEL, SWELL, PEAK, TURN, HELD, LAST, ACCENT = 80, 13, 17, -19, 12, -12, 18
GHOST = 0.56  # of a note's velocity
SOFTEST, LOUDEST = 34, 122
PIANO = 62  # the piano's velocity


@dataclass(frozen=True)
class WrittenSolo:
    """A solo that is written out.

    Args:
        chart: The chords of a chorus as `read_chart` reads them, with title, tempo, key and meter.
        choruses: What is played over each, measures between bar lines.
        program: The General MIDI program of the solo.
        straight: Whether pairs are even.
        lowest, highest: The range that the solo keeps to.
        comping: When the piano plays a measure's chords: patterns in turn, for so many chords; a strike is
            start+length in quarter notes. The first of a chord is where the chart has it.
    """

    chart: str
    choruses: tuple[str, ...]
    program: int = 66
    straight: bool = False
    lowest: int = 50
    highest: int = 84
    comping: tuple[str, ...] = ("0+3/2 5/2+1", "0+1 3/2+3/2", "0+3", "0+1/2 3/2+2")

    @property
    def middle(self) -> int:
        """The middle of the range."""
        return (self.lowest + self.highest) // 2

    def read_chart(self) -> Changes:
        """The chords of one chorus."""
        return read_chart(self.chart)


def compose(solo: WrittenSolo) -> Score:
    """Composes a solo with its piano.

    Raises:
        ValueError: A word cannot be read, words do not fill the form, or a note is out of range.
    """
    chart = solo.read_chart()
    form = _Form(chart, len(solo.choruses))
    melody = Part("Solo", tuple(_with_dynamics(_notes(solo, form))), program=solo.program, channel=0)
    piano = Part("Piano", tuple(_piano(solo, form)), program=0, channel=1)
    return Score((melody, piano), chart.tempo or 120.0, chart.measures[0].length, chart.title)


class _Form:
    """The chords of all choruses in their places."""

    def __init__(self, chart: Changes, choruses: int) -> None:
        self.beats, self.measures = int(chart.measures[0].length), len(chart.measures)
        self.tonic = chart.tonic or 0
        self.end = Fraction(self.measures * choruses * self.beats)
        self.chords: list[tuple[Fraction, ChordSymbol]] = []
        for number, measure in enumerate(chart.measures * choruses):
            for onset, _, symbol, _ in measure.chords:
                if symbol is None:
                    raise ValueError(f"chart: expected a chord in measure {number + 1}, got N.C.")
                self.chords.append((number * self.beats + Fraction(onset).limit_denominator(12), symbol))

    def chord(self, start: Fraction, ahead: bool) -> ChordSymbol:
        """The chord that sounds at a time, or the one to come, which may be the next chorus's first."""
        current = sum(onset <= start for onset, _ in self.chords) - 1
        return self.chords[(current + ahead) % len(self.chords)][1]


@dataclass
class _Item:
    """A note or a rest in its place.

    Args:
        start, length: In quarter notes.
        match: What is written; None: a rest.
        near: The pitch to begin near, if one is given.
    """

    start: Fraction
    length: Fraction
    match: re.Match[str] | None
    near: int | None = None


def _notes(solo: WrittenSolo, form: _Form) -> Iterator[tuple[Note, str]]:
    """The notes of all choruses, at velocity 1, with their marks."""
    previous = solo.middle
    leaning: list[tuple[_Item, int, str]] = []
    for item in _items(solo, form):
        previous = previous if item.near is None else item.near
        if item.match is None:
            continue
        lean, mark = item.match["lean"], item.match["mark"]
        if lean:
            leaning.append((item, len(lean) if "o" in lean else -len(lean), mark))
            continue
        chord = form.chord(item.start, bool(item.match["next"]))
        previous = _pitch(item.match, form.tonic, chord, solo, previous)
        for each, away, its_mark in [*leaning, (item, 0, mark)]:
            if not solo.lowest <= previous + away <= solo.highest:
                place = f"measure {int(each.start // form.beats) + 1}"
                raise ValueError(
                    f"{place}: expected pitches of {solo.lowest} to {solo.highest}, got {previous + away}"
                )
            yield Note(float(each.start), float(each.length), previous + away, 1), its_mark
        leaning.clear()
    if leaning:
        raise ValueError("chorus: expected a note to lean on at the end, got none")


def _items(solo: WrittenSolo, form: _Form) -> list[_Item]:
    """The items of all choruses; a hold lengthens the item before it."""
    items: list[_Item] = []
    now, near = Fraction(0), None
    for word in _words(solo, form):
        if word.startswith("@"):
            near = int(word[1:])
            continue
        for text, length in _beat(word, solo.straight):
            match = ITEM.fullmatch(text)
            if text == "~" and items:
                items[-1].length += length
            elif text == ".":
                items.append(_Item(now, length, None))
            elif match:
                items.append(_Item(now, length, match, near))
                near = None
            else:
                raise ValueError(f"beats: expected notes, rests and holds, got {word!r}")
            now += length
    return items


def _words(solo: WrittenSolo, form: _Form) -> Iterator[str]:
    """The words of all choruses."""
    for number, chorus in enumerate(solo.choruses):
        measures = " ".join(chorus.split()).strip(" |").split("|")
        if len(measures) != form.measures:
            raise ValueError(f"chorus: expected {form.measures} measures, got {len(measures)}")
        for place, measure in enumerate(measures, number * form.measures + 1):
            words = measure.split()
            beats = sum(not word.startswith("@") for word in words)
            if beats != form.beats:
                raise ValueError(f"measure {place}: expected {form.beats} beats, got {beats} in {measure!r}")
            yield from words


def _beat(word: str, straight: bool) -> Iterator[tuple[str, Fraction]]:
    """The items of a beat and their lengths.

    Raises:
        ValueError: There are more than four.
    """
    texts = word.split(",")
    if len(texts) > 4:
        raise ValueError(f"beats: expected at most 4 items, got {word!r}")
    lengths = [Fraction(1, len(texts))] * len(texts)
    if len(texts) == 2 and not straight:
        lengths = [SWUNG, 1 - SWUNG]
    return zip(texts, lengths, strict=True)


def _pitch(match: re.Match[str], tonic: int, chord: ChordSymbol, solo: WrittenSolo, previous: int) -> int:
    """The pitch of a degree; see the module's docstring."""
    root, scale = (tonic, SCALES[""]) if match["tonic"] else (chord.root, SCALES[chord.quality])
    sign = {"b": -1, "#": 1, "": 0}[match["accidental"]]
    up = (root + scale[int(match["degree"]) - 1] + sign - previous) % 12
    if match["way"]:
        return previous + ((up or 12) if match["way"] == "^" else up - 12)
    return min(
        (previous + up, previous + up - 12),
        key=lambda pitch: (
            not solo.lowest <= pitch <= solo.highest,
            abs(pitch - previous) + GRAVITY * abs(pitch - solo.middle),
        ),
    )


def _with_dynamics(notes: Iterator[tuple[Note, str]]) -> Iterator[Note]:
    """Gives notes their velocities, phrase by phrase."""
    for phrase in _phrases(list(notes)):
        pitches = np.array([note.pitch for note, _ in phrase])
        before, after = np.roll(pitches, 1), np.roll(pitches, -1)
        inner = (np.arange(len(pitches)) % (len(pitches) - 1 or 1)) > 0
        peaks = inner & (pitches > before) & (pitches >= after)
        turns = inner & (pitches < before) & (pitches <= after)
        for number, (note, mark) in enumerate(phrase):
            position = (number + 0.5) / len(phrase)
            is_held = note.duration >= 1 and note.onset % 1 > 0
            velocity = LEVEL + SWELL * (2 * np.sin(np.pi * position) - 1)
            velocity += PEAK * peaks[number] + TURN * (turns[number] and not is_held) + HELD * is_held
            velocity += LAST * (number == len(phrase) - 1) + ACCENT * (mark == "!")
            velocity *= GHOST if mark == "_" else 1
            yield replace(note, velocity=int(np.clip(round(float(velocity)), SOFTEST, LOUDEST)))


def _phrases(notes: list[tuple[Note, str]]) -> Iterator[list[tuple[Note, str]]]:
    """Cuts notes where there is a rest."""
    phrase: list[tuple[Note, str]] = []
    for pair in notes:
        if phrase and pair[0].onset - phrase[-1][0].end >= PHRASE_GAP:
            yield phrase
            phrase = []
        phrase.append(pair)
    if phrase:
        yield phrase


def _piano(solo: WrittenSolo, form: _Form) -> Iterator[Note]:
    """The piano: every chord where it begins, and once more on the pattern's later strikes."""
    pitches: tuple[int, ...] | None = None
    ends = [onset for onset, _ in form.chords[1:]] + [form.end]
    for (onset, symbol), end in zip(form.chords, ends, strict=True):
        pitches = voicing_with_bass(symbol, pitches)
        measure = int(onset // form.beats)
        for strike in solo.comping[measure % len(solo.comping)].split():
            start, length = map(Fraction, strike.split("+"))
            begin = onset + start
            if begin < end:
                for pitch in pitches:
                    yield Note(float(begin), float(min(length, end - begin)), pitch, PIANO)

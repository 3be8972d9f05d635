"""Improvising: a network, a soloist who plays with it over chords, and a band.

The course's rules from tokens to notes are in `music.grammar`. What is played here follows those of
`models.jazz.phrases` (the plan), `models.jazz.soloist` (the line) and `models.jazz.delivery` (the
performance).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from models.engine.engine import Engine
from models.jazz import band as bands
from models.jazz import weights
from models.jazz.arrangement import FADE, ArrangedMeasure, Arrangement, faded, home_key
from models.jazz.band.arranger import SOLO
from models.jazz.band.chart import ChordSet
from models.jazz.delivery import deliver
from models.jazz.improvisation import Improvisation
from models.jazz.options import ImproviseOptions, TempoLoop
from models.jazz.phrases import Planner
from models.jazz.proposals import FactoredNetwork, Network, TokenNetwork
from models.jazz.soloist import Soloist, Timeline
from models.jazz.weights import PRETRAINED
from music import styles
from music.changes import LONGEST_MEASURE, Changes, Measure, in_range, starts, voiced
from music.lines import Factors
from music.score import Note, Part, Score
from music.sheet import estimated_key
from utils.errors import UserError
from utils.options import changed

GUITAR, PIANO = 26, 0  # General MIDI programs
_CHORD = 58  # velocity
_STOP = 0.5  # quarter notes


class HasChanges(Protocol):
    """A piece: `data.solos.Solo`."""

    @property
    def changes(self) -> Changes:
        """Its chords, one measure for each of the melody's."""


Source = HasChanges | Changes | Sequence[ChordSet] | None


class Improviser:
    """A trained jazz network that improvises over chords; `load` makes one from a bundle.

    Args:
        network: The network.
        changes: What is played over where nothing else is given.
    """

    def __init__(self, network: Network, changes: Changes | None = None) -> None:
        self.network, self.changes = network, changes

    def improvise(
        self,
        source: Source = None,
        options: ImproviseOptions | None = None,
        *,
        seed: int | np.random.Generator | None = None,
        **fields: Any,
    ) -> Improvisation:
        """Improvises a solo over chords, with a band.

        Args:
            source: A piece whose chords are played over, or changes, or for each measure its length in
                quarter notes and its chords, one or more; None: the piece that the network was trained on.
            options: How; None: the defaults.
            seed: For every choice: tokens, roundings, pitches; None: a new one.
            **fields: Fields of `ImproviseOptions`, in place of those in `options`.

        Raises:
            UserError: `source` is None, and the network's bundle has no chords either; or `answer` is given
                for chords without a melody.
            ValueError: There is no chord at all, or an option is out of range.
            TypeError: There is no such option.

        Example:
            >>> from music.harmony import Chord
            >>> chords = [(4.0, [Chord(0.0, (50, 53, 57, 60))]), (4.0, [Chord(0.0, (43, 53, 59))])]
            >>> improvisation = load().improvise(chords, seed=1, choruses=2)
            >>> len(improvisation.melody), [part.name for part in improvisation.score.parts]
            (5, ['Solo', 'Piano', 'Bass', 'Drums'])

            After the last dominant there is a measure of its tonic.
        """
        options = changed(options, ImproviseOptions, fields)
        calls = None if options.answer is None else _given_melody(source)
        setting = Setting.of(self.changes_of(source), options)
        places, arrangement = setting.places, setting.arrangement
        generator = np.random.default_rng(seed)
        soloist = setting.soloist(self.network, generator, options)
        if calls is None or options.answer is None:
            first = places.starts[arrangement.first]
            notes = deliver(soloist.play(first, places.end), generator)
        else:
            moved = [_call(calls, each, options.transpose) for each in arrangement.measures]
            notes = _trade(soloist, moved, arrangement.first, options.answer, generator)
        solo = Part(SOLO, tuple(notes), GUITAR, channel=0)
        score = setting.score([solo], setting.accompaniment(notes, generator))
        return setting.improvisation(score)

    def changes_of(self, source: Source) -> Changes:
        """What a source is played over.

        Raises:
            UserError: There is none.
            ValueError: It has no chord, or not one in every measure that is given with its chords.
        """
        if source is None:
            if self.changes is None:
                raise UserError("the network's bundle has no chords: improvise over a piece or other chords")
            return self.changes
        if isinstance(source, Changes):
            return source
        if isinstance(source, Sequence):
            if not source or not all(chords for _, chords in source):
                raise ValueError("chord_sets: expected one measure or more, and one chord or more in each")
            return Changes.of(source)
        return source.changes


@dataclass(frozen=True)
class Performance:
    """How fast and by whom chords are played, and what of it no one said.

    Args:
        tempo: Quarter notes a minute.
        band: A key of `bands.STYLES`, or none.
        guessed: What was guessed, for a notice.
    """

    tempo: float
    band: str
    guessed: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, changes: Changes, loop: TempoLoop | None, tempo: float | None, band: str | None
    ) -> "Performance":
        """What was asked for, else what the changes say, else what is usual."""
        tempo = tempo if loop is None else loop.first
        style = styles.find(changes.style)
        guessed = []
        if tempo is None and changes.tempo is None:
            tempo = (style or styles.DEFAULT).tempo
            guessed.append(f"tempo {tempo:g}" + (f" ({changes.style})" if style else ""))
        if band is None:
            band = (style or styles.DEFAULT).band
            band = band if band in bands.STYLES else "swing"
            unknown = bool(changes.style) and style is None
            guessed += [f"band {band}: the style {changes.style!r} is not known"] if unknown else []
        return cls(float(tempo or changes.tempo or 0), band, tuple(guessed))

    def notice(self, changes: Changes, key_guessed: bool) -> str:
        """One line on what was guessed; "" if nothing was."""
        guessed = [*self.guessed, *([f"key {changes.key_name}"] if key_guessed else [])]
        return f"not given, and so chosen: {', '.join(guessed)}" if guessed else ""


@dataclass(frozen=True)
class Setting:
    """What a solo is played over, how fast and by whom, before a note of it is there.

    Args:
        title: Of the piece.
        changes: Every measure that is played.
        arrangement: The same measure by measure, with where they are from.
        performance: The tempo and the band.
        swing: The ratio of first to second eighths in performance.
        places: The harmonies and measures by time.
    """

    title: str
    changes: Changes
    arrangement: Arrangement
    performance: Performance
    swing: float
    places: Timeline

    @classmethod
    def of(cls, given: Changes, options: ImproviseOptions) -> "Setting":
        """Arranges a chorus of changes.

        Raises:
            UserError: The options do not fit the form, or there is no chord at all.
        """
        form = given.transposed(options.transpose)
        arrangement = Arrangement.of(form, options)
        changes = arrangement.changes(form)
        performance = Performance.of(given, options.loop_tempo, options.tempo, options.band)
        style = bands.STYLES.get(performance.band)
        usual = style.swing_ratio(performance.tempo) if style else 1.0
        swing = usual if options.swing is None else options.swing
        return cls(given.title, changes, arrangement, performance, swing, Timeline(changes.chord_sets()))

    def soloist(self, network: Network, generator: np.random.Generator, options: ImproviseOptions) -> Soloist:
        """A soloist who has not played yet."""
        places, tempo = self.places, self.performance.tempo
        choruses = [places.starts[number] for number in self.arrangement.chorus_starts]
        return Soloist(
            network,
            places,
            Planner(generator, choruses, places.end, tempo),
            generator,
            tempo=tempo,
            temperature=options.temperature,
            greedy=options.greedy,
        )

    def accompaniment(self, solo: Sequence[Note], generator: np.random.Generator) -> tuple[Part, ...]:
        """The band's parts, in even eighths; the band listens to the solo."""
        measures = voiced(self.changes.measures)
        if self.performance.band == "none":
            return (Part("Piano", tuple(_chord_notes(measures)), PIANO, channel=1),)
        return bands.accompany(
            [(measure.length, measure.chords) for measure in measures],
            style=self.performance.band,
            seed=generator,
            tempo=self.performance.tempo,
            solo=solo,
            chorus_starts=self.arrangement.chorus_starts,
            held=not self.arrangement.fades,
        )

    def score(self, solos: Sequence[Part], accompaniment: Sequence[Part]) -> Score:
        """The solo's parts and the band's as a score in even eighths."""
        changes, arrangement, at = self.changes, self.arrangement, starts(self.changes.measures)
        parts = (*solos, *accompaniment)
        if arrangement.fades:
            parts = faded(parts, at[max(0, len(changes.measures) - FADE)], at[-1])
        tempos = tuple((at[number], tempo) for number, tempo in arrangement.tempos[1:])
        beats = changes.measures[changes.pickups].length
        title = changes.title or "Improvisation"
        return Score(parts, self.performance.tempo, beats, title, changes, tempos)

    def improvisation(self, score: Score, solos: int = 1) -> Improvisation:
        """The score with a key, the source's or one that the music suggests.

        Args:
            score: From `score`.
            solos: How many of its first parts are the solo's.
        """
        changes, key = self.changes, None
        if changes.key is None:
            key = home_key(changes, is_home=self.arrangement.comes_home) or estimated_key(score)
        if key is not None:
            score = replace(score, changes=replace(changes, key=key[0], mode=key[1]))
        notice = self.performance.notice(score.changes or changes, key is not None)
        melody = sorted((note for part in score.parts[:solos] for note in part.notes), key=_onset)
        return Improvisation(score, _in_measures(melody, self.places), self.title, self.swing, notice)


def load(path: str | Path | None = None) -> Improviser:
    """Loads a network that improvises.

    Args:
        path: A bundle's folder; None: the pretrained network's.

    Raises:
        UserError: There is no such bundle, or it is damaged.

    Example:
        >>> improvisation = load().improvise(seed=7)
        >>> improvisation.title, len(improvisation.melody)
        ('Tram Line Nine', 64)
    """
    folder = PRETRAINED if path is None else Path(path)
    bundle = weights.load(folder)
    network: Network
    if weights.is_factored(bundle):
        network = FactoredNetwork(bundle.network(), Factors.parse(bundle.vocabulary))
    else:
        network = TokenNetwork(Engine(bundle.network()), bundle.vocabulary)
    return Improviser(network, weights.changes(bundle, folder))


def _call(calls: Sequence[Sequence[Note]], played: ArrangedMeasure, transpose: int) -> list[Note]:
    """What the given melody has in a measure of an arrangement, onsets from the measure's start."""
    if played.source is None:
        return []
    semitones = transpose + played.semitones
    return [replace(note, pitch=in_range(note.pitch + semitones)) for note in calls[played.source]]


def _trade(
    soloist: Soloist,
    calls: Sequence[Sequence[Note]],
    opening: int,
    answer: int,
    generator: np.random.Generator,
) -> list[Note]:
    """`answer` measures of the given melody and of the soloist in turn, from the measure `opening` on."""
    form = soloist.form
    played = list[Note]()
    count = len(form.measures)
    for turn, first in enumerate(range(opening, count, answer)):
        last = min(first + answer, count)
        if turn % 2:
            end = form.starts[last] if last < count else form.end
            played += deliver(soloist.play(form.starts[first], end), generator)
            continue
        given = [
            replace(note, onset=form.measures[number].start + note.onset)
            for number in range(first, last)
            for note in calls[number]
        ]
        soloist.hear(given)
        played += given
    return played


def _in_measures(notes: Sequence[Note], form: Timeline) -> list[list[Note]]:
    """The notes that begin in each measure."""
    starts = [measure.start for measure in form.measures]
    found: list[list[Note]] = [[] for _ in starts]
    for note in notes:
        found[max(0, bisect_right(starts, note.onset + 1e-6) - 1)].append(note)
    return found


def _given_melody(solo: Any) -> list[list[Note]]:
    """The notes of every measure of a solo, onsets from the measure's start.

    Raises:
        UserError: The solo is only chords.
    """
    if not hasattr(solo, "notes"):
        raise UserError("answer: expected a piece with a melody, got chords alone")
    return [
        [replace(note, onset=note.onset - start) for note in notes]
        for notes, start in zip(solo.notes, solo.starts, strict=True)
    ]


def _onset(note: Note) -> float:
    return note.onset


def _chord_notes(measures: Sequence[Measure]) -> list[Note]:
    """The chords' notes, each held until the measure's next chord or its end; a stop is short."""
    notes: list[Note] = []
    for start, measure in zip(starts(measures), measures, strict=False):
        ends = [chord.onset for chord in measure.chords[1:]] + [measure.length]
        for chord, end in zip(measure.chords, ends, strict=True):
            duration = min(end - chord.onset, _STOP if chord.stop else LONGEST_MEASURE)
            if duration > 1e-6:  # of two chords at one place the later sounds
                notes.extend(
                    Note(start + chord.onset, duration, pitch, _CHORD) for pitch in sorted(set(chord.pitches))
                )
    return notes

"""The setting of a solo: its form, tempo, band and key, and the score that it is part of."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from models.jazz import band as bands
from models.jazz.arrangement import FADE, Arrangement, faded, home_key
from models.jazz.improvisation import Improvisation
from models.jazz.options import ImproviseOptions, TempoLoop
from models.jazz.phrases import Planner
from models.jazz.proposals import Network
from models.jazz.soloist import Soloist, Timeline
from music import styles
from music.changes import LONGEST_MEASURE, Changes, Measure, starts, voiced
from music.score import Note, Part, Score
from music.sheet import estimated_key

GUITAR, PIANO = 26, 0  # General MIDI programs
_CHORD = 58  # velocity
_STOP = 0.5  # quarter notes


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
        melody = sorted(
            (note for part in score.parts[:solos] for note in part.notes), key=attrgetter("onset")
        )
        return Improvisation(score, _in_measures(melody, self.places), self.title, self.swing, notice)


def _in_measures(notes: Sequence[Note], form: Timeline) -> list[list[Note]]:
    """The notes that begin in each measure."""
    starts = [measure.start for measure in form.measures]
    measures: list[list[Note]] = [[] for _ in starts]
    for note in notes:
        measures[max(0, bisect_right(starts, note.onset + 1e-6) - 1)].append(note)
    return measures


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

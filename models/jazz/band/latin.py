"""The Latin band: straight eighths over a clave of two measures.

The bass plays the tumbao, which leaves the first beat out and announces each harmony on the beat before it.
The piano plays a montuno, chords between the beats. The drummer plays the shell's pattern on the hi-hat, the
clave with a stick across the rim, and a bell at the strong beats.
"""

from collections.abc import Sequence

import numpy as np

from models.jazz.band import bass, drums, piano
from models.jazz.band.chart import BandMeasure
from models.jazz.band.listening import Cues
from models.jazz.band.piano import Hit
from music.score import Note

BELL = 56  # General MIDI: the cowbell
_BASS = 86
_PUSH = 1.0  # quarter notes before its harmony at which the tumbao's note comes
# Two measures: when the piano plays, all for half a beat; the first measure has the downbeat.
_MONTUNO = ((0.0, 1.0, 1.5, 2.5, 3.5), (0.5, 1.5, 2.5, 3.5))
# Two measures: the shell's pattern and the son clave, three strokes and two.
_SHELL = ((0.0, 1.0, 1.5, 2.5, 3.0), (0.0, 0.5, 1.5, 2.0, 3.0, 3.5))
_CLAVE = ((0.0, 1.5, 3.0), (1.0, 2.0))


def tumbao(cues: Cues) -> list[Note]:
    """Writes the tumbao: a fifth on the second half of the second beat, and on the last beat what comes next.

    The note of the last beat is tied over: after the first measure nothing is struck on a first beat. In
    measures that have not four beats of one harmony roots and fifths are played in half notes. The last
    measure is held.
    """
    notes: list[Note] = []
    ahead: int | None = None  # the pitch that was struck before its harmony
    for number, measure in enumerate(cues.measures[:-1]):
        velocity = _BASS + int(cues.generator.integers(-4, 5))
        halves = bass.roots_and_fifths([measure, *cues.measures[-1:]])
        plan = [half for half in halves if half.start < measure.end]
        after = cues.measures[number + 1].harmonies[:1]
        if not (_is_whole(measure) and after):
            notes += [Note(start, end - start, pitch, velocity) for start, end, pitch, _ in plan]
            ahead = None
            continue
        root = plan[0].pitch if ahead is None else ahead
        fifth = bass.nearest((measure.harmonies[0].root + measure.harmonies[0].fifth) % 12, root)
        if ahead is None:
            notes.append(Note(measure.start, 1.5, root, velocity))
        notes.append(Note(measure.start + 1.5, 1.5, fifth, velocity - 6))
        announced = bass.nearest(after[0].bass, fifth)
        goes_on = number + 2 < len(cues.measures) and _is_whole(cues.measures[number + 1])
        ahead = announced if goes_on and cues.measures[number + 2].harmonies else None
        tied = 0.0 if ahead is None else 1.5
        notes.append(Note(measure.end - _PUSH, _PUSH + tied, announced, velocity))
    return [*notes, *_held(cues.measures, notes[-1].pitch if notes else None)]


def _is_whole(measure: BandMeasure) -> bool:
    """Whether one harmony has four beats."""
    return measure.length == 4 and [each.end - each.start for each in measure.harmonies] == [4]


def _held(measures: Sequence[BandMeasure], previous: int | None) -> list[Note]:
    """The last measure's notes; the first is struck again where it was announced."""
    last = [harmony for measure in measures[-1:] for harmony in measure.harmonies]
    pitches = [bass.nearest(harmony.bass, previous) for harmony in last]
    return [
        Note(harmony.start, harmony.end - harmony.start, pitch, _BASS)
        for harmony, pitch in zip(last, pitches, strict=True)
    ]


def montuno(cues: Cues) -> list[Note]:
    """Writes the montuno: short chords between the beats, two measures in turn, fewer under a busy solo."""
    hits: list[Hit] = []
    for measure in cues.measures[:-1]:
        pattern = [(measure.start + onset, 0.5) for onset in _MONTUNO[measure.place % 2]]
        for harmony in measure.harmonies:
            inside = [(onset, length) for onset, length in pattern if harmony.start <= onset < harmony.end]
            hits += piano.thinned(inside, cues) or [(harmony.start, 0.5)]
    return piano.played(cues, hits)


def latin_drums(cues: Cues) -> list[Note]:
    """Writes the shell's pattern on the hi-hat, the son clave, a bell, and the kick with the tumbao."""
    notes: list[Note] = []
    for measure in cues.measures[:-1]:
        filled = drums.fill(measure, cues.generator)
        strong = [start - measure.start for start, _ in measure.groups()]
        time = [
            *_struck(measure, _SHELL[measure.place % 2], drums.CLOSED_HAT, 80, cues.generator),
            *_struck(measure, _CLAVE[measure.place % 2], drums.SIDE_STICK, 88, cues.generator),
            *_struck(measure, strong, BELL, 72, cues.generator),
            *_struck(measure, (1.5, 3.0), drums.KICK, 74, cues.generator),
        ]
        notes += drums.crash(measure) if drums.opens_phrase(measure) else []
        notes += drums.before(filled, time) + filled
    return drums.finished(notes, cues)


def _struck(
    measure: BandMeasure, onsets: Sequence[float], key: int, velocity: int, generator: np.random.Generator
) -> list[Note]:
    inside = [onset for onset in onsets if onset < measure.length]
    return [drums.stroke(measure.start + onset, key, velocity, generator) for onset in inside]

"""The bass player: a walking line for swing, roots and fifths for bossa nova."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from models.jazz.band.chart import BandMeasure, Harmony
from models.jazz.band.listening import Cues
from music.score import Note

LOWEST, HIGHEST = 28, 55  # E1, the open string, to G3
LARGEST_LEAP = 12  # semitones
PROGRAM, CHANNEL = 32, 2  # General MIDI: acoustic bass
_MIDDLE = 41.0  # the pitch around which a line stays
_VELOCITY, _GHOST_VELOCITY = 84, 52
_SKIP_SHARE = 0.14  # of the beats, at moderate tempi


@dataclass(frozen=True, slots=True)
class _Step:
    """The beats of a measure over which one harmony holds.

    Args:
        measure: The measure's number.
        harmony: The harmony.
        beats: Start and length of each beat.
        strong: Whether each beat is the first of its group.
    """

    measure: int
    harmony: Harmony
    beats: list[tuple[float, float]]
    strong: list[bool]


def walking_line(cues: Cues) -> list[Note]:
    """Writes a walking bass: a note on every beat, the last measure's held.

    Each harmony begins with `first_note`; the beats after it are `line_note`s that lead to the next
    harmony's first note, and the last of them is an `approach_note`.
    Ornaments are notes doubled by `skip`; new choruses are led into by `set_up`. The solo is not listened to:
    the line is what the others lean on.
    """
    steps = _steps(cues.measures)
    firsts: list[int] = []
    for number, step in enumerate(steps):
        before = steps[number - 1].harmony if number else None
        last = step.measure == len(cues.measures) - 1
        previous = firsts[-1] if firsts else None
        firsts.append(first_note(step.harmony, before, previous, cues.generator, last=last))
    notes: list[Note] = []
    for number, step in enumerate(steps):
        after = steps[number + 1].harmony if number + 1 < len(steps) else None
        target = firsts[number + 1] if after else firsts[number]
        pitches = _step_pitches(step, firsts[number], target, after, cues.generator)
        for (start, length), pitch in zip(step.beats, pitches, strict=True):
            velocity = _VELOCITY + int(cues.generator.integers(-5, 6))
            note = Note(start, length, pitch, velocity)
            if cues.measures[step.measure].closing and start + length >= cues.measures[step.measure].end:
                notes += set_up(note, target)
            else:
                notes += skip(note, _SKIP_SHARE * cues.ornaments, cues.generator)
    return notes


def first_note(
    harmony: Harmony,
    before: Harmony | None,
    previous: int | None,
    generator: np.random.Generator,
    *,
    last: bool = False,
) -> int:
    """Chooses a harmony's first note: the root or the fifth, near the line and the middle of the range.

    A new harmony begins with its root, nine times in ten; one that goes on takes the root and the fifth
    in turn. The last measure has the root, and a slash chord always begins with the bass that it names.

    Args:
        harmony: The harmony.
        before: The harmony before it, None at the start.
        previous: The first note of the harmony before.
        generator: For the choice.
        last: Whether the piece ends with this harmony's measure.
    """
    fifth = (harmony.root + harmony.fifth) % 12
    if last or harmony.bass != harmony.root:
        pitch_class = harmony.bass
    elif previous is not None and harmony.sounds_like(before):
        pitch_class = fifth if previous % 12 == harmony.root else harmony.root
    else:
        pitch_class = harmony.root if previous is None or generator.random() < 0.9 else fifth
    near = _MIDDLE - 3 if previous is None else previous
    wander = generator.normal(0, 2)
    reachable = [pitch for pitch in _in_range([pitch_class]) if abs(pitch - near) <= LARGEST_LEAP]
    return min(reachable, key=lambda pitch: abs(pitch - near - wander) + 0.5 * abs(pitch - _MIDDLE))


def line_note(
    harmony: Harmony,
    previous: int,
    target: int,
    ideal: float,
    generator: np.random.Generator,
    *,
    strong: bool,
) -> int:
    """Chooses a note inside a harmony: a chord tone on a strong beat, a scale tone on another.

    Of the notes from which the target is still near, one close to the ideal pitch and to the note
    before is taken; no note is repeated, and a fifth is the usual limit of a leap.

    Args:
        harmony: The harmony.
        previous: The note before.
        target: The first note of the next harmony.
        ideal: Where the contour of the line passes.
        generator: For the choice.
        strong: Whether the beat is the first of its group.
    """
    tones = harmony.intervals if strong else {*harmony.intervals, *harmony.scale}
    candidates = [
        pitch
        for pitch in _in_range([(harmony.root + tone) % 12 for tone in tones])
        if pitch != previous and abs(pitch - previous) <= LARGEST_LEAP and abs(pitch - target) < LARGEST_LEAP
    ]
    noise: dict[int, float] = dict(zip(candidates, generator.random(len(candidates)), strict=True))

    def cost(pitch: int) -> float:
        leap = abs(pitch - previous)
        return abs(pitch - ideal) + 0.3 * leap + 2 * max(0, leap - 7) + 2.5 * noise[pitch]

    return min(candidates, key=cost)


def approach_note(
    harmony: Harmony, previous: int, target: int, after: Harmony, generator: np.random.Generator
) -> int:
    """Chooses the note before a new harmony: one that leads into its first note.

    It is a semitone below or above the target, a step of the scale of either harmony, or the target's
    dominant, a fifth above or a fourth below.

    Args:
        harmony: The harmony that ends.
        previous: The note before.
        target: The first note of the next harmony.
        after: The next harmony.
        generator: For the choice.
    """
    scales = {(chord.root + tone) % 12 for chord in (harmony, after) for tone in chord.scale}
    chromatic = [target - 1, target + 1]
    scalar = [pitch for pitch in range(target - 2, target + 3) if pitch != target and pitch % 12 in scales]
    dominant = [target + 7, target - 5]
    for number in generator.choice(3, size=3, replace=False, p=(0.45, 0.35, 0.2)):
        ways = [
            pitch
            for pitch in (chromatic, scalar, dominant)[number]
            if LOWEST <= pitch <= HIGHEST and pitch != previous and abs(pitch - previous) <= LARGEST_LEAP
        ]
        if ways:
            return min(ways, key=lambda pitch: (abs(pitch - previous), pitch))
    return target


def skip(note: Note, share: float, generator: np.random.Generator) -> list[Note]:
    """Doubles a beat's note now and then by a soft one on its second eighth.

    Args:
        note: A note of the line.
        share: How often, 0 to 1.
        generator: For the choice.
    """
    if note.duration != 1 or generator.random() >= share:
        return [note]
    return [
        Note(note.onset, 0.5, note.pitch, note.velocity),
        Note(note.onset + 0.5, 0.5, note.pitch, _GHOST_VELOCITY),
    ]


def set_up(note: Note, target: int) -> list[Note]:
    """Leads into a new chorus: the last beat falls into the first note by its dominant and a semitone.

    Args:
        note: The last beat's note.
        target: The new chorus's first note.
    """
    leading = target + 1 if note.pitch > target else target - 1
    if note.duration != 1 or not LOWEST <= leading <= HIGHEST:
        return [note]
    return [
        Note(note.onset, 0.5, note.pitch, note.velocity + 4),
        Note(note.onset + 0.5, 0.5, leading, note.velocity),
    ]


def bossa_line(cues: Cues) -> list[Note]:
    """Writes a bossa nova bass: root and fifth in turn, each led into by the eighth before it.

    Every two beats have a dotted quarter and an eighth; the eighth has the pitch of what follows. A new
    harmony begins with its bass note. The last measure's notes are held.
    Ornaments are those eighths.
    """
    plan = roots_and_fifths(cues.measures)
    notes: list[Note] = []
    for number, (start, end, pitch, _) in enumerate(plan):
        velocity = _VELOCITY + int(cues.generator.integers(-5, 6))
        after = [following.pitch for following in plan[number + 1 : number + 2] if following.start == end]
        if after and end - start == 2 and cues.generator.random() < 0.6 + 0.3 * cues.ornaments:
            notes.append(Note(start, 1.5, pitch, velocity))
            notes.append(Note(start + 1.5, 0.5, after[0], velocity - 12))
        else:
            notes.append(Note(start, end - start, pitch, velocity))
    return notes


class Half(NamedTuple):
    """Two beats of a bass line, or what a harmony has left: start, end, pitch, and the harmony."""

    start: float
    end: float
    pitch: int
    harmony: Harmony


def roots_and_fifths(measures: Sequence[BandMeasure]) -> list[Half]:
    """Each harmony's bass note and its fifth in turn, two beats each, the last measure's bass notes held."""
    plan: list[Half] = []
    for number, measure in enumerate(measures):
        for harmony in measure.harmonies:
            previous = plan[-1].pitch if plan else None
            root = nearest(harmony.bass, previous)
            fifth = nearest((harmony.root + harmony.fifth) % 12, root)
            spans = (
                _halves(measure, harmony) if number + 1 < len(measures) else [(harmony.start, harmony.end)]
            )
            plan += [
                Half(start, end, (root, fifth)[turn % 2], harmony) for turn, (start, end) in enumerate(spans)
            ]
    return plan


def _steps(measures: Sequence[BandMeasure]) -> list[_Step]:
    """The harmonies on whose beats the bass plays; those between two beats are passed over."""
    steps = []
    for measure in measures:
        strong = {start for start, _ in measure.groups()}
        for harmony in measure.harmonies:
            if measure.number == len(measures) - 1:
                steps.append(
                    _Step(measure.number, harmony, [(harmony.start, harmony.end - harmony.start)], [True])
                )
                continue
            beats = [beat for beat in measure.beats() if harmony.start <= beat[0] < harmony.end]
            if beats:
                steps.append(_Step(measure.number, harmony, beats, [start in strong for start, _ in beats]))
    return steps


def _step_pitches(
    step: _Step, first: int, target: int, after: Harmony | None, generator: np.random.Generator
) -> list[int]:
    """The pitches of a harmony's beats: an arc from its first note to the next harmony's."""
    pitches, count = [first], len(step.beats)
    bow = generator.uniform(3, 7) * (1 if generator.random() < 0.5 + (_MIDDLE - first) / 24 else -1)
    for number in range(1, count):
        if number == count - 1 and after is not None:
            pitches.append(approach_note(step.harmony, pitches[-1], target, after, generator))
            continue
        part = number / count
        ideal = first + (target - first) * part + bow * np.sin(np.pi * part)
        pitches.append(
            line_note(step.harmony, pitches[-1], target, float(ideal), generator, strong=step.strong[number])
        )
    return pitches


def _halves(measure: BandMeasure, harmony: Harmony) -> list[tuple[float, float]]:
    """Start and end of each pair of beats and of what is left of a group, as far as the harmony holds."""
    edges = [edge for start, _ in measure.groups() for edge in (start, start + 2)] + [measure.end]
    edges = sorted({edge for edge in edges if edge <= measure.end})
    cut = [(max(a, harmony.start), min(b, harmony.end)) for a, b in pairwise(edges)]
    return [(start, end) for start, end in cut if end > start]


def _in_range(pitch_classes: Sequence[int]) -> list[int]:
    return [pitch for pitch in range(LOWEST, HIGHEST + 1) if pitch % 12 in pitch_classes]


def nearest(pitch_class: int, previous: int | None) -> int:
    """The bass's pitch of a class nearest to the note before, of equals the one nearest to the middle."""
    near = _MIDDLE - 3 if previous is None else previous
    return min(_in_range([pitch_class]), key=lambda p: (abs(p - near) + 0.3 * abs(p - _MIDDLE), p))

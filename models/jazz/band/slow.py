"""The bands that feel two beats in a measure: the ballad, and swing in two.

The bass plays half notes, root and fifth, and a step into the next harmony. In the ballad the piano holds its
chords and answers in the solo's rests, and the drummer stirs with brushes; in two it comps as in swing, less,
and the drummer keeps time with a stick across the rim on every fourth beat.
"""

from dataclasses import replace

from models.jazz.band import bass, drums, piano
from models.jazz.band.bass import approach_note
from models.jazz.band.chart import Harmony
from models.jazz.band.listening import Cues, SoloHeard
from models.jazz.band.piano import Hit
from music.score import Note

BRUSHES = 40  # the kit of brushes where an instrument has one; its snare is tapped
_TAP, _TAP_AGAIN, _STICK = 66, 52, 62  # velocities
_BASS = 76
_STEPS = {"ballad": 0.5, "two": 0.8}  # of the half notes before a new harmony, those that step into it
_ANSWER = 0.3  # openness of the solo from which on the piano answers
_SPARSE = 0.4  # of swing's patterns of two chords, those that are left in two


def ballad_line(cues: Cues) -> list[Note]:
    """Writes a ballad's bass: `half_notes`, every second one before a new harmony with a step into it."""
    return half_notes(cues, steps=_STEPS["ballad"])


def two_line(cues: Cues) -> list[Note]:
    """Writes a bass in two: `half_notes`, most of those before a new harmony with a step into it."""
    return half_notes(cues, steps=_STEPS["two"] * cues.ornaments)


def half_notes(cues: Cues, *, steps: float) -> list[Note]:
    """Writes a bass of half notes: a harmony's bass note and its fifth in turn, the last measure's held.

    Args:
        cues: The measures, and the generator for every choice.
        steps: How often the half note before another harmony gives its last half beat or beat to
            `approach_note`, 0 to 1.
    """
    generator = cues.generator
    plan = bass.roots_and_fifths(cues.measures)
    notes = []
    for number, (start, end, pitch, harmony) in enumerate(plan):
        after = plan[number + 1] if number + 1 < len(plan) else None
        velocity = _BASS + int(generator.integers(-5, 6))
        leads = after is not None and after.start == end and not after.harmony.sounds_like(harmony)
        if after is None or not leads or end - start < 2 or generator.random() >= steps:
            notes.append(Note(start, end - start, pitch, velocity))
            continue
        step = 1.0 if generator.random() < 0.5 else 0.5
        notes.append(Note(start, end - start - step, pitch, velocity))
        leading = approach_note(harmony, pitch, after.pitch, after.harmony, generator)
        notes.append(Note(end - step, step, leading, velocity - 8))
    return notes


def ballad_comping(cues: Cues) -> list[Note]:
    """Writes a ballad's piano: every harmony held, and struck again late where the solo rests."""
    hits: list[Hit] = []
    for measure in cues.measures[:-1]:
        for harmony in measure.harmonies:
            again = _answer(harmony, cues.solo)
            hits.append((harmony.start, (again or harmony.end) - harmony.start))
            hits += [] if again is None else [(again, harmony.end - again)]
    return piano.played(cues, hits, softer=8)


def two_comping(cues: Cues) -> list[Note]:
    """Writes the piano in two: swing's comping, with fewer patterns of two chords."""
    return piano.comping(replace(cues, ornaments=_SPARSE * cues.ornaments))


def brushes(cues: Cues) -> list[Note]:
    """Writes brushes: a tap on every beat and a softer one on every second eighth, the hi-hat on weak beats.

    The piece ends with a cymbal; there are no fills.
    """
    notes: list[Note] = []
    for measure in cues.measures[:-1]:
        for start, length in measure.beats():
            notes.append(drums.stroke(start, drums.SNARE, _TAP, cues.generator))
            if length == 1 and cues.generator.random() < 0.7:
                notes.append(drums.stroke(start + 0.5, drums.SNARE, _TAP_AGAIN, cues.generator))
        notes += drums.hi_hat(measure)
    return drums.finished(notes, cues)


def two_drums(cues: Cues) -> list[Note]:
    """Writes drums in two: the ride and the hi-hat of swing, and a stick across the rim on the last beat."""
    notes: list[Note] = []
    for measure in cues.measures[:-1]:
        filled = drums.fill(measure, cues.generator)
        time = [*drums.ride(measure, cues.generator), *drums.answer(measure, cues)]
        if measure.length >= 2:
            last = max(start for start, length in measure.beats() if length == 1)
            time.append(drums.stroke(last, drums.SIDE_STICK, _STICK, cues.generator))
        notes += drums.crash(measure) if drums.opens_phrase(measure) else []
        notes += drums.before(filled, time) + filled + drums.hi_hat(measure)
    return drums.finished(notes, cues)


def _answer(harmony: Harmony, solo: SoloHeard) -> float | None:
    """Where a held chord is struck again: a beat and a half before its end, if the solo rests there."""
    again = harmony.end - 1.5
    rests = again >= harmony.start + 1 and solo.openness(again, harmony.end) > _ANSWER
    return again if rests else None

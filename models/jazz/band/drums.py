"""The drummer: ride and hi-hat with accents and fills for swing, hats and clave for bossa nova; clicks."""

from collections.abc import Sequence

import numpy as np

from models.jazz.band.chart import BandMeasure
from models.jazz.band.listening import Cues, SoloHeard
from music.score import DRUM_CHANNEL, Note, Part

PROGRAM = 32  # the jazz kit where an instrument has one; General MIDI itself has a single kit
PHRASE = 8  # measures from one fill to the next; a chorus begins a new one
_LIFT = 7.0  # velocity for a measure in which the solo is a standard deviation busier than usual
_ANSWERS = 0.4  # of the rests of two beats and more that are answered
KICK, SIDE_STICK, SNARE, CLOSED_HAT, PEDAL_HAT = 36, 37, 38, 42, 44  # General MIDI keys
LOW_TOM, MIDDLE_TOM, HIGH_TOM, CRASH, RIDE = 45, 47, 50, 49, 51
_LENGTH = 0.25  # quarter notes: how long a stroke is written

# Fills over two beats: (onset, key).
_FILLS: tuple[tuple[tuple[float, int], ...], ...] = (
    ((0, SNARE), (0.5, SNARE), (1, HIGH_TOM), (1.5, LOW_TOM)),
    ((0, SNARE), (1 / 3, SNARE), (2 / 3, HIGH_TOM), (1, MIDDLE_TOM), (4 / 3, MIDDLE_TOM), (5 / 3, LOW_TOM)),
    ((0.5, SNARE), (1, SNARE), (1.5, KICK)),
    ((0, HIGH_TOM), (0.5, MIDDLE_TOM), (1, LOW_TOM), (1.5, SNARE)),
    ((0, SNARE), (1, SNARE), (4 / 3, SNARE), (5 / 3, SNARE)),
)
# Two measures of the bossa nova clave.
_CLAVE = ((0.0, 1.5, 3.0), (1.0, 2.5))


def swing_drums(cues: Cues) -> list[Note]:
    """Writes swing drums: `ride`, `hi_hat`, `feathering` and `snare_accents`, and every `PHRASE` a `fill`.

    A crash opens each phrase after a fill, and ends the piece.
    Ornaments are the accents. Where the solo is busy there are more of them and all is louder; its rests are
    answered.
    """
    notes: list[Note] = []
    for measure in cues.measures[:-1]:
        filled = fill(measure, cues.generator)
        accents = cues.ornaments * (1 + 0.5 * cues.solo.intensity(measure))
        time = [*ride(measure, cues.generator), *snare_accents(measure, cues.generator, ornaments=accents)]
        time += answer(measure, cues)
        notes += crash(measure) if opens_phrase(measure) else []
        notes += before(filled, time) + filled
        notes += [*hi_hat(measure), *feathering(measure, cues.generator)]
    return finished(notes, cues)


def bossa_drums(cues: Cues) -> list[Note]:
    """Writes bossa nova drums: eighths on the closed hi-hat, `surdo` kicks, `clave` on the side stick.

    Phrases are opened, filled and ended as in `swing_drums`.
    The pattern is the same at every tempo, and louder where the solo is busy.
    """
    notes: list[Note] = []
    for measure in cues.measures[:-1]:
        filled = fill(measure, cues.generator)
        eighths = [measure.start + number / 2 for number in range(int(2 * measure.length + 1e-6))]
        hats = [stroke(at, CLOSED_HAT, 74 if at % 1 == 0 else 60, cues.generator) for at in eighths]
        notes += crash(measure) if opens_phrase(measure) else []
        notes += (
            before(filled, [*hats, *clave(measure, cues.generator)]) + filled + surdo(measure, cues.generator)
        )
    return finished(notes, cues)


def ride(measure: BandMeasure, generator: np.random.Generator) -> list[Note]:
    """Spang-a-lang: the ride on every beat, and on the eighth after the second beat of each group.

    Now and then that eighth is left out, or one is played after another beat. Second and fourth beats
    are accented a little.
    """
    notes = []
    for start, length in measure.beats():
        place = _place_in_group(measure, start)
        notes.append(stroke(start, RIDE, 82 if place == 1 else 74, generator))
        likely = 0.88 if place == 1 else 0.08
        if length == 1 and generator.random() < likely:
            notes.append(stroke(start + 0.5, RIDE, 62, generator))
    return notes


def hi_hat(measure: BandMeasure) -> list[Note]:
    """The hi-hat, closed by the foot on all beats but the first of each group: 2 and 4 in 4/4."""
    weak = [start for start, _ in measure.beats() if _place_in_group(measure, start) > 0]
    return [Note(start, min(_LENGTH, measure.end - start), PEDAL_HAT, 70) for start in weak]


def feathering(measure: BandMeasure, generator: np.random.Generator) -> list[Note]:
    """The bass drum on every beat, so soft that it is felt rather than heard."""
    return [stroke(start, KICK, 44, generator) for start, _ in measure.beats()]


def snare_accents(
    measure: BandMeasure, generator: np.random.Generator, *, ornaments: float = 1.0
) -> list[Note]:
    """Soft snare strokes on second eighths, one beat in five, and a louder one or a kick now and then."""
    notes = []
    for start, length in measure.beats():
        if length == 1 and generator.random() < 0.2 * ornaments:
            loud = generator.random() < 0.25
            key = KICK if loud and generator.random() < 0.5 else SNARE
            notes.append(stroke(start + 0.5, key, 80 if loud else 46, generator))
    return notes


def fill(measure: BandMeasure, generator: np.random.Generator) -> list[Note]:
    """A fill on snare and toms over the last two beats of the last measure of each phrase and chorus."""
    if not (measure.closing or measure.place % PHRASE == PHRASE - 1) or measure.length < 2:
        return []
    chosen = _FILLS[generator.integers(len(_FILLS))]
    start = measure.start + int(measure.length + 1e-6) - 2
    return [stroke(start + onset, key, 78 + round(8 * onset), generator) for onset, key in chosen]


def opens_phrase(measure: BandMeasure) -> bool:
    """Whether a measure is the first after a fill."""
    return measure.number > 0 and measure.place % PHRASE == 0


def answer(measure: BandMeasure, cues: Cues) -> list[Note]:
    """Soft strokes on the snare in a rest of the solo at the end of a measure."""
    start = measure.end - 2
    if measure.length < 3 or cues.solo.openness(start, measure.end) <= 1 - cues.solo.rest_share - 0.1:
        return []
    if not cues.solo.onsets or cues.generator.random() >= _ANSWERS:
        return []
    figure = ((0.5, 0.0), (0.5, 1.5), (0.0, 0.5, 1.5))[cues.generator.integers(3)]
    return [stroke(start + onset, SNARE, 54, cues.generator) for onset in figure]


def followed(notes: Sequence[Note], measures: Sequence[BandMeasure], solo: SoloHeard) -> list[Note]:
    """Makes strokes louder in measures in which the solo is busy, and softer in others."""
    starts = np.array([measure.start for measure in measures])
    at = np.searchsorted(starts, [note.onset + 1e-6 for note in notes], side="right") - 1
    lifts = [round(_LIFT * solo.intensity(measure)) for measure in measures]
    return [
        Note(note.onset, note.duration, note.pitch, min(127, note.velocity + lifts[number]))
        for note, number in zip(notes, at, strict=True)
    ]


def crash(measure: BandMeasure) -> list[Note]:
    """A crash cymbal with the bass drum on the first beat."""
    length = min(_LENGTH, measure.length)
    return [Note(measure.start, length, CRASH, 84), Note(measure.start, length, KICK, 88)]


def surdo(measure: BandMeasure, generator: np.random.Generator) -> list[Note]:
    """The bass drum of the bossa nova: a beat and the eighth before the next, in each pair of beats."""
    onsets = [
        (start + place, 66 if place % 2 == 0 else 54)
        for start, length in measure.groups()
        for place in (0, 1.5, 2)
        if place < length
    ]
    return [stroke(onset, KICK, velocity, generator) for onset, velocity in onsets]


def clave(measure: BandMeasure, generator: np.random.Generator) -> list[Note]:
    """The bossa nova clave on the side stick: three strokes in a measure, two in the next."""
    onsets = [onset for onset in _CLAVE[measure.number % 2] if onset < measure.length]
    return [stroke(measure.start + onset, SIDE_STICK, 78, generator) for onset in onsets]


def count_in(length: float) -> Part:
    """A measure of stick clicks, the first one louder.

    Args:
        length: The measure's length in quarter notes.
    """
    measure = BandMeasure(0, 0.0, length, ())
    clicks = [
        Note(start, min(_LENGTH, beat), SIDE_STICK, 100 if start == 0 else 84)
        for start, beat in measure.beats()
    ]
    return Part("Count-in", tuple(clicks), PROGRAM, DRUM_CHANNEL)


def _place_in_group(measure: BandMeasure, onset: float) -> int:
    """Which beat of its group an onset is, the first being 0."""
    return int(onset - max(start for start, _ in measure.groups() if start <= onset))


def before(filled: list[Note], time: list[Note]) -> list[Note]:
    """The strokes before a fill begins, or all."""
    start = filled[0].onset if filled else float("inf")
    return [note for note in time if note.onset < start]


def _struck_once(notes: list[Note]) -> list[Note]:
    """Notes in time order; of two strokes on one drum at once the louder stays."""
    loudest = {(note.onset, note.pitch): note for note in sorted(notes, key=lambda note: note.velocity)}
    return [loudest[place] for place in sorted(loudest)]


def finished(notes: Sequence[Note], cues: Cues) -> list[Note]:
    """Ends the piece with a crash, follows the solo's density, and strikes each drum once at a time."""
    end = [note for measure in cues.measures[-1:] for note in crash(measure)]
    return _struck_once(followed([*notes, *end], cues.measures, cues.solo))


def stroke(onset: float, key: int, velocity: int, generator: np.random.Generator) -> Note:
    """A stroke of about a velocity."""
    return Note(onset, _LENGTH, key, velocity + int(generator.integers(-4, 5)))

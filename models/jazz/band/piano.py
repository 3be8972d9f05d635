"""The pianist: rootless voicings that move little, in syncopated patterns."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from models.jazz.band.chart import BandMeasure, Harmony
from models.jazz.band.listening import Cues
from music.chord_symbols import close_position
from music.score import Note

PROGRAM, CHANNEL = 0, 1  # General MIDI: acoustic grand piano
_VELOCITY = 70
_EIGHTH = 0.5
_LISTENING = 4.0  # how strongly the choice of a pattern depends on the room that the solo leaves
_LAYING_OUT = 0.5  # the weight of no chord at all, where the solo is busy
_LIFT = 3.0  # velocity for a measure that is a standard deviation busier than usual

Hit = tuple[float, float]  # onset and duration in quarter notes
Hits = tuple[Hit, ...]

# When chords are played in so many beats of one harmony; most patterns avoid the first beat.
_SWING_PATTERNS: dict[int, tuple[Hits, ...]] = {
    1: (((0, 0.5),), ((0, 1),), ((0.5, 0.5),)),
    2: (
        ((0, 1.5),),
        ((0.5, 1),),
        ((0, 0.5), (1.5, 0.5)),
        ((1, 0.5),),
        ((0, 1), (1.5, 0.5)),
        ((0.5, 0.5), (1.5, 0.5)),
    ),
    3: (
        ((0, 2),),
        ((0, 1), (1.5, 1)),
        ((1, 0.5), (2, 0.5)),
        ((0.5, 0.5), (1.5, 1.5)),
        ((1, 0.5), (2.5, 0.5)),
        ((1.5, 1),),
    ),
    4: (
        ((0, 1), (1.5, 0.5)),  # the Charleston
        ((0.5, 0.5), (2, 1)),  # the Charleston half a beat later
        ((0, 0.5), (1.5, 2)),
        ((0.5, 1), (2.5, 0.5)),
        ((1, 0.5), (2.5, 1)),
        ((1.5, 0.5), (3.5, 0.5)),
        ((0, 0.5), (2.5, 1.5)),
        ((1, 0.5), (3, 0.5)),
        ((1.5, 2),),
        ((0, 3),),
        ((0.5, 0.5), (1.5, 0.5), (3, 0.5)),
    ),
}
# Two measures of the bossa nova clave, and what players make of it.
_BOSSA_PATTERNS: tuple[tuple[Hits, Hits], ...] = (
    (((0, 1), (1.5, 1), (3, 0.5)), ((1, 1), (2.5, 1))),
    (((0, 0.5), (1.5, 0.5), (3, 1)), ((0.5, 0.5), (1, 0.5), (2.5, 1.5))),
    (((0, 1.5), (1.5, 1.5), (3, 0.5)), ((1, 1), (2.5, 0.5), (3.5, 0.5))),
)


def comping(cues: Cues) -> list[Note]:
    """Writes swing comping: one pattern after the other over the harmonies, the last measure's held.

    Ornaments are patterns of two chords, which give way to those of one. Chords go where the solo rests,
    and are few or none where it is busy.
    """
    hits: list[Hit] = []
    last: Hits = ()
    for harmony in _harmonies(cues.measures[:-1]):
        if harmony.end - harmony.start < 1:
            hits.append((harmony.start, 1.0))
        for start, length in _cells(harmony):

            def room(onset: float, duration: float, start: float = start) -> float:
                return cues.solo.openness(start + onset, start + onset + duration)

            busy = cues.solo.openness(start, start + length) < 0
            last = pattern(length, last, cues.generator, ornaments=cues.ornaments, room=room, may_rest=busy)
            hits += [(start + onset, duration) for onset, duration in last]
    return played(cues, hits)


def bossa_comping(cues: Cues) -> list[Note]:
    """Writes bossa nova comping: chords on the clave, whose two measures alternate.

    A harmony in which the clave has no stroke is played where it begins. The last measure is held.
    The clave is the same at every tempo; where the solo is busy its strokes are left out, but for a harmony's
    first.
    """
    hits: list[Hit] = []
    chosen = _BOSSA_PATTERNS[0]
    for measure in cues.measures[:-1]:
        if measure.number % 2 == 0:
            chosen = _BOSSA_PATTERNS[cues.generator.integers(len(_BOSSA_PATTERNS))]
        clave = [(measure.start + onset, duration) for onset, duration in chosen[measure.number % 2]]
        for harmony in measure.harmonies:
            inside = [(onset, length) for onset, length in clave if harmony.start <= onset < harmony.end]
            hits += thinned(inside, cues) or [(harmony.start, 1.0)]
    return played(cues, hits)


def pattern(
    length: int,
    last: Hits,
    generator: np.random.Generator,
    *,
    ornaments: float = 1.0,
    room: Callable[[float, float], float] = lambda onset, duration: 0.0,
    may_rest: bool = False,
) -> Hits:
    """Chooses when to play in so many beats: never at the same places twice in a row.

    Args:
        length: Beats, 1 to 4.
        last: The pattern before.
        generator: For the choice.
        ornaments: At 1 all patterns are equally likely; at 0 only those with one chord are left.
        room: How open the solo is from an onset on for a duration, see `SoloHeard.openness`: every chord of a
            pattern makes it likelier where there is room, and less likely where there is none.
        may_rest: Whether playing nothing is a choice; not twice in a row.
    """
    places = [onset for onset, _ in last]
    choices = [hits for hits in _SWING_PATTERNS[length] if [onset for onset, _ in hits] != places]
    open_at = {hit: room(*hit) for hits in choices for hit in hits}
    weights = [
        (1.0 if len(hits) == 1 else ornaments) * math.exp(_LISTENING * sum(open_at[hit] for hit in hits))
        for hits in choices
    ]
    if may_rest and last:
        choices, weights = [*choices, ()], [*weights, _LAYING_OUT]
    return choices[generator.choice(len(choices), p=np.array(weights) / sum(weights))]


def thinned(hits: Sequence[Hit], cues: Cues) -> list[Hit]:
    """Leaves out chords where the solo is busier than usual, but not the first.

    Args:
        hits: Onsets and durations in quarter notes.
        cues: The solo, and the generator for the choices; without a solo there are none.
    """
    kept = list(hits[:1])
    for onset, duration in hits[1:]:
        room = cues.solo.openness(onset, onset + duration)
        if room >= 0 or cues.generator.random() < np.exp(_LISTENING * room):
            kept.append((onset, duration))
    return kept


def anticipated(onset: float, sounding: Harmony, following: Harmony | None) -> Harmony:
    """The harmony of a chord: on the last eighth before a change it is already the next one.

    Args:
        onset: Where the chord is played.
        sounding: The harmony there.
        following: The harmony after it, where one follows at once.
    """
    pushed = following is not None and following.start - onset <= _EIGHTH and onset > sounding.start
    return following if pushed and following is not None else sounding


def voicing(harmony: Harmony, size: int) -> frozenset[int]:
    """Chooses the pitch classes of a rootless voicing.

    The third and the seventh, or what stands for them, tell the chord; then come altered tensions, the
    ninth over a perfect fifth, and the fifth. Only chords without a seventh or sixth, or with too few
    notes otherwise, keep their root. `music.chord_symbols.close_position` places them.

    Args:
        harmony: The harmony.
        size: How many notes, 3 or 4; there may be fewer, but at least 3.

    Returns:
        Pitch classes.
    """
    third, fifth, seventh = harmony.third, harmony.fifth, harmony.seventh
    guides = [tone for tone in (third, seventh) if tone is not None]
    tensions = sorted(harmony.intervals - {0, third, seventh, 7})
    has_ninth = fifth == 7 and 2 in harmony.scale and not {1, 3} & set(tensions)
    ninth = [2] if has_ninth and seventh is not None else []
    tones = list(dict.fromkeys([*guides, *tensions, *ninth, fifth]))
    if seventh is None or len(tones) < 3:
        tones = list(dict.fromkeys([*tones, fifth, 0, 2]))[: max(3, len(tones))]
    return frozenset((harmony.root + tone) % 12 for tone in tones[:size])


def _harmonies(measures: Sequence[BandMeasure]) -> list[Harmony]:
    return [harmony for measure in measures for harmony in measure.harmonies]


def _cells(harmony: Harmony) -> Iterator[tuple[float, int]]:
    """Start and beats of the patterns that fill a harmony; less than a beat at its end is left free."""
    start, left = harmony.start, harmony.end - harmony.start
    while left >= 1:
        length = min(4, int(left)) if left != 5 else 3
        yield start, length
        start, left = start + length, left - length


def played(cues: Cues, hits: Sequence[Hit], *, softer: int = 0) -> list[Note]:
    """The hits as chords, none longer than its harmony, and the last measure's harmonies held.

    Chords are a little louder where the solo is busy.

    Args:
        cues: The measures, the solo, and the generator for voicings and velocities.
        hits: When chords are struck, in order, all before the last measure.
        softer: Velocity by which the pianist plays softer than in swing.
    """
    measures, generator = cues.measures, cues.generator
    harmonies = _harmonies(measures)
    held = [(harmony.start, harmony.end - harmony.start) for harmony in _harmonies(measures[-1:])]
    following = dict(pairwise(harmonies))
    notes: list[Note] = []
    previous: tuple[int, ...] = ()
    place, at = 0, 0
    for onset, duration in [*hits, *held]:
        while measures[at].end <= onset:
            at += 1
        while harmonies[place].end <= onset:
            place += 1
        sounding, after = harmonies[place], following.get(harmonies[place])
        next_one = after if after is not None and after.start == sounding.end else None
        harmony = anticipated(onset, sounding, next_one)
        previous = close_position(voicing(harmony, int(generator.choice((3, 4, 4)))), previous)
        length = min(duration, sounding.end - onset)
        lift = round(_LIFT * cues.solo.intensity(measures[at]))
        velocity = _VELOCITY + int(generator.integers(-6, 7)) + (6 if onset % 1 else 0) + lift - softer
        notes += [Note(onset, length, pitch, velocity) for pitch in previous]
    return notes

"""Swing: the second eighth of a beat comes late. What is written straight is played swung."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from music.score import Part, Score

MODERATE, STRAIGHT = 130.0, 300.0  # tempi at which the ratio is 2 and 1
LARGEST_RATIO = 4.0
_SIXTEENTH, _EIGHTH, _LATE_SIXTEENTH = 1 / 4, 1 / 2, 3 / 4
_THIRD, _TWO_THIRDS = 1 / 3, 2 / 3
_TOLERANCE = 1 / 48  # quarter notes: a time this near to a place in the beat is meant to be there


def swing_ratio(tempo: float) -> float:
    """The ratio of the first eighth's length to the second's in performance.

    The ratio falls in a straight line from 2 at 130 quarter notes a minute to 1, even eighths, at 300;
    it never passes below 1.

    Source: Friberg and Sundström 2002, "Swing ratios and ensemble timing in jazz performance", Music
    Perception 19(3): drummers' ratios fall about linearly with the tempo, and reach 1 at fast tempi,
    where the second eighth stays at about 100 ms. At slow tempi drummers play larger ratios than
    soloists; the line lies between them, for here all players swing alike.

    Args:
        tempo: Quarter notes a minute.

    Example:
        >>> swing_ratio(130), swing_ratio(215), swing_ratio(320)
        (2.0, 1.5, 1.0)
    """
    return max(1.0, 2.0 - (tempo - MODERATE) / (STRAIGHT - MODERATE))


def swung(score: Score, ratio: float, measure_starts: Sequence[float] = ()) -> Score:
    """Delays the second eighths of a score that is written in even eighths.

    Each beat of each part is stretched on its own, onsets and ends alike, so that no note changes
    places with another and none loses its length:

    - The second eighth comes at ratio / (ratio + 1) of the beat; a sixteenth stays half-way between
      its neighbours.
    - A long and a short note under a triplet bracket are a swung pair already, and are played like one.
    - Triplets, the four sixteenths of a beat, and what a measure has left after its last whole beat stay
      even.

    Args:
        score: The score.
        ratio: The first eighth's length divided by the second's, 1 to 4; see `swing_ratio`.
        measure_starts: Where measures begin, in quarter notes, for beats are counted from there; none:
            all measures have the score's length.

    Raises:
        ValueError: The ratio is out of range.

    Example:
        >>> from music.score import Note
        >>> written = Score((Part("Solo", (Note(0, 0.5, 60), Note(0.5, 0.5, 62))),))
        >>> [round(note.onset, 3) for note in swung(written, 2).parts[0].notes]
        [0, 0.667]
    """
    if not 1 <= ratio <= LARGEST_RATIO:
        raise ValueError(f"expected a swing ratio of 1 to {LARGEST_RATIO:g}, got {ratio}")
    if not len(measure_starts):
        measure_starts = np.arange(0, score.length + score.beats, score.beats).tolist()
    starts = np.array(measure_starts, dtype=float)
    return replace(score, parts=tuple(_swung_part(part, ratio, starts) for part in score.parts))


def _swung_part(part: Part, ratio: float, starts: np.ndarray) -> Part:
    times = sorted({time for note in part.notes for time in (note.onset, note.end)})
    onsets = {note.onset for note in part.notes}
    inner: dict[float, list[tuple[float, float, bool]]] = defaultdict(list)
    for time, (beat, place) in zip(times, _places(times, starts), strict=True):
        inner[beat].append((time, place, time in onsets))
    moved = dict(_moved(inner, ratio / (ratio + 1)))
    notes = []
    for note in part.notes:
        onset, end = moved[note.onset], moved[note.end]
        as_written = (onset, end) == (note.onset, note.end)
        notes.append(note if as_written else replace(note, onset=onset, duration=end - onset))
    return replace(part, notes=tuple(notes))


def _places(times: Sequence[float], starts: np.ndarray) -> Iterator[tuple[float, float]]:
    """For each time where its beat begins, and the time since then; 0 where the beat is not a whole one."""
    measures = np.maximum(np.searchsorted(starts, np.array(times) + _TOLERANCE, side="right") - 1, 0)
    ends = np.append(starts[1:], np.inf)
    for time, start, end in zip(times, starts[measures].tolist(), ends[measures].tolist(), strict=True):
        beat = start + float(np.floor(time - start + _TOLERANCE))
        yield (beat, time - beat) if beat + 1 < end + _TOLERANCE else (time, 0.0)


def _moved(
    beats: dict[float, list[tuple[float, float, bool]]], second: float
) -> Iterator[tuple[float, float]]:
    """Each time and where it is played; `second` is where in the beat the second eighth comes."""
    for beat, times in beats.items():
        onsets = [place for _, place, is_onset in times if is_onset and place > _TOLERANCE]
        corner = _corner(onsets or [place for _, place, _ in times if place > _TOLERANCE])
        for time, place, _ in times:
            if corner is None or place <= 0:
                yield time, time
            elif place <= corner:
                yield time, beat + place * second / corner
            else:
                yield time, beat + 1 - (1 - place) * (1 - second) / (1 - corner)


def _corner(places: Sequence[float]) -> float | None:
    """The place in a beat that the second eighth's moves to; None for a beat that is played as written."""

    def has(part: float) -> bool:
        return any(abs(place - part) < _TOLERANCE for place in places)

    if has(_THIRD) or all(map(has, (_SIXTEENTH, _EIGHTH, _LATE_SIXTEENTH))):
        return None
    return _TWO_THIRDS if has(_TWO_THIRDS) and not has(_EIGHTH) else _EIGHTH

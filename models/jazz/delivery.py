"""How a solo is played: dynamics, accents, ghost notes and articulation. What is written stays as it is."""

from collections.abc import Sequence

import numpy as np

from models.jazz.soloist import PlayedPhrase
from music.lines import TICKS
from music.score import Note

SWING_SHARE = 0.45  # of the band's swing: soloists swing less than the ride cymbal
MIDDLE_VELOCITY = 84  # velocity of a note without anything particular
_SOFTEST, _LOUDEST = 34, 120
# Decibels; a velocity v sounds 40 log10(v / 127) dB under the loudest.
ARC = 6.0  # from calm to the peak
_HEIGHT, _ACCENT, _GHOST, _HUMAN = 0.22, 2.4, -8.0, 1.3


def soloists_swing(band: float) -> float:
    """The soloist's ratio of first to second eighths beside the band's.

    Source: Friberg and Sundström 2002 and the transcriptions of Pfleiderer et al. 2017: soloists play ratios
    of 1 to 1.7 where the cymbal plays 1.5 to 2.5.

    Example:
        >>> round(soloists_swing(2.0), 2), soloists_swing(1.0)
        (1.45, 1.0)
    """
    return 1 + SWING_SHARE * (band - 1)


def deliver(phrases: Sequence[PlayedPhrase], generator: np.random.Generator) -> list[Note]:
    """Turns phrases into notes with velocities, and with the share of their length that sounds.

    - A phrase is as loud as the arc of the solo has it, and its line grows as it rises.
    - The highest note, and a note off the beat that is held over it, are accented.
    - A note lower than both its neighbours, short and off the beat, is a ghost note.
    - Notes are tongued: .8 to .9 of their length sounds, the last of a phrase is clipped or held.
    """
    notes: list[Note] = []
    straight = straighten([note for played in phrases for note in played.notes])
    at = 0
    for played in phrases:
        pitches = [pitch for _, _, pitch, _ in played.notes]
        base = ARC * (played.phrase.intensity - 0.5) + float(generator.normal(0, 1.2))
        mean = sum(pitches) / len(pitches)
        noise = generator.normal(0, 1, (len(pitches), 2)).tolist()
        for number, (onset, length, pitch, _) in enumerate(played.notes):
            level = base + _HEIGHT * (pitch - mean) + _HUMAN * noise[number][0]
            off, last = onset % TICKS != 0, number == len(pitches) - 1
            inner = number > 0 and not last
            if pitch == max(pitches) or (off and length > TICKS // 2):
                level += _ACCENT
            elif inner and off and length <= TICKS // 2 and pitches[number - 1] > pitch < pitches[number + 1]:
                level += _GHOST
            sounds = min(0.96, max(0.6, 0.85 + 0.04 * noise[number][1]))
            if length >= 2 * TICKS:
                sounds = 1 - 0.2 * TICKS / length
            elif last and length <= TICKS:
                sounds -= 0.12
            velocity = round(MIDDLE_VELOCITY * 10 ** (level / 40))
            start, duration = straight[at]
            at += 1
            notes.append(Note(start, duration, pitch, max(_SOFTEST, min(_LOUDEST, velocity)), sounds))
    return notes


def straighten(notes: Sequence[tuple[int, int, int, int]]) -> list[tuple[float, float]]:
    """The written onsets and durations in quarter notes: a swung pair, 2/3 + 1/3, becomes even eighths.

    The swing mark on the sheet, and the performance, make it swing again; beats with a note on their first
    third are triplets and stay.
    """
    triplets = {onset // TICKS for onset, *_ in notes if onset % TICKS == TICKS // 3}

    def written(time: int) -> int:
        beat, place = divmod(time, TICKS)
        return time - 2 if place == 8 and beat not in triplets else time

    times = [(written(onset), written(onset + length)) for onset, length, *_ in notes]
    return [(onset / TICKS, (end - onset) / TICKS) for onset, end in times]

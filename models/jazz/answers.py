"""A piece's own melody and the soloist's answers in turn."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.jazz.arrangement import ArrangedMeasure, Arrangement
from models.jazz.delivery import deliver
from models.jazz.soloist import Soloist
from music.changes import in_range
from music.score import Note
from utils.errors import UserError


def given_melody(solo: Any) -> list[list[Note]]:
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


def arranged(melody: Sequence[Sequence[Note]], arrangement: Arrangement, transpose: int) -> list[list[Note]]:
    """What a melody has in each measure of an arrangement, onsets from the measure's start."""
    return [_moved(melody, each, transpose) for each in arrangement.measures]


def in_turn(
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


def _moved(calls: Sequence[Sequence[Note]], played: ArrangedMeasure, transpose: int) -> list[Note]:
    """What a melody has in one measure; an added measure has nothing of it."""
    if played.source is None:
        return []
    semitones = transpose + played.semitones
    return [replace(note, pitch=in_range(note.pitch + semitones)) for note in calls[played.source]]

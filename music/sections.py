"""Scores as sound in sections, rendered when they are needed: a long piece sounds as soon as a short one."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from music import audio
from music.mastering import Master
from music.score import Part, Score
from music.tones import Floats

RING = 3.3  # seconds after the last tone in which the longest drum stroke and the room die away
# The loudness is estimated from so many sections, spread over the score, at a low sample rate: for a band
# within half a decibel of the whole score's, in a tenth of the time.
_MEASURED, _MEASURED_RATE = 3, 11_025


class Sections:
    """The sound of a score, in sections that overlap where notes ring on.

    A section holds the notes that begin in it, to the end of their sound. So a player that starts every
    section at its own time, and lets the one before ring on, plays the score nearly as `audio.render`
    does: the gain is estimated, nothing is limited, and the end rings out instead of fading. Sections can
    be rendered at another speed, which does not change the pitch.

    Args:
        score: The score as it sounds.
        starts: Where sections may begin, in quarter notes: where measures do. The first is 0.
        seconds: The shortest section, but for the last.
        first_seconds: The shortest that the first may be; None: `seconds`.
        sample_rate: Samples a second.

    Raises:
        ValueError: `starts` does not begin with 0 or does not rise, or a note's numbers are out of range.

    Example:
        >>> from music.score import Note
        >>> score = Score((Part("Solo", tuple(Note(n, 1, 60 + n) for n in range(8))),), tempo=60)
        >>> sections = Sections(score, [0, 4], seconds=4)
        >>> sections.starts, sections.stem(1, 0).shape[0] / sections.sample_rate
        ((0, 4), 8.8)
    """

    def __init__(
        self,
        score: Score,
        starts: Sequence[float],
        *,
        seconds: float = 6.0,
        first_seconds: float | None = None,
        sample_rate: int = audio.SAMPLE_RATE,
    ) -> None:
        if not starts or starts[0] != 0 or any(b <= a for a, b in zip(starts, starts[1:], strict=False)):
            raise ValueError(f"starts: expected numbers that rise from 0, got {list(starts[:8])}")
        audio.require_playable(score)
        self.score, self.sample_rate = score, sample_rate
        chosen, shortest = [starts[0]], seconds if first_seconds is None else first_seconds
        for start in starts[1:]:
            if (start - chosen[-1]) * 60 / score.tempo >= shortest - 1e-6:
                chosen.append(start)
                shortest = seconds
        self.starts = tuple(chosen)
        self._notes = [sorted(part.notes, key=lambda note: note.onset) for part in score.parts]
        self._onsets = [[note.onset for note in notes] for notes in self._notes]

    def stem(self, number: int, part: int, *, speed: float = 1.0) -> Floats:
        """Renders what one part plays in a section.

        Args:
            number: The section's, the first being 0.
            part: The part's number, the first being 0.
            speed: The factor of the tempo, above 0.

        Returns:
            Shape (samples, 2), left and right, at the loudness that the part has in the whole.

        Raises:
            IndexError: There is no such section or part.
            ValueError: The speed is not above 0.
        """
        if not 0 <= number < len(self.starts) or not 0 <= part < len(self.score.parts):
            raise IndexError(f"expected one of {len(self.starts)} sections and {len(self._notes)} parts")
        if not 0 < speed < float("inf"):
            raise ValueError(f"speed: expected a number above 0, got {speed}")
        tempo = self.score.tempo * speed
        stem = _mixed([self._section_part(number, part, tempo)], tempo, self.sample_rate)
        stem *= np.float32(self.gain)
        return stem.T

    @cached_property
    def gain(self) -> float:
        """The factor that brings the score about to the loudness of `music.mastering`."""
        rate, tempo = min(_MEASURED_RATE, self.sample_rate), self.score.tempo
        mixes = [
            _mixed([self._section_part(n, p, tempo) for p in range(len(self._notes))], tempo, rate)
            for n in sorted({round(n) for n in np.linspace(0, len(self.starts) - 1, _MEASURED)})
        ]
        return Master.of(np.concatenate(mixes, axis=1), rate).gain

    def _section_part(self, number: int, part: int, tempo: float) -> Part:
        """The notes of a part that begin in a section, onsets from its start; the last ones ring."""
        start, onsets = self.starts[number], self._onsets[part]
        first = bisect_left(onsets, start) if number else 0
        last = bisect_left(onsets, self.starts[number + 1]) if number + 1 < len(self.starts) else len(onsets)
        notes = tuple(replace(n, onset=max(0.0, n.onset - start)) for n in self._notes[part][first:last])
        section = replace(self.score.parts[part], notes=notes)
        return audio.let_ring(section, self.score.length - start, tempo)


def _mixed(parts: Sequence[Part], tempo: float, sample_rate: int) -> Floats:
    """Mixes parts to the end of their sound, shape (2, samples)."""
    end = max((note.end for part in parts for note in part.notes), default=0.0)
    return audio.mixed(parts, tempo, round((end * 60 / tempo + RING) * sample_rate), sample_rate)

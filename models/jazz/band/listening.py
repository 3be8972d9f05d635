"""What the band hears of the soloist: where the solo rests, and where it is busy."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.jazz.band.chart import Measure
from music.score import Note

_MOST = 1.5  # standard deviations from the usual density that count


@dataclass(frozen=True)
class SoloHeard:
    """A solo as the other players hear it.

    Everything is relative to the solo's own average: under a busy soloist a band plays as much as under
    another, but at other places.

    Args:
        onsets: The notes' onsets in quarter notes, rising.
        ends: Where each note ends; none is later than the next onset.
        rest_share: The share of the time in which the solo is silent.
        densities: Notes a quarter note in each measure, as standard deviations from their mean.

    Example:
        >>> measures = [Measure(0, 0.0, 4.0, ()), Measure(1, 4.0, 4.0, ())]
        >>> heard = SoloHeard.of([Note(0, 1, 60), Note(1, 1, 62), Note(2, 2, 64)], measures)
        >>> heard.openness(4, 8), heard.openness(0, 4), heard.intensity(measures[0])
        (0.5, -0.5, 1.0)
    """

    onsets: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    ends: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    rest_share: float = 0.0
    densities: tuple[float, ...] = ()

    @classmethod
    def of(cls, notes: Sequence[Note], measures: Sequence[Measure]) -> "SoloHeard":
        """Listens to a solo over measures; a solo without notes is as if there were none."""
        if not notes or not measures:
            return cls()
        line = sorted(notes, key=lambda note: note.onset)
        onsets = np.array([note.onset for note in line])
        ends = np.minimum([note.end for note in line], np.append(onsets[1:], np.inf))
        starts = np.array([measure.start for measure in measures])
        lengths = np.array([measure.length for measure in measures])
        counts = np.diff(np.searchsorted(onsets, np.append(starts, starts[-1] + lengths[-1]) - 1e-6))
        density = counts / lengths
        spread = float(density.std()) or 1.0
        standard = np.clip((density - density.mean()) / spread, -_MOST, _MOST)
        sounding = float((ends - onsets).sum()) / float(lengths.sum())
        return cls(onsets, ends, max(0.0, 1 - sounding), tuple(standard.tolist()))

    def openness(self, start: float, end: float) -> float:
        """How much more than usual the solo rests between two times, -1 to 1; 0 where there is no solo."""
        if not len(self.onsets):
            return 0.0
        first = max(0, int(np.searchsorted(self.onsets, start)) - 1)
        last = int(np.searchsorted(self.onsets, end))
        overlap = np.minimum(self.ends[first:last], end) - np.maximum(self.onsets[first:last], start)
        return 1 - float(np.maximum(overlap, 0).sum()) / (end - start) - self.rest_share

    def intensity(self, measure: Measure) -> float:
        """How much busier than usual the solo is in a measure, -1.5 to 1.5; 0 where there is no solo."""
        return self.densities[measure.number] if measure.number < len(self.densities) else 0.0


SILENT = SoloHeard()

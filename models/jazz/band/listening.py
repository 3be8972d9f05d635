"""What the band hears of the soloist: where the solo rests, and where it is busy."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.jazz.band.chart import BandMeasure
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
        >>> measures = [BandMeasure(0, 0.0, 4.0, ()), BandMeasure(1, 4.0, 4.0, ())]
        >>> heard = SoloHeard.of([Note(0, 1, 60), Note(1, 1, 62), Note(2, 2, 64)], measures)
        >>> heard.openness(4, 8), heard.openness(0, 4), heard.intensity(measures[0])
        (0.5, -0.5, 1.0)
    """

    onsets: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()
    rest_share: float = 0.0
    densities: tuple[float, ...] = ()

    @classmethod
    def of(cls, notes: Sequence[Note], measures: Sequence[BandMeasure]) -> "SoloHeard":
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
        played = tuple(onsets.tolist()), tuple(ends.tolist())
        return cls(*played, max(0.0, 1 - sounding), tuple(standard.tolist()))

    def openness(self, start: float, end: float) -> float:
        """How much more than usual the solo rests between two times, -1 to 1; 0 where there is no solo."""
        if not self.onsets:
            return 0.0
        first, last = max(0, bisect_left(self.onsets, start) - 1), bisect_left(self.onsets, end)
        sounding = 0.0
        for number in range(first, last):
            onset, stop = self.onsets[number], self.ends[number]
            if stop > start:  # all begin before the end
                sounding += (stop if stop < end else end) - (onset if onset > start else start)
        return 1 - sounding / (end - start) - self.rest_share

    def intensity(self, measure: BandMeasure) -> float:
        """How much busier than usual the solo is in a measure, -1.5 to 1.5; 0 where there is no solo."""
        return self.densities[measure.number] if measure.number < len(self.densities) else 0.0


@dataclass(frozen=True)
class Cues:
    """What a player plays by.

    Args:
        measures: The measures, see `models.jazz.band.chart.read`; all players hold the last one.
        generator: For every choice.
        ornaments: How often what may be left out is played, as a share of the usual: 1, less at fast tempi.
        solo: What the soloist plays.
    """

    measures: Sequence[BandMeasure]
    generator: np.random.Generator
    ornaments: float = 1.0
    solo: SoloHeard = SoloHeard()

"""Takes: improvised solos as the Jazz view plays and shows them, with all times in seconds of the sound."""

import importlib
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np

from models.jazz import Improvisation
from music import audio, engraving, instruments, spelling, tones
from music.changes import Changes
from music.chord_symbols import ChordSymbol
from music.engraving import Engraving
from music.limits import Reader
from music.score import Part, Score

PAGE_HEIGHT = 2970  # of a sheet's page that is 2100 wide: A4
Staves = Literal["solo", "all"]

_IMPORT = threading.Lock()


def import_music21() -> None:
    """Imports what reads and writes MusicXML, which takes seconds.

    Its modules import each other: two threads that import them at once may see half of one.
    """
    with _IMPORT:
        importlib.import_module("music21.musicxml.m21ToXml")
        importlib.import_module("music21.musicxml.xmlToM21")


@dataclass(frozen=True)
class Sheet:
    """An engraved sheet, and when its notes sound.

    Args:
        engraving: The pages.
        notes: (page, measure, element id, start, end) for each note, sorted by start; page and measure
            from 0, measures counted through the whole piece, times in seconds.
        measures: How many measures each page has.
    """

    engraving: Engraving
    notes: list[tuple[int, int, str, float, float]]
    measures: list[int]


class Take:
    """A take: what is played, and where it is on the roll and on the sheet.

    Args:
        improvisation: The solo and its band.
        seed: What it was improvised from.
    """

    def __init__(self, improvisation: Improvisation, seed: int) -> None:
        self.improvisation, self.seed = improvisation, seed
        self.performance: Score = improvisation.perform()
        self._sheets = OrderedDict[tuple[Reader, Staves], Sheet]()
        self._lock = threading.Lock()

    @property
    def weight(self) -> int:
        """How many notes it has."""
        return sum(len(part.notes) for part in self.performance.parts)

    def describe(self) -> dict[str, Any]:
        """What the page plays and draws, as JSON; times are in seconds at the take's own tempo.

        `notes` have their start, end, pitch and velocity; `beats` how many each measure has, which divide
        it evenly; `tempos` when a tempo begins, and the quarter note at which it does; `keys` and, for every
        chord, `names` the names 0 to 11 semitones higher; `gain` the factor of the whole mix.
        """
        score, improvisation, seconds = self.performance, self.improvisation, self._seconds
        starts, changes = improvisation.starts, improvisation.changes
        symbols = improvisation.chord_symbols()
        return {
            "seed": self.seed,
            "title": improvisation.title,
            "summary": improvisation.describe(),
            "key": changes.key_name,
            "keys": self._keys(),
            "tempo": score.tempo,
            "tempos": [
                (seconds(onset), onset, tempo) for onset, tempo in ((0.0, score.tempo), *score.tempos)
            ],
            "swing": round(improvisation.swing, 3),
            "seconds": max(seconds(starts[-1]), seconds(score.length)),
            "measures": [seconds(start) for start in starts],
            "beats": [max(1, round(m.length * m.meter[1] / 4)) for m in changes.measures],
            "notice": improvisation.notice,
            "chords": [(seconds(onset), _text(chord)) for onset, chord in symbols],
            "names": self._names({_text(chord): chord for _, chord in symbols}),
            "gain": round(audio.estimated_gain(score), 4),
            "ring": audio.RING,
            "parts": [self._part(part) for part in score.parts],
        }

    def _part(self, part: Part) -> dict[str, Any]:
        """A part, as JSON; notes that end at `rings` or later ring on after the end."""
        score, seconds = self.performance, self._seconds
        last = seconds(max(0.0, score.length - audio.TOGETHER))
        return {
            "name": part.name,
            "instrument": instruments.name_of(part),
            "drums": part.is_drums,
            "rings": last if not part.is_drums and tones.dies_away(part.program) else None,
            "notes": sorted((seconds(n.onset), seconds(n.end), n.pitch, n.velocity) for n in part.notes),
        }

    def _keys(self) -> list[str]:
        """The names of the key 0 to 11 semitones higher; empty without a key."""
        changes = self.improvisation.changes
        if changes.key is None:
            return [""] * 12
        keys = [spelling.wrapped(changes.key + 7 * semitones) for semitones in range(12)]
        return [Changes(changes.measures[-1:], key=key, mode=changes.mode).key_name for key in keys]

    def _names(self, symbols: Mapping[str, ChordSymbol | None]) -> dict[str, list[str]]:
        """The names of chords 0 to 11 semitones higher, spelled in the key that they are in there."""
        key = self.improvisation.changes.key

        def higher(symbol: ChordSymbol, semitones: int) -> ChordSymbol:
            if key is None:
                return symbol.transposed(semitones)
            return spelling.transposed(symbol, semitones, spelling.wrapped(key + 7 * semitones))

        return {
            text: [text, *(_text(symbol and higher(symbol, n)) for n in range(1, 12))]
            for text, symbol in symbols.items()
        }

    def musicxml(self, reader: Reader = "C", staves: Staves = "all") -> str:
        """The sheet as MusicXML, in even eighths.

        Args:
            reader: The instrument whose transposition is written: C, Bb, Eb or bass (bass clef).
            staves: The solo's staff alone, or all parts'.
        """
        import_music21()
        from music import notation

        return notation.to_musicxml(
            self._written(staves),
            swing=self.improvisation.swing > 1,
            transpose_for=reader,
        )

    def sheet(self, reader: Reader = "C", staves: Staves = "solo") -> Sheet:
        """Engraves the sheet; see `musicxml`. The four engraved last are kept."""
        with self._lock:
            if (reader, staves) not in self._sheets:
                self._sheets[reader, staves] = self._engraved(reader, staves)
                while len(self._sheets) > 4:
                    self._sheets.popitem(last=False)
            return self._sheets[reader, staves]

    def _engraved(self, reader: Reader, staves: Staves) -> Sheet:
        musicxml = self.musicxml(reader, staves)
        engraved = engraving.engrave(musicxml, page_height=PAGE_HEIGHT)
        places = engraved.places()
        parts = _parts_of_staves(musicxml)
        written = self._written(staves)
        played = [
            _Played(*parts, self.improvisation.starts)
            for parts in zip(written.parts, self.performance.parts, strict=staves == "all")
        ]
        notes = []
        for time in engraved.note_times:
            place = places[time.element_id]
            start, end = played[parts[place.staff]].times(time.onset, time.end)
            span = (self._seconds(start), self._seconds(end))
            notes.append((place.page, place.measure, time.element_id, *span))
        measures = [page.count(' class="measure"') for page in engraved.pages]
        return Sheet(engraved, sorted(notes, key=lambda note: note[3]), measures)

    def _seconds(self, quarters: float) -> float:
        """When a time of the performance comes, in seconds."""
        return round(self.performance.seconds_at(quarters), 4)

    def _written(self, staves: Staves) -> Score:
        score: Score = self.improvisation.score
        return score if staves == "all" else replace(score, parts=score.parts[: self.improvisation.solos])


def _text(chord: ChordSymbol | None) -> str:
    return "N.C." if chord is None else chord.text or str(chord)


class _Played:
    """When the notes of a part sound that are written in even eighths: both parts have them in one order.

    Between the times of notes, where a sheet divides them with ties, time is a straight line; bar lines are
    where they are written.
    """

    def __init__(self, written: Part, played: Part, starts: Sequence[float]) -> None:
        points = {0.0: 0.0}
        for before, after in zip(written.notes, played.notes, strict=True):
            points.setdefault(before.end, after.end)
        # Where one note ends and another begins the beginning counts.
        points |= {b.onset: a.onset for b, a in zip(written.notes, played.notes, strict=True)}
        for before, after in zip(written.notes, played.notes, strict=True):
            bar = starts[bisect_right(starts, before.onset)]
            if bar < before.end and after.onset < bar < after.end:
                points[bar] = bar
        self._written = np.array(sorted(points))
        self._played = np.array([points[time] for time in sorted(points)])
        self._end = float(self._written[-1])

    def times(self, onset: float, end: float) -> tuple[float, float]:
        """When a written note begins and ends, in quarter notes."""
        start, stop = np.interp([onset, end], self._written, self._played)
        return float(start) + max(0.0, onset - self._end), float(stop) + max(0.0, end - self._end)


def _parts_of_staves(musicxml: str) -> Sequence[int]:
    """For each staff of a score, from the top, the number of its part."""
    found = []
    for number, part in enumerate(ElementTree.fromstring(musicxml).iter("part")):
        staves = part.findtext("measure/attributes/staves") or "1"
        found += [number] * int(staves)
    return found

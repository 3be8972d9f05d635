"""python -m tools.solo_statistics FOLDER: measures improvised solos beside the ranges of human players.

FOLDER has NAME.mid and NAME.txt, the solo and the chart of its chorus; NAME-swung.mid, if it is there, is
the solo as it is played, and read for its swing alone. The solo is the first track called Solo or Melody,
else the first that is not drums. Where a chart ends on a dominant and one more measure is played, its tonic
sounds there, and the last note is judged by that chord. Of every solo the first 32 measures are measured.
The table has the median of the solos, and of the endings the share.

The human ranges are the 10th, 50th and 90th percentile of 332 transcribed solos in 4/4 or 3/4 at 80 to 260
quarter notes a minute (the Weimar Jazz Database; statistics alone are in this project).
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.solos.charts import read_chart
from models.jazz.arrangement import tonic_after
from music import midi
from music.changes import starts
from music.chord_symbols import ChordSymbol
from utils.cli import Parser, run
from utils.errors import UserError
from utils.files import entries, is_file, read_bytes

MEASURES = 32  # of a solo that are measured
FEWEST_NOTES = 20  # that a solo must have, and its first measures to be measured alone
SAME = 0.02  # quarter notes between times that are the same
REST = 0.45  # quarter notes of silence from which on it is a rest and not an articulation
PHRASE_REST, PHRASE_WAIT = 0.85, 3.0  # quarter notes of rest, or between onsets, after which a phrase begins
WINDOW = 4  # measures over which density and register are compared
GRAM = 4  # intervals that recur
LONG_END = 1.5  # quarter notes for which a last note is held
_LONGEST_INTERVAL = 60  # twelfths of a quarter note: longer times between onsets are alike

_Numbers = NDArray[np.float64]
_Events = list[tuple[float, ChordSymbol | None]]


class Role(NamedTuple):
    """What the pitches are over a chord, in semitones above its root."""

    root: int
    tones: frozenset[int]
    scale: frozenset[int]


def role_of(symbol: ChordSymbol) -> Role:
    """The chord tones, up to the seventh, and the scale of a chord.

    Example:
        >>> sorted(role_of(ChordSymbol(7, "13")).tones)
        [0, 4, 7, 10]
    """
    above = set(symbol.intervals)
    third = 3 if 3 in above else 5 if 5 in above and 4 not in above else 4
    fifth = 6 if 6 in above and third == 3 else 8 if 8 in above and 7 not in above else 7
    seventh = above & {9, 10, 11}
    if fifth == 6 and 10 not in above:
        tones, scale = {0, 3, 6, 9}, {0, 2, 3, 5, 6, 8, 9, 11}
    elif fifth == 6:
        tones, scale = {0, 3, 6, 10}, {0, 1, 3, 5, 6, 8, 10}
    elif third == 3:
        tones, scale = {0, third, fifth} | seventh, {0, 2, 3, 5, 7, 9, 11 if 11 in above else 10}
    elif 10 in above:
        is_altered = bool(above & {13, 15})
        scale = {0, 1, 4, 5, 7, 8, 10} if is_altered else {0, 2, 4, 5, 7, 9, 10}
        tones = {0, third, fifth} | seventh
    else:
        tones, scale = {0, third, fifth} | seventh, {0, 2, 4, 5, 7, 9, 11}
    return Role(symbol.root, frozenset(tones), frozenset(scale | tones))


@dataclass(frozen=True)
class Line:
    """A solo over its chords. Times are in quarter notes.

    Args:
        name: The file's name without its suffix.
        notes: A row for each note, in order: onset, duration, pitch and velocity.
        chords: Onsets and symbols of all choruses, every measure's chords named anew, and of the tonic after
            them; None: no chord.
        beats: A measure's length.
        end: Where the last chorus ends, or the tonic's measure after it.
        swing: The median ratio of the two notes of a swung pair, as played; nan: not known.
    """

    name: str
    notes: _Numbers
    chords: _Events
    beats: float
    end: float
    swing: float = math.nan

    def head(self, measures: int) -> "Line":
        """The notes that begin in the first measures; the whole line if those are few, or all."""
        kept = self.onsets < measures * self.beats - 1e-6
        if kept.all() or kept.sum() < FEWEST_NOTES:
            return self
        return replace(self, notes=self.notes[kept], end=measures * self.beats)

    @property
    def onsets(self) -> _Numbers:
        """When each note begins."""
        return self.notes[:, 0]

    @property
    def durations(self) -> _Numbers:
        """How long each note is."""
        return self.notes[:, 1]

    @property
    def pitches(self) -> _Numbers:
        """Each note's MIDI number."""
        return self.notes[:, 2]

    @cached_property
    def measures(self) -> int:
        """How many measures there are."""
        return round(self.end / self.beats)

    @cached_property
    def steps(self) -> _Numbers:
        """Semitones from note to note."""
        return np.diff(self.pitches)

    @cached_property
    def waits(self) -> _Numbers:
        """Times from onset to onset."""
        return np.diff(self.onsets)

    @cached_property
    def gaps(self) -> _Numbers:
        """Silences between notes."""
        return np.maximum(0, self.waits - self.durations[:-1])

    @cached_property
    def bars(self) -> _Numbers:
        """The measure in which each note begins, from 0."""
        return np.floor((self.onsets + 1e-6) / self.beats)

    @cached_property
    def places(self) -> _Numbers:
        """Where in its beat each note begins, 0 to 1; the second note of a swung pair is at a half."""
        beat = np.floor(self.onsets + 1e-6)
        place = self.onsets - beat
        for each in np.unique(beat):
            inside = beat == each
            is_second = inside & (np.abs(place - 2 / 3) < SAME)
            other = inside & ((np.abs(place - 1 / 3) < SAME) | (np.abs(place - 1 / 2) < SAME))
            if is_second.any() and not other.any():
                place[is_second] = 0.5
        return place

    @cached_property
    def kinds(self) -> NDArray[np.str_]:
        """What each note is to its chord: C a chord tone, S a scale tone, X another, "" without a chord."""
        times = np.array([onset for onset, _ in self.chords])
        kinds = []
        for onset, pitch in zip(self.onsets, self.pitches, strict=True):
            symbol = self.chords[max(int(np.searchsorted(times, onset + 1e-6, side="right")) - 1, 0)][1]
            if symbol is None:
                kinds.append("")
                continue
            role = role_of(symbol)
            above = int(pitch - role.root) % 12
            kinds.append("C" if above in role.tones else "S" if above in role.scale else "X")
        return np.array(kinds)

    @cached_property
    def phrases(self) -> list[tuple[int, int]]:
        """The first note of each phrase and the first after it."""
        cuts = (self.waits - self.durations[:-1] >= PHRASE_REST) | (self.waits >= PHRASE_WAIT)
        starts = [0, *(np.flatnonzero(cuts) + 1)]
        return list(zip(starts, [*starts[1:], len(self.onsets)], strict=True))

    @cached_property
    def windows(self) -> list[NDArray[np.bool_]]:
        """The notes of every four measures."""
        starts = range(0, self.measures - WINDOW + 1, WINDOW)
        return [(self.bars >= start) & (self.bars < start + WINDOW) for start in starts]


def read_folder(folder: Path) -> list[Line]:
    """Reads the solos of a folder, sorted by name.

    Raises:
        UserError: There are none, or a file cannot be read.
    """
    midis = [path for path in entries(folder) if path.suffix == ".mid"]
    paths = [path for path in midis if is_file(path.with_suffix(".txt"))]
    if not paths:
        raise UserError(f"{folder}: expected NAME.mid with NAME.txt, got none")
    return [read_line(path) for path in paths]


def read_line(path: Path) -> Line:
    """Reads a solo and, beside it, its chart and the solo as it is played.

    Raises:
        UserError: A file cannot be read, or the solo has fewer than `FEWEST_NOTES` notes.
    """
    chart = read_chart(path.with_suffix(".txt"))
    solo, last = _solo(path)
    if len(solo) < FEWEST_NOTES:
        raise UserError(f"{path}: expected a solo of {FEWEST_NOTES} notes or more, got {len(solo)}")
    beats, length = chart.measures[0].length, starts(chart.measures)[-1]
    choruses, tonic = max(1, round(last / length)), tonic_after(chart)
    played = math.ceil(last / beats - SAME)  # measures
    comes_home = tonic is not None and len(chart.measures) > 1 and played % len(chart.measures) == 1
    if comes_home:
        choruses = max(1, played // len(chart.measures))
    chords = [
        (number * length + onset, symbol) for number in range(choruses) for onset, symbol in chart.events()
    ]
    end = choruses * length
    if comes_home:
        chords.append((end, tonic))
        end += beats
    swung = path.with_name(f"{path.stem}-swung.mid")
    swing = swing_ratio(_solo(swung)[0][:, 0]) if is_file(swung) else math.nan
    return Line(path.stem, solo, chords, beats, end, swing)


def _solo(path: Path) -> tuple[_Numbers, float]:
    """The notes of the solo's track as onset, duration, pitch and velocity, and where the last track ends."""
    file = midi.parse_midi(read_bytes(path, midi.LARGEST_FILE), path)
    tracks = [track for track in file.tracks if not track.is_drums]
    if not tracks:
        raise UserError(f"{path}: expected a track with pitches, got none")
    named = [track for track in tracks if any(word in track.name.lower() for word in ("solo", "melod"))]
    notes = sorted((n.onset, n.pitch, n.end, n.velocity) for n in [*named, *tracks][0].notes)
    tpq = file.ticks_per_quarter
    rows = [(onset / tpq, (end - onset) / tpq, pitch, velocity) for onset, pitch, end, velocity in notes]
    return np.array(rows, dtype=np.float64), max(n.end for track in file.tracks for n in track.notes) / tpq


def swing_ratio(onsets: _Numbers) -> float:
    """The median ratio of the beats that hold two notes, the first on the beat; nan for fewer than five."""
    beat = np.floor(onsets + SAME)
    place = onsets - beat
    pairs = [place[beat == each] for each in np.unique(beat)]
    seconds = [pair[1] for pair in pairs if len(pair) == 2 and abs(pair[0]) < 0.1 and 0.45 <= pair[1] <= 0.8]
    return float(np.median([at / (1 - at) for at in seconds])) if len(seconds) >= 5 else math.nan


# The measures: each is a number of one line, nan where it has none.


def sixteenths(line: Line) -> float:
    """The share of notes on the second and the fourth sixteenth of a beat."""
    return _share((np.abs(line.places - 0.25) < SAME) | (np.abs(line.places - 0.75) < SAME))


def downbeats(line: Line) -> float:
    """The share of measures with a note on beat 1."""
    starts = np.arange(line.measures) * line.beats
    return _share(np.any(np.abs(line.onsets - starts[:, None]) < SAME, axis=1))


def rhythm_entropy(line: Line) -> float:
    """The entropy of the times between onsets, in bits."""
    steps = np.minimum(np.round(line.waits * 12), _LONGEST_INTERVAL)
    shares = np.unique(steps, return_counts=True)[1] / len(steps)
    return float(-(shares * np.log2(shares)).sum())


def syncopation(line: Line) -> float:
    """The share of notes off the beat after which the next one begins beyond the following beat."""
    ahead = np.floor(line.onsets + 1e-6) + 1
    return _share((line.places[:-1] > SAME) & (line.onsets[1:] > ahead[:-1] + SAME))


def small_steps(line: Line) -> float:
    """The share of moves of one or two semitones."""
    return _share((np.abs(line.steps) >= 1) & (np.abs(line.steps) <= 2))


def mean_interval(line: Line) -> float:
    """The mean interval, in semitones."""
    return float(np.abs(line.steps).mean())


def bar_line_interval(line: Line) -> float:
    """The mean interval over a bar line against that inside a measure, without those over a rest."""
    sizes, crosses = np.abs(line.steps), np.diff(line.bars) > 0
    joined = line.waits - line.durations[:-1] < PHRASE_REST
    over, inside = sizes[crosses & joined], sizes[~crosses & joined]
    return float(over.mean() / inside.mean()) if len(over) and len(inside) and inside.any() else math.nan


def pitch_range(line: Line) -> float:
    """The range in semitones, from the 5th to the 95th percentile."""
    low, high = np.percentile(line.pitches, (5, 95))
    return float(high - low)


def strong_chord_tones(line: Line) -> float:
    """The share of chord tones on strong beats: 1 and 3 of 4, else 1."""
    inside = np.floor(line.onsets + 1e-6) % line.beats
    is_strong = inside % 2 == 0 if line.beats == 4 else inside == 0
    return _share_of(line.kinds[(np.abs(line.places) < SAME) & is_strong], "C")


def weak_chord_tones(line: Line) -> float:
    """The share of chord tones off the beat."""
    return _share_of(line.kinds[np.abs(line.places) >= SAME], "C")


def chromatic_notes(line: Line) -> float:
    """The share of notes that are neither in the chord nor in its scale."""
    return _share_of(line.kinds, "X")


def changes_by_step(line: Line) -> float:
    """The share of chords, repeated ones too, into which the line moves by two semitones or less."""
    by_step = []
    for (_, before), (time, after) in zip(line.chords, line.chords[1:], strict=False):
        if time > line.onsets[-1]:
            break
        first = int(np.searchsorted(line.onsets, time - 1e-6))
        if before is None or after is None or not 0 < first < len(line.onsets):
            continue
        if line.onsets[first] - time <= 1 and time - line.onsets[first - 1] <= 1.01:
            by_step.append(abs(line.steps[first - 1]) <= 2)
    return _share(np.array(by_step))


def rest_share(line: Line) -> float:
    """The share of the time that is rests."""
    tail = max(0.0, line.end - line.onsets[-1] - line.durations[-1])
    return float((line.gaps[line.gaps >= REST].sum() + line.onsets[0] + tail) / line.end)


def phrase_notes(line: Line) -> float:
    """The median number of notes in a phrase."""
    return float(np.median([after - first for first, after in line.phrases]))


def longest_phrase(line: Line) -> float:
    """The longest phrase, in measures between its first and its last onset."""
    return float(
        max(line.onsets[after - 1] - line.onsets[first] for first, after in line.phrases) / line.beats
    )


def recurring_intervals(line: Line) -> float:
    """The share of groups of four intervals that occur more than once."""
    if len(line.steps) < GRAM:
        return math.nan
    groups = np.lib.stride_tricks.sliding_window_view(line.steps, GRAM)
    counts = np.unique(groups, axis=0, return_counts=True)[1]
    return float(counts[counts > 1].sum() / len(groups))


def density_spread(line: Line) -> float:
    """The standard deviation of notes a measure, over windows of four measures."""
    return _spread([window.sum() / WINDOW for window in line.windows])


def register_spread(line: Line) -> float:
    """The standard deviation of the mean pitch, over windows of four measures."""
    return _spread([line.pitches[window].mean() for window in line.windows if window.sum() > 3])


def articulation(line: Line) -> float:
    """The median of sounding length against the time to the next onset, within phrases."""
    inner = (line.gaps < REST) & (line.waits < 2)
    return float(np.median((line.durations[:-1] / line.waits)[inner])) if inner.any() else math.nan


def dynamics(line: Line) -> float:
    """The standard deviation of loudness in dB, which goes as the velocity's square."""
    return float(np.std(40 * np.log10(line.notes[:, 3] / 127)))


def swing(line: Line) -> float:
    """The soloist's swing ratio, as played."""
    return line.swing


def ends_at_home(line: Line) -> float:
    """Whether the last note is the root, the third or the fifth of the last chord that is played."""
    symbol = line.chords[-1][1]
    if symbol is None:
        return 0.0
    role = role_of(symbol)
    return float(int(line.pitches[-1] - role.root) % 12 in {0, 7, *(role.tones & {3, 4})})


def ends_held(line: Line) -> float:
    """Whether the last note is held for `LONG_END` quarter notes."""
    return float(line.durations[-1] >= LONG_END)


class Row(NamedTuple):
    """A row of the table: the measure, the human percentiles, and the range to aim for."""

    name: str
    measure: Callable[[Line], float]
    human: str
    least: float
    most: float


ROWS = (
    Row("notes on the 2nd and 4th sixteenth of a beat", sixteenths, ".08 .20 .32", 0.05, 0.35),
    Row("measures with a note on beat 1", downbeats, ".31 .50 .66", 0.31, 0.70),
    Row("inter-onset entropy, bits", rhythm_entropy, "2.3 3.0 3.4", 2.3, 3.4),
    Row("syncopation", syncopation, ".10 .17 .27", 0.10, 0.27),
    Row("moves of 1 or 2 semitones", small_steps, ".41 .54 .64", 0.41, 0.66),
    Row("mean interval, semitones", mean_interval, "2.3 2.7 3.2", 2.2, 3.2),
    Row("interval over a bar line against inside a measure", bar_line_interval, ".83 1.06 1.36", 0.83, 1.36),
    Row("range, 5th to 95th percentile", pitch_range, "13 17 21", 13, 21.5),
    Row("chord tones on strong beats", strong_chord_tones, ".39 .55 .72", 0.45, 0.85),
    Row("chord tones off the beat", weak_chord_tones, ".41 .50 .60", 0.38, 0.70),
    Row("chromatic notes", chromatic_notes, ".11 .20 .29", 0.05, 0.29),
    Row("chord changes crossed by a step", changes_by_step, ".40 .59 .77", 0.40, 0.77),
    Row("rest share", rest_share, ".16 .23 .37", 0.15, 0.37),
    Row("notes in a phrase", phrase_notes, "6.5 12 26", 6.5, 26),
    Row("longest phrase, measures", longest_phrase, "2.9 4.8 7.4", 2.8, 7.5),
    Row("interval 4-grams that recur", recurring_intervals, ".05 .14 .30", 0.05, 0.30),
    Row("spread over 4-measure windows: notes a measure", density_spread, ".75 1.31 2.4", 0.75, 2.4),
    Row("spread over 4-measure windows: register", register_spread, "-", 1.4, 4.3),
    Row("sounding length / inter-onset time", articulation, ".77 .85 .91", 0.75, 0.93),
    Row("dynamics, standard deviation in dB", dynamics, "3.2 4.5 9.6", 3.0, 6.0),
    Row("swing ratio", swing, "1.33 (median)", 1.1, 1.75),
    Row("last note: root, third or fifth", ends_at_home, "-", 0.8, 1.0),
    Row("last note held 1.5 beats", ends_held, "-", 0.8, 1.0),
)
ENDINGS = (ends_at_home, ends_held)


def measured(lines: Sequence[Line], row: Row, measures: int = MEASURES) -> float:
    """A row's value for many solos: the median of those that have one, and of the endings the mean.

    Args:
        lines: The solos.
        row: The row.
        measures: How many of the first measures are measured; an ending is that of the whole solo.
    """
    if row.measure in ENDINGS:
        return float(np.mean([row.measure(line) for line in lines]))
    values = np.array([row.measure(line.head(measures)) for line in lines])
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else math.nan


def table(folders: dict[str, Sequence[Line]], measures: int = MEASURES) -> Iterator[str]:
    """The lines of a table in Markdown, and for each folder how many of its values are in range.

    Args:
        folders: The solos by the name of their folder.
        measures: As in `measured`.
    """
    yield "| measure | human 10 50 90 % | target |" + "".join(f" {name} |" for name in folders)
    yield "|---|---|---|" + "---|" * len(folders)
    reached = dict.fromkeys(folders, 0)
    for row in ROWS:
        cells = f"| {row.name} | {row.human} | {row.least:g} to {row.most:g} |"
        for name, lines in folders.items():
            value = measured(lines, row, measures)
            reached[name] += row.least <= value <= row.most
            mark = "-" if math.isnan(value) else f"{value:.2f}"
            cells += f" {mark}{'' if row.least <= value <= row.most else ' (out)'} |"
        yield cells
    yield ""
    for name, lines in folders.items():
        yield f"{name}: {reached[name]} of {len(ROWS)} in range, {len(lines)} solos"


def main(argv: Sequence[str]) -> int:
    """Prints the table."""
    parser = Parser("tools.solo_statistics", description="Measure solos beside the ranges of human players.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="NAME.mid with NAME.txt")
    parser.add_argument("--measures", type=int, default=MEASURES, help="how many are measured (default: 32)")
    options = parser.parse_args(argv)
    if options.measures < 1:
        raise UserError(f"--measures: expected 1 or more, got {options.measures}")
    for line in table({str(folder): read_folder(folder) for folder in options.folders}, options.measures):
        print(line)
    return 0


def _share(values: NDArray[np.bool_]) -> float:
    """The share that is true; nan of none."""
    return float(np.mean(values)) if len(values) else math.nan


def _share_of(kinds: NDArray[np.str_], kind: str) -> float:
    """The share of a kind among the notes that have a chord."""
    return _share(np.array([each == kind for each in kinds if each]))


def _spread(values: Sequence[float]) -> float:
    """The standard deviation; nan of fewer than three."""
    return float(np.std(values)) if len(values) > 2 else math.nan


if __name__ == "__main__":
    sys.exit(run(main))

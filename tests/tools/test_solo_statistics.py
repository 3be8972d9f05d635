"""The statistics of solos: every measure has its value on lines whose values are known."""

import math
from pathlib import Path

import numpy as np
import pytest

from data.solos.charts import read_chart
from music.chord_symbols import parse_symbol
from music.midi_writer import to_midi
from music.score import Note, Part, Score
from tools import solo_statistics as statistics
from tools.bundled.compose import FOLDER
from tools.solo_statistics import ROWS, Line, measured, read_folder, read_line, role_of, table
from utils.errors import UserError

CHART = "C7 | F7"


def line(*notes: tuple[float, float, int], chart: str = CHART, velocities: tuple[int, ...] = ()) -> Line:
    """A line of onsets, lengths and pitches over a chart."""
    changes = read_chart(chart)
    rows = [(*note, velocity) for note, velocity in zip(notes, velocities or (90,) * len(notes), strict=True)]
    beats = changes.measures[0].length
    end = beats * len(changes.measures)
    return Line("line", np.array(rows, dtype=float), changes.events(), beats, end)


def scale(*pitches: int, length: float = 1.0) -> Line:
    """Pitches one after the other."""
    return line(*((number * length, length, pitch) for number, pitch in enumerate(pitches)))


@pytest.mark.parametrize(
    ("symbol", "tones", "scale_tones"),
    [
        ("C13", {0, 4, 7, 10}, {0, 2, 4, 5, 7, 9, 10}),
        ("C7b9", {0, 4, 7, 10}, {0, 1, 4, 5, 7, 8, 10}),
        ("C7sus4", {0, 5, 7, 10}, {0, 2, 4, 5, 7, 9, 10}),
        ("Cm7", {0, 3, 7, 10}, {0, 2, 3, 5, 7, 9, 10}),
        ("CmMaj7", {0, 3, 7, 11}, {0, 2, 3, 5, 7, 9, 11}),
        ("Cm7b5", {0, 3, 6, 10}, {0, 1, 3, 5, 6, 8, 10}),
        ("Cdim7", {0, 3, 6, 9}, {0, 2, 3, 5, 6, 8, 9, 11}),
        ("C6", {0, 4, 7, 9}, {0, 2, 4, 5, 7, 9, 11}),
        ("Cmaj9", {0, 4, 7, 11}, {0, 2, 4, 5, 7, 9, 11}),
    ],
)
def test_a_chord_has_its_tones_and_its_scale(symbol: str, tones: set[int], scale_tones: set[int]) -> None:
    assert role_of(parse_symbol(symbol)) == (0, tones, scale_tones)


PAIRS = line(*((beat + at, length, 60) for beat in range(8) for at, length in ((0, 2 / 3), (2 / 3, 1 / 3))))
LATE = line((0.5, 1, 60), (1.5, 0.5, 62), (2, 2, 64), (4.25, 1, 65), (5.25, 2.75, 69))


@pytest.mark.parametrize(
    ("measure", "given", "value"),
    [
        (statistics.sixteenths, PAIRS, 0),
        (statistics.sixteenths, LATE, 2 / 5),
        (statistics.downbeats, PAIRS, 1),
        (statistics.downbeats, LATE, 0),
        (statistics.rhythm_entropy, PAIRS, 0.99679),  # of 8 long ones and 7 short ones
        (statistics.syncopation, PAIRS, 0),
        (statistics.syncopation, LATE, 2 / 4),  # from 0.5 beyond 1, and from 4.25 beyond 5
        (statistics.small_steps, scale(60, 62, 65, 65, 64), 2 / 4),
        (statistics.mean_interval, scale(60, 62, 65, 65, 64), 6 / 4),
        (statistics.bar_line_interval, scale(60, 61, 62, 63, 69, 70), 6),
        (statistics.pitch_range, scale(*range(60, 81)), 18),
        (statistics.strong_chord_tones, scale(60, 61, 62, 63, 60), 2 / 3),  # C over C7 and F7, D over C7
        (statistics.weak_chord_tones, LATE, 3 / 4),  # C, F and A of C, D, F and A
        (statistics.chromatic_notes, scale(60, 61, 62, 63), 2 / 4),
        (statistics.changes_by_step, scale(60, 62, 64, 65, 67), 1),
        (statistics.changes_by_step, scale(60, 62, 64, 60, 65), 0),
        (statistics.rest_share, line((1, 1, 60), (3, 1, 62), (6, 1, 64)), 5 / 8),
        (statistics.phrase_notes, line((0, 1, 60), (1, 1, 62), (2, 1, 64), (5, 1, 60)), 2),
        (statistics.longest_phrase, line((0, 1, 60), (1, 1, 62), (2, 1, 64), (5, 1, 60)), 0.5),
        (statistics.recurring_intervals, scale(60, 62, 60, 62, 60, 62, 60), 2 / 3),
        (statistics.recurring_intervals, scale(60, 61, 63, 66, 70), 0),
        (statistics.articulation, line((0, 0.5, 60), (1, 0.8, 61), (2, 0.9, 62), (3, 1, 60)), 0.85),
        (statistics.dynamics, line((0, 1, 60), (1, 1, 60), velocities=(127, 40)), 20 * math.log10(127 / 40)),
        (statistics.ends_at_home, scale(60, 57), 1),  # A over F7
        (statistics.ends_at_home, scale(60, 63), 0),
        (statistics.ends_held, line((0, 1.5, 60)), 1),
        (statistics.ends_held, line((0, 1.25, 60)), 0),
    ],
)
def test_a_measure_has_its_value(measure: object, given: Line, value: float) -> None:
    assert callable(measure)
    assert measure(given) == pytest.approx(value, abs=1e-4)


def test_windows_of_four_measures_are_compared() -> None:
    notes = [
        (measure * 4 + k, 1, 60 + 2 * (measure // 4))
        for measure in range(12)
        for k in range(1 + measure // 4)
    ]
    twelve = line(*notes, chart=" | ".join(["C7"] * 12))
    assert statistics.density_spread(twelve) == pytest.approx(np.std([1, 2, 3]))
    assert statistics.register_spread(twelve) == pytest.approx(np.std([60, 62, 64]))
    assert math.isnan(statistics.density_spread(scale(60, 62)))


def write(path: Path, notes: list[Note], chart: str = CHART) -> None:
    piano = Part("Piano", (Note(0, 8, 48, 60),), channel=1)
    path.write_bytes(to_midi(Score((piano, Part("Solo", tuple(notes))), tempo=120)))
    path.with_name(path.name.replace("-swung", "")).with_suffix(".txt").write_text(chart)


def test_a_folder_is_read_with_its_charts_and_swing(tmp_path: Path) -> None:
    even = [Note(n / 2, 0.5, 60 + n % 5) for n in range(32)]
    write(tmp_path / "one.mid", even)
    write(tmp_path / "one-swung.mid", [Note(n // 2 + 0.6 * (n % 2), 0.4, 60) for n in range(32)])
    (tmp_path / "alone.mid").write_bytes(b"no chart beside it")
    (found,) = read_folder(tmp_path)
    assert (found.name, found.beats, found.end) == ("one", 4, 16)  # two choruses of two measures
    assert [str(symbol) for _, symbol in found.chords] == ["C7", "F7", "C7", "F7"]
    assert found.swing == pytest.approx(1.5)
    assert found.onsets[3] == 1.5
    text = list(table({"set": [found]}))
    assert len(text) == len(ROWS) + 4
    assert "| set |" in text[0]
    assert text[-1].endswith(f"of {len(ROWS)} in range, 1 solos")


@pytest.mark.parametrize(
    ("measures", "chords", "home"),
    [
        (9, ["Dm7", "G7", "Dm7", "G7", "Dm7", "G7", "Dm7", "G7", "C6"], 1),  # four choruses and the tonic
        (8, ["Dm7", "G7"] * 4, 0),
    ],
)
def test_the_tonic_that_follows_a_dominant_sounds_at_the_end(
    tmp_path: Path, measures: int, chords: list[str], home: float
) -> None:
    notes = [Note(n, 1, 64) for n in range(4 * measures - 4)]
    score = Score((Part("Solo", (*notes, Note(4 * measures - 4, 4, 60))),))  # C: of C6, not of G7
    (tmp_path / "one.mid").write_bytes(to_midi(score))
    (tmp_path / "one.txt").write_text("Dm7 | G7")
    found = read_line(tmp_path / "one.mid")
    assert [str(symbol) for _, symbol in found.chords] == chords
    assert found.end == 4 * measures
    assert statistics.ends_at_home(found) == home


@pytest.mark.parametrize(
    ("notes", "message"),
    [(3, "expected a solo of 20 notes or more, got 3"), (0, "expected NAME.mid with NAME.txt, got none")],
)
def test_a_folder_without_a_solo_is_refused(tmp_path: Path, notes: int, message: str) -> None:
    if notes:
        write(tmp_path / "few.mid", [Note(n, 1, 60) for n in range(notes)])
    with pytest.raises(UserError, match=message):
        read_folder(tmp_path)


def test_the_bundled_solos_are_in_the_range_of_human_players() -> None:
    lines = read_folder(FOLDER / "solos")
    for row in ROWS:
        if row.measure not in (statistics.articulation, statistics.swing):  # left to performance
            assert row.least <= measured(lines, row) <= row.most, row.name


def test_the_end_is_that_of_the_whole_solo() -> None:
    path = FOLDER / "solos" / "harbour_crane.mid"
    whole = read_line(path)
    assert whole.end == 36 * 4
    assert whole.head(32).end == 32 * 4
    held = next(row for row in ROWS if row.measure is statistics.ends_held)
    assert measured([whole], held, 4) == 1

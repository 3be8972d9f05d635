"""The bundled tunes and solos: the script writes the shipped files, which hold what charts and card state."""

import subprocess
import sys
from pathlib import Path

import pytest

from data.solos.charts import read_chart
from data.solos.reading import Solo, read_solo
from music.changes import parse_key
from tools.bundled.compose import FOLDER, SOLOS, TUNES

BLUES, BALLAD, BOSSA, WALTZ, CHANGES = list(TUNES)[1:]
# Measures, notes, distinct tokens.
SIZES = {
    "tune": (64, 384, 83),
    BLUES: (98, 581, 73),
    BALLAD: (64, 265, 96),
    BOSSA: (96, 408, 53),
    WALTZ: (96, 316, 76),
    CHANGES: (96, 607, 55),
}
JOINT_VOCABULARY = 215


@pytest.fixture(scope="module")
def solos() -> dict[str, Solo]:
    return {name: read_solo(FOLDER / f"{name}.mid") for name in TUNES}


each = pytest.mark.parametrize("name", TUNES)


def kinds(solo: Solo, beats: tuple[float, ...]) -> list[str]:
    """What the notes on these beats of the measure are to the chord: C, S, A or X."""
    return [
        token[0]
        for start, notes, tokens in zip(solo.starts, solo.notes, solo.tokens, strict=True)
        for note, token in zip(notes, tokens, strict=True)
        if note.onset - start in beats
    ]


def share(values: list[bool]) -> float:
    return sum(values) / len(values)


def test_the_script_writes_the_shipped_files_byte_for_byte(tmp_path: Path, root: Path) -> None:
    command = [sys.executable, "-m", "tools.bundled.compose", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    written = [tmp_path / f"{name}{suffix}" for name in (*TUNES, *SOLOS) for suffix in (".mid", ".txt")]
    assert done.stdout.splitlines() == [str(path) for path in written]
    for path in written:
        assert path.read_bytes() == (FOLDER / path.relative_to(tmp_path)).read_bytes(), path
    for folder in ("tunes", "solos"):
        shipped = {path.name for path in (FOLDER / folder).iterdir()}
        assert shipped == {path.name for path in (tmp_path / folder).iterdir()}


@each
def test_a_tune_reads_as_a_solo_over_chords(solos: dict[str, Solo], name: str) -> None:
    solo = solos[name]
    assert "melody from track 1 'Melody', chords from track 2 'Piano'" in solo.notices[-1]
    assert (len(solo.tokens), len(solo.flat_tokens), len(solo.vocabulary)) == SIZES[name]
    assert all(solo.chords)


def test_all_tunes_have_one_vocabulary_of_moderate_size(solos: dict[str, Solo]) -> None:
    tokens = {token for solo in solos.values() for token in solo.flat_tokens}
    assert len(tokens) == JOINT_VOCABULARY
    for name, solo in solos.items():
        others = {token for other in solos if other != name for token in solos[other].flat_tokens}
        known = share([token in others for token in solo.flat_tokens])
        assert known > 0.7, name


def test_the_data_set_card_states_the_sizes(solos: dict[str, Solo]) -> None:
    rows = [line.strip("| ").split(" | ") for line in (FOLDER / "README.md").read_text("utf-8").splitlines()]
    stated = {row[1].strip("`"): row[3:] for row in rows if row[-1][:2] == "0."}
    assert stated.keys() == TUNES.keys()
    for name, (key, tempo, measures, notes, tokens, chord_tones) in stated.items():
        chart = TUNES[name].read_chart()
        assert (parse_key(key), float(tempo)) == ((chart.key, chart.mode), chart.tempo)
        assert (int(measures), int(notes), int(tokens)) == SIZES[name]
        on_beats = kinds(solos[name], (0.0,) if name == WALTZ else (0.0, 2.0))
        assert float(chord_tones) == round(on_beats.count("C") / len(on_beats), 2)


@each
def test_the_chart_beside_a_tune_is_its_chords(name: str) -> None:
    chart = read_chart(FOLDER / f"{name}.txt")
    assert chart == TUNES[name].read_chart()
    assert len(chart.measures) == (12 if name == BLUES else 32)
    assert read_chart(chart.to_text()) == chart


@pytest.mark.parametrize("name", SOLOS)
def test_a_written_solo_reads_as_a_solo_over_its_chart(name: str) -> None:
    solo, chart = read_solo(FOLDER / f"{name}.mid"), SOLOS[name].read_chart()
    assert "melody from track 1 'Solo', chords from track 2 'Piano'" in solo.notices[-1]
    choruses = len(SOLOS[name].choruses)
    assert choruses in (2, 3)
    assert len(solo.tokens) == choruses * len(chart.measures)
    assert {measure.length for measure in solo.changes.measures} == {chart.measures[0].length}
    for chords, measure in zip(solo.chords, chart.measures * choruses, strict=True):
        expected = [chord.symbol.root for chord in measure.chords if chord.symbol is not None]
        heard = [min(chord.pitches) % 12 for chord in chords]
        assert list(dict.fromkeys(heard)) == list(dict.fromkeys(expected))
    assert read_chart(FOLDER / f"{name}.txt") == chart


def test_the_data_set_card_lists_the_written_solos() -> None:
    rows = [line.strip("| ").split(" | ") for line in (FOLDER / "README.md").read_text("utf-8").splitlines()]
    stated = {row[1].strip("`"): row for row in rows if len(row) == 7 and row[1].startswith("`solos/")}
    assert stated.keys() == SOLOS.keys()
    for name, (title, _, _, key, tempo, measures, notes) in stated.items():
        chart, solo = SOLOS[name].read_chart(), read_solo(FOLDER / f"{name}.mid")
        assert (title, parse_key(key), float(tempo)) == (chart.title, (chart.key, chart.mode), chart.tempo)
        assert (int(measures), int(notes)) == (len(solo.tokens), len(solo.flat_tokens))

"""Lead sheets through music21: real ones from its corpus, made ones, and broken ones."""

import zipfile
from pathlib import Path

import pytest

from data.solos import leadsheets
from data.solos import reading as solos
from music.chord_symbols import ChordSymbol
from music.harmony import Chord
from utils.errors import UserError

SCORE = """<?xml version="1.0" encoding="UTF-8"?>
<score-partwise version="4.0">
<part-list><score-part id="P1"><part-name>Lead</part-name></score-part></part-list>
<part id="P1"><measure number="0" implicit="yes"><attributes><divisions>2</divisions>
<time><beats>3</beats><beat-type>4</beat-type></time></attributes>{pickup}</measure>
<measure number="1">{harmony}{notes}</measure><measure number="2">{notes}</measure></part></score-partwise>"""
HARMONY = """<harmony><root><root-step>A</root-step></root><kind>minor-seventh</kind></harmony>"""
NOTE = """<note>{extra}<pitch><step>{step}</step><octave>4</octave></pitch><duration>{duration}</duration>
{tie}<type>quarter</type></note>"""


def note(step: str, duration: int = 2, extra: str = "", tie: str = "") -> str:
    return NOTE.format(step=step, duration=duration, extra=extra, tie=tie)


def sheet(harmony: str = HARMONY, notes: str | None = None) -> str:
    return SCORE.format(
        harmony=harmony, notes=note("A") + note("C") + note("E") if notes is None else notes, pickup=note("G")
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a tune.musicxml"


def test_melody_symbols_and_measures_are_read(path: Path) -> None:
    path.write_text(sheet())
    solo = solos.read_solo(path)
    assert solo.lengths == [1.0, 3.0, 3.0]
    assert [[note.pitch for note in measure] for measure in solo.notes] == [[67], [69, 60, 64], [69, 60, 64]]
    assert [sorted(pitch % 12 for pitch in chords[0].pitches) for chords in solo.chords] == [[0, 4, 7, 9]] * 3
    assert solo.tokens[1] == ["C,1.000", "C,1.000,<A-4,P-8>", "C,1.000,<P5,A1>"]
    assert "chords from track 2 'chord symbols'" in solo.notices[0]


def compressed(folder: Path, name: str, content: str) -> Path:
    """A file tune.mxl that holds one member beside what describes it."""
    with zipfile.ZipFile(folder / "tune.mxl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr(name, content)
    return folder / "tune.mxl"


def test_compressed_files_and_utf_16_are_read(path: Path, tmp_path: Path) -> None:
    path.write_text(sheet().replace("UTF-8", "UTF-16"), "utf-16")
    assert len(solos.read_solo(path).flat_tokens) == 7
    assert len(solos.read_solo(compressed(tmp_path, "s.xml", sheet())).flat_tokens) == 7


def test_grace_notes_are_left_out_and_tied_notes_are_one(path: Path) -> None:
    tied = note("B", tie='<tie type="start"/>') + note("B", tie='<tie type="stop"/>')
    path.write_text(sheet(notes=note("F", extra="<grace/>").replace("<duration>2</duration>", "") + tied))
    line = leadsheets.read(path).all_lines[0]
    assert [(note.pitch, note.duration) for note in line.singles] == [(67, 1.0), (71, 2.0), (71, 2.0)]


def test_notes_that_begin_together_are_a_chord(path: Path) -> None:
    triad = note("A") + note("C", extra="<chord/>") + note("E", extra="<chord/>")
    path.write_text(sheet(notes=triad + note("G", 4)))
    line = leadsheets.read(path).all_lines[0]
    assert line.chords == (Chord(1.0, (69, 60, 64)), Chord(4.0, (69, 60, 64)))
    assert [(single.onset, single.pitch) for single in line.singles] == [(0.0, 67), (2.0, 67), (5.0, 67)]


def test_a_sheet_without_symbols_has_its_chords_recognised(path: Path) -> None:
    path.write_text(sheet(harmony="", notes=note("A") * 2 + note("C") + note("E")))
    solo = solos.read_solo(path)
    assert [[str(chord.symbol) for chord in chords] for chords in solo.chords] == [["C"], ["Am"], ["Am"]]
    assert "chords recognised from all tracks: C Am, measures 1-3" in solo.notices[-1]


def test_a_short_sheet_without_symbols_lists_its_tracks(path: Path) -> None:
    path.write_text(sheet(harmony=""))
    with pytest.raises(UserError, match=r"no chords in .*, and 7 notes; .*1 'Lead' \(7 notes, 0 chords\)"):
        solos.read_solo(path)


@pytest.mark.parametrize(
    ("kind", "bass", "name"),
    [
        ("minor-seventh", "", "Am7"),
        ("major-ninth", "", "Amaj9"),
        ("half-diminished", "", "Am7b5"),
        ("dominant", "<bass><bass-step>C</bass-step><bass-alter>1</bass-alter></bass>", "A7/Db"),
        ("major", "<bass><bass-step>B</bass-step></bass>", "A/B"),
        ("minor-sixth", "", "Am6"),
        ("suspended-fourth", "", "Asus4"),
    ],
)
def test_chord_symbols_keep_their_names(kind: str, bass: str, name: str, path: Path) -> None:
    symbol = f"<harmony><root><root-step>A</root-step></root><kind>{kind}</kind>{bass}</harmony>"
    path.write_text(sheet(harmony=symbol))
    assert {str(chord.symbol) for chords in solos.read_solo(path).chords for chord in chords} == {name}


@pytest.mark.parametrize("name", ["broken.musicxml", "broken.mxl", "zip.mxl"])
def test_broken_files_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04nothing" if name == "zip.mxl" else b"<score-partwise><part")
    with pytest.raises(UserError, match=name) as caught:
        solos.read_solo(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unpacks to"):
        leadsheets.read(compressed(tmp_path, "s.xml", " " * (leadsheets.LARGEST_FILE + 1)))


@pytest.mark.parametrize(
    ("name", "most", "message"),
    [
        ("MOST", {"note": 6}, "has 7 elements 'note', expected at most 6"),
        ("MOST", {"measure": 2}, "has 3 elements 'measure', expected at most 2"),
        ("MOST", {"harmony": 0}, "has 1 elements 'harmony', expected at most 0"),
        ("MOST_MEASURES", 2, "has a part of 3 measures, expected at most 2"),
        ("MOST_ELEMENTS", 20, "elements, expected at most 20"),
    ],
)
def test_more_than_music21_can_hold_is_refused(
    name: str, most: object, message: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(sheet())
    monkeypatch.setattr(leadsheets, name, most)
    with pytest.raises(UserError, match=message):
        leadsheets.read(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_sheet_that_defines_entities_is_refused(encoding: str, path: Path) -> None:
    text = sheet().removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n')
    entity = '<!DOCTYPE score-partwise [<!ENTITY a "Lead">]>'
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?>{entity}{text}', encoding)
    with pytest.raises(UserError, match="defines entities, which no MusicXML needs"):
        leadsheets.read(path)


def test_an_archive_without_a_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="tune.mxl holds no MusicXML file"):
        leadsheets.read(compressed(tmp_path, "notes.txt", sheet()))


def test_a_real_lead_sheet_of_the_corpus_is_read() -> None:
    from music21 import common

    solo = solos.read_solo(common.getCorpusFilePath() / "leadSheet" / "berlinAlexandersRagtime.mxl")
    assert (len(solo.flat_tokens), len(solo.measures)) == (253, 65)
    assert solo.chords[0] == [Chord(0.0, (53, 57, 60), ChordSymbol(5, ""))]

"""MusicXML: what music21 and Verovio read is what was written."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.solos import reading as solos
from models.jazz import improviser
from music import notation, rhythm, sheet
from music.chord_symbols import ChordSymbol
from music.qualities import QUALITIES
from music.rhythm import TICKS
from music.score import Note, Part, Score
from music.sheet import Reader
from tests.music.scores import METERS, band_score, free_notes, voices

READERS: tuple[Reader, ...] = ("C", "Bb", "Eb", "bass")
FEW = settings(suppress_health_check=[HealthCheck.too_slow])
QUALITY = st.sampled_from([*sorted(QUALITIES), "7b9", "maj7#11", "madd9"])
symbols = st.builds(ChordSymbol, st.integers(0, 11), QUALITY, st.none() | st.integers(0, 11))


def read(text: str) -> Any:
    """The music21 score of MusicXML; the test fails on a warning."""
    from music21 import converter

    return converter.parseData(text, format="musicxml")


def sounding(part: Any) -> list[tuple[float, float, int]]:
    """(onset, duration, MIDI number) of a music21 part, tied notes as one."""
    whole = part.toSoundingPitch()
    for symbol in list(whole.recurse().getElementsByClass("Harmony")):
        symbol.activeSite.remove(symbol)  # music21 does not join notes over one
    return sorted(
        (round(float(element.offset), 6), round(float(element.quarterLength), 6), pitch.midi)
        for element in whole.stripTies().flatten().notes
        for pitch in element.pitches
    )


def expected(staff: sheet.Staff) -> list[tuple[float, float, int]]:
    return sorted(
        (round(event.start / TICKS, 6), round((event.end - event.start) / TICKS, 6), pitch)
        for event in staff.events
        for pitch in event.pitches
    )


def chords(score: Any, semitones: int = 0) -> list[tuple[float, int, str, int]]:
    """(onset, sounding root, quality, sounding bass) of a music21 score's chord symbols."""
    found = score.flatten().getElementsByClass("ChordSymbol")
    return [
        (
            float(symbol.offset),
            (symbol.root().pitchClass - semitones) % 12,
            symbol.chordKindStr,
            (symbol.bass().pitchClass - semitones) % 12,
        )
        for symbol in found
    ]


def named(symbols: Sequence[tuple[float, ChordSymbol]]) -> list[tuple[float, int, str, int]]:
    return [
        (onset, chord.root, chord.quality, chord.root if chord.bass is None else chord.bass)
        for onset, chord in symbols
    ]


def check_measures(text: str) -> None:
    """Every measure of every staff is full, without overlaps or negative durations."""
    for part in read(text).parts:
        length = 0.0
        for measure in part.getElementsByClass("Measure"):
            if measure.timeSignature is not None:
                length = measure.timeSignature.barDuration.quarterLength
            now = Fraction(0)
            for element in measure.notesAndRests:
                if "Harmony" in element.classes:
                    continue
                assert Fraction(element.offset) == now
                assert element.quarterLength > 0
                now += Fraction(element.quarterLength)
            assert now == Fraction(length)


def check_verovio(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Verovio reads the text without a warning."""
    import verovio

    capfd.readouterr()
    verovio.enableLog(verovio.LOG_WARNING)
    toolkit = verovio.toolkit()
    assert toolkit.loadData(text)
    toolkit.renderToSVG(1)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


@st.composite
def pieces(draw: st.DrawFn) -> tuple[Score, list[tuple[float, ChordSymbol]]]:
    beats = draw(st.sampled_from(METERS))
    melody = draw(voices(beats))
    score = Score((Part("Solo", tuple(melody), 26),), draw(st.integers(40, 300)), beats, "Études")
    onsets = [start + beat for start in rhythm.measure_starts(score) for beat in range(int(beats))]
    return score, [(onset, draw(symbols)) for onset in onsets if draw(st.booleans())]


@FEW
@given(pieces(), st.sampled_from(READERS))
def test_notes_and_chords_are_equal_after_the_round_trip(
    piece: tuple[Score, list[tuple[float, ChordSymbol]]], reader: Reader
) -> None:
    score, progression = piece
    text = notation.to_musicxml(score, chord_symbols=progression, swing=True, transpose_for=reader)
    back = read(text)
    assert chords(back, {"Bb": 2, "Eb": 9}.get(reader, 0)) == named(progression)
    notes = [(round(note.onset, 6), round(note.duration, 6), note.pitch) for note in score.parts[0].notes]
    assert sounding(back.parts[0]) == notes
    check_measures(text)


@FEW
@given(free_notes(), free_notes(), free_notes())
def test_any_mixture_of_thirds_and_fourths_is_read_back_as_it_was_quantised(
    solo: list[Note], piano: list[Note], bass: list[Note]
) -> None:
    parts = (Part("Solo", tuple(solo), 26), Part("Piano", tuple(piano), 0), Part("Bass", tuple(bass), 32))
    text = notation.to_musicxml(Score(parts))
    check_measures(text)
    staves = [staff for part in sheet.layout(Score(parts)).parts for staff in part]
    for part, staff in zip(read(text).parts, staves, strict=True):
        assert sounding(part) == expected(staff)


@pytest.mark.parametrize("reader", READERS)
def test_an_improvised_solo_is_read_back_and_engraved_without_a_warning(
    reader: Reader, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    solo = improvised(root)
    progression = solo.chord_symbols()
    text = notation.to_musicxml(solo.score, transpose_for=reader)
    back = read(text)
    assert [symbol[1:3] for symbol in chords(back, {"Bb": 2, "Eb": 9}.get(reader, 0))] == [
        (chord.root, chord.quality) for _, chord in progression
    ]
    melody = [(round(n.onset, 6), round(n.duration, 6), n.pitch) for n in solo.score.parts[0].notes]
    assert sounding(back.parts[0]) == melody
    check_measures(text)
    check_verovio(text, capfd)


def improvised(root: Path) -> improviser.Improvisation:
    """What the pretrained network plays over the project's own tune."""
    changes = solos.read_solo(solos.BUNDLED).changes
    changes = replace(changes, measures=changes.measures[:16])
    return improviser.load(root / "pretrained" / "jazz").improvise(changes, seed=7)


@pytest.mark.parametrize("beats", METERS)
def test_the_whole_band_is_full_measures_that_programs_read(
    beats: float, capfd: pytest.CaptureFixture[str]
) -> None:
    score = band_score(beats)
    text = notation.to_musicxml(score, chord_symbols=[(0.0, ChordSymbol(2, "m7"))], swing=True)
    check_measures(text)
    check_verovio(text, capfd)
    solo, right, left, bass, _ = read(text).parts
    for part, notes in ((solo, score.parts[0].notes), (bass, score.parts[2].notes)):
        assert sounding(part) == [(note.onset, note.duration, note.pitch) for note in notes]
    piano = sorted((note.onset, note.duration, note.pitch) for note in score.parts[1].notes)
    assert sorted(sounding(right) + sounding(left)) == piano


def test_each_drum_is_named_and_stands_on_its_own_line() -> None:
    root = ElementTree.fromstring(notation.to_musicxml(band_score()))
    head = root.findall(".//score-part")[3]
    numbers = {
        str(instrument.get("id")): int(instrument.findtext("midi-unpitched", "0")) - 1
        for instrument in head.findall("midi-instrument")
    }
    names = {
        str(element.get("id")): element.findtext("instrument-name")
        for element in head.iter("score-instrument")
    }
    notes = [note for note in root.findall("part")[3].iter("note") if note.find("rest") is None]
    drums = [numbers[str(note.find("instrument").get("id"))] for note in notes]  # type: ignore[union-attr]
    assert drums == list(range(35, 51))
    by_name = {
        names[str(note.find("instrument").get("id"))]: (  # type: ignore[union-attr]
            f"{note.findtext('unpitched/display-step')}{note.findtext('unpitched/display-octave')}",
            note.findtext("notehead") or "normal",
        )
        for note in notes
    }
    assert by_name["Bass Drum"] == ("F4", "normal")
    assert by_name["Snare"] == ("C5", "normal")
    assert by_name["Closed Hi-Hat"] == ("G5", "x")
    assert by_name["Percussion"] == ("E5", "triangle")
    assert all(element.text == "10" for element in head.iter("midi-channel"))


TENSIONS = "7b9 7#9 7b9#11 7b13 m7b6 maj7#11 7#5#9 13#11 madd9 add9 sus4add9 7sus4b9 69#11".split()


@pytest.mark.parametrize("quality", [*sorted(QUALITIES), *TENSIONS])
def test_every_quality_keeps_its_notes(quality: str) -> None:
    chord = ChordSymbol(9, quality)
    text = notation.to_musicxml(Score(()), chord_symbols=[(0.0, chord)])
    (symbol,) = read(text).flatten().getElementsByClass("ChordSymbol")
    assert {pitch.pitchClass for pitch in symbol.pitches} == set(chord.pitch_classes)


def test_no_chord_is_written_too() -> None:
    text = notation.to_musicxml(Score((), beats=8.0), chord_symbols=[(0.0, ChordSymbol(0, "6")), (4.0, None)])
    first, second = read(text).flatten().getElementsByClass("Harmony")
    assert (first.offset, first.chordKindStr) == (0.0, "6")
    assert (second.offset, second.chordKindStr, second.pitches) == (4.0, "N.C.", ())


def test_no_alteration_of_zero_is_written() -> None:
    progression = [(float(beat), ChordSymbol(beat, "7", (beat + 5) % 12)) for beat in range(12)]
    root = ElementTree.fromstring(notation.to_musicxml(Score(()), chord_symbols=progression))
    alters = [element.text for tag in ("root-alter", "bass-alter") for element in root.iter(tag)]
    assert alters
    assert set(alters) <= {"1", "-1"}


def test_what_a_program_needs_to_play_and_print_the_sheet() -> None:
    """A solo in B flat over a bass, five measures, on A4 with staves of 5.2 mm and margins of 12 mm."""
    parts = (
        Part("Solo", tuple(Note(4 * bar, 4, 65) for bar in range(5)), 26),
        Part("Bass", (Note(0, 4, 40),), 33, 1),
    )
    symbols = [(0, ChordSymbol(10, "7", 5)), (4, None)]
    text = notation.to_musicxml(
        Score(parts, tempo=132.5), chord_symbols=symbols, sharps=-2, transpose_for="Bb"
    )
    root = ElementTree.fromstring(text)

    def found(tag: str) -> list[str | None]:
        return [element.text for element in root.iter(tag)]

    assert found("creator") == []  # music21 would name itself as the composer
    assert found("millimeters") + found("tenths") == ["5.2", "40"]
    assert found("page-width") + found("page-height") == ["1615", "2285"]
    assert {found(f"{side}-margin")[0] for side in ("left", "right", "top", "bottom")} == {"92"}
    assert found("part-name") == found("instrument-name") == ["Solo in B♭", "Bass"]
    assert [element.get("id") for element in root.iter("midi-instrument")] == ["P1-I1", "P2-I1"]
    assert (found("midi-channel"), found("midi-program")) == (["1", "2"], ["27", "34"])
    assert found("per-minute") == [element.get("tempo") for element in root.iter("sound")] == ["132.5"]
    assert (found("fifths"), found("sign"), found("chromatic")[0]) == (["0", "-2"], ["G", "F"], "-2")
    assert (found("root-step")[0], found("bass-step"), found("kind")) == ("C", ["G"], ["dominant", "none"])
    assert [bar.get("number") for bar in root.iterfind(".//print[@new-system='yes']/..")] == ["5"]
    assert found("bar-style") == ["light-heavy", "light-heavy"]


def test_a_transposed_sheet_has_another_key_but_the_same_sound() -> None:
    score = Score((Part("Solo", (Note(0, 4, 65),), 26),))
    keys = []
    for reader in READERS:
        back = read(notation.to_musicxml(score, sharps=-1, transpose_for=reader))
        keys.append(back.flatten().getElementsByClass("KeySignature").first().sharps)
        (written,) = back.flatten().notes
        keys.append(written.nameWithOctave)
        assert sounding(back.parts[0]) == [(0.0, 4.0, 65)]
    assert keys == [-1, "F4", 1, "G4", 2, "D5", -1, "F3"]


def test_accidentals_are_written_once_a_measure() -> None:
    pitches = [66, 66, 65, 78, 66, 66]
    notes = tuple(Note(float(beat), 1.0, pitch) for beat, pitch in enumerate(pitches))
    root = ElementTree.fromstring(notation.to_musicxml(Score((Part("Solo", notes, 26),)), sharps=0))
    signs = [note.findtext("accidental") for note in root.iter("note") if note.find("rest") is None]
    assert signs == ["sharp", None, "natural", "sharp", "sharp", None]


def test_tempo_swing_and_title_are_written() -> None:
    back = notation.to_musicxml(Score((), 132.5, title="Blues <for> A & B"), swing=True)
    root = ElementTree.fromstring(back)
    assert root.findtext("work/work-title") == "Blues <for> A & B"
    assert root.findtext("part/measure/direction[@placement='above']//per-minute") == "132.5"
    assert [element.text.strip() for element in root.iter("words")] == ["Swing"]  # type: ignore[union-attr]
    assert "<words" not in notation.to_musicxml(Score(()))


@pytest.mark.parametrize("title", ["a\udcff.mid", "\ud800", "\x00\x1b[2J\uffff", "", "<!ENTITY>]]>"])
def test_any_title_and_part_name_is_good_xml(title: str) -> None:
    score = Score((Part(title, (Note(0, 1, 60),), 26),), title=title)
    back = read(notation.to_musicxml(score))
    assert sounding(back.parts[0]) == [(0.0, 1.0, 60)]


def test_measures_need_not_be_even() -> None:
    score = Score((Part("Solo", (Note(0, 10, 60),), 26),), beats=3.0)
    text = notation.to_musicxml(score, measure_starts=[0, 3, 7])
    signatures = read(text).flatten().getElementsByClass("TimeSignature")
    assert [signature.ratioString for signature in signatures] == ["3/4", "4/4", "3/4"]
    check_measures(text)
    assert sounding(read(text).parts[0]) == [(0.0, 10.0, 60)]


@pytest.mark.parametrize("reader", READERS)
def test_pitches_that_no_sheet_has_move_by_octaves(reader: Reader) -> None:
    notes = tuple(Note(float(beat), 1.0, pitch) for beat, pitch in enumerate((0, 60, 127, 5)))
    text = notation.to_musicxml(Score((Part("Solo", notes, 26),)), transpose_for=reader)
    octaves = [int(element.text or "") for element in ElementTree.fromstring(text).iter("octave")]
    assert len(octaves) == 4
    assert all(0 <= octave <= 9 for octave in octaves)
    assert [pitch % 12 for _, _, pitch in sounding(read(text).parts[0])] == [0, 0, 7, 5]


def test_the_same_score_gives_the_same_text() -> None:
    assert notation.to_musicxml(band_score()) == notation.to_musicxml(band_score())

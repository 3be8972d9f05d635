"""MusicXML: what music21 and Verovio read is what was written."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.engine.engine import Engine
from models.jazz import improviser, networks
from tests.utils.music.scores import METERS, free_notes, voices
from utils import bundle as bundles
from utils.errors import UserError
from utils.music import notation, rhythm, sheet
from utils.music.chord_symbols import QUALITIES, ChordSymbol
from utils.music.harmony import ROOTS
from utils.music.rhythm import TICKS
from utils.music.score import DRUM_CHANNEL, Note, Part, Score
from utils.music.sheet import Reader

READERS: tuple[Reader, ...] = ("C", "Bb", "Eb", "bass")
FEW = settings(max_examples=30, deadline=None)
symbols = st.builds(
    ChordSymbol, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)), st.none() | st.integers(0, 11)
)


def read(text: str) -> Any:
    """The music21 score of MusicXML; the test fails on a warning."""
    from music21 import converter

    return converter.parseData(text, format="musicxml")


def sounding(part: Any) -> list[tuple[float, float, int]]:
    """(onset, duration, MIDI number) of a music21 part, tied notes as one."""
    whole = part.toSoundingPitch().stripTies().flatten().notes
    return sorted(
        (float(element.offset), float(element.quarterLength), pitch.midi)
        for element in whole
        if "Harmony" not in element.classes
        for pitch in element.pitches
    )


def expected(staves: Sequence[sheet.Staff]) -> list[tuple[float, float, int]]:
    return sorted(
        (float(Fraction(event.start, TICKS)), float(Fraction(event.end - event.start, TICKS)), pitch)
        for staff in staves
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


def told(symbols: Sequence[tuple[float, ChordSymbol]]) -> list[tuple[float, int, str, int]]:
    return [
        (onset, chord.root, chord.quality, chord.root if chord.bass is None else chord.bass)
        for onset, chord in symbols
    ]


def check_measures(text: str) -> None:
    """Every measure of every staff is full, without overlaps or negative durations."""
    for part in read(text).parts:
        for measure in part.getElementsByClass("Measure"):
            length = measure.timeSignature.barDuration.quarterLength if measure.timeSignature else length
            now = Fraction(0)
            for element in measure.notesAndRests:
                if "Harmony" in element.classes:
                    continue
                assert Fraction(element.offset) == now
                assert element.quarterLength > 0
                now += Fraction(element.quarterLength)
            assert now == Fraction(length)


def check_verovio(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Verovio reads the text without a word."""
    import verovio

    capfd.readouterr()
    verovio.enableLog(verovio.LOG_WARNING)
    toolkit = verovio.toolkit()
    assert toolkit.loadData(text)
    toolkit.renderToSVG(1)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


@st.composite
def solos(draw: st.DrawFn) -> tuple[Score, list[tuple[float, ChordSymbol]]]:
    beats = draw(st.sampled_from(METERS))
    melody = draw(voices(beats))
    score = Score((Part("Solo", tuple(melody), 26),), draw(st.integers(40, 300)), beats, "Études")
    places = draw(st.sets(st.integers(0, int(max(score.length, 1)) - 1), max_size=4))
    starts = [start for measure in rhythm.measure_starts(score) for start in range(int(beats))]
    onsets = sorted({measure + beat for measure in rhythm.measure_starts(score) for beat in range(int(beats))})
    chosen = sorted({onsets[place % len(onsets)] for place in places})
    assert starts
    return score, [(onset, draw(symbols)) for onset in chosen]


@FEW
@given(solos(), st.sampled_from(READERS))
def test_notes_and_chords_are_equal_after_the_round_trip(
    piece: tuple[Score, list[tuple[float, ChordSymbol]]], reader: Reader
) -> None:
    score, progression = piece
    text = notation.to_musicxml(score, chord_symbols=progression, swing=True, transpose_for=reader)
    back = read(text)
    notes = [(note.onset, note.duration, note.pitch) for note in score.parts[0].notes]
    assert [value for note in sounding(back.parts[0]) for value in note] == pytest.approx(
        [value for note in sorted(notes) for value in note]
    )
    semitones = {"Bb": 2, "Eb": 9}.get(reader, 0)
    assert chords(back, semitones) == told(progression)
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
        assert sounding(part) == pytest.approx(expected([staff]))


@pytest.mark.parametrize("reader", READERS)
def test_an_improvised_solo_is_read_back_and_engraved_without_a_warning(
    reader: Reader, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    solo = improvised(root)
    progression = [(onset, parsed(text)) for onset, text in solo.chord_symbols()]
    text = notation.to_musicxml(
        solo.score, chord_symbols=progression, measure_starts=solo.starts[:-1], transpose_for=reader
    )
    back = read(text)
    melody = [(note.onset, note.duration, note.pitch) for note in solo.score.parts[0].notes]
    assert sounding(back.parts[0]) == sorted(melody)
    assert [symbol[1:3] for symbol in chords(back, {"Bb": 2, "Eb": 9}.get(reader, 0))] == [
        (chord.root, chord.quality) for _, chord in progression
    ]
    check_measures(text)
    check_verovio(text, capfd)


def improvised(root: Path) -> improviser.Improvisation:
    bundle = bundles.load(root / "pretrained" / "jazz", "jazz")
    ...


def parsed(text: str) -> ChordSymbol:
    name = text[:2] if text[1:2] == "-" else text[:1]
    return ChordSymbol(ROOTS.index(name), text.removeprefix(name))

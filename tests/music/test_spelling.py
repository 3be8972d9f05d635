"""Spelling: key signatures, names in a key, names over a chord."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music import spelling
from music.chord_symbols import ChordSymbol
from music.qualities import QUALITIES

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
signatures = st.integers(-6, 5)
chords = st.none() | st.builds(ChordSymbol, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)))


def names(pitches: list[int], sharps: int, chord: ChordSymbol | None = None) -> str:
    found = (spelling.spell(pitch, sharps, chord) for pitch in pitches)
    return " ".join(f"{name.letter}{'#' * name.alteration}{'b' * -name.alteration}" for name in found)


@given(st.integers(0, 127), signatures, chords)
def test_a_name_sounds_as_its_pitch_and_has_one_accidental_at_most(
    pitch: int, sharps: int, chord: ChordSymbol | None
) -> None:
    name = spelling.spell(pitch, sharps, chord)
    assert 12 * (name.octave + 1) + SEMITONES[name.letter] + name.alteration == pitch
    assert abs(name.alteration) <= 1


@given(signatures)
def test_the_notes_of_the_key_need_no_accidental(sharps: int) -> None:
    tonic = 60 + 7 * sharps % 12
    scale = [tonic + step for step in (0, 2, 4, 5, 7, 9, 11)]
    letters = {spelling.spell(pitch, sharps).letter for pitch in scale}
    altered = sum(abs(spelling.spell(pitch, sharps).alteration) for pitch in scale)
    assert (len(letters), altered) == (7, abs(sharps))


def test_flat_keys_have_flats_and_sharp_keys_sharps() -> None:
    chromatic = list(range(60, 72))
    assert names(chromatic, -3) == "C Db D Eb E F Gb G Ab A Bb B"
    assert names(chromatic, 0) == "C Db D Eb E F F# G Ab A Bb B"
    assert names(chromatic, 4) == "C C# D D# E F F# G G# A A# B"


@pytest.mark.parametrize(
    ("chord", "sharps", "pitches", "expected"),
    [
        (ChordSymbol(9, "7"), -1, [57, 61, 64, 67], "A C# E G"),
        (ChordSymbol(4, "7"), 0, [64, 68, 71, 74], "E G# B D"),
        (ChordSymbol(10, "m7"), 1, [58, 61, 65, 68], "Bb Db F Ab"),
        (ChordSymbol(0, "aug"), -3, [60, 64, 68], "C E G#"),
        (ChordSymbol(1, "dim7"), 0, [61, 64, 67, 70], "C# E G Bb"),
        (ChordSymbol(6, "m7b5"), -1, [66, 69, 72, 76], "F# A C E"),
        (ChordSymbol(1, "maj7"), -1, [61, 65, 68, 72], "Db F Ab C"),
    ],
)
def test_the_notes_of_a_chord_are_spelled_as_its_thirds(
    chord: ChordSymbol, sharps: int, pitches: list[int], expected: str
) -> None:
    assert names(pitches, sharps, chord) == expected


@given(st.integers(0, 11))
def test_a_key_is_known_by_its_notes(tonic: int) -> None:
    weights = {(tonic + step) % 12: 2.0 for step in (0, 4, 7)} | {
        (tonic + step) % 12: 1.0 for step in (2, 5, 9, 11)
    }
    assert spelling.estimated_key(weights) == (spelling.wrapped(7 * tonic), "major")


def test_a_minor_key_has_the_signature_of_its_relative_major() -> None:
    assert spelling.estimated_key({0: 4, 3: 3, 7: 3, 2: 1, 5: 1, 8: 1, 11: 1}) == (-3, "minor")


def test_silence_has_no_accidentals() -> None:
    assert spelling.estimated_key({}) == (0, "major")

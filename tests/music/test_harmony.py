"""Harmony: roots, qualities, scales and symbols, and agreement with music21."""

import random

import pytest

from music import harmony, intervals


@pytest.mark.parametrize(
    ("chord", "root", "quality"),
    [
        ((60, 64, 67), 0, "major"),
        ((64, 67, 72), 0, "major"),
        ((57, 60, 64, 67), 9, "minor"),
        ((59, 62, 65), 11, "diminished"),
        ((60, 64, 68), 0, "augmented"),
        ((60, 64), 0, "major"),
        ((62, 65), 2, "minor"),
        ((60, 64, 67, 61), 0, "other"),
        ((60,), 0, "other"),
    ],
)
def test_root_and_quality(chord: tuple[int, ...], root: int, quality: str) -> None:
    assert harmony.quality(chord) == quality
    if quality != "other":
        assert harmony.root(chord) == root


def test_a_chord_without_notes_has_no_root() -> None:
    with pytest.raises(ValueError, match="chord: expected one pitch or more, got none"):
        harmony.root(())


def test_roots_qualities_scales_and_neighbours_agree_with_music21() -> None:
    from music21 import chord as music21_chord
    from music21 import pitch, scale

    generator = random.Random(5)
    for _ in range(60):
        ours = tuple(generator.randint(36, 84) for _ in range(generator.randint(1, 7)))
        theirs = music21_chord.Chord(
            [pitch.Pitch(f"{intervals.name(number)}{intervals.octave(number)}") for number in ours]
        )
        assert harmony.root(ours) == theirs.root().pitchClass, ours
        assert harmony.quality(ours) == theirs.quality, ours
        mode = scale.MajorScale() if theirs.quality == "major" else scale.DorianScale()
        names = {degree.name for degree in mode.derive(theirs).getPitches()}
        assert harmony.scale_names(ours) == names, ours


@pytest.mark.parametrize(
    ("chord", "symbol"),
    [
        ((60, 64, 67), "C"),
        ((57, 60, 64, 67), "Am7"),
        ((55, 59, 62, 65), "G7"),
        ((53, 57, 60, 64), "Fmaj7"),
        ((62, 65, 68, 72), "Dm7b5"),
        ((51, 55, 58, 62), "Ebmaj7"),
        ((44, 63, 67, 60, 58), "Abmaj7"),
        ((48, 55), "C5"),
        ((60, 61), "C"),
    ],
)
def test_symbols(chord: tuple[int, ...], symbol: str) -> None:
    assert str(harmony.symbol(chord)) == symbol

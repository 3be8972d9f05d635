"""The tune's material: every word can be read, every measure and half measure is full."""

from fractions import Fraction

import pytest

from data.bundled import motifs

HALVES = (*motifs.LINES, *motifs.ENDINGS, *motifs.BREATHS, *motifs.CHORUS_ENDING)


def length(words: str) -> Fraction:
    return sum((motifs.LENGTHS[word[0]] for word in words.split()), Fraction())


@pytest.mark.parametrize("words", sorted({*motifs.HEAD, *HALVES}))
def test_every_word_can_be_read(words: str) -> None:
    assert all(motifs.WORD.fullmatch(word) for word in words.split())


def test_the_head_has_a_full_measure_for_each_of_the_chart() -> None:
    assert len(motifs.HEAD) == len(motifs.CHART.split("|")) == 32
    assert {length(words) for words in motifs.HEAD} == {Fraction(motifs.BEATS)}


def test_the_chorus_is_made_of_halves() -> None:
    assert {length(words) for words in HALVES} == {Fraction(motifs.BEATS, motifs.HALVES)}


def test_every_chord_of_the_chart_has_a_root_a_scale_and_voicings() -> None:
    for chord in motifs.CHART.replace("|", " ").split():
        root = max((name for name in motifs.ROOTS if chord.startswith(name)), key=len)
        quality = chord.removeprefix(root)
        assert len(motifs.SCALES[quality]) == 7
        assert motifs.VOICINGS[quality]

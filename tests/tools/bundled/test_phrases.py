"""The phrase machinery: words become pitches over chords, plans become choruses."""

from dataclasses import replace

import pytest

from music.chord_symbols import ChordSymbol
from tools.bundled.phrases import SCALES, VOICINGS, Chorus, Line, Tune, compose

TUNE = Tune(
    chart="key: G\nG7 | C7 | Am7 D7 | G7",
    head="q1 q3 q5 q7 | q1 q3 q5 q7 | q1 q3 q3 q7 | w1",
    choruses=(Chorus("LINE line LINE line\nline rest rest close"),),
    pools={
        "line": "e1 e2 e3 e5\ne5 e3 e2 e1\nq3 q5",
        "line c": "never",
        "line m7": "q9 q7",
        "rest": "h.",
        "close": "h3",
    },
    comping={1: ("0+1 2+1",), 2: ("0+2 2+2",)},
    lowest=55,
    middle=64,
)


def melody(words: str, **settings: int) -> list[int]:
    """The pitches of words over the tune's chords."""
    tune = replace(TUNE, **settings)
    line = Line(tune, tune.read_chart().measures)
    line.play(words)
    return [note.pitch for note in line.notes]


def test_degrees_are_those_of_the_chord_that_sounds() -> None:
    assert melody("q1 q3 q5 q7") == [67, 71, 74, 77]
    assert [pitch % 12 for pitch in melody("w1 | w3 | h3 h3")] == [7, 4, 0, 6]


def test_accidentals_and_octaves() -> None:
    assert melody("q1 qb3 q3 q#4") == [67, 70, 71, 73]
    assert melody("q1 q0 q-2 q8") == [67, 65, 62, 79]
    assert melody("q3 qb9 q9 q1") == [59, 68, 69, 55]


def test_leaning_notes_are_a_semitone_beside_the_next_one() -> None:
    assert melody("eo eu q3 h5") == [60, 58, 59, 62]
    assert melody("q1 q5 qo qu | w3") == [67, 74, 77, 75, 76]


@pytest.mark.parametrize("words", ["L1 s2", "q1 q9 q", "z1 q1", "h1 q.", "qx5 q1", "q1 q1 q1 q1 q1"])
def test_words_that_cannot_be_played_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="words must"):
        melody(words)


def test_a_chorus_repeats_its_motif_and_ends_as_planned() -> None:
    for seed in range(20):
        melody_part, _ = compose(replace(TUNE, seed=seed)).parts
        chorus = [(note.onset - 16, note.duration) for note in melody_part.notes if note.onset >= 16]
        first, third = ([(onset - start, length) for onset, length in chorus if start <= onset < start + 2]
                        for start in (0, 4))  # fmt: skip
        assert first == third
        assert not [onset for onset, _ in chorus if 10 <= onset < 14]
        assert chorus[-1] == (14, 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"head": "w1 | w1 | w1"}, "head: expected a multiple of 4 measures"),
        ({"choruses": (Chorus("line line"),)}, "plan: expected to fill chorus 1, got 20.0 beats"),
        ({"chart": "G7 | N.C. | G7 | G7"}, "chart: expected a chord in measure 2"),
    ],
)
def test_what_does_not_fit_the_form_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compose(replace(TUNE, **settings))  # type: ignore[arg-type]


def test_every_scale_has_seven_notes_and_holds_its_chord() -> None:
    assert SCALES.keys() - VOICINGS.keys() == {""}  # the key's own scale
    for quality, scale in SCALES.items():
        assert len(scale) == 7
        assert scale == tuple(sorted(set(scale)))
        assert {above % 12 for above in ChordSymbol(0, quality).intervals} <= set(scale)

"""The phrase machinery: words become pitches over chords, plans become choruses."""

from dataclasses import replace

import pytest

from data.bundled.phrases import SCALES, VOICINGS, Chorus, Line, Tune, compose
from utils.music.chord_symbols import ChordSymbol

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


def test_degrees_of_the_key_stay_where_they_are() -> None:
    assert [pitch % 12 for pitch in melody("wt1 | wtb3 | wtb3 | wt1")] == [7, 10, 10, 7]


def test_leaning_notes_are_a_semitone_beside_the_next_one() -> None:
    assert melody("eo eu q3 h5") == [60, 58, 59, 62]
    assert melody("q1 q5 qo qu | w3") == [67, 74, 77, 75, 76]


def test_groups_begin_near_the_note_before_and_stay_in_range() -> None:
    words = "q1 q3 q5 q7 | q1 q3 q5 q7 | h1 h3 | w1"
    assert melody(words, lowest=60, highest=84) == [67, 71, 74, 77, 72, 76, 79, 82, 81, 78, 79]
    assert melody(words, lowest=60, highest=80) == [67, 71, 74, 77, 60, 64, 67, 70, 69, 66, 67]


def test_a_rest_takes_time() -> None:
    line = Line(TUNE, TUNE.read_chart().measures)
    line.play("q. L1 s3 q. q5")
    assert [note.onset for note in line.notes] == pytest.approx([1, 5 / 3, 3])
    assert [note.velocity for note in line.notes] == [96, 84, 96]


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


def test_pools_of_a_quality_are_drawn_from_over_its_chords() -> None:
    notes = compose(TUNE).parts[0].notes
    assert [note.pitch % 12 for note in notes if 24 <= note.onset < 26] == [11, 7]  # 9 and 7 of Am7


def test_words_played_last_are_not_drawn_again() -> None:
    tune = replace(TUNE, choruses=(Chorus("line " * 8),), pools={"line": TUNE.pools["line"]}, memory=2)
    for seed in range(10):
        notes = compose(replace(tune, seed=seed)).parts[0].notes
        halves = [
            tuple(note.pitch for note in notes if start <= note.onset < start + 2) for start in (16, 18, 20)
        ]
        assert len(set(halves)) == 3


def test_a_coda_follows_the_last_chorus() -> None:
    score = compose(replace(TUNE, coda_chart="G7", coda="w5"))
    assert (score.length, score.parts[0].notes[-1].onset) == (36, 32)
    assert max(note.onset for note in score.parts[1].notes) == 34


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

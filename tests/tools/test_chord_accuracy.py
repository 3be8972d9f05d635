"""The measuring of recognition: what counts as right, and a part of what it measures."""

from itertools import islice, pairwise

import numpy as np
import pytest

from music.chord_symbols import parse_symbol
from music.recognition import recognise_chords
from music.score import Note
from tools import chord_accuracy
from tools.bundled.compose import TUNES
from tools.chord_accuracy import (
    CHORALES,
    Example,
    KnownChord,
    analysed_scores,
    compare,
    compare_melody,
    comping_track,
    lead_sheets,
    main,
    seventh,
    triad,
)


@pytest.mark.parametrize(
    ("name", "of_triad", "of_seventh"),
    [
        ("C", {0, 4, 7}, None),
        ("C13", {0, 4, 7}, 10),
        ("Cm6", {0, 3, 7}, None),
        ("Cdim7", {0, 3, 6}, 9),
        ("Cm7b5", {0, 3, 6}, 10),
        ("Cmaj7#11", {0, 4, 7}, 11),
        ("C7sus4", {0, 5, 7}, 10),
        ("Caug", {0, 4, 8}, None),
    ],
)
def test_chords_are_compared_by_triad_and_seventh(
    name: str, of_triad: set[int], of_seventh: int | None
) -> None:
    intervals = parse_symbol(name).intervals
    assert (triad(intervals), seventh(intervals)) == (of_triad, of_seventh)


KNOWN = [KnownChord(0.0, 2.0, 0, frozenset({0, 4, 7, 11})), KnownChord(2.0, 4.0, 7, frozenset({0, 4, 7}))]
NOTES = [Note(0.0, 4.0, pitch) for pitch in (60, 64, 67, 71)]  # no D for the second chord
EXAMPLE = Example("", NOTES, [(0.0, 4.0)], KNOWN, NOTES[2:])
FOUND = [(0.0, parse_symbol("Cmaj7")), (1.0, parse_symbol("C")), (2.0, parse_symbol("Gm"))]


def test_time_is_counted() -> None:
    assert compare(EXAMPLE, FOUND).tolist() == [16, 16, 8, 4, 8, 8]
    assert compare(EXAMPLE, FOUND[:1]).tolist() == [16, 8, 8, 8, 8, 8]
    assert compare_melody(EXAMPLE).tolist() == [1, 1, 2]


def test_accompaniments_have_every_rhythm_and_bass() -> None:
    """Four beats of G7: the chord held, in halves, in quarters, off the beat, broken, syncopated."""
    chord = KnownChord(4.0, 8.0, 7, frozenset({0, 4, 7, 10}))
    rhythms, basses, lowest = set(), set(), set()
    for seed in range(200):
        notes = list(chord_accuracy.accompaniment([chord], np.random.default_rng(seed)))
        chords = [note for note in notes if note.velocity == 65]
        rhythms.add(tuple(sorted({(note.onset - 4, float(note.duration)) for note in chords})))
        basses.add(tuple((n.onset - 4, float(n.duration), n.pitch) for n in notes if n.velocity == 80))
        lowest.add(min(note.pitch for note in chords))
        assert {note.velocity for note in notes} <= {65, 80}
        assert {note.pitch % 12 for note in chords} in ({7, 11, 2, 5}, {11, 2, 5})  # perhaps without the root
    assert lowest == {50, 53, 55, 59}
    usual = [((0, 4),), ((0, 2), (2, 2)), ((0, 1), (1, 1), (2, 1), (3, 1)), ((1, 0.9), (3, 0.9))]
    usual.append(tuple((eighth / 2, 0.5) for eighth in range(8)))
    syncopated = rhythms - set(usual)
    assert len(rhythms - syncopated) == 5
    for first, second in syncopated:
        assert first[1] == 0.6 and second[1] == (0.5 if second[0] == 3.5 else 0.6)
        assert first[0] < second[0] and {2 * first[0] % 1, 2 * second[0] % 1} == {0}
    walking = basses - {(), ((0, 4, 43),), ((0, 2, 43), (2, 2, 50))}
    assert len(basses - walking) == 3
    for bass in walking:
        assert [note[:2] for note in bass] == [(0, 1), (1, 1), (2, 1), (3, 1)] and bass[0][2] == 43
        assert all(0 < abs(after[2] - note[2]) < 6 for note, after in pairwise(bass))


def test_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The same piece in every collection, two or three times."""
    monkeypatch.setattr(chord_accuracy, "recognise_chords", lambda notes, measures: FOUND)
    monkeypatch.setattr(chord_accuracy, "analysed_scores", lambda folder: [EXAMPLE] * 3)
    monkeypatch.setattr(chord_accuracy, "lead_sheets", lambda seeds: [[EXAMPLE] * seeds] * 2)
    monkeypatch.setattr(chord_accuracy, "own_tune", lambda tune: (EXAMPLE, FOUND[:1]))
    monkeypatch.setattr(chord_accuracy, "comping_track", lambda *_: (EXAMPLE, FOUND[:1], FOUND))
    monkeypatch.setattr(chord_accuracy, "TUNES", {"one": None, "two": None})
    assert main(["--seeds", "4"]) == 0
    shares = "   100.0%    50.0%    25.0%   100.0%"
    assert capsys.readouterr().out.splitlines() == [
        "chords                      pieces     root    triad  seventh  triad where notes allow",
        f"chorales, odd (tuned on)         2{shares}",
        f"chorales, even                   1{shares}",
        f"madrigals, odd (tuned on)        2{shares}",
        f"madrigals, even                  1{shares}",
        f"lead sheets, odd (tuned on)      1{shares}",
        f"lead sheets, even                1{shares}",
        "own tunes                        2    50.0%    50.0%    50.0%   100.0%",
        "comping tracks, as struck       24    50.0%    50.0%    50.0%   100.0%",
        f"comping tracks, as read         24{shares}",
        "melody                      pieces  precision  recall",
        "lead sheets                      2     100.0%   50.0%",
        "own tunes                        2     100.0%   50.0%",
    ]


def test_four_fifths_of_the_time_are_right_in_lead_sheets() -> None:
    for examples in lead_sheets(3):
        counts = np.sum(
            [compare(each, recognise_chords(each.notes, each.measures)) for each in examples], axis=0
        )
        assert counts[2] / counts[0] >= 0.8, examples[0].name


@pytest.mark.slow
def test_four_fifths_of_the_time_are_right_in_chorales() -> None:
    counts = np.zeros(6)
    for example in islice(analysed_scores(CHORALES), 4):
        counts += compare(example, recognise_chords(example.notes, example.measures))
    assert counts[2] / counts[0] >= 0.8


def test_help_tells_the_protocol(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert out.startswith("usage: python -m tools.chord_accuracy") and "madrigals: by Monteverdi" in out


@pytest.mark.parametrize("key", [-5, 0, 6])
def test_rootless_and_anticipated_comping_is_named_over_its_bass(key: int) -> None:
    tune = next(iter(TUNES.values()))
    example, struck, read = comping_track(tune, key, np.random.default_rng(1))
    places, right, *_ = compare(example, read)
    assert right / places >= 0.95
    assert compare(example, struck)[1] / places < 0.5

from itertools import groupby, pairwise

import numpy as np
import pytest

from models.jazz.band import chart, piano
from models.jazz.band.listening import Cues
from tests.models.jazz.band.charts import PIECES, SEEDS, chord_sets, each_piece

PLAYERS = {"swing": piano.comping, "bossa": piano.bossa_comping}
each_player = pytest.mark.parametrize("kind", PLAYERS)


def chords(kind, piece, seed):
    """The chords in time order, each as its notes."""
    notes = PLAYERS[kind](Cues(PIECES[piece], np.random.default_rng(seed)))
    return [list(group) for _, group in groupby(notes, key=lambda note: note.onset)]


def harmony_at(measures, onset):
    harmonies = [harmony for measure in measures for harmony in measure.harmonies]
    return next(harmony for harmony in harmonies if harmony.start <= onset < harmony.end)


@each_player
@each_piece
def test_chords_have_three_or_four_notes_in_range_and_end_with_their_harmony(kind, piece):
    for seed in SEEDS:
        for notes in chords(kind, piece, seed):
            assert len({note.pitch for note in notes}) == len(notes) in {3, 4}
            assert all(50 <= note.pitch <= 76 for note in notes)
            harmony = harmony_at(PIECES[piece], notes[0].onset)
            assert len({note.duration for note in notes}) == 1
            assert 0 < notes[0].duration <= harmony.end - notes[0].onset + 1e-9


@each_player
def test_voicings_tell_their_chord_and_leave_the_root_to_the_bass(kind):
    for seed in SEEDS:
        for notes in chords(kind, "blues", seed):
            onset = notes[0].onset
            sounding, coming = (harmony_at(PIECES["blues"], min(o, 51)) for o in (onset, onset + 0.5))
            classes = {note.pitch % 12 for note in notes}
            told = [
                {(h.root + h.third) % 12, (h.root + h.seventh) % 12} <= classes and h.root not in classes
                for h in (sounding, coming)
            ]
            assert any(told)


@each_piece
def test_voices_move_little(piece):
    moves = []
    for seed in SEEDS:
        for first, second in pairwise(chords("swing", piece, seed)):
            moves += [min(abs(note.pitch - other.pitch) for other in first) for note in second]
    assert np.mean(moves) < 2
    assert max(moves) <= 7


@each_player
@each_piece
def test_every_harmony_is_played(kind, piece):
    for seed in SEEDS:
        onsets = [notes[0].onset for notes in chords(kind, piece, seed)]
        for measure in PIECES[piece]:
            for harmony in measure.harmonies:
                assert any(harmony.start <= onset < harmony.end for onset in onsets)


def test_patterns_vary_and_are_syncopated():
    by_measure = [set() for _ in range(12)]
    off_beats, total = 0, 0
    for seed in SEEDS:
        onsets = [notes[0].onset for notes in chords("swing", "blues", seed)]
        off_beats += sum(onset % 1 > 0 for onset in onsets)
        total += len(onsets)
        for measure in range(12):
            by_measure[measure].add(tuple(onset % 4 for onset in onsets if onset // 4 == measure))
        whole = [tuple(onset % 4 for onset in onsets if onset // 4 == measure) for measure in (0, 1, 2)]
        assert whole[0] != whole[1] != whole[2]
    assert all(len(patterns) >= 6 for patterns in by_measure)
    assert 0.4 < off_beats / total < 0.7


def test_a_chord_on_the_last_eighth_anticipates_the_next_harmony():
    first, second = (harmony for measure in PIECES["blues"][:2] for harmony in measure.harmonies)
    assert piano.anticipated(3.5, first, second) is second
    assert piano.anticipated(3.0, first, second) is first
    assert piano.anticipated(3.5, first, None) is first


def test_fewer_ornaments_make_fewer_chords():
    def count(share):
        return sum(
            len(piano.comping(Cues(PIECES["blues"], np.random.default_rng(seed), share))) for seed in SEEDS
        )

    assert count(0) < 0.75 * count(1)


def test_the_bossa_nova_follows_the_clave():
    off = set()
    for seed in SEEDS:
        onsets = [notes[0].onset for notes in chords("bossa", "blues", seed) if notes[0].onset < 8]
        assert {1.5, 3.0, 6.5} <= set(onsets)  # of 0, 1.5, 3 and 5, 6.5
        off.add(tuple(onsets))
    assert len(off) == 3


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("Cmaj7", 4, {4, 11, 2, 7}),
        ("C7", 4, {4, 10, 2, 7}),
        ("Cm7b5", 4, {3, 10, 6}),
        ("Cdim7", 4, {3, 9, 6}),
        ("C6", 4, {4, 9, 2, 7}),
        ("C", 4, {4, 7, 0}),
        ("C5", 4, {7, 0, 2}),
        ("C13", 4, {4, 10, 2, 9}),
        ("C7b9", 3, {4, 10, 1}),
        ("C7b9", 4, {4, 10, 1, 7}),
        ("Cmaj7#11", 4, {4, 11, 6, 2}),
    ],
)
def test_voicings(name, size, expected):
    (harmony,) = chart.read(chord_sets(name))[0].harmonies
    assert set(piano.voicing(harmony, size)) == expected


@each_player
def test_the_last_measure_is_held_and_the_same_seed_gives_the_same_notes(kind):
    last = chords(kind, "ballad", 4)[-1]
    assert [(note.onset, note.duration) for note in last] == [(36, 4)] * len(last)
    assert chords(kind, "ballad", 4) == chords(kind, "ballad", 4) != chords(kind, "ballad", 5)

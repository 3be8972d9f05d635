from itertools import pairwise

import numpy as np
import pytest

from models.jazz.band import bass
from models.jazz.band.listening import Cues
from tests.models.jazz.band.charts import PIECES, SEEDS, each_piece

LINES = {"walking": bass.walking_line, "bossa": bass.bossa_line}
each_line = pytest.mark.parametrize("kind", LINES)


def written(kind, piece, seed, **options):
    return LINES[kind](Cues(PIECES[piece], np.random.default_rng(seed), **options))


@each_line
@each_piece
def test_lines_keep_their_range_and_leap_no_more_than_an_octave(kind, piece):
    for seed in SEEDS:
        pitches = [note.pitch for note in written(kind, piece, seed)]
        assert min(pitches) >= 28
        assert max(pitches) <= 55
        assert max(abs(a - b) for a, b in pairwise(pitches)) <= 12


@each_line
@each_piece
def test_the_first_beat_has_the_root_or_the_fifth_and_a_slash_chord_its_bass(kind, piece):
    for seed in SEEDS:
        by_onset = {note.onset: note.pitch % 12 for note in written(kind, piece, seed)}
        for measure in PIECES[piece]:
            for harmony in measure.harmonies[:1]:
                roots = {harmony.root, (harmony.root + harmony.fifth) % 12}
                expected = roots if harmony.bass == harmony.root else {harmony.bass}
                assert by_onset[measure.start] in expected


@each_line
@each_piece
def test_one_note_sounds_at_a_time_and_each_within_its_measure(kind, piece):
    for seed in SEEDS:
        notes = written(kind, piece, seed)
        assert all(a.end <= b.onset + 1e-9 for a, b in pairwise(notes))
        for note in notes:
            measure = max((m for m in PIECES[piece] if m.start <= note.onset), key=lambda m: m.start)
            assert 0 < note.duration <= measure.end - note.onset
            assert measure.harmonies


@each_piece
def test_a_walking_bass_plays_every_beat(piece):
    notes = written("walking", piece, 5, ornaments=0)
    expected = [
        start
        for measure in PIECES[piece][:-1]
        for start, _ in measure.beats()
        if any(harmony.start <= start < harmony.end for harmony in measure.harmonies)
    ]
    expected += [harmony.start for harmony in PIECES[piece][-1].harmonies]
    assert [note.onset for note in notes] == expected


def test_strong_beats_have_chord_tones_and_the_others_lead_on():
    changes = 0
    for seed in SEEDS:
        notes = {note.onset: note.pitch for note in written("walking", "blues", seed)}
        harmonies = [harmony for measure in PIECES["blues"] for harmony in measure.harmonies]
        for harmony, after in pairwise(harmonies):
            tones = {(harmony.root + interval) % 12 for interval in harmony.intervals}
            if harmony.end - harmony.start == 4:
                assert notes[harmony.start + 2] % 12 in tones
            step = notes[after.start] - notes[harmony.end - 1]
            if harmony.end - harmony.start > 1:
                assert step in {-2, -1, 1, 2, 5, -7}
                if abs(step) == 2:  # by the scale of either chord
                    scales = {(h.root + tone) % 12 for h in (harmony, after) for tone in h.scale}
                    assert notes[harmony.end - 1] % 12 in scales
                changes += 1
    assert changes > 10 * len(SEEDS)


def test_a_walking_bass_repeats_no_note_but_for_a_skip():
    for seed in SEEDS:
        for a, b in pairwise(written("walking", "blues", seed)):
            skipped = b.onset % 1 == 0.5
            assert skipped == (a.pitch == b.pitch)
            assert not skipped or (a.duration == b.duration == 0.5 and b.velocity < a.velocity - 15)


def test_ornaments_make_skips_rarer():
    count = {
        share: sum(
            note.onset % 1 == 0.5
            for seed in SEEDS
            for note in written("walking", "blues", seed, ornaments=share)
        )
        for share in (0, 0.3, 1)
    }
    assert count[0] == 0 < 2 * count[0.3] < count[1] < 0.2 * 48 * len(SEEDS)


def test_a_bossa_bass_plays_a_dotted_quarter_and_the_eighth_before_what_follows():
    notes = written("bossa", "blues", 3)
    eighths = [(a, b) for a, b in pairwise(notes) if a.duration == 0.5]
    assert len(eighths) > 15
    assert all(a.pitch == b.pitch and a.onset % 2 == 1.5 and b.onset == a.onset + 0.5 for a, b in eighths)
    halves = {note.onset: note.pitch % 12 for note in notes if note.onset % 2 == 0}
    assert [halves[onset] for onset in (0, 2, 4, 6)] == [5, 0, 10, 5]  # root and fifth of F and of B flat


@each_line
def test_the_last_measure_is_held_and_the_same_seed_gives_the_same_line(kind):
    notes = written(kind, "ballad", 1)
    assert (notes[-1].onset, notes[-1].duration, notes[-1].pitch % 12) == (36, 4, 10)
    assert notes == written(kind, "ballad", 1)
    assert len({tuple(written(kind, "ballad", seed)) for seed in range(20)}) == 20

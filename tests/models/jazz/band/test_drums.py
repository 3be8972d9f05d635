import numpy as np
import pytest

from models.jazz.band import chart, drums
from models.jazz.band.listening import Cues
from tests.models.jazz.band.charts import SEEDS, chord_sets

PLAYERS = {"swing": drums.swing_drums, "bossa": drums.bossa_drums}
LENGTHS = (4.0, 3.0, 5.0, 3.5, 1.0, 0.5)
KICK, STICK, SNARE, CLOSED_HAT, PEDAL_HAT, CRASH, RIDE = 36, 37, 38, 42, 44, 49, 51
each_player = pytest.mark.parametrize("kind", PLAYERS)


def measures(length=4.0, count=18):
    return chart.read(chord_sets(" | ".join(["Dm7"] * count), length))


def played(kind="swing", seed=0, length=4.0, count=18, **options):
    return PLAYERS[kind](Cues(measures(length, count), np.random.default_rng(seed), **options))


def onsets(notes, key, start=0.0, end=1e9):
    return [note.onset - start for note in notes if note.pitch == key and start <= note.onset < end]


@each_player
@pytest.mark.parametrize("length", LENGTHS)
def test_strokes_are_general_midi_drums_within_their_measures(kind, length):
    for seed in SEEDS:
        for note in played(kind, seed, length):
            start = note.onset // length * length
            assert note.pitch in range(35, 82)
            assert 1 <= note.velocity <= 127
            assert note.duration > 0
            assert note.onset >= 0 and note.end <= start + length + 1e-9


@each_player
def test_no_drum_is_struck_twice_at_once(kind):
    for seed in SEEDS:
        strokes = [(note.onset, note.pitch) for note in played(kind, seed)]
        assert len(set(strokes)) == len(strokes)


def test_the_ride_plays_spang_a_lang():
    usual = 0
    for seed in SEEDS:
        for measure in (0, 1, 9):
            ride = onsets(played(seed=seed), RIDE, 4 * measure, 4 * measure + 4)
            assert {0, 1, 2, 3} <= set(ride) <= {0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5}
            usual += ride == [0, 1, 1.5, 2, 3, 3.5]
    assert 0.5 < usual / (3 * len(SEEDS)) < 0.85


@pytest.mark.parametrize(
    ("length", "expected"), [(4.0, [1, 3]), (3.0, [1, 2]), (5.0, [1, 2, 4]), (2.0, [1]), (1.0, [])]
)
def test_the_hi_hat_closes_on_the_weak_beats(length, expected):
    for number in range(17):
        assert onsets(played(length=length), PEDAL_HAT, number * length, (number + 1) * length) == expected


def test_every_eighth_measure_has_a_fill_and_the_next_a_crash():
    fills = set()
    for seed in SEEDS:
        notes = played(seed=seed)
        assert onsets(notes, CRASH) == [32, 64, 68]  # measures 9 and 17, and the last
        for start in (28, 60):
            strokes = [(n.onset - start, n.pitch) for n in notes if start + 2 <= n.onset < start + 4]
            drummed = [(round(onset, 3), key) for onset, key in strokes if key in (38, 45, 47, 50)]
            assert len(drummed) >= 2
            assert not onsets(notes, RIDE, start + drummed[0][0], start + 4)
            fills.add(tuple(drummed))
    assert len(fills) == 5
    short = played(length=1.0)
    assert not {note.pitch for note in short} & {45, 47, 50}  # no room for a fill


def test_the_bass_drum_is_feathered_and_accents_are_fewer_than_beats():
    notes = [note for seed in SEEDS for note in played(seed=seed) if note.onset < 28]
    soft = [note for note in notes if note.pitch == KICK and note.onset % 1 == 0]
    assert len(soft) == 28 * len(SEEDS)
    assert max(note.velocity for note in soft) < 50
    accents = [note for note in notes if note.pitch in (SNARE, KICK) and note.onset % 1 == 0.5]
    assert 0.15 < len(accents) / (28 * len(SEEDS)) < 0.25
    loud = [note for note in accents if note.velocity > 70]
    assert 0.15 < len(loud) / len(accents) < 0.35
    assert {note.pitch for note in loud} == {SNARE, KICK}
    assert not [n for n in played(seed=1, ornaments=0) if n.pitch == SNARE and n.onset < 28]


def test_the_bossa_nova_has_eighths_a_clave_and_a_surdo():
    notes = played("bossa")
    assert onsets(notes, CLOSED_HAT, 0, 8) == [number / 2 for number in range(16)]
    assert onsets(notes, STICK, 0, 8) == [0, 1.5, 3, 5, 6.5]
    assert onsets(notes, KICK, 0, 4) == [0, 1.5, 2, 3.5]
    waltz = played("bossa", length=3.0)
    assert onsets(waltz, KICK, 0, 3) == [0, 1.5, 2]
    assert onsets(waltz, STICK, 0, 9) == [0, 1.5, 4, 5.5, 6, 7.5]
    assert not onsets(notes, RIDE)
    for key in (CLOSED_HAT, KICK):  # the beats are louder than the eighths between them
        velocities = [
            [n.velocity for n in notes if n.pitch == key and n.onset < 28 and n.onset % 1 == place]
            for place in (0, 0.5)
        ]
        assert min(velocities[0]) > max(velocities[1])


@each_player
def test_the_drums_play_on_without_chords_and_the_seed_decides(kind):
    empty = chart.read([(4.0, [])] * 18)
    assert PLAYERS[kind](Cues(empty, np.random.default_rng(3))) == played(kind, 3)
    assert played(kind, 3) == played(kind, 3) != played(kind, 4)


@pytest.mark.parametrize(("length", "expected"), [(4.0, [0, 1, 2, 3]), (3.0, [0, 1, 2]), (3.5, [0, 1, 2, 3])])
def test_the_count_in_clicks_every_beat(length, expected):
    part = drums.count_in(length)
    assert (part.name, part.channel) == ("Count-in", 9)
    assert [note.onset for note in part.notes] == expected
    assert part.notes[0].velocity > part.notes[1].velocity
    assert max(note.end for note in part.notes) <= length

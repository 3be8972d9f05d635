"""The bands beside swing and bossa nova: what makes each of them."""

import numpy as np
import pytest

from models.jazz.band import STYLES, accompany, drums
from models.jazz.band.latin import BELL
from tests.models.jazz.band.charts import BALLAD, BLUES, chord_sets

SEEDS = range(60)
FORM = chord_sets("Fmaj7 | D7 | Gm7 | C7 | Am7 | D7b9 | Gm7 | C7sus4 | F6")


def parts(style, measures=FORM):
    return [accompany(measures, style=style, seed=seed) for seed in SEEDS]


def places(part, measures=FORM):
    """Where in their measures the notes begin, without the last measure's."""
    return [note.onset % 4 for note in part.notes if note.onset < 4 * (len(measures) - 1)]


@pytest.mark.parametrize(("style", "share"), [("ballad", 0.3), ("two", 0.55)])
def test_the_bass_plays_half_notes_and_steps_into_the_next_harmony(style, share):
    steps = 0
    for _, bass, _ in parts(style):
        assert set(places(bass)) <= {0, 2, 3, 3.5}
        roots = [note.pitch % 12 for note in bass.notes if note.onset % 4 == 0]
        assert roots == [5, 2, 7, 0, 9, 2, 7, 0, 5]
        steps += sum(place > 2 for place in places(bass))
    assert share < steps / (len(SEEDS) * (len(FORM) - 1)) < share + 0.4


def test_a_ballad_holds_its_chords_over_brushes():
    for piano, _, kit in parts("ballad"):
        assert set(places(piano)) == {0}
        assert all(note.duration == 4 for note in piano.notes)
        assert {note.pitch for note in kit.notes if note.onset < 32} == {drums.SNARE, drums.PEDAL_HAT}
        taps = [note.velocity for note in kit.notes if note.pitch == drums.SNARE]
        assert max(taps) <= 70


def test_two_has_fewer_chords_and_strokes_than_swing():
    def count(style, number):
        return sum(len(band[number].notes) for band in parts(style, chord_sets(BLUES)))

    assert count("two", 0) < 0.95 * count("swing", 0)
    assert count("two", 1) < 0.75 * count("swing", 1)
    assert count("two", 2) < 0.8 * count("swing", 2)


def test_the_tumbao_announces_the_next_harmony_and_leaves_the_downbeat_out():
    for _, bass, _ in parts("latin"):
        assert places(bass)[0] == 0
        assert set(places(bass)[1:]) == {1.5, 3.0}
        announced = [note.pitch % 12 for note in bass.notes if note.onset % 4 == 3]
        assert announced == [2, 7, 0, 9, 2, 7, 0, 5]
        assert (bass.notes[-1].onset, bass.notes[-1].end, bass.notes[-1].pitch % 12) == (32, 36, 5)
        ends = [note.end for note in bass.notes[:-1]]
        assert all(end <= after.onset for end, after in zip(ends, bass.notes[1:], strict=True))


def test_the_montuno_plays_between_the_beats_over_the_clave():
    for piano, _, kit in parts("latin"):
        off = [place % 1 != 0 for place in places(piano)]
        assert np.mean(off) > 0.6
        clave = {note.onset for note in kit.notes if note.pitch == drums.SIDE_STICK and note.onset < 8}
        assert clave == {0, 1.5, 3, 5, 6}
        assert any(note.pitch == BELL for note in kit.notes)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("length", [1, 2, 3, 3.5, 5, 7])
def test_every_band_plays_every_meter_in_range_and_ends_together(style, length):
    measures = chord_sets(BALLAD, length)
    for seed in range(5):
        for part in accompany(measures, style=style, seed=seed):
            assert part.notes
            assert all(0 <= note.onset < note.end <= 10 * length + 1e-6 for note in part.notes)
            assert all(0 < note.velocity < 128 for note in part.notes)
            if part.name != "Drums":
                assert max(note.end for note in part.notes) == pytest.approx(10 * length)


@pytest.mark.parametrize("style", ["ballad", "two", "latin"])
def test_the_bass_stays_on_its_strings_and_alone(style):
    for measures in (chord_sets(BALLAD), chord_sets(BLUES), chord_sets("C Am7 | Dm7 G7 Em7 A7 | - | F/C C")):
        for seed in SEEDS:
            notes = sorted(accompany(measures, style=style, seed=seed)[1].notes, key=lambda note: note.onset)
            assert all(28 <= note.pitch <= 55 for note in notes)
            assert all(a.end <= b.onset + 1e-9 for a, b in zip(notes, notes[1:], strict=False))

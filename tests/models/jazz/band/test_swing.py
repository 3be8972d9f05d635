import pytest
from hypothesis import given
from hypothesis import strategies as st
from music21 import midi

from models.jazz.band import accompany, swing_ratio, swung
from music.midi_writer import to_midi
from music.score import Note, Part, Score
from tests.models.jazz.band.charts import BLUES, chord_sets


def score(*notes, beats=4.0):
    return Score((Part("Solo", notes),), beats=beats)


def times(played):
    return [(round(note.onset, 3), round(note.end, 3)) for note in played.parts[0].notes]


def test_the_ratio_falls_with_the_tempo():
    assert swing_ratio(130) == 2
    assert swing_ratio(300) == swing_ratio(400) == 1
    ratios = [swing_ratio(tempo) for tempo in range(40, 301, 10)]
    assert ratios == sorted(ratios, reverse=True)
    assert 2.4 < swing_ratio(60) < 2.6
    # Friberg and Sundstrom: from medium to fast tempi the second eighth lasts about a tenth of a second.
    for tempo in (200, 230, 260, 300):
        assert 0.09 < 60 / tempo / (swing_ratio(tempo) + 1) < 0.13


def test_the_second_eighth_is_delayed_and_the_first_lasts_till_then():
    written = score(Note(0, 0.5, 60), Note(0.5, 0.5, 62), Note(1, 1.5, 64), Note(2.5, 1.5, 65))
    assert times(swung(written, 2)) == [(0, 0.667), (0.667, 1), (1, 2.667), (2.667, 4)]
    assert times(swung(written, 3)) == [(0, 0.75), (0.75, 1), (1, 2.75), (2.75, 4)]
    assert swung(written, 1) == written


def test_sixteenths_stay_between_their_neighbours_and_four_stay_even():
    assert times(swung(score(Note(0, 0.5, 60), Note(0.5, 0.25, 62), Note(0.75, 0.25, 64)), 2)) == [
        (0, 0.667),
        (0.667, 0.833),
        (0.833, 1),
    ]
    four = score(*(Note(number / 4, 0.25, 60) for number in range(4)))
    assert swung(four, 2) == four


def test_triplets_stay_even_and_a_swung_pair_under_a_bracket_swings_like_the_others():
    triplet = score(*(Note(number / 3, 1 / 3, 60) for number in range(3)))
    assert times(swung(triplet, 1.5)) == times(triplet)
    pair = score(Note(0, 2 / 3, 60), Note(2 / 3, 1 / 3, 62))
    assert times(swung(pair, 1.5)) == [(0, 0.6), (0.6, 1)]
    rounded = score(Note(0, 0.667, 60), Note(0.667, 0.333, 62))  # as tokens have them
    assert times(swung(rounded, 3))[1][0] == pytest.approx(0.75, abs=0.001)


def test_onsets_decide_how_a_beat_is_divided_and_ends_follow():
    written = score(Note(0, 1 / 3, 60), Note(0.5, 0.25, 62))
    assert times(swung(written, 2)) == [(0, 0.444), (0.667, 0.833)]


def test_beats_count_from_the_starts_of_the_measures():
    eighths = [Note(number / 2, 0.5, 60) for number in range(14)]
    onsets = [start for start, _ in times(swung(score(*eighths, beats=3.5), 2))]
    assert onsets[5:9] == [2.667, 3, 3.5, 4.167]
    varied = swung(score(*eighths), 2, measure_starts=[0, 1.5, 3.5])
    assert [start for start, _ in times(varied)][1:7] == [0.667, 1, 1.5, 2.167, 2.5, 3.167]


def test_parts_swing_each_on_its_own():
    triplet = Part("Drums", tuple(Note(number / 3, 1 / 3, 38) for number in range(3)))
    eighths = Part("Solo", (Note(0, 0.5, 60), Note(0.5, 0.5, 62)))
    played = swung(Score((triplet, eighths)), 1.5)
    assert played.parts[0] == triplet
    assert played.parts[1].notes[1].onset == pytest.approx(0.6)


@pytest.mark.parametrize("ratio", [0.9, 4.1, 0, -2, float("nan")])
def test_ratios_out_of_range_are_refused(ratio):
    with pytest.raises(ValueError, match="expected a swing ratio of 1 to 4, got"):
        swung(score(), ratio)


grid = st.integers(0, 192).map(lambda number: number / 12)
notes = st.builds(Note, grid, grid, st.integers(40, 44), st.integers(1, 127))


@given(st.lists(notes, max_size=20), st.floats(1, 4), st.sampled_from([4.0, 3.0, 3.5, 0.75]))
def test_no_note_loses_its_length_or_its_place(notes, ratio, beats):
    written = score(*notes, beats=beats)
    played = swung(written, ratio).parts[0].notes
    pairs = list(zip(notes, played, strict=True))
    for note, moved in pairs:
        assert (note.duration > 0) == (moved.duration > 0)
        assert (note.pitch, note.velocity) == (moved.pitch, moved.velocity)
        assert abs(moved.onset - note.onset) < 0.5
    moments = sorted([(n.onset, m.onset) for n, m in pairs] + [(n.end, m.end) for n, m in pairs])
    for (first, first_moved), (second, second_moved) in zip(moments, moments[1:], strict=False):
        assert first_moved <= second_moved + 1e-9
        assert second - first < 1e-9 or first_moved < second_moved


@pytest.mark.parametrize("tempo", [60.0, 130.0, 180.0, 250.0])
def test_second_eighths_in_the_midi_file_are_within_a_tick_of_the_ratio(tempo):
    parts = accompany(chord_sets(BLUES), seed=5, tempo=tempo)
    written = Score(parts, tempo)
    ratio = swing_ratio(tempo)
    file = midi.MidiFile()
    file.readstr(to_midi(swung(written, ratio)))
    found = 0
    for part, track in zip(parts, file.tracks[1:], strict=True):
        tick, ticks = 0, set()
        for event in track.events:
            if event.isDeltaTime():
                tick += event.time
            elif event.isNoteOn():
                ticks.add(tick)
        in_thirds = {note.onset // 1 for note in part.notes if round(note.onset % 1 * 12) in (4, 8)}
        for onset in {note.onset for note in part.notes}:
            if onset % 1 == 0.5 and onset // 1 not in in_thirds:
                expected = 480 * (onset // 1 + ratio / (ratio + 1))
                assert min(abs(tick - expected) for tick in ticks) <= 0.5
                found += 1
    assert found > 30

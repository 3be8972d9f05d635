import numpy as np
import pytest

from models.jazz.band import STYLES, accompany, perform
from music.audio import render_stems
from music.harmony import Chord
from music.midi_writer import to_midi
from music.score import Note, Part, Score
from tests.models.jazz.band.charts import BLUES, SEEDS, chord_sets

each_style = pytest.mark.parametrize("style", STYLES)
MIXED = [
    *chord_sets("Dm7 | G7", 4.0),
    *chord_sets("Cmaj7 A7", 3.0),
    (2.5, []),
    *chord_sets("Dm7 G7 | C6", 4.0),
]


@each_style
def test_meters_may_change_and_the_band_ends_with_the_last_measure(style):
    for seed in SEEDS:
        parts = piano, bass, drums = accompany(MIXED, style=style, seed=seed)
        assert [(part.program, part.channel) for part in parts] == [(0, 1), (32, 2), (STYLES[style].kit, 9)]
        for part in (piano, bass):
            assert not [note for note in part.notes if 11 <= note.onset < 13.5 or 11 < note.end <= 13.5]
            assert max(note.end for note in part.notes) == 21.5
        assert not [note for note in drums.notes if 11 <= note.onset < 13.5]


@each_style
def test_a_stop_is_struck_by_all_and_followed_by_a_rest(style):
    measures = chord_sets("Dm7 | G7! | Cmaj7 A7! | Dm7")
    for seed in SEEDS:
        for part in accompany(measures, style=style, seed=seed):
            stops = [note for note in part.notes if note.onset in (4, 10)]
            assert {note.onset for note in stops} == {4, 10}
            assert all(note.end <= note.onset + 0.5 for note in stops)
            assert not [note for note in part.notes if 4 < note.onset < 8 or 10 < note.onset < 12]
        piano, bass, _ = accompany(measures, style=style, seed=seed)
        assert [note.pitch % 12 for note in bass.notes if note.onset in (4, 10)] == [7, 9]
        assert {11, 5} <= {note.pitch % 12 for note in piano.notes if note.onset == 4}


@each_style
def test_the_same_seed_gives_the_same_notes(style):
    sets = chord_sets(BLUES)
    assert accompany(sets, style=style, seed=3) == accompany(sets, style=style, seed=3)
    assert accompany(sets, style=style, seed=np.random.default_rng(3)) == accompany(sets, style=style, seed=3)
    assert accompany(sets, style=style, seed=3) != accompany(sets, style=style, seed=4)


def test_pitches_are_chords_too():
    sets = [
        (4.0, [Chord(0, (50, 53, 57, 60))]),
        (4.0, [Chord(0, (55, 59, 62, 65)), Chord(2, (55, 59, 62, 65))]),
    ]
    bass = accompany(sets, seed=1)[1]
    assert bass.notes[0].pitch % 12 == 2
    assert (bass.notes[-1].onset, bass.notes[-1].duration) == (4, 4)
    assert bass.notes[-1].pitch % 12 == 7


def test_fast_tempi_have_fewer_notes():
    def count(tempo):
        return sum(
            len(p.notes) for seed in range(20) for p in accompany(chord_sets(BLUES), seed=seed, tempo=tempo)
        )

    assert count(280) < count(200) < count(130) == count(80)


def test_bad_styles_and_measures_are_refused():
    with pytest.raises(
        ValueError, match="expected a style of swing, bossa, ballad, waltz, two, latin, got 'polka'"
    ):
        accompany(chord_sets(BLUES), style="polka")
    with pytest.raises(ValueError, match="expected measures with a length above 0, got 0 in measure 1"):
        accompany([(0, [])])
    assert [part.notes for part in accompany([])] == [(), (), ()]


def written(**options):
    solo = Part("Solo", (Note(0, 0.5, 72), Note(0.5, 0.5, 74)), 26)
    return Score((solo, *accompany(chord_sets(BLUES), seed=2)), 130.0, **options)


def test_a_performance_is_swung_counted_in_and_muted():
    score = written(title="Blues")
    played = perform(score, swing=2, count_in=True, mute=["piano"])
    assert [part.name for part in played.parts] == ["Solo", "Bass", "Drums", "Count-in"]
    assert (played.tempo, played.beats, played.title) == (130, 4, "Blues")
    assert [note.onset for note in played.parts[0].notes] == pytest.approx([4, 4 + 2 / 3])
    clicks = played.parts[-1].notes
    assert [note.onset for note in clicks] == [0, 1, 2, 3]
    assert min(note.onset for part in played.parts[:-1] for note in part.notes) == 4
    assert played.length == score.length + 4
    assert to_midi(played)
    assert perform(score) == score


def test_the_count_in_has_the_length_of_the_first_measure():
    played = perform(written(), count_in=True, measure_starts=[0, 3, 6])
    assert len(played.parts[-1].notes) == 3
    assert played.parts[0].notes[0].onset == 3


@each_style
def test_the_parts_sound_even_with_the_solo_in_front(style):
    sets = chord_sets(BLUES) * 2
    generator = np.random.default_rng(1)
    solo = [
        Note(beat + late, 0.5, int(generator.integers(58, 80)), 80 if late else 94)
        for beat in range(4 * len(sets))
        for late in (0, 0.5)
        if generator.random() < 0.8
    ]
    score = Score((Part("Solo", tuple(solo), 26), *accompany(sets, style=style, seed=1)), 130.0)
    played = perform(score, swing=STYLES[style].swing_ratio(130))
    levels = {name: 20 * np.log10(np.sqrt(np.mean(stem**2))) for name, stem in render_stems(played, 22_050)}
    assert max(levels, key=levels.get) == "Solo"
    assert max(levels.values()) - min(levels.values()) < (12 if style == "ballad" else 6)  # brushes

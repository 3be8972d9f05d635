import pytest

from models.jazz.band import chart
from music.chord_symbols import ChordSymbol, parse_symbol
from music.harmony import Chord
from tests.models.jazz.band.charts import chord_sets


def spans(measure):
    return [(harmony.start, harmony.end, harmony.root) for harmony in measure.harmonies]


def test_harmonies_fill_their_measures():
    first, second, third = chart.read(chord_sets("Dm7 G7 | - | Cmaj7"))
    assert spans(first) == [(0, 2, 2), (2, 4, 7)]
    assert (second.start, second.end, second.harmonies) == (4, 8, ())
    assert spans(third) == [(8, 12, 0)]


def test_the_first_chord_holds_from_the_start_and_a_repeated_one_goes_on():
    (measure,) = chart.read(
        [(4.0, [Chord(1.0, (50, 53, 57, 60)), Chord(5 / 3, (50, 53, 57, 60)), Chord(3, (55, 59, 62, 65))])]
    )
    assert spans(measure) == [(0, 3, 2), (3, 4, 7)]


def test_chords_between_beats_count_from_the_nearest_one():
    chords = [Chord(0, (48, 52, 55)), Chord(1.5, (53, 57, 60)), Chord(8 / 3, (55, 59, 62))]
    (measure,) = chart.read([(4.0, chords)])
    assert spans(measure) == [(0, 2, 0), (2, 3, 5), (3, 4, 7)]


def test_chords_faster_than_the_beats_keep_their_places():
    c, f, g = (48, 52, 55), (53, 57, 60), (55, 59, 62)
    chords = [Chord(0, c), Chord(0.5, f), Chord(1, g), Chord(1, c)]
    (measure,) = chart.read([(2.0, chords)])
    assert spans(measure) == [(0, 0.5, 0), (0.5, 1, 5), (1, 2, 0)]  # of two at one place the later counts
    (late,) = chart.read([(4.0, [Chord(0, c), Chord(3.5, f)])])
    assert spans(late) == [(0, 3.5, 0), (3.5, 4, 5)]


@pytest.mark.parametrize(
    ("length", "groups", "beats"),
    [
        (4, [0, 2], [0, 1, 2, 3]),
        (3, [0], [0, 1, 2]),
        (5, [0, 3], [0, 1, 2, 3, 4]),
        (7, [0, 3, 5], list(range(7))),
        (3.5, [0], [0, 1, 2, 3]),
        (1, [0], [0]),
        (0.25, [0], [0]),
    ],
)
def test_beats_and_their_groups(length, groups, beats):
    (measure,) = chart.read([(length, [])])
    assert [start for start, _ in measure.groups()] == groups
    assert [start for start, _ in measure.beats()] == beats
    for spans in (measure.groups(), measure.beats()):
        assert sum(size for _, size in spans) == length


@pytest.mark.parametrize(
    ("pitches", "expected"),
    [
        ((50, 53, 57, 60), ChordSymbol(2, "m7")),
        ((51, 55, 58, 62), ChordSymbol(3, "maj7")),
        ((42, 46, 49, 52), ChordSymbol(6, "7")),
        ((48, 55), ChordSymbol(0, "5")),
    ],
)
def test_symbols_are_read_from_the_notes(pitches, expected):
    assert chart.symbol_of(Chord(0, pitches)) == expected


def test_symbols_and_pitches_are_chords():
    (measure,) = chart.read([(4.0, [Chord(0, (), parse_symbol("C6/G"))])])
    (harmony,) = measure.harmonies
    assert (harmony.root, harmony.bass, harmony.intervals) == (0, 7, {0, 4, 7, 9})
    (carried,) = chart.read([(4.0, [Chord(0, (48, 52, 55, 57), parse_symbol("Am7/E"))])])[0].harmonies
    assert (carried.root, carried.bass, carried.intervals) == (9, 4, {0, 3, 7, 10})
    (read,) = chart.read([(4.0, [Chord(0, (50, 54, 57, 60, 63))])])[0].harmonies
    assert (read.root, read.intervals) == (
        2,
        {0, 1, 4, 7, 10},
    )  # the flat ninth, which the reading leaves out
    assert chart.Harmony(0, 4, 0, 0, frozenset(range(5))).scale == (0, 1, 2, 3, 4)  # no scale holds it


def test_no_chord_is_a_gap():
    (measure,) = chart.read(chord_sets("Dm7 - Dm7 -"))
    assert spans(measure) == [(0, 1, 2), (2, 3, 2)]
    (late,) = chart.read(chord_sets("- C"))
    assert spans(late) == [(2, 4, 0)]


@pytest.mark.parametrize(
    ("name", "third", "fifth", "seventh", "scale"),
    [
        ("Cmaj7", 4, 7, 11, (0, 2, 4, 5, 7, 9, 11)),
        ("C7", 4, 7, 10, (0, 2, 4, 5, 7, 9, 10)),
        ("Cm7", 3, 7, 10, (0, 2, 3, 5, 7, 9, 10)),
        ("Cm7b5", 3, 6, 10, (0, 1, 3, 5, 6, 8, 10)),
        ("Cdim7", 3, 6, 9, (0, 2, 3, 5, 6, 8, 9, 11)),
        ("CmMaj7", 3, 7, 11, (0, 2, 3, 5, 7, 9, 11)),
        ("C6", 4, 7, 9, (0, 2, 4, 5, 7, 9, 11)),
        ("C7sus4", 5, 7, 10, (0, 2, 4, 5, 7, 9, 10)),
        ("Csus2", 2, 7, None, (0, 2, 4, 5, 7, 9, 11)),
        ("Caug", 4, 8, None, (0, 2, 4, 6, 8, 10)),
        ("C13", 4, 7, 10, (0, 2, 4, 5, 7, 9, 10)),
        ("C7b9", 4, 7, 10, (0, 1, 4, 5, 7, 8, 10)),
        ("C7alt", 4, 8, 10, (0, 1, 3, 4, 6, 8, 10)),
        ("Cmaj7#11", 4, 7, 11, (0, 2, 4, 6, 7, 9, 11)),
        ("C5", None, 7, None, (0, 2, 4, 5, 7, 9, 11)),
    ],
)
def test_the_notes_that_tell_a_chord(name, third, fifth, seventh, scale):
    (harmony,) = chart.read(chord_sets(name))[0].harmonies
    assert (harmony.third, harmony.fifth, harmony.seventh, harmony.scale) == (third, fifth, seventh, scale)


@pytest.mark.parametrize("length", [0, -1, float("nan"), float("inf")])
def test_measures_have_a_length(length):
    with pytest.raises(ValueError, match="expected measures with a length above 0, got .* in measure 2"):
        chart.read([(4.0, []), (length, [])])

"""Tests of chord changes as a record: its rules, its choruses, its text, the harmony for a soloist."""

import pytest

from music.changes import Changes, Measure, meter_of, parse_key
from music.chord_symbols import parse_symbol
from music.harmony import Chord


def measure(*names: str, length: float = 4.0, **fields: object) -> Measure:
    """A measure of equally long chords; N.C. is no chord, ! a stop."""
    chords = []
    for number, name in enumerate(names):
        symbol = None if name == "N.C." else parse_symbol(name.rstrip("!"))
        chords.append(Chord(number * length / len(names), (), symbol, name.endswith("!")))
    return Measure(length, tuple(chords), **fields)  # type: ignore[arg-type]


TUNE = Changes(
    (
        measure("G7", length=1.0, pickup=True),
        measure("C-7", "F7!", section="A"),
        measure("N.C."),
        measure("Bbmaj7", length=3.0, meter=(3, 4), section="B"),
    ),
    title="A Tune",
    tempo=142.5,
    key=-2,
    style="Bossa Nova",
    last_chorus=(measure("Cm7"), measure("Bb6", section="Coda")),
)


def test_text_says_everything():
    assert TUNE.to_text() == (
        "title: A Tune\ntempo: 142.5\nkey: Bb\nstyle: Bossa Nova\nmeter: 4/4\npickup: 1/4\n\n| G7 |\n[A]\n"
        "| C-7 F7! | N.C. |\nmeter: 3/4\n[B]\n| Bbmaj7 |\n\nlast chorus:\nmeter: 4/4\n"
        "| Cm7 |\n[Coda]\n| Bb6 |\n"
    )


def test_pickups_are_played_once_and_the_coda_last():
    assert [each.length for each in TUNE.played(2)] == [1, 4, 4, 3, 4, 4]
    assert [each.length for each in TUNE.played()] == [1, 4, 4]


def test_a_soloist_has_a_harmony_everywhere():
    symbols = [[str(chord.symbol) for chord in chords] for _, chords in TUNE.chord_sets()]
    assert symbols == [["G7"], ["Cm7", "F7"], ["F7"], ["Bbmaj7"]]
    assert all(chord.pitches for _, chords in TUNE.chord_sets() for chord in chords)
    with pytest.raises(ValueError, match="one chord or more"):
        Changes((measure("N.C."),)).chord_sets()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *[("C", (0, "major")), ("Bb", (-2, "major")), ("B♭ maj", (-2, "major")), ("CM", (0, "major"))],
        *[("Cm", (-3, "minor")), ("c minor", (-3, "minor")), ("F#-", (3, "minor")), ("C#", (7, "major"))],
        *[("D dorian", (0, "dorian")), ("G mixo", (0, "mixolydian")), ("G#", (-4, "major"))],
    ],
)
def test_keys(text: str, key: tuple[int, str]):
    assert parse_key(text) == key


@pytest.mark.parametrize(
    ("key", "mode", "tonic", "name"),
    [(-3, "minor", 0, "Cm"), (0, "dorian", 2, "D dorian"), (6, "major", 6, "F#"), (-7, "major", 11, "Cb")],
)
def test_a_tonic_and_its_name(key: int, mode: str, tonic: int, name: str):
    changes = Changes((measure("C"),), key=key, mode=mode)
    assert (changes.tonic, changes.key_name) == (tonic, name)


@pytest.mark.parametrize(
    ("length", "near", "meter"), [(3, (4, 4), (3, 4)), (3, (12, 8), (6, 8)), (3.5, (4, 4), (7, 8))]
)
def test_the_meter_of_a_length(length: float, near: tuple[int, int], meter: tuple[int, int]):
    assert meter_of(length, near) == meter


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": "two\nlines"}, "title: expected one line"),
        ({"tempo": 500}, "tempo: expected 20 to 400"),
        ({"key": 8}, "key: expected -7 to 7"),
        ({"mode": "minor"}, "mode: expected a key"),
        ({"measures": ()}, "one or more that is no pick-up"),
        ({"measures": (measure("C"), measure("C", pickup=True))}, "only before all others"),
    ],
)
def test_what_a_record_refuses(fields: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        Changes(**{"measures": (measure("C"),), **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"length": 0}, "length: expected above 0"),
        ({"length": 4, "meter": (4, 3)}, "meter: expected such as"),
        ({"length": 2, "chords": (Chord(2.0, (), None),)}, "onsets that rise within 2"),
    ],
)
def test_what_a_measure_refuses(fields: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        Measure(**fields)  # type: ignore[arg-type]

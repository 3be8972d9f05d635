"""Arrangements: introductions, endings, and choruses in other keys and at other tempi."""

from pathlib import Path

import pytest

from data.solos import read_chart
from models import jazz
from models.jazz.arrangement import FADED, Arrangement, home_key, tonic_after
from models.jazz.options import TempoLoop
from music.audio import SAMPLE_RATE, render
from music.changes import Changes, Measure
from music.chord_symbols import parse_symbol
from music.harmony import Chord
from music.midi import parse_midi
from music.midi_writer import to_midi
from utils.errors import UserError


def form(text, **fields):
    """Measures between bars, a chord in each; p before one makes it a pick-up of a beat."""
    measures = []
    for name in text.split("|"):
        name, pickup = name.strip(), name.strip().startswith("p")
        chord = Chord(0.0, (), parse_symbol(name.removeprefix("p").strip()))
        measures.append(Measure(1.0 if pickup else 4.0, (chord,), pickup=pickup))
    return Changes(tuple(measures), **fields)


TURNAROUND = form("Dm7 | G7 | Cmaj7 | A7b9")
LONG = form(" | ".join(["Cmaj7 | Am7 | Dm7 | G7"] * 4))


def chords(arrangement):
    return [str(played.measure.chords[0].symbol) for played in arrangement.measures]


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("Dm7 | G7 | Cmaj7 | A7b9", {}, "Cmaj7"),
        ("Am7 | Dm7 | E7b9", {}, "Am7"),
        ("F7 | Bb7 | C7", {}, "F7"),
        ("Ebmaj7 | Bb7sus4", {}, "Ebmaj7"),
        ("Gm7 | C7", {}, "F6"),  # nothing of the form is its tonic
        ("Gm7 | C7", {"key": -1}, "F6"),
        ("Fm7 | E7b9", {"key": 0, "mode": "minor"}, "Am6"),
        ("F7 | Bb7 | F7", {}, None),  # a blues ends on its tonic
        ("C7 | F7", {"key": -1}, None),
        ("Dm7 | G7 | Cmaj7", {}, None),
        ("Dm7 | Ebm7 | Dm7", {}, None),
        ("F7sus4 | Ab7sus4 | Eb7sus4", {}, None),  # modes have nothing to come home to
    ],
)
def test_a_last_dominant_leads_home(text, fields, expected):
    tonic = tonic_after(form(text, **fields))
    assert (None if tonic is None else str(tonic)) == expected


def test_choruses_are_followed_by_the_tonic():
    arrangement = Arrangement.of(TURNAROUND, choruses=2)
    assert chords(arrangement) == ["Dm7", "G7", "Cmaj7", "A7b9"] * 2 + ["Cmaj7"]
    assert (arrangement.chorus_starts, arrangement.first) == ((0, 4), 0)
    assert [played.source for played in arrangement.measures] == [0, 1, 2, 3, 0, 1, 2, 3, None]


@pytest.mark.parametrize(
    ("changes", "end"),
    [(TURNAROUND, ["Cmaj7", "A7b9"] * 3 + ["Cmaj7"]), (LONG, ["Cmaj7", "Am7", "Dm7", "G7"] * 3 + ["Cmaj7"])],
)
def test_a_tag_plays_the_last_measures_three_times(changes, end):
    played = chords(Arrangement.of(changes, ending="tag"))
    assert played[-len(end) :] == end
    assert len(played) == len(changes.measures) + len(end) * 2 // 3 + 1


@pytest.mark.parametrize(
    ("chorus", "last", "end"),
    [("Em7 | B7", "Em7 | Em6", ["Em7", "Em6"]), ("Em7 | Em6", "Am7 | B7", ["Am7", "B7", "Em6"])],
)
def test_the_last_choruss_own_end_decides_whether_it_is_led_home(chorus, last, end):
    changes = form(chorus, key=1, mode="minor", last_chorus=form(last).measures)
    assert chords(Arrangement.of(changes, choruses=2))[2:] == end


def test_changes_without_any_chord_are_refused_as_such():
    with pytest.raises(ValueError, match="expected one chord or more, got none"):
        jazz.load().improvise(Changes((Measure(4.0),)), seed=1)


def test_a_fade_ends_where_the_form_ends():
    arrangement = Arrangement.of(TURNAROUND, choruses=3, ending="fade")
    assert len(arrangement.measures) == 12
    assert arrangement.fades


def test_an_introduction_is_the_end_of_the_form_and_pickups_lie_in_it():
    arrangement = Arrangement.of(form("pG7 | Dm7 | G7 | C6"), intro=2)
    assert chords(arrangement) == ["G7", "C6", "G7", "Dm7", "G7", "C6"]
    assert [played.measure.length for played in arrangement.measures] == [4, 3, 1, 4, 4, 4]
    assert (arrangement.first, arrangement.chorus_starts) == (2, (3,))


@pytest.mark.parametrize(
    ("kind", "count", "second"),
    [("fourths", 12, "Gm7"), ("fifths", 12, "Am7"), ("semitones", 12, "Ebm7"), ("whole-tones", 6, "Em7")],
)
def test_a_loop_of_keys_has_every_key_once(kind, count, second):
    arrangement = Arrangement.of(TURNAROUND, loop_keys=kind)
    firsts = [chords(arrangement)[start] for start in arrangement.chorus_starts]
    roots = {parse_symbol(name).root for name in firsts}
    assert (len(firsts), len(roots), firsts[:2]) == (count, count, ["Dm7", second])
    assert len(arrangement.measures) == 4 * count + 1


def test_a_loop_of_tempi_has_a_chorus_at_each():
    arrangement = Arrangement.of(TURNAROUND, loop_tempo=TempoLoop.parse("100:130:10"))
    assert arrangement.tempos == ((0, 100), (4, 110), (8, 120), (12, 130))
    assert TempoLoop.parse("120:100").tempi() == (120, 115, 110, 105, 100)


@pytest.mark.parametrize("text", ["", "100", "100:200:5:5", "a:b", "10:100", "100:500", "100:200:-5"])
def test_a_loop_that_is_none_is_refused(text):
    with pytest.raises(UserError, match="expected "):
        TempoLoop.parse(text)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"intro": 5}, "intro: expected at most the form's 4 measures, got 5"),
        ({"choruses": 2, "loop_keys": "fourths"}, "expected one of choruses, loop tempo and loop keys"),
        ({"loop_tempo": TempoLoop(100, 200, 5), "loop_keys": "fourths"}, "expected one of choruses"),
    ],
)
def test_what_does_not_go_together_is_refused(fields, message):
    with pytest.raises(UserError, match=message):
        Arrangement.of(TURNAROUND, **fields)


def test_the_soloist_waits_through_the_introduction_and_all_end_together():
    score = jazz.load().improvise(LONG, intro=4, seed=3).score
    solo, *others = score.parts
    assert min(note.onset for note in solo.notes) >= 15
    assert all(min(note.onset for note in part.notes) < 4 for part in others)
    ends = [max(note.end for note in part.notes) for part in (solo, *others[:2])]
    assert min(ends) > 4 * 21 - 0.6  # sixteen measures, four before them, and the tonic's


def test_a_fade_grows_softer_and_the_band_plays_on():
    score = jazz.load().improvise(TURNAROUND, choruses=4, ending="fade", seed=3).score
    for part in score.parts[1:]:
        early = [note.velocity for note in part.notes if note.onset < 32]
        late = [note.velocity for note in part.notes if note.onset >= 60]
        assert late
        assert max(late) < 0.3 * max(early)
        assert max(note.duration for note in part.notes if note.onset >= 60) <= 3
    assert FADED < 0.1


def test_a_loop_of_tempi_sounds_and_is_written_with_its_tempi():
    loop = TempoLoop.parse("100:200:50")
    improvisation = jazz.load().improvise(TURNAROUND, loop_tempo=loop, band="none", seed=3)
    score = improvisation.perform()
    assert score.tempos == ((16.0, 150.0), (32.0, 200.0))
    seconds = 16 * 60 / 100 + 16 * 60 / 150 + 20 * 60 / 200
    assert score.seconds == pytest.approx(seconds, abs=0.5)
    assert len(render(score)) / SAMPLE_RATE >= score.seconds - 0.01
    tempi = parse_midi(to_midi(score), Path("loop.mid")).tempos
    assert [tempo for _, tempo in tempi] == pytest.approx([100, 150, 200])


def test_trading_goes_on_in_every_key():
    piece = jazz.load()
    improvisation = piece.improvise(LONG, seed=3, loop_keys="whole-tones")
    assert len(improvisation.melody) == 16 * 6 + 1


def test_the_road_map_names_what_comes_before_and_after_the_choruses():
    arrangement = Arrangement.of(TURNAROUND, choruses=2, intro=2, ending="tag")
    assert arrangement.road_map() == [
        "1-2  intro  4/4  Cmaj7 | A7b9",
        "3-6  chorus  Dm7 | G7 | Cmaj7 | A7b9",
        "7-10  chorus  Dm7 | G7 | Cmaj7 | A7b9",
        "11-15  ending  Cmaj7 | A7b9 | Cmaj7 | A7b9 | Cmaj7",
    ]
    assert Arrangement.of(TURNAROUND).road_map() == ["1-4  4/4  Dm7 | G7 | Cmaj7 | A7b9", "5  ending  Cmaj7"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Dm7 | G7 | Cmaj7", (0, "major")),
        ("Am7 | D7 | Am7", (0, "minor")),
        ("F7 | Bb7 | C7 | F7", (-1, "major")),
        ("Fm7 | C7b9 | Dbmaj7", None),
        ("Cmaj7 | A7 | Dm7 | G7", None),
    ],
)
def test_the_key_is_the_last_chords_where_it_is_at_home(text, key):
    assert home_key(form(text)) == key


def test_a_key_that_no_one_gave_is_the_one_it_comes_home_to():
    changes = jazz.load().improvise(TURNAROUND, seed=3).score.changes
    assert (changes.key, changes.mode) == (0, "major")


def test_a_forms_own_introduction_belongs_to_the_band() -> None:
    changes = read_chart("[Intro] C6 | G7 |\n[A] Dm7 | G7 | C6 | C6 |")
    arrangement = Arrangement.of(changes, choruses=2)
    assert (arrangement.first, arrangement.chorus_starts, len(arrangement.measures)) == (2, (2, 6), 10)
    assert arrangement.road_map()[0] == "1-2  Intro  4/4  C6 | G7"
    solo = jazz.load().improvise(changes, seed=1, choruses=2)
    assert min(note.onset for note in solo.score.parts[0].notes) >= 8
    assert solo.score.parts[1].notes[0].onset < 4
    assert len(solo.starts) == 11

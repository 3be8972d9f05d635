"""Chord charts: the grammar, forty-four progressions in usual spellings, the round trip, bad input."""

import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.solos.charts import ChartError, read_chart
from music import harmony
from music.changes import MODES, MOST_CHORDS, Changes, Measure, one_line, quarters, road_map
from music.harmony import Chord
from tests.data.solos.events import names
from tests.data.solos.events import onsets as all_onsets
from tests.music.symbols import symbols
from utils.errors import UserError

PROGRESSIONS = (Path(__file__).parent / "progressions.txt").read_text("utf-8").split("---\n")


def measures(text: str) -> list[str]:
    """Each measure's symbols, as one text."""
    return names(read_chart(text))


@pytest.mark.parametrize(
    "text", PROGRESSIONS, ids=lambda text: re.sub("[^ -~]", "", text.splitlines()[0][7:])
)
def test_well_known_progressions(text: str) -> None:
    expected, *chords = text.partition("# expected: ")[2].strip().split("; ")
    read = measures(text)
    assert f"{len(read)} measures" == expected
    for number, text_of_measure in (chord.split(" ", 1) for chord in chords):
        assert read[int(number) - 1] == text_of_measure
    assert read_chart(read_chart(text).to_text()) == read_chart(text)


def test_a_chart_holds_its_headers() -> None:
    headers = "title:  Two  words\ntempo: 92.5\nmeter: 6/8\nkey: C# minor\nstyle: Slow Bossa # sad\n\n"
    chart = read_chart(headers + "C#m | G#7")
    assert (chart.title, chart.tempo, chart.style) == ("Two words", 92.5, "Slow Bossa")
    assert (chart.key, chart.mode, chart.key_name) == (4, "minor", "C#m")
    assert [(measure.length, measure.meter) for measure in chart.measures] == [(3.0, (6, 8))] * 2


@pytest.mark.parametrize(
    ("text", "onsets"),
    [
        ("C |", [0]),
        ("C F |", [0, 2]),
        ("C F G Am |", [0, 1, 2, 3]),
        ("C / / F |", [0, 3]),
        ("C/// |", [0]),
        ("C / F/ |", [0, 2]),
        ("C/E / / F |", [0, 3]),
        ("C N.C. |", [0, 2]),
        ("meter: 3/4\nC F |", [0, 1.5]),
        ("meter: 3/4\nC / F |", [0, 2]),
        ("meter: 6/8\nC / / F / / |", [0, 1.5]),
        ("meter: 6/8\nC F |", [0, 1.5]),
        ("meter: 12/8\nC / F / |", [0, 3]),
        ("meter: 2/2\nC F |", [0, 2]),
        ("meter: 5/4\nC | F G", [0, 5, 7.5]),
        ("meter: 12/8\nC | F", [0, 6]),
    ],
)
def test_where_chords_begin(text: str, onsets: list[float]) -> None:
    assert all_onsets(read_chart(text)) == onsets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dm7 | G7 | Cmaj7 | %", "Dm7, G7, Cmaj7, Cmaj7"),
        ("| Dm7 | G7 |\n| Cmaj7 |", "Dm7, G7, Cmaj7"),
        ("| Dm7 | G7\nCmaj7 ||", "Dm7, G7, Cmaj7"),
        ("C/// | /// F | / / G /", "C, C F, F G"),
        ("|: C :| F", "C, C, F"),
        ("|:C:|:F:|", "C, C, F, F"),
        ("||: C :||: F :||", "C, C, F, F"),
        ("|: C :| x3 F", "C, C, C, F"),
        ("|: C :|3x | F", "C, C, C, F"),
        ("|: C |[1 F :|[2 G | Am", "C, F, C, G, Am"),
        ("|: C | [1. F :| [2. G :| Am", "C, F, C, G, Am"),
        ("|: C [1 F | F :| [2 % | G |: Am :|", "C, F, F, C, C, G, Am, Am"),
        ("|: C :|\n%", "C, C, C"),
        ("[Verse] C | F\nBridge:\nG | % |]", "C, F, G, G"),
        ("A: C | F\nB: G7 |", "C, F, G7"),
        ("C, F | G7(b9, b13)", "C F, G7b9b13"),
        ("Am - F - C – G", "Am, F, C, G"),
        ("C- - F- | G-", "Cm Fm, Gm"),
        ("C | nc | N.C.", "C, N.C., N.C."),
        ("dm7 g7", "Dm7, G7"),
        ("C", "C"),
        ("C / F / G / / /", "C F, G"),
        ("F#m7 | C # a comment: C | D\n# another | one\nB7", "F#m7, C, B7"),
        ("composer: Somebody\nC", "C"),
        ("\ufeffC | F\r\nG", "C, F, G"),
        ("C‖ F", "C, F"),
        ("C7 | N.C. | F7 | N.C.", "C7, N.C., F7, N.C."),
        ("Dm7 | / | G7 | /", "Dm7, Dm7, G7, G7"),
        ("Dm7 / | G7 | //", "Dm7, G7, G7"),
        ("Cmaj7 (A7) | (Dm7 G7) | (F)", "Cmaj7 A7, Dm7 G7, F"),
        ("CM7 % | % F", "Cmaj7 Cmaj7, Cmaj7 F"),
        ("Csus add b7 | C7 (b9) G7 | F omit 3 |", "C7sus4, C7b9 G7, Fno3"),
        ("N.C./D | D7 no5 |", "N.C., D7no5"),
    ],
)
def test_the_grammar(text: str, expected: str) -> None:
    assert measures(text) == expected.split(", ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Dm7 | G77 | C", "measure 2, column 9: 'G77' is no chord symbol"),
        ("Dm7 | G7\nH7 | C", "measure 3, line 2, column 1: 'H7' is no chord symbol: expected a root"),
        ("C | (Q) | G", "measure 2, column 6: 'Q' is no chord symbol: expected a root"),
        (
            "Cmaj77 | F",
            "such as m7, maj7, 7b9 or sus4; did you mean Cmaj7?",
        ),
        ("C | F\npickup: 1/4\nG |", "line 2: expected the pickup before the first measure, got it after"),
        ("last chorus:\nC | F", "line 1: expected one last chorus, after the measures of the others"),
        ("C | G7(b9 | F", "measure 2, column 10: 'G7(b9' is no chord symbol: expected a closing parenthesis"),
        ("C7 #9 | F", "measure 1, column 4: '#9'"),
        ("C D.S. | F", "measure 1, column 4: 'D.S.'"),
        ("|: C | F", "expected :| for the repeat |: in measure 1, got the end of the chart"),
        ("C | F :| G", "measure 2, column 7: expected |: where the repeat begins, before :|"),
        ("C :| F", "measure 1, column 3: expected |: where"),
        ("|: C | |: F :|", "measure 2, column 8: expected :| for the repeat in measure 1, got another |:"),
        ("|: C |[1 F :| G", "measure 3, column 15: expected [2 after the first ending"),
        ("|: C |[1 F :|", "expected [2 after the first ending for the repeat |: in measure 1"),
        ("|: C |[2 F :|", "measure 2, column 7: expected the ending [1, got [2"),
        ("|: C |[1 F |[2 G |", "measure 3, column 13: expected the ending [2 after :| and the ending [1"),
        ("|: C |[1 F :|[3 G |", "expected the ending [2 after :| and the ending [1, got [3"),
        ("|: C |[1 F :| :| G", "measure 2, column 15: expected |: where"),
        ("C |[1 F", "measure 2, column 4: expected |: before the ending [1"),
        ("C [1 F", "measure 1, column 3: expected a repeat, |: ... :|, around an ending"),
        ("C | , | F", "measure 2, column 7: expected a chord between two bar lines"),
        ("C | | F", "measure 2, column 5: expected a chord between two bar lines"),
        ("% | C", "measure 1, column 1: expected a measure before %"),
        ("/ C / / | F", "measure 1, column 1: expected a chord before the first slash"),
        ("C / F | G", "measure 1, column 1: expected 4 beats, chords and slashes together, got 3"),
        ("C / F// |", "expected 4 beats, chords and slashes together, got 5"),
        ("meter: 12/8\nC / F | G", "expected 12 or 4 beats, chords and slashes together, got 3"),
        ("C / / / F /", "measure 2, column 9: expected 4 beats"),
        ("C D E F G A B C D | C", "measure 1, column 1: expected at most 8 chords, got 9"),
        ("C ] | F", "measure 1, column 3: ']'"),
        ("C [ F | G", "measure 1, column 3: expected a chord or a bar line, got '['"),
        ("", "expected one chord or more, got none"),
        ("title: Nothing\n# but this", "expected one chord or more, got none"),
        ("N.C. | N.C. |", "expected one chord or more, got none"),
        ("tempo: fast\nC", "line 1: tempo: expected 20 to 400 quarter notes a minute, got 'fast'"),
        ("tempo: 4000\nC", "tempo: expected 20 to 400 quarter notes a minute, got '4000'"),
        ("meter: 4\nC", "line 1: meter: expected such as 4/4, 3/4 or 12/8, got '4'"),
        ("meter: 4/0\nC", "meter: expected such as"),
        ("key: no | C", "line 1: key: expected such as Bb, F#m, C minor or D dorian, got 'no | C'"),
        ("key: C blues\nC", "line 1: key: expected such as Bb, F#m, C minor or D dorian, got 'C blues'"),
        ("capo: 2\nC", "line 1: expected title, tempo, key, style or meter before the colon, got 'capo'"),
        ("C | F\nkey: C\nG", "line 2: expected the key before the first measure, got it after"),
        ("C | F\nmeter: 3/9\nG", "line 2: meter: expected such as 4/4, 3/4 or 12/8, got 3/9"),
        ("C |\tF \x1b[2J", r"line 1, column 7: expected text, got the control character '\x1b'"),
        ("C | F\x00", r"the control character '\x00'"),
        ("X" * 5000, "measure 1, column 1: 'XXXX"),
        ("C" * 5000, "measure 1, column 2: 'CCCC"),
        ("C | " * 10_000, "measure 2001, column 8001: expected at most 2000 measures, repeats played out"),
        ("|: " + "C | " * 1500 + ":|", "expected at most 2000 measures, repeats played out, got more"),
        ("|: C :| x9 " * 300, "measure 223, column 2448: expected at most 2000 measures"),
        ("C " * 10_000, "expected at most 2000 measures"),
        ("C " * 10_000 + "|", "expected at most 8 chords, got 10000"),
        ("C" + "/" * 100_000 + "|", "expected 4 beats, chords and slashes together, got 100001"),
        ("C | " * 300_000, "has 1200000 characters, expected at most 262144"),
        ("nowhere.txt", "cannot read nowhere.txt"),
    ],
)
def test_bad_input_is_one_line(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        read_chart(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) <= 1000


@pytest.mark.parametrize(
    ("text", "measure", "line", "column"),
    [
        ("Dm7 | G7\nCmaj7 | H7", 4, 2, 9),
        ("C | F\nmeter: 3\nG", 0, 2, 0),
        ("tempo: 9000\nC", 0, 1, 0),
        ("  capo: 2\nC", 0, 1, 3),
        ("C |\tF \x1b[2J", 0, 1, 7),
        ("C | |: F | G", 2, 0, 0),
    ],
)
def test_an_error_knows_its_place(text: str, measure: int, line: int, column: int) -> None:
    with pytest.raises(ChartError) as caught:
        read_chart(text)
    error = caught.value
    assert (error.measure, error.line, error.column) == (measure, line, column)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_every_unicode_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "my chart.txt"
    path.write_bytes("title: Déjà\nB♭maj7 | Eø | C°7\r\n".encode(encoding))
    for source in (path, str(path)):
        assert read_chart(source).title == "Déjà"
        assert measures(source) == ["Bbmaj7", "Em7b5", "Cdim7"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("C°7 | F".encode("latin-1"), "my.txt is not UTF-8 text: byte 1 cannot be read; save it as UTF-8"),
        (b"\xff\xfeC", "my.txt is not UTF-16 text: byte 2 cannot be read; save it as UTF-8"),
        ("C | F".encode("utf-16-le"), "my.txt: line 1, column 2: expected text, got the control character"),
        (b"MThd\0\0\0\6", "my.txt: line 1, column 5: expected text, got the control character"),
        (b"C | Q7", "my.txt: measure 2, column 5: 'Q7' is no chord symbol"),
        (b"C | F |\n" * 100_000, "my.txt has 800000 characters, expected at most 262144"),
        (b"C | F |\n" * 1_100_000, "my.txt has 8800000 bytes, expected at most 8388608"),
    ],
)
def test_a_file_that_is_no_chart_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "my.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=re.escape(message)):
        read_chart(path)


def test_a_text_is_a_file_if_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert measures("C") == ["C"]
    (tmp_path / "C").write_text("F | G")
    assert measures("C") == ["F", "G"]


def test_a_chart_without_bar_lines_says_how_it_is_read(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="cadenza"):
        read_chart("Dm7 G7 C")
    assert [record.getMessage() for record in caplog.records] == [
        "the chart has no bar lines: every chord fills a measure"
    ]


def chord(draw: st.DrawFn, onset: float) -> Chord:
    """A chord, a stop or no chord."""
    symbol = draw(st.none() | symbols)
    return Chord(onset, (), symbol, symbol is not None and draw(st.booleans()))


def one_measure(draw: st.DrawFn, *, pickup: bool = False) -> Measure:
    """A measure whose chords are equally long or on beats."""
    meter = draw(st.sampled_from([(4, 4), (3, 4), (2, 2), (5, 4), (6, 8), (7, 8), (9, 8), (12, 8)]))
    length = draw(st.sampled_from([0.5, 1.0, 2.0])) if pickup else quarters(meter)
    count = draw(st.integers(1, 2 if pickup else MOST_CHORDS))
    places: list[int] = list(range(count))
    if draw(st.booleans()) and not pickup:
        count = meter[0]
        places = [0, *sorted(draw(st.sets(st.integers(1, count - 1), max_size=MOST_CHORDS - 1)))]
    chords = tuple(chord(draw, place * length / count) for place in places)
    return Measure(length, chords, meter, pickup, draw(st.just("") | NAMES))


NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20).map(one_line)
KEYS = st.tuples(st.integers(-7, 7), st.sampled_from(sorted(MODES)))


@st.composite
def charts(draw: st.DrawFn) -> Changes:
    """Changes of up to a dozen measures with every field that there is."""
    pickups = [one_measure(draw, pickup=True)] if draw(st.booleans()) else []
    form = [one_measure(draw) for _ in range(draw(st.integers(1, 12)))]
    if all(each.silent for measure in form for each in measure.chords):
        form.append(Measure(4.0, (Chord(0.0, (), draw(symbols)),)))
    key, mode = draw(st.just((None, None)) | KEYS)
    last = [one_measure(draw) for _ in range(draw(st.sampled_from([0, 0, 3])))]
    tempo = draw(st.none() | st.floats(20, 400))
    return Changes((*pickups, *form), draw(NAMES), tempo, key, mode, draw(NAMES), tuple(last))


@given(charts())
def test_every_chart_that_is_written_is_read_back(chart: Changes) -> None:
    assert read_chart(chart.to_text()) == chart


@given(st.text(max_size=60) | st.text("CFm7|:[]12%/ \n.#N", max_size=60))
def test_any_text_is_a_chart_or_one_line(text: str) -> None:
    try:
        chart = read_chart(text)
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert read_chart(chart.to_text()) == chart


@given(charts())
def test_chord_sets_give_an_improviser_harmony_everywhere(chart: Changes) -> None:
    sets = chart.chord_sets()
    assert [length for length, _ in sets] == [measure.length for measure in chart.measures]
    for (_, chords), measure in zip(sets, chart.measures, strict=True):
        assert chords[0].onset == 0
        by_onset = {chord.onset: chord.pitches for chord in chords}
        for onset, _, symbol, _ in measure.chords:
            if symbol is not None:
                bass, *voices = by_onset[onset]
                assert bass % 12 == (symbol.root if symbol.bass is None else symbol.bass)
                assert {pitch % 12 for pitch in voices} <= symbol.pitch_classes
                assert 38 <= bass < voices[0] and voices == sorted(voices)


def test_what_the_harmony_is_named_after_is_what_was_typed() -> None:
    chart = read_chart(next(text for text in PROGRESSIONS if "twelve keys" in text))
    for (_, chords), measure in zip(chart.chord_sets(), chart.measures, strict=True):
        assert harmony.symbol(chords[0].pitches) == measure.chords[0].symbol


def test_no_chord_keeps_the_harmony_and_silences_the_band() -> None:
    chart = read_chart("N.C. | C | F N.C. | N.C. G")
    first, second, third, fourth = ([chord.pitches for chord in chords] for _, chords in chart.chord_sets())
    assert first == second
    assert len(third) == 1 and fourth[0] == third[0] and len(fourth) == 2
    assert names(chart) == ["N.C.", "C", "F N.C.", "N.C. G"]


def test_meters_pickups_sections_and_the_last_chorus() -> None:
    text = (
        "meter: 3/4\npickup: 1/4\nG7 |\n[Head] C | F\nmeter: 4/4\nBridge: |: C :|\nlast chorus:\n[Tag] C6 |"
    )
    chart = read_chart(text)
    assert [
        (measure.length, measure.meter, measure.pickup, measure.section) for measure in chart.measures
    ] == [
        (1.0, (3, 4), True, ""),
        (3.0, (3, 4), False, "Head"),
        (3.0, (3, 4), False, ""),
        (4.0, (4, 4), False, "Bridge"),
        (4.0, (4, 4), False, "Bridge"),
    ]
    assert [measure.section for measure in chart.last_chorus] == ["Tag"]
    assert road_map(chart.played(2), chart.chorus_starts(2)) == [
        *("pick-up  1/4  G7", "1-2  Head  3/4  C | F", "3  Bridge  4/4  C", "4  Bridge  C"),
        "5  Tag  C6",
    ]


def test_a_stop_and_the_spelling_are_kept() -> None:
    first, second = read_chart("D-7! / / Db^7 | A♯7/F♯").measures
    assert [(chord.symbol.text, chord.stop) for chord in first.chords if chord.symbol] == [
        ("D-7", True),
        ("Db^7", False),
    ]
    assert second.chords[0].symbol is not None and second.chords[0].symbol.text == "A♯7/F♯"

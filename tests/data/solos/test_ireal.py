"""iReal Pro addresses: scrambled and plain, repeats and jumps played out, chords on their beats."""

import logging
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.solos.charts import read_chart
from tests.data.solos.events import events, names
from utils.errors import UserError


def scrambled(music: str) -> str:
    """Music as irealb:// has it, made by slices: the reader changes letters one by one."""
    found = ""
    while len(music) > 51:
        block, music = music[:50], music[50:]
        found += block[:44:-1] + block[5:10] + block[39:25:-1] + block[24:26] + block[23:9:-1]
        found += block[40:45] + block[4::-1]
    return "1r34LbKcu7" + found + music


def plain_address(music: str, title: str = "A Study") -> str:
    return "irealbook://" + quote(f"{title}=Somebody=Medium Swing=Eb=n={music}")


def fields(music: str, title: str = "A Study", tempo: str = "140") -> str:
    return f"{title}=Somebody==Medium Swing=C-==" + scrambled(music) + f"=Jazz-Medium Swing={tempo}=3"


def measures(source: str) -> list[str]:
    return names(read_chart(source))


LONG = (
    "[*AT44C-7XyQ|F-7XyQ|D-7b5XyQ|G7#9XyQLZC-7   | x  |Eb-7   |Ab7   ]"
    "[*BDb^7   LZDb^7   |D-7b5   |G7b9   |C-7XyQKcl LZD-7b5XyQ|G7b13   Z "
)


@pytest.mark.parametrize("length", range(98, 105))
def test_scrambled_music_of_every_length_is_read(length: int) -> None:
    music = ("[T44C   |" + "F7   |" * 20)[: length - 2] + " Z"
    assert measures("irealb://" + quote(fields(music))) == measures(plain_address(music))


def test_a_scrambled_address() -> None:
    chart = read_chart("irealb://" + quote(fields(LONG)))
    assert (chart.title, chart.tempo, chart.key_name, chart.style) == ("A Study", 140.0, "Cm", "Medium Swing")
    assert measures("irealb://" + fields(LONG)) == (  # not quoted: as typed
        "Cm7 Fm7 Dm7b5 G7#9 Cm7 Cm7 Ebm7 Ab7 Dbmaj7 Dbmaj7 Dm7b5 G7b9 Cm7 Cm7 Dm7b5 G7b13".split()
    )


@pytest.mark.parametrize(
    ("tempo", "expected"), [("19", None), ("20", 20.0), ("400", 400.0), ("401", None), ("fast", None)]
)
def test_a_tempo_out_of_range_is_none(tempo: str, expected: float | None) -> None:
    assert read_chart("irealb://" + quote(fields(LONG, tempo=tempo))).tempo == expected


def test_a_plain_address() -> None:
    chart = read_chart(plain_address("*A{T34Eb^7   |C-7   |F-7   |Bb7   }"))
    assert (chart.title, chart.tempo, chart.key_name, chart.style) == ("A Study", None, "Eb", "Medium Swing")
    assert [(measure.meter, measure.section) for measure in chart.measures[:2]] == [
        ((3, 4), "A"),
        ((3, 4), ""),
    ]
    assert len(chart.measures) == 8


def test_a_page_as_ireal_pro_exports_it(tmp_path: Path) -> None:
    page = f'<html><body><h3>Songs</h3><a href="irealb://{quote(fields(LONG))}">A Study</a></body></html>'
    path = tmp_path / "study.html"
    path.write_text(page)
    assert read_chart(path) == read_chart("irealb://" + quote(fields(LONG)))


def test_the_first_of_several_songs(caplog: pytest.LogCaptureFixture) -> None:
    songs = [fields(f"[T44{root}^7   Z", f"Study in {root}", "0") for root in "CFG"]
    address = "irealb://" + quote("===".join([*songs, "My list"]))
    with caplog.at_level(logging.INFO, logger="cadenza"):
        assert (read_chart(address).title, measures(address)) == ("Study in C", ["Cmaj7"])
    assert caplog.messages[0] == "song 1 of 3: Study in C"
    plain = "irealbook://" + "=".join(["One=A=Swing=C=n=[T44C   Z ", "Two=B=Swing=F=n=[T44F   Z "])
    assert (read_chart(plain).title, read_chart(plain).key, measures(plain)) == ("One", 0, ["C"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("C   ", {0: "C"}),
        ("C F ", {0: "C", 2: "F"}),
        ("C,F,", {0: "C", 2: "F"}),
        ("C  F", {0: "C", 3: "F"}),
        ("C,F,G,A-,", {0: "C", 1: "F", 2: "G", 3: "Am"}),
        ("C,p,p,F,", {0: "C", 3: "F"}),
        ("C F,G,", {0: "C", 2: "F", 3: "G"}),
        ("sC,F,lG ", {0: "C", 1: "F", 2: "G"}),
        ("C F(G7) ", {0: "C", 2: "F"}),
        ("C W/B ", {0: "C", 2: "C/B"}),
        ("C7 n ", {0: "C7", 2: "N.C."}),
        ("T34C F ", {0: "C", 2: "F"}),
        ("T34C,F,G,", {0: "C", 1: "F", 2: "G"}),
        ("T12C F ", {0: "C", 3: "F"}),
        ("T68C  F  ", {0: "C", 1.5: "F"}),
        ("T34C,F,G,A-", {0: "C", 0.75: "F", 1.5: "G", 2.25: "Am"}),
        ("   C", {0: "C"}),
        ("C*7b9*   ", {0: "C7b9"}),
        ("Ch7   ", {0: "Cm7b5"}),
        ("C7susadd3   ", {0: "C7sus4add3"}),
        ("Cf   ", {0: "C"}),
    ],
)
def test_where_the_chords_of_a_measure_begin(cells: str, expected: dict[float, str]) -> None:
    (measure,) = events(read_chart(plain_address(f"[{cells}Z")))
    assert {onset: str(symbol or "N.C.") for onset, symbol in measure} == expected


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("[C   | x  |F   Z", "C C F"),
        ("[C   |F   |r|   |G   Z", "C F C F G"),
        ("[C   |p   |W/E   Z", "C C C/E"),
        ("{C   |F   }[G   Z", "C F C F G"),
        ("{<3x>C   }[G   Z", "C C C G"),
        ("{C   |N1F   }            |N2G   Z", "C F C G"),
        ("{C   |N1F   }|N2G   }{A-   }", "C F C G Am Am"),
        ("{C   |N1F   }|N2G   }|N3A-   ][B   Z", "C F C G C Am B"),
        ("{C   |N1F   |G   }|N2A-   |B-   ][D   Z", "C F G C Am Bm D"),
        ("C   |F   }G   Z", "C F C F G"),
        ("[C   |SF   |G  Q]<D.S. al Coda>[QA-   Z", "C F G F G Am"),
        ("[C   |SF   |QG   ]<D.S. al Coda>[QA-   Z", "C F G F Am"),
        ("[C   |F  Q|G   |A-   <D.C. al Coda>][QB-   Z", "C F G Am C F Bm"),
        ("{C   |F   <Fine>}[G   |A- <D.C. al Fine>]", "C F C F G Am C F"),
        ("{C   |N1F   }|N2G   ][A-   |<D.C. al 2nd End.> B-  Z", "C F C G Am Bm C G"),
        ("{C   |N1F   }|N2G   ][A-   |<D.C. al 1st End.> B-  Z", "C F C G Am Bm C F"),
        ("[C   |F   <D.C.>]", "C F C F"),
        ("[C   |F   <D.C. al Coda>]", "C F C F"),
        ("[QC   |F   ][QG   Z", "C F G"),
        ("[*iC   ][*AY<*66Slowly>F   U]", "C F"),
    ],
)
def test_repeats_and_jumps_are_played_out(music: str, expected: str) -> None:
    assert measures(plain_address(music)) == expected.split()


@pytest.mark.parametrize(
    ("music", "choruses"),
    [
        ("[*iC   |D-7   ][*AF   |G7   Z", "C Dm7 F G7 F G7"),
        ("[*iC   ][*AF   |QG7   |C   ][QA-   Z", "C F G7 C F Am"),  # the coda's chorus does not repeat it
        ("[*iC   |F   Z", "C F C F"),  # there is no other section: it is the form
        ("[*AC   ][*iF   Z", "C F C F"),
    ],
)
def test_an_introduction_is_played_once(music: str, choruses: str) -> None:
    changes = read_chart(plain_address(music))
    played = [str(measure.chords[0].symbol) for measure in changes.played(2)]
    assert played == choruses.split()
    assert read_chart(changes.to_text()) == changes


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("irealb://", "the iReal Pro address holds no song"),
        ("irealbook://Title=Somebody", "the iReal Pro address holds no song"),
        ("irealb://" + fields("[T44]"), "expected one chord or more, got none"),
        (plain_address("[T44C   |?F   Z"), "measure 2: expected a chord or a sign, got '?'"),
        (plain_address("[T40C   Z"), "line 4: meter: expected such as"),
        (plain_address("[x  |C   Z"), "measure 1: expected 1 to 2000 measures before 'x', got 0"),
        (plain_address("[C7b5b5   Z"), "'C7b5b5' is no chord symbol"),
        (plain_address("[C,C,C,C,C,C,C,C,C,Z"), "expected at most 8 chords, got 9"),
        (plain_address("[" + "C   |" * 2001), "measure 2001: expected at most 2000 measures, got more"),
        (
            plain_address("{<9x>" + "C   |" * 300 + "}"),
            "song 'A Study': expected at most 2000 measures, repeats played out",
        ),
        (plain_address("C   |F   |" + "r|" * 2000), "measures before 'r', got 2000"),
    ],
)
def test_bad_addresses_are_one_line(address: str, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        read_chart(address)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=80) | st.text("ACFGT4-7^{}[]|ZNxrpnSQ12W/ ,<>D.alCod", max_size=80))
def test_any_music_is_a_chart_or_one_line(music: str) -> None:
    for address in (plain_address(music), "irealb://" + quote(fields(music), errors="replace")):
        try:
            chart = read_chart(address)
        except UserError as error:
            assert "\n" not in str(error)
        else:
            assert read_chart(chart.to_text()) == chart

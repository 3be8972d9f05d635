"""What a source says reaches the performance and the page: tempo, key, meters, form, chords."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from data import solos
from data.solos.options import SourceOptions
from data.solos.sources import read_source
from models import jazz
from music import notation
from music.changes import Changes, Measure
from music.chord_symbols import parse_symbol
from music.harmony import Chord
from music.midi import MidiFile, parse_midi
from music.midi_writer import to_midi
from music.score import Note, Part, Score
from utils.errors import UserError

II_V_I_VI = [  # roots in the bass, and voicings with and without them
    (50, (53, 57, 60), (53, 57, 60, 64)),
    (43, (53, 59, 62), (53, 57, 59, 64)),
    (48, (52, 55, 59), (52, 55, 59, 62)),
    (45, (55, 61, 64), (55, 59, 61, 66)),
]


@pytest.fixture(scope="module")
def improviser() -> jazz.Improviser:
    return jazz.load()


@pytest.fixture
def play(improviser: jazz.Improviser, tmp_path: Path) -> Callable[..., tuple[jazz.Improvisation, MidiFile]]:
    """Plays over a file's content or a chart, and reads the MIDI file that is written."""

    def play(source: bytes | str, suffix: str = "", **options: Any) -> tuple[jazz.Improvisation, MidiFile]:
        asked: dict[str, Any] = {"chords": source}
        if suffix:
            path = tmp_path / f"mine{suffix}"
            path.write_bytes(source if isinstance(source, bytes) else source.encode())
            asked = {"midi": path}
        options = {"ending": "fade", **options}  # which adds no measure to those that are written
        improvisation = improviser.improvise(read_source(SourceOptions(**asked)), seed=1, **options)
        return improvisation, parse_midi(to_midi(improvisation.perform()), tmp_path / "out.mid")

    return play


def tune(
    tempo: float = 160.0,
    meters: list[tuple[int, int]] | None = None,
    push: float = 0.0,
    rootless: bool = False,
    pickup: bool = False,
) -> bytes:
    """A melody, comping and a bass over two-five-one-six, a chord a measure, as a MIDI file."""
    meters = [(4, 4)] * 8 if meters is None else meters
    forms = [Measure(1.0, pickup=True)] * pickup + [Measure(4.0 * m[0] / m[1], meter=m) for m in meters]
    lead, piano, bass = [Note(0.0, 1.0, 67)] if pickup else [], list[Note](), list[Note]()
    start = float(pickup)
    for number, measure in enumerate(forms[pickup:]):
        root, *voicings = II_V_I_VI[number % 4]
        voices = voicings[rootless]
        early = push if number else 0.0
        piano += [Note(start - early, measure.length - 0.5 + early, pitch) for pitch in voices]
        bass += [Note(start + beat, 1.0, root + (0, 7, 12, 7)[beat]) for beat in range(int(measure.length))]
        lead += [Note(start + beat, 1.0, 72 + (number + 2 * beat) % 7) for beat in range(int(measure.length))]
        start += measure.length
    parts = (
        Part("Sax", tuple(lead), 65, 0),
        Part("Piano", tuple(piano), 0, 1),
        Part("Bass", tuple(bass), 32, 2),
    )
    return to_midi(Score(parts, tempo, 4.0, "A Tune", Changes(tuple(forms), key=-3, mode="minor")))


def roots(improvisation: jazz.Improvisation) -> list[int]:
    return [symbol.root for _, symbol in improvisation.chord_symbols() if symbol is not None]


def bass_on_one(improvisation: jazz.Improvisation) -> list[int | None]:
    (bass,) = [part for part in improvisation.score.parts if part.name == "Bass"]
    by_onset = {round(note.onset, 3): note.pitch % 12 for note in bass.notes}
    return [by_onset.get(round(start, 3)) for start in improvisation.starts[:-1]]


def test_a_files_own_tempo_and_key_count(play: Callable[..., Any]) -> None:
    improvisation, midi = play(tune(250.0), ".mid")
    assert (improvisation.score.tempo, midi.tempos[0][1]) == (250.0, pytest.approx(250.0))
    assert [(key.sharps, key.minor) for key in midi.keys] == [(-3, True)]
    assert improvisation.notice == ""
    assert play(tune(250.0), ".mid", tempo=90)[0].score.tempo == 90


def test_of_several_tempi_the_first_counts_with_a_notice(tmp_path: Path) -> None:
    later = b"\x83\x60\xff\x51\x03\x07\xa1\x20"  # 120, a beat later
    content = tune(250.0)
    end = content.index(b"\x00\xff\x2f\x00")
    size = int.from_bytes(content[18:22], "big") + len(later)
    (tmp_path / "map.mid").write_bytes(
        content[:18] + size.to_bytes(4, "big") + content[22:end] + later + content[end:]
    )
    solo = solos.read_solo(tmp_path / "map.mid")
    assert solo.changes.tempo == 250.0
    assert "map.mid: 2 tempi; the first, 250, is played throughout" in solo.notices


def test_anticipated_chords_belong_to_the_measure_they_announce(play: Callable[..., Any]) -> None:
    improvisation, _ = play(tune(push=1 / 3), ".mid")
    assert bass_on_one(improvisation) == [2, 7, 0, 9] * 2


def test_rootless_voicings_are_named_over_their_bass(play: Callable[..., Any]) -> None:
    improvisation, _ = play(tune(rootless=True), ".mid")
    assert roots(improvisation) == [2, 7, 0, 9] * 2
    names = [str(symbol) for _, symbol in improvisation.chord_symbols()]
    assert names[:4] == ["Dm9", "G13", "Cmaj9", "A13"]


def test_meters_are_written_as_they_were_read(play: Callable[..., Any]) -> None:
    meters = [(4, 4)] * 2 + [(3, 4)] * 2 + [(4, 4)] * 2
    improvisation, midi = play(tune(meters=meters), ".mid")
    assert [(m.tick / 480, m.signature) for m in midi.meters] == [(0, (4, 4)), (8, (3, 4)), (14, (4, 4))]
    sheet = ElementTree.fromstring(notation.to_musicxml(improvisation.score))
    part = sheet.find("part")
    assert part is not None
    times = [(m.get("number"), m.findtext("attributes/time/beats")) for m in part.iter("measure")]
    assert [time for time in times if time[1]] == [("1", "4"), ("3", "3"), ("5", "4")]


def test_a_pickup_is_written_as_one(play: Callable[..., Any]) -> None:
    improvisation, midi = play(tune(pickup=True), ".mid", choruses=2)
    assert len(improvisation.melody) == 17
    assert [(m.tick / 480, m.signature) for m in midi.meters] == [(0, (1, 4)), (1, (4, 4))]
    part = ElementTree.fromstring(notation.to_musicxml(improvisation.score)).find("part")
    assert part is not None
    first, second, *_ = part.iter("measure")
    assert (first.get("number"), first.get("implicit"), second.get("number")) == ("0", "yes", "1")
    assert first.findtext("attributes/time/beats") == "4"


def test_the_head_is_the_melody_and_not_a_later_solo(tmp_path: Path) -> None:
    head = [Note(4.0 * bar + beat, 1.0, 62 + (bar + beat) % 5) for bar in range(16) for beat in range(4)]
    later = [Note(64 + step / 2, 0.5, 74 + step % 11) for step in range(256)]
    comping = [Note(4.0 * bar, 3.0, pitch) for bar in range(48) for pitch in (52, 55, 59)]
    parts = (
        Part("Trumpet", tuple(head), 56),
        Part("Alto", tuple(later), 65, 1),
        Part("Keys", tuple(comping), 0, 2),
    )
    (tmp_path / "tune.mid").write_bytes(to_midi(Score(parts)))
    assert "melody from track 1 'Trumpet'" in solos.read_solo(tmp_path / "tune.mid").notices[-1]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda content: content[:-30], "is cut off: 30 bytes are missing"),
        (lambda content: content + b"\x00\x00\x00", "3 bytes after the last track"),
        (lambda content: content[:10] + b"\x00\x09" + content[12:], "the header says 9 tracks, there are 4"),
        (lambda content: content[:10] + b"\x00\x02" + content[12:], "the header says 2 tracks, there are 4"),
    ],
)
def test_a_broken_file_plays_with_one_notice(
    damage: Callable[[bytes], bytes], fault: str, play: Callable[..., Any], tmp_path: Path
) -> None:
    improvisation, _ = play(damage(tune()), ".mid")
    assert len(improvisation.melody) == 8
    notices = solos.read_solo(tmp_path / "mine.mid").notices
    assert [fault in notice for notice in notices] == [True, False]


def test_a_riff_file_plays(play: Callable[..., Any]) -> None:
    content = tune()
    chunks = b"DISP\x05\x00\x00\x00title\x00" + b"data" + len(content).to_bytes(4, "little") + content
    improvisation, _ = play(b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"RMID" + chunks, ".rmi")
    assert bass_on_one(improvisation) == [2, 7, 0, 9] * 2


NOTE = "<note><pitch><step>{}</step><octave>5</octave></pitch><duration>4</duration><type>whole</type></note>"


def lead_sheet(*measures: str, head: str = "", kinds: str = "DGCAFBE", notes: bool = True) -> str:
    """A MusicXML file of whole notes, each measure with a chord on its letter and what else is given."""
    body = ""
    for number, extra in enumerate(measures, 1):
        root = (
            f"<harmony><root><root-step>{kinds[number - 1]}</root-step></root><kind>dominant</kind></harmony>"
        )
        first = head if number == 1 else ""
        left, _, right = extra.partition("@")
        note = NOTE.format("CDEFGAB"[number - 1]) if notes else ""
        body += f'<measure number="{number}">{left}{first}{root}{note}{right}</measure>'
    return (
        "<score-partwise><work><work-title>My Real Title</work-title></work><part-list><score-part id='P1'>"
        f"<part-name>Lead</part-name></score-part></part-list><part id='P1'>{body}</part></score-partwise>"
    )


def barline(side: str, inner: str) -> str:
    return f'<barline location="{side}">{inner}</barline>'


def words(text: str) -> str:
    return f"<direction><direction-type><words>{text}</words></direction-type></direction>"


HEAD = (
    "<attributes><divisions>1</divisions><key><fifths>-3</fifths></key><time><beats>4</beats><beat-type>4</beat-type>"
    "</time></attributes><direction><direction-type><metronome><beat-unit>quarter</beat-unit><per-minute>220"
    '</per-minute></metronome></direction-type><sound tempo="220"/></direction>'
)
FORWARD, BACKWARD = '<repeat direction="forward"/>', '<repeat direction="backward"/>'
SEGNO = "<direction><direction-type><segno/></direction-type></direction>"
CODA = "<direction><direction-type><coda/></direction-type></direction>"


@pytest.mark.parametrize(
    ("measures", "played"),
    [
        (
            (
                barline("left", FORWARD),
                "",
                barline("left", '<ending number="1" type="start"/>')
                + "@"
                + barline("right", f'<ending number="1" type="stop"/>{BACKWARD}'),
                barline("left", '<ending number="2" type="start"/>')
                + "@"
                + barline("right", '<ending number="2" type="stop"/>'),
                "",
            ),
            "DGCDGAF",
        ),
        (("", SEGNO, "@" + words("To Coda"), "@" + words("D.S. al Coda"), CODA), "DGCAGCF"),
        (("", "@" + words("Fine"), "@" + words("D.C. al Fine")), "DGCDG"),
        (("", "@" + barline("right", '<repeat direction="backward" times="3"/>')), "DGDGDG"),
        (("@<sound tocoda='c'/>", "@<sound dacapo='yes'/>", "<sound coda='c'/>"), "DGDC"),
    ],
)
def test_a_lead_sheet_is_played_out(measures: tuple[str, ...], played: str, play: Callable[..., Any]) -> None:
    improvisation, midi = play(lead_sheet(*measures, head=HEAD), ".musicxml")
    changes = improvisation.changes
    heard = [str(chord.symbol)[0] for measure in changes.measures for chord in measure.chords]
    assert "".join(heard) == played
    assert (improvisation.title, improvisation.score.tempo, changes.key) == ("My Real Title", 220.0, -3)
    assert midi.keys[0].sharps == -3


def test_a_lead_sheet_of_chords_alone_is_a_chart(play: Callable[..., Any], tmp_path: Path) -> None:
    sheet = lead_sheet("", "", head=HEAD, notes=False)
    improvisation, _ = play(sheet, ".musicxml")
    assert [str(symbol) for _, symbol in improvisation.chord_symbols()] == ["D7", "G7"]
    chart = read_source(SourceOptions(chords=str(tmp_path / "mine.musicxml")))
    assert isinstance(chart, Changes) and chart == replace(improvisation.changes, measures=chart.measures)


def ireal(music: str, style: str = "Medium Swing", key: str = "C") -> str:
    return "irealbook://" + quote(f"A Study=Somebody={style}={key}=n={music}")


def test_a_coda_is_played_in_the_last_chorus_only(play: Callable[..., Any]) -> None:
    music = "[T44E-7   | x  |F-7   | x Q |C-7   | x  |B7#9   | x  Z        Y{QC-7   | x  |Ab^7   | x  }"
    assert [len(play(ireal(music), choruses=count)[0].melody) for count in (1, 2, 3)] == [12, 20, 28]


@pytest.mark.parametrize(
    ("style", "band", "tempo"),
    [
        *[("Bossa Nova", "bossa", 140), ("Up Tempo Swing", "swing", 240), ("Ballad", "ballad", 65)],
        *[("Medium Up Swing", "swing", 170), ("Latin", "latin", 180), ("Waltz", "waltz", 140)],
    ],
)
def test_a_style_chooses_band_and_tempo(
    style: str, band: str, tempo: float, play: Callable[..., Any]
) -> None:
    by_style, _ = play(ireal("[T44C^7   |A7   |D-7   |G7   Z", style))
    asked, _ = play(ireal("[T44C^7   |A7   |D-7   |G7   Z", style), band=band, tempo=tempo)
    assert by_style.score == asked.score
    assert by_style.notice == f"not given, and so chosen: tempo {tempo:g} ({style})"
    assert asked.notice == ""


def test_an_unknown_style_swings_with_a_notice(play: Callable[..., Any]) -> None:
    improvisation, _ = play("style: Zydeco\nkey: C\ntempo: 120\nC | G7")
    assert improvisation.notice == "not given, and so chosen: band swing: the style 'Zydeco' is not known"
    assert improvisation.score.parts == play("key: C\ntempo: 120\nC | G7")[0].score.parts


def test_a_meter_change_of_ireal_pro(play: Callable[..., Any]) -> None:
    improvisation, midi = play(ireal("[T44C^7   |A7   |T34D-7   |G7   |T44C^7   |G7   Z"))
    assert [measure.length for measure in improvisation.changes.measures] == [4, 4, 3, 3, 4, 4]
    assert [m.signature for m in midi.meters] == [(4, 4), (3, 4), (4, 4)]


def test_a_given_key_and_spelling_reach_the_sheet(play: Callable[..., Any]) -> None:
    chart = "key: Eb\ntempo: 200\nC#m7 F#7 | Bmaj7 Gb7 | D-7/Ab G7! | N.C.\n"
    improvisation, midi = play(chart)
    assert midi.keys[0].sharps == -3
    root = ElementTree.fromstring(notation.to_musicxml(improvisation.score))
    assert root.findtext("part/measure/attributes/key/fifths") == "-3"
    names = []
    for harmony in root.iter("harmony"):
        alter = {"1": "#", "-1": "b", None: ""}[harmony.findtext("root/root-alter")]
        kind = harmony.find("kind")
        assert kind is not None
        names.append(f"{harmony.findtext('root/root-step')}{alter}{kind.get('text', '')}")
    assert names[:6] == ["C#m7", "F#7", "Bmaj7", "Gb7", "D-7", "G7!"]
    assert [harmony.find("kind").text for harmony in root.iter("harmony")][-1] == "none"  # type: ignore[union-attr]


def test_transposed_symbols_are_spelled_in_the_new_key(play: Callable[..., Any]) -> None:
    improvisation, midi = play("key: C\nC | Bb7 | A-7 | D7", transpose=3)
    assert midi.keys[0].sharps == -3
    assert [symbol.text for _, symbol in improvisation.chord_symbols()] == ["Eb", "Db7", "C-7", "F7"]
    shown = notation.to_musicxml(play("key: C\nC | Bb7 | A-7 | D7")[0].score, transpose_for="Bb")
    root = ElementTree.fromstring(shown)
    assert [step.text for step in root.iter("root-step")][:4] == ["D", "C", "B", "E"]


def test_no_chord_silences_the_band(play: Callable[..., Any]) -> None:
    improvisation, _ = play("C7 | N.C. | F7 | N.C.")
    for part in improvisation.score.parts:
        if part.name in ("Piano", "Bass"):
            assert not any(4 <= note.onset < 8 or 12 <= note.onset < 16 for note in part.notes)
    assert [symbol if symbol is None else str(symbol) for _, symbol in improvisation.chord_symbols()] == [
        *("C7", None, "F7", None),
    ]


SIGNS = {
    "a change of meter": "[T44C^7   |T34D-7   |T44G7   Z",
    "codas": "[C   |QF   |G7   |QA-   Z",
    "a segno": "[C   |SF   |G7   <D.S. al Fine>|<Fine>A-   Z",
    "endings": "{C   |N1F   }|N2G7   |N3A-   Z",
    "an ending without a number": "{C   |N1F   }|N0G7   Z",
    "small and large chords": "[sC   |lF   Z",
    "repeated measures": "[C   | x  |F   |G7   | r  |   Z",
    "no chord and slashes": "[C   |n   |C,p,p,F,Z",
    "an invisible root": "[C   |W/B   Z",
    "comments": "[<Swing feel>C   |<*36Slowly>F   |<8 measures>G   Z",
    "sections and layout": "*i[C   ]*A[F   YY|G7f  ]*V[C   U]",
    "alternative chords": "[C(A-7)   |F   Z",
}


@pytest.mark.parametrize("music", SIGNS.values(), ids=list(SIGNS))
def test_every_sign_of_ireal_pro_is_read(music: str, play: Callable[..., Any]) -> None:
    improvisation, _ = play(ireal(music))
    assert improvisation.melody


def test_a_sign_that_is_not_known_is_named() -> None:
    with pytest.raises(UserError, match="measure 2: expected a chord or a sign, got '@'"):
        solos.read_chart(ireal("[C   |@F   Z"))


def test_songs_of_a_playlist_are_listed_and_chosen() -> None:
    address = "irealbook://" + "=".join(
        ["Blue Door=A B=Medium Swing=C=n=[T44C   Z ", "Red Door=B C=Bossa Nova=F-=n=[T44F-   Z "]
    )
    assert [(song.title, song.style, song.key) for song in solos.list_songs(address)] == [
        ("Blue Door", "Medium Swing", "C"),
        ("Red Door", "Bossa Nova", "Fm"),
    ]
    assert [solos.read_chart(address, song=name).title for name in ("red", "BLUE DOOR", "2")] == [
        *("Red Door", "Blue Door", "Red Door"),
    ]
    for name, count in (("door", "2 songs"), ("green", "no song")):
        with pytest.raises(
            UserError, match=f"song: {count} '{name}' in the chart; it has Blue Door, Red Door"
        ):
            solos.read_chart(address, song=name)
    with pytest.raises(UserError, match="song: the chart is no iReal Pro playlist"):
        solos.read_chart("C | F", song="red")


def test_a_bundle_keeps_what_its_piece_says() -> None:
    measure = Measure(4.0, (Chord(0.0, (48, 52), parse_symbol("C#-7"), True),), (4, 4), section="A")
    changes = Changes((measure,), "Mine", 140.0, -3, "minor", "Bossa", (measure, measure))
    found = Changes.from_json(changes.to_json())
    assert found == changes
    assert found.measures[0].chords[0].symbol is not None
    assert found.measures[0].chords[0].symbol.text == "C#-7"

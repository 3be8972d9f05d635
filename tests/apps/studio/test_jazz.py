"""The Jazz view's API."""

import io
import json
import wave
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps.studio.takes import Take
from data import solos
from models import jazz
from music import midi
from music.audio import RING
from music.chord_symbols import parse_symbol
from music.midi_writer import to_midi
from music.notation import to_musicxml
from music.score import Note, Part, Score

CHART = "title: Two <b>\ntempo: 120\nDm7 | G7 | Cmaj7 | A7"
TITLE = "<img src=x onerror=alert(1)>"
OCTETS = {"content-type": "application/octet-stream"}


def improvise(client: TestClient, **options: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/jazz/improvise", json={"chart": CHART, "seed": 1, **options})
    assert answer.status_code == 200, answer.text
    return [json.loads(line)["take"] for line in answer.text.splitlines()]


@pytest.fixture(scope="module")
def take(client: TestClient) -> dict[str, Any]:
    """A take over four measures at 120."""
    [take] = improvise(client)
    return take


def upload(client: TestClient, content: bytes, title: str = "my%20song.mid") -> Any:
    return client.post("/api/jazz/pieces", content=content, headers=OCTETS | {"x-title": title})


def test_a_chart_is_checked(client: TestClient) -> None:
    answer = client.post("/api/jazz/chart", json={"text": CHART})
    assert answer.json() == {"title": "Two <b>", "tempo": 120.0, "measures": 4}
    answer = client.post("/api/jazz/chart", json={"text": "Dm7 | G7\nCmaj7 | H7"})
    line = (
        "Measure 4, line 2, column 9: 'H7' is no chord symbol: expected a root from A to G; did you mean B7?"
    )
    assert answer.json() == {"error": line, "measure": 4, "line": 2, "column": 9}


def test_a_chart_is_never_a_path(client: TestClient) -> None:
    for text in ("/etc/passwd", "README.md", "setup.txt", "../chart.txt"):
        answer = client.post("/api/jazz/chart", json={"text": text})
        assert "is no chord symbol" in answer.json()["error"]


def test_the_bundled_tunes(client: TestClient) -> None:
    tunes = client.get("/api/jazz/tunes").json()
    assert tunes[0] == {"id": "tune", "title": "Tram Line Nine", "tempo": 132}
    assert len(tunes) == 6
    [take] = improvise(client, chart=None, tune="noon_ferry", band="none")
    assert take["title"] == {tune["id"]: tune["title"] for tune in tunes}["noon_ferry"]


def test_a_take_is_what_the_library_improvises(take: dict[str, Any]) -> None:
    expected = jazz.load().improvise(solos.read_chart(CHART), seed=1, tempo=120)
    assert take["measures"] == [0, 2, 4, 6, 8, 10]  # the last is the tonic's
    assert take["chords"] == [[0, "Dm7"], [2, "G7"], [4, "Cmaj7"], [6, "A7"], [8, "Cmaj7"]]
    assert [part["name"] for part in take["parts"]] == ["Solo", "Piano", "Bass", "Drums"]
    for part, played in zip(take["parts"], expected.perform().parts, strict=True):
        times = sorted((note.onset / 2, note.end / 2, note.pitch, note.velocity) for note in played.notes)
        assert np.allclose(part["notes"], times, atol=1e-4)
    assert take["summary"] == expected.describe()
    assert take["beats"] == [4, 4, 4, 4, 4]
    assert take["tempos"] == [[0, 0, 120]]
    assert [part["instrument"] for part in take["parts"]] == ["guitar", "piano", "bass", "drums"]
    assert take["names"]["Cmaj7"][:4] == ["Cmaj7", "Dbmaj7", "Dmaj7", "Ebmaj7"]


def test_takes_have_consecutive_seeds(client: TestClient, take: dict[str, Any]) -> None:
    takes = improvise(client, takes=3, seed=1)
    assert [other["seed"] for other in takes] == [1, 2, 3]
    assert takes[0]["id"] == take["id"] and len({other["id"] for other in takes}) == 3
    assert takes[0]["parts"] == take["parts"] != takes[1]["parts"]


def read_wav(content: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels()) == (44_100, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)


def test_the_files(client: TestClient, take: dict[str, Any]) -> None:
    folder = f"/api/jazz/takes/{take['id']}"
    file = midi.parse_midi(client.get(f"{folder}/solo.mid").content, "solo.mid")
    assert [track.name for track in file.tracks if track.notes] == ["Solo", "Piano", "Bass", "Drums"]
    sound = client.get(f"{folder}/solo.wav")
    assert "attachment" in sound.headers["content-disposition"]
    assert len(read_wav(sound.content)) / 44_100 == pytest.approx(10 + RING, abs=0.2)
    root = ElementTree.fromstring(client.get(f"{folder}/solo.musicxml?reader=Bb").text)
    assert root.findtext(".//part/measure/attributes/transpose/chromatic") == "-2"


def test_the_sheet_and_when_its_notes_sound(client: TestClient, take: dict[str, Any]) -> None:
    folder = f"/api/jazz/takes/{take['id']}"
    sheet = client.get(f"{folder}/sheet").json()
    assert sheet["pages"] == [5]
    page = client.get(f"{folder}/sheet/0.svg")
    assert page.headers["content-type"] == "image/svg+xml"
    assert "<style" not in page.text
    assert "<b>" not in page.text  # the title is text
    for number, measure, element, start, end in sheet["notes"]:
        assert number == 0
        assert f'id="{element}"' in page.text
        assert take["measures"][measure] - 1e-3 <= start < end <= take["measures"][measure + 1] + 1e-3
    starts = {start for *_, start, _ in sheet["notes"]}
    for start, *_ in take["parts"][0]["notes"]:
        assert min(abs(start - other) for other in starts) < 0.02


def test_all_staves_sound_as_their_own_parts_do(client: TestClient, take: dict[str, Any]) -> None:
    folder = f"/api/jazz/takes/{take['id']}"
    sheet = client.get(f"{folder}/sheet?staves=all&reader=Eb").json()
    starts = np.array(sorted(start for *_, start, _ in sheet["notes"]))
    for part in take["parts"]:
        for start, *_ in part["notes"]:
            assert np.abs(starts - start).min() < 0.05


def test_an_uploaded_piece(client: TestClient) -> None:
    notes = tuple(Note(n / 2, 0.5, 60 + 5 * n % 12) for n in range(64))
    answer = upload(client, to_midi(Score((Part("Lead", notes),), title=TITLE)))
    piece = answer.json()
    assert (answer.status_code, piece["title"], piece["measures"]) == (200, TITLE, 8)
    assert "chords recognised" in piece["notices"][0]
    assert piece["notices"][0].startswith("my song.mid: ")
    chart = solos.read_chart(piece["chart"])
    assert (chart.title, len(chart.measures)) == (TITLE, 8)
    [take] = improvise(client, chart=None, piece=piece["id"])
    assert take["title"] == TITLE
    assert len(take["measures"]) == 9


def test_an_uploaded_lead_sheet(client: TestClient) -> None:
    notes = tuple(Note(float(n), 1, 60 + 5 * n % 12) for n in range(16))
    chords = [(0.0, parse_symbol("Dm7")), (4.0, parse_symbol("G7")), (8.0, parse_symbol("Cmaj7"))]
    sheet = to_musicxml(Score((Part("Lead", notes),)), chord_symbols=chords)
    piece = upload(client, sheet.encode(), "lead%20sheet.musicxml").json()
    assert (piece["title"], piece["measures"]) == ("lead sheet", 4)
    assert solos.read_chart(piece["chart"]).events() == [*chords, (12.0, parse_symbol("Cmaj7"))]


def test_the_chords_of_a_piece_can_be_edited(client: TestClient) -> None:
    piece = upload(client, solos.BUNDLED.read_bytes()).json()
    chart = solos.read_chart(piece["chart"])
    assert (chart.title, len(chart.measures)) == ("Tram Line Nine", 64)
    expected = jazz.load().improvise(solos.read_solo(solos.BUNDLED), seed=1).chord_symbols()
    assert [str(chord) for _, chord in chart.symbols()][:12] == [str(chord) for _, chord in expected][:12]


def test_a_piece_without_a_title_has_the_files(client: TestClient) -> None:
    notes = tuple(Note(n / 2, 0.5, 60 + 5 * n % 12) for n in range(64))
    piece = upload(client, to_midi(Score((Part("Lead", notes),))), "%3Cb%3E%20..%2Fmy.mid").json()
    assert piece["title"] == "my"


@pytest.mark.parametrize(
    ("content", "status", "line"),
    [
        (b"hello", 400, "my song.mid is not a MIDI file"),
        (b"MThd" + b"\xff" * 40, 400, "my song.mid"),
        (b"<html/>", 400, "my song.mid is not MusicXML: expected score-partwise, got 'html'"),
        (b"PK\x03\x04" + b"\0" * 90, 400, "my song.mid is a broken compressed MusicXML file"),
        (b"\0" * ((2 << 20) + 1), 413, "the file has more than 2.09715 MB"),
        (b"", 400, "the file is empty"),
    ],
)
def test_a_bad_file_is_one_line(
    client: TestClient, app: FastAPI, content: bytes, status: int, line: str
) -> None:
    answer = upload(client, content)
    assert answer.status_code == status
    assert answer.json()["error"].startswith(line)
    assert str(app.state.studio.store.folder) not in answer.text


def test_a_bossa_is_even(client: TestClient) -> None:
    take = Take(jazz.load().improvise(solos.read_chart(CHART), seed=1, tempo=120, band="bossa"), 1)
    assert take.describe()["swing"] == 1
    sheet = take.sheet()
    written = [time.start_ms / 1000 for time in sheet.engraving.note_times]
    assert np.allclose(sorted(written), [start for *_, start, _ in sheet.notes], atol=2e-3)

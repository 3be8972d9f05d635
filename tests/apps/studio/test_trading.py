"""The Jazz view's API for trading: the band, answers, and the take."""

import threading
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

CHART = "tempo: 120\n" + "Dm7 | G7 | Cmaj7 | A7 |\n" * 4
TRADE = {"chart": CHART, "seed": 1, "measures": 4}
CALL = [[0.33, 0.5, 62, 90], [0.5, 0.75, 65, 90], [0.83, 1.0, 69, 90], [1.0, 1.45, 67, 90]]


def post(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/jazz/trade{path}", json=body)


def answer(client: TestClient, **fields: Any) -> Any:
    return post(client, "/answer", {"trade": TRADE, "turn": 1, "played": CALL, **fields})


def test_the_band_is_there_before_the_start(client: TestClient) -> None:
    found = post(client, "", TRADE).json()
    assert found["turns"] == [[0, 4, True], [4, 8, False], [8, 12, True], [12, 17, False]]
    assert [part["name"] for part in found["parts"]] == ["Solo", "You", "Piano", "Bass", "Drums"]
    solo, yours, *band = (part["notes"] for part in found["parts"])
    assert solo == yours == [] and all(notes[-1][0] > 28 for notes in band)
    assert found["measures"][:3] == [0, 2, 4]
    again = post(client, "", {**TRADE, "seed": None}).json()
    assert again["seed"] != 1


def test_an_answer_comes_in_its_turn_and_says_what_was_heard(client: TestClient) -> None:
    found = answer(client).json()
    assert all(8 <= start < end <= 16 for start, end, *_ in found["notes"])
    assert len(found["notes"]) == len(found["written"])
    assert [token for token in found["heard"] if token[0] != "R"] == [
        "C,0.500",
        "C,0.500,<A4,P1>",
        "C,0.500,<P5,m2>",
        "S,1.000,<m2,P-4>",
    ]
    assert answer(client).json() == found
    later = answer(client, turn=3, answered=found["written"]).json()
    assert all(start >= 24 for start, *_ in later["notes"])


def test_the_take_is_downloaded_as_any_other(client: TestClient) -> None:
    written = answer(client).json()["written"]
    body = {"trade": TRADE, "played": CALL, "answered": written, "measures": 8}
    take = post(client, "/take", body).json()
    assert len(take["measures"]) == 9
    assert post(client, "/take", body).json()["id"] == take["id"]
    assert post(client, "/take", {**body, "measures": 9}).json()["id"] != take["id"]
    assert [note[:3] for note in take["parts"][1]["notes"]] == [note[:3] for note in CALL]
    assert len(take["parts"][0]["notes"]) == len(written)
    for name in ("solo.mid", "solo.wav", "solo.musicxml", "sheet"):
        assert client.get(f"/api/jazz/takes/{take['id']}/{name}").status_code == 200, name


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"turn": 0}, "turn: expected one of the network's, got 0"),
        ({"turn": 4}, "turn: expected one of the network's, got 4"),
        ({"turn": -1}, "turn: expected"),
        ({"played": [[0, 1, 128, 90]]}, "played.0.2: expected"),
        ({"played": [[0, 1, 60]]}, "played.0.3: expected, got nothing"),
        ({"played": [[0, 1, 60, 90]] * 4000}, "played: "),
        ({"answered": [[0, 1, 60, 90, 0]]}, "answered.0.4: expected"),
        ({"trade": {**TRADE, "measures": 0}}, "trade.measures: expected"),
        ({"trade": {**TRADE, "chart": "N.C."}}, "chord"),
        ({"trade": {**TRADE, "chart": "H7"}}, "no chord symbol"),
        ({"trade": {**TRADE, "answer": 4}}, "answer: expected none"),
        ({"trade": {"seed": 1}}, "expected one of tune, piece and chart"),
        ({"trade": {**TRADE, "network": "mine"}}, "there is no such network"),
        ({"unknown": 1}, "unknown: there is no such field"),
    ],
)
def test_bad_requests_are_one_line(client: TestClient, fields: dict[str, Any], line: str) -> None:
    found = answer(client, **fields)
    assert 400 <= found.status_code < 500, found.text
    assert line in found.json()["error"] and "\n" not in found.json()["error"]


def test_a_trade_of_silence_is_no_take(client: TestClient) -> None:
    found = post(client, "/take", {"trade": TRADE})
    assert (found.status_code, found.json()["error"]) == (
        400,
        "a trade without a note is no take: play something first",
    )


def test_an_answer_waits_for_no_other_work(client: TestClient, app: FastAPI) -> None:
    """Both threads are taken, and so is the one of trainings."""
    free = threading.Event()
    jobs = [app.state.studio.jobs.submit(lambda _: free.wait(60)) for _ in range(3)]
    try:
        assert answer(client).status_code == 200
        assert not any(job.future.done() for job in jobs)
    finally:
        free.set()

"""The studio's server: what it serves, and how it answers what it does not accept."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


def test_the_page_and_its_files(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200 and "<title>Cadenza</title>" in page.text
    for path in ("css/base.css", "js/app.js", "js/api.js", "js/ui.js", "icon.svg"):
        assert client.get(f"/{path}").status_code == 200
    assert client.get("/js/app.js").headers["content-type"].startswith("text/javascript")


def test_the_networks_that_can_be_chosen(client: TestClient) -> None:
    networks = client.get("/api/networks").json()
    assert list(networks) == ["jazz", "shakespeare", "dinos", "emojify"]
    assert all(of_app[0]["id"] == "pretrained" for of_app in networks.values())


def test_the_api_is_described(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    for path in ("/api/networks", "/api/poem/write", "/api/names/make", "/api/emoji/predict"):
        assert next(iter(paths[path].values()))["description"]


def test_a_bug_is_answered_in_one_line(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("a bug in /secret/path")

    monkeypatch.setattr(app.state.studio.networks, "titles", broken)
    answer = client.get("/api/networks")
    assert (answer.status_code, answer.json()) == (500, {"error": "the studio failed; see its log"})


CHART = {"chart": "Dm7 | G7"}
SOLO = {"material": "bundled-0", "epochs": 1}


@pytest.mark.parametrize(
    ("path", "body", "status", "line"),
    [
        ("emoji/predict", {}, 422, "text: expected, got nothing"),
        (
            "emoji/predict",
            {"text": "a" * 401},
            422,
            "text: string should have at most 400 characters, got 'a",
        ),
        ("emoji/predict", {"text": "a", "network": "none"}, 404, "there is no such network"),
        (
            "jazz/improvise",
            {"chart": "C | H7"},
            400,
            "the chart: measure 2, line 1, column 5: 'H7' is no",
        ),
        ("jazz/improvise", {}, 400, "expected one of tune, piece and chart"),
        ("jazz/improvise", {**CHART, "tune": "tune"}, 400, "expected one of tune, piece and chart"),
        ("jazz/improvise", {"tune": "../tune"}, 404, "there is no such tune"),
        ("jazz/improvise", {"piece": "0" * 32}, 404, "there is no such piece, or no longer"),
        ("jazz/improvise", {**CHART, "network": "../../x"}, 404, "there is no such network"),
        (
            "jazz/improvise",
            {"chart": "C | F | " * 300, "choruses": 4},
            400,
            "choruses: expected at most 2000 measures together",
        ),
        ("jazz/improvise", {**CHART, "takes": 7}, 422, "takes: expected less than or equal to 6, got '7'"),
        ("jazz/improvise", {"band": "polka"}, 422, "band: expected 'swing', 'bossa', "),
        ("jazz/improvise", {"unknown": 1}, 422, "unknown: there is no such field"),
        (
            "learn/trainings",
            {"material": "nothing", "epochs": 1},
            404,
            "the file is no longer there",
        ),
        ("learn/trainings", {**SOLO, "epochs": 0}, 422, "epochs: expected"),
        ("learn/trainings", {**SOLO, "epochs": 401}, 400, "epochs: expected 1 to 400, got 401"),
        ("learn/trainings", {**SOLO, "learning_rate": 1}, 422, "learning_rate"),
        ("learn/trainings", {**SOLO, "path": "/etc"}, 422, "path"),
        ("learn/trainings", {**SOLO, "learning_rate": 0.01}, 400, "learning_rate: expected none"),
        ("learn/trainings", {**SOLO, "start": "pretrained"}, 400, "start: expected new"),
        ("learn/trainings/0/stop", {}, 404, "there is no such training"),
        ("learn/trainings/0/resume", {"epochs": 2}, 404, "there is no such training"),
        ("learn/comparisons", {"material": "bundled-0"}, 400, "material: expected names or a text"),
        ("learn/trace", {"text": "a" * 161}, 422, "text"),
        ("learn/trace", {"text": "\u4e2d"}, 400, "text: expected a character that the network knows"),
        ("learn/trace", {"text": "a", "layer": 99}, 422, "layer"),
        ("learn/trace", {"text": "a", "network": "other"}, 404, "there is no such network"),
        ("names/make", {"count": 0}, 422, "count: expected greater than or equal to 1, got '0'"),
        ("names/make", {"start": "a" * 50}, 400, "start: expected fewer than 50 characters, got 50"),
        ("names/make", {"start": "<b>"}, 400, "'<b>' has a '<', which this network has never seen"),
        ("names/measure", {"name": "a" * 51}, 400, "name: expected fewer than 51 characters, got 51"),
        ("names/measure", {}, 422, "name: expected, got nothing"),
        (
            "poem/write",
            {"temperature": 0},
            422,
            "temperature: expected greater than or equal to 0.05, got",
        ),
        (
            "poem/write",
            {"length": 10**9},
            422,
            "length: expected less than or equal to 2000, got '1",
        ),
        (
            "poem/write",
            {"prompt": "a" * 2001},
            422,
            "prompt: string should have at most 2000 characters",
        ),
        ("poem/write", {"prompt": ["a"]}, 422, "prompt: expected a valid string"),
        ("poem/write", {"network": "../dinos"}, 404, "there is no such network; choose another"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_not_accepted_is_answered_in_one_line(
    client: TestClient, path: str, body: dict[str, Any], status: int, line: str
) -> None:
    answer = client.post(f"/api/{path}", json=body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    error = answer.json()["error"]
    assert error.startswith(line) and "\n" not in error


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing.html", 404),
        ("GET", "/..%2f..%2fserver.py", 404),
        ("DELETE", "/api/networks", 405),
        ("POST", "/", 405),
        ("GET", f"/api/jazz/takes/{'0' * 32}/solo.mid", 404),
        ("GET", "/api/jazz/takes/..%2f..%2fx/solo.mid", 404),
        ("GET", "/api/jazz/takes/{take}/sheet?reader=F", 422),
        ("GET", "/api/jazz/takes/{take}/sheet/9.svg", 404),
        ("GET", "/api/learn/audio/nothing", 404),
    ],
)
def test_what_is_not_there_is_answered_in_one_line(
    client: TestClient, take: str, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path.replace("{take}", take))
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert "\n" not in answer.json()["error"]


@pytest.fixture(scope="module")
def take(client: TestClient) -> str:
    """The id of a take."""
    answer = client.post("/api/jazz/improvise", json={**CHART, "seed": 1})
    return str(answer.json()["take"]["id"])


def test_files_are_compressed_and_known_by_their_content(client: TestClient) -> None:
    first = client.get("/js/app.js")
    assert first.headers["content-encoding"] == "gzip" and first.headers["cache-control"] == "no-cache"
    again = client.get("/js/app.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/js/ui.js").headers["etag"] != first.headers["etag"]
    plain = client.get("/js/app.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == first.text

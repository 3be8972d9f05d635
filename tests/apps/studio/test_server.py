"""The studio's server: what it serves, and how it answers what it does not accept."""

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


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing.html", 404),
        ("GET", "/..%2f..%2fserver.py", 404),
        ("DELETE", "/api/networks", 405),
        ("POST", "/", 405),
    ],
)
def test_unknown_addresses_and_methods(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert "\n" not in answer.json()["error"]


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

"""The Names view's API."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from data import dinosaurs
from models import dinos


def test_names_with_their_surprise(client: TestClient) -> None:
    body = {"start": " tyr", "count": 5, "temperature": 0.7, "seed": 1}
    names = client.post("/api/names/make", json=body).json()["names"]
    assert [found["name"] for found in names] == dinos.load().names(5, start="tyr", temperature=0.7, seed=1)
    for found in names:
        assert found["bits"] == pytest.approx(dinos.load().surprise(found["name"]), abs=1e-3)
        assert found["known"] == dinos.load().is_known(found["name"])


def test_a_name_of_ones_own(client: TestClient) -> None:
    known = dinosaurs.bundled().names[0]
    found = client.post("/api/names/measure", json={"name": f" {known.upper()} "}).json()
    assert (found["name"], found["known"]) == (known.upper(), True)
    assert len(found["bits"]) == len(known) + 1


@pytest.mark.parametrize(
    ("path", "body", "status", "line"),
    [
        ("make", {"count": 0}, 422, "count: expected greater than or equal to 1, got '0'"),
        ("make", {"start": "a" * 50}, 400, "start: expected fewer than 50 characters, got 50"),
        ("make", {"start": "<b>"}, 400, "start has '<'; the network knows abc"),
        ("make", {"seed": -1}, 422, "seed: expected greater than or equal to 0, got '-1'"),
        ("measure", {"name": "a" * 51}, 400, "name: expected fewer than 51 characters, got 51"),
        ("measure", {}, 422, "name: expected, got nothing"),
    ],
)
def test_what_is_not_accepted(
    client: TestClient, path: str, body: dict[str, Any], status: int, line: str
) -> None:
    answer = client.post(f"/api/names/{path}", json=body)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert answer.json()["error"].startswith(line)

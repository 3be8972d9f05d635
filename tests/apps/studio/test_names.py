"""The Names view's API."""

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

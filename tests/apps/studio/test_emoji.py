"""The Emoji view's API."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from apps.studio.options import Settings
from apps.studio.server import create_app
from data.glove import vectors as glove
from models import emojify


def predict(client: TestClient, text: str, **more: Any) -> Any:
    answer = client.post("/api/emoji/predict", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_answer_is_that_of_the_python_api(client: TestClient) -> None:
    found = predict(client, "I  love you qzxy!")
    (expected,) = emojify.load().predict(["I  love you qzxy!"])
    assert found["labels"][found["label"]]["emoji"] == expected.emoji == "❤️"
    assert found["labels"][found["label"]]["name"] == "heart"
    shares = [label["probability"] for label in found["labels"]]
    np.testing.assert_allclose(shares, expected.probabilities, atol=1e-4)
    assert [(word["word"], word["unknown"]) for word in found["words"]] == [
        ("I", False),
        ("love", False),
        ("you", False),
        ("qzxy!", True),
    ]
    assert max(found["words"], key=lambda word: word["change"])["word"] == "love"
    assert (found["read"], found["cut"], found["sure"]) == (3, 0, True)
    assert predict(client, "I  love you qzxy!", unsure=1)["sure"] is False
    assert client.post("/api/emoji/predict", json={"text": "I", "unsure": 2}).status_code == 422


@pytest.mark.parametrize("text", ["", "   ", "qzxy", "😄 ?!"])
def test_sentences_without_a_known_word_are_answered(client: TestClient, text: str) -> None:
    found = predict(client, text)
    assert found["read"] == 0 and all(word["change"] == 0 for word in found["words"])


def test_a_long_sentence_is_cut_and_says_so(client: TestClient) -> None:
    assert predict(client, "I am happy " * 30)["cut"] == 50


def test_the_network_with_glove_vectors_is_offered_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(0)
    lines = [
        " ".join([word, *(f"{n:.4f}" for n in generator.normal(size=50))]) for word in ("love", "ball", "you")
    ]
    path = tmp_path / "vectors.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(glove, "locate", lambda: path)
    with TestClient(
        create_app(Settings(networks=tmp_path / "networks")), base_url="http://127.0.0.1:8600"
    ) as client:
        networks = client.get("/api/networks").json()["emojify"]
        assert [network["id"] for network in networks] == ["pretrained", "glove"]
        found = predict(client, "I love you", network="glove")
    assert [word["unknown"] for word in found["words"]] == [True, False, False]


def test_half_a_surrogate_pair_is_refused_in_one_line(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/emoji/predict", content=b'{"text": "\\ud800"}', headers=headers)
    assert answer.status_code == 422 and "\n" not in answer.json()["error"]

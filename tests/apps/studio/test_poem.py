"""The Poem view's API."""

import json
from typing import Any

from fastapi.testclient import TestClient

from models import shakespeare


def write(client: TestClient, **body: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/poem/write", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def test_the_stream_is_the_poem_of_the_python_api(client: TestClient) -> None:
    options: dict[str, Any] = {"length": 60, "temperature": 0.6, "top_k": 8, "top_p": 0.9, "seed": 7}
    head, *steps = write(client, prompt="Love is ", takes=2, **options)
    assert head == {"seed": 7, "notice": None}
    poems = ["Love is " + "".join(step["symbols"][take] for step in steps) for take in range(2)]
    assert poems == shakespeare.load().complete_all(["Love is ", "Love is "], **options)
    for step in steps:
        for symbol, likeliest in zip(step["symbols"], step["likeliest"], strict=True):
            chances = [chance for _, chance in likeliest]
            assert 1 <= len(likeliest) <= 5 and chances == sorted(chances, reverse=True)
            assert len(likeliest) == 5 or symbol in [other for other, _ in likeliest]


def test_a_seed_is_drawn_and_an_empty_prompt_begins_by_itself(client: TestClient) -> None:
    heads = [write(client, length=1)[0] for _ in range(2)]
    assert heads[0]["seed"] != heads[1]["seed"]
    (_, step) = write(client, length=1, seed=3)
    assert step["symbols"] == [shakespeare.load().complete(length=1, seed=3)]


def test_unknown_characters_are_named(client: TestClient) -> None:
    head, _ = write(client, prompt="<img onerror> 愛 ", length=1)
    assert head["notice"] == "the beginning: 3 characters left out (3 different: '<' '>' '愛')"

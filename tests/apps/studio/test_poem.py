"""The Poem view's API."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from models import shakespeare
from models.shakespeare.poems import PoemModel
from tests.models.shakespeare.poems import network
from utils import bundle
from utils.vocabulary import Vocabulary


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
            assert 1 <= len(likeliest) <= 6 and chances == sorted(chances, reverse=True)
            assert symbol in [other for other, _ in likeliest]


def test_a_seed_is_drawn_and_an_empty_prompt_begins_by_itself(client: TestClient) -> None:
    heads = [write(client, length=1)[0] for _ in range(2)]
    assert heads[0]["seed"] != heads[1]["seed"]
    (_, step) = write(client, length=1, seed=3)
    assert step["symbols"] == [shakespeare.load().complete(length=1, seed=3)]


def test_unknown_characters_are_named(client: TestClient) -> None:
    head, _ = write(client, prompt="<img onerror> 愛 ", length=1)
    assert head["notice"] == "the beginning: 3 characters left out (3 different: '<' '>' '愛')"


def test_a_network_of_another_script_reads_and_writes_it(
    client: TestClient, app: FastAPI, tmp_path: Path
) -> None:
    own = network(vocabulary=Vocabulary("\n \u0430\u0436\u0416\ufffd"), cell="gru", layers=3)
    bundle.save(own, tmp_path)
    id = app.state.studio.networks.add("shakespeare", "Own", tmp_path).id
    head, *steps = write(client, prompt="\u0436\u0430 T. ", network=id, length=40, seed=3)
    assert head["notice"] == "the beginning: 2 characters not known (2 different: 'T' '.')"
    written = "".join(step["symbols"][0] for step in steps)
    assert written == "".join(PoemModel(own).stream("\u0436\u0430 T. ", length=40, temperature=0.7, seed=3))
    assert {symbol for step in steps for symbol, _ in step["likeliest"][0]} <= {*"\n \u0430\u0436\u0416"}

"""Clients that load a server: every request is answered once, or counted as lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.serve import loader
from apps.serve.server import Limits
from tests.apps.serve.test_server import Client, running
from tools.bench.rows import serving

PATH = "/v1/models/emojify:predict"
BODIES = [json.dumps({"instances": [f"I love you {n}"]}).encode() for n in range(39)]
BODIES.append(
    json.dumps({"instances": ["I love you " * 100] * 64}).encode()
)  # large enough to be read in a thread


@pytest.fixture(scope="module")
def client(exported: Path) -> Iterator[Client]:
    yield from running(loader.load(exported), Limits())


def test_each_request_has_its_answer(client: Client) -> None:
    found = serving.send(client.port, PATH, BODIES, clients=8)
    expected = [client.ask("POST", PATH, body)[1] for body in BODIES]
    assert [json.loads(answer or b"null") for answer in found.answers] == expected
    assert found.lost == 0 and len(found.seconds) == 40 and str(found).endswith("0 lost")


def test_errors_and_broken_connections_are_lost(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert serving.send(client.port, PATH, [BODIES[0], b"{", BODIES[1]], clients=1).lost == 1
    assert serving.send(1, PATH, BODIES).lost == 40  # nothing listens there
    monkeypatch.setattr(serving, "SECONDS", 0.0)
    assert serving.send(client.port, PATH, BODIES).lost == 40


def test_both_servers_answer_alike(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "cadenza")
    row = serving.compared("emojify", "emoji", BODIES, client.port, client.port)
    assert row.ours() == row.plain() == 40
    assert [record.message.endswith("0 lost, 0 differ") for record in caplog.records] == [True, True]

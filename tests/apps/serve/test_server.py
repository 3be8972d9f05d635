"""The server, asked over HTTP as a client of TensorFlow Serving asks."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.serve import loader
from apps.serve import server as serving
from apps.serve.loader import Model, Signature
from apps.serve.options import Limits
from apps.serve.protocol import Spec
from utils.sockets import listen

LIMITS = Limits(rows=4, bytes=4096, seconds=20.0, threads=2, waiting=300)
SOLO = {"inputs": {"chord_sets": 1, "temperature": 1.0, "seed": 5}}


def solo(**changes: object) -> bytes:
    """The body of a request for a solo."""
    return json.dumps({"inputs": {**SOLO["inputs"], **changes}}).encode()


class Client:
    """What a stranger has: an address and HTTP."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, Any]:
        """Status and JSON; who is told that the server is busy is told when to come again."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            assert response.getheader("content-type") == "application/json"
            assert (response.getheader("retry-after") == "1") == (response.status == 503)
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def post(self, path: str, request: object) -> tuple[int, Any]:
        return self.ask("POST", path, json.dumps(request).encode())

    def get(self, path: str) -> tuple[int, Any]:
        return self.ask("GET", path)


def sleeper() -> Model:
    """A model that takes its time."""

    def run(seconds: Any) -> dict[str, Any]:
        time.sleep(float(seconds))
        return {"slept": seconds}

    def broken(seconds: Any) -> dict[str, Any]:
        raise RuntimeError("a bug")

    inputs = {"seconds": Spec("float32", None)}
    signatures = {"serving_default": Signature(inputs, run), "broken": Signature(inputs, broken)}
    return Model("sleeper", 1, signatures, {})


@pytest.fixture(scope="module")
def client(exported: Path) -> Iterator[Client]:
    models = loader.load(exported) | {"sleeper": {1: sleeper(), 3: sleeper()}}
    yield from running(models, LIMITS)


def running(models: loader.Models, limits: Limits) -> Iterator[Client]:
    """A server in a thread of this process."""
    listener = listen("127.0.0.1", 0)
    server = serving.server(serving.make_app(models, limits), limits)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Client(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def test_the_state_of_a_model(client: Client) -> None:
    ok = {"state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    assert client.get("/v1/models/jazz") == (200, {"model_version_status": [{"version": "1"} | ok]})
    versions = [{"version": "3"} | ok, {"version": "1"} | ok]
    assert client.get("/v1/models/sleeper") == (200, {"model_version_status": versions})
    assert client.get("/v1/models/sleeper/versions/1") == (200, {"model_version_status": versions[1:]})


def test_the_metadata_names_inputs_and_outputs(client: Client) -> None:
    status, found = client.get("/v1/models/jazz/metadata")
    assert status == 200
    assert found["model_spec"] == {"name": "jazz", "signature_name": "", "version": "1"}
    signatures = found["metadata"]["signature_def"]["signature_def"]
    assert set(signatures["serving_default"]["inputs"]) == {"chord_sets", "temperature", "seed"}
    assert signatures["serving_default"]["inputs"]["seed"]["dtype"] == "DT_INT64"
    assert signatures["serving_default"]["outputs"]["tokens"]["dtype"] == "DT_STRING"
    shape = signatures["course"]["outputs"]["probabilities"]["tensor_shape"]
    assert [size["size"] for size in shape["dim"]] == ["-1", "50", "9"]
    assert client.get("/v1/models/jazz/versions/1/metadata") == (200, found)


def test_all_addresses_of_a_prediction_answer_alike(client: Client) -> None:
    answers = [
        client.post(f"/v1/models/jazz{rest}", SOLO)
        for rest in ("", ":predict", "/versions/1", "/versions/1:predict")
    ]
    assert answers[0][0] == 200 and len(answers[0][1]["outputs"][0]) == 50
    assert answers.count(answers[0]) == 4


def test_rows_and_columns_give_the_same_solo(client: Client) -> None:
    status, found = client.post("/v1/models/jazz:predict", {"instances": [SOLO["inputs"]]})
    assert (status, found["predictions"]) == (200, client.post("/v1/models/jazz", SOLO)[1]["outputs"])


def test_a_named_signature_with_a_batch(client: Client) -> None:
    row = {"x0": [[0.0] * 9], "a0": [0.0] * 6, "c0": [0.0] * 6}
    request = {"signature_name": "course", "instances": [row, row | {"a0": [1.0] * 6}]}
    status, found = client.post("/v1/models/jazz:predict", request)
    p = np.array(found["predictions"])
    assert (status, p.shape) == (200, (2, 50, 9))
    np.testing.assert_allclose(p.sum(axis=-1), 1, atol=1e-5)
    assert np.abs(p[0] - p[1]).max() > 1e-3


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "/v1/models/none", b"", 404, "Servable not found for request: Latest(none)"),
        ("GET", "/v1/models/jazz/versions/2", b"", 404, "Specific(jazz, 2)"),
        ("GET", "/v1/models/jazz/versions/" + "9" * 50, b"", 404, "Servable not found"),
        ("GET", "/v1/models/jazz/versions/x", b"", 400, "Malformed request"),
        ("GET", "/v1/models/jazz:predict", b"", 400, "Malformed request"),
        ("GET", "/v1/models", b"", 400, "Malformed request: GET /v1/models"),
        ("DELETE", "/v1/models/jazz", b"", 400, "Malformed request: DELETE /v1/models/jazz"),
        # Markup comes back as JSON, which no browser takes for a page.
        ("GET", "/v1/models/<img%20src=x>", b"", 404, "Latest(<img src=x>)"),
        ("GET", "/docs", b"", 404, "Malformed request: GET /docs"),
        ("GET", "/", b"", 404, "Malformed request: GET /"),
        ("POST", "/v1/models/jazz:classify", b"{}", 400, "Malformed request"),
        ("POST", "/v1/models/none:predict", b"{}", 404, "Servable not found"),
        ("POST", "/v1/models/jazz:predict", b"{", 400, "JSON parse error"),
        ("POST", "/v1/models/jazz:predict", b'{"instances": [1]}', 400, "the inputs must be named"),
        (
            "POST",
            "/v1/models/jazz",
            b'{"inputs": {}, "signature_name": "x"}',
            400,
            '"x" not found; expected one of',
        ),
        ("POST", "/v1/models/jazz", b'{"inputs": [' + b" " * 5000, 413, "more than 4096 bytes"),
        ("POST", "/v1/models/jazz", solo(chord_sets=0), 400, "chord_sets must be 1 to 100; found: 0"),
        ("POST", "/v1/models/jazz", solo(seed="five"), 400, 'input seed: expected int64, got "five"'),
        ("POST", "/v1/models/jazz", solo(chord_sets=[1] * 5), 400, "expected 1 to 4 rows, got 5"),
    ],
)
def test_what_is_refused_and_how(
    client: Client, method: str, path: str, body: bytes, status: int, message: str
) -> None:
    found = client.ask(method, path, body or None)
    assert (found[0], list(found[1])) == (status, ["error"])
    assert message in found[1]["error"]


def test_a_hundred_megabytes_are_refused_and_the_server_stays_up(client: Client) -> None:
    status, found = client.ask("POST", "/v1/models/jazz:predict", bytes(100_000_000))
    assert (status, found) == (413, {"error": "the request has more than 4096 bytes"})
    assert client.post("/v1/models/jazz", SOLO)[0] == 200


def test_a_client_that_waits_for_a_word_is_told_before_it_sends(client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        head = (
            "POST /v1/models/jazz HTTP/1.1",
            "Host: x",
            "Content-Length: 9999999",
            "Expect: 100-continue",
        )
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_a_bug_is_answered_and_the_server_stays_up(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    request = {"inputs": {"seconds": 0}, "signature_name": "broken"}
    assert client.post("/v1/models/sleeper", request) == (
        500,
        {"error": "the server failed; see its log"},
    )
    until = time.monotonic() + 20
    while "RuntimeError: a bug" not in caplog.text and time.monotonic() < until:
        time.sleep(0.02)  # it is logged when the answer has gone out
    assert "RuntimeError: a bug" in caplog.text
    assert client.post("/v1/models/jazz", SOLO)[0] == 200


def test_short_requests_are_answered_while_a_long_one_runs(client: Client) -> None:
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        long = pool.submit(client.post, "/v1/models/sleeper", {"inputs": {"seconds": 2.0}})
        assert client.post("/v1/models/jazz", SOLO)[0] == 200
        assert client.get("/v1/models/jazz")[0] == 200
        assert not long.done() and time.monotonic() - started < 2
        assert long.result()[0] == 200


def test_none_of_many_requests_at_once_is_lost(client: Client) -> None:
    def one(seed: int) -> tuple[float, tuple[int, Any]]:
        started = time.monotonic()
        found = client.post("/v1/models/jazz:predict", {"inputs": SOLO["inputs"] | {"seed": seed % 10}})
        return time.monotonic() - started, found

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(one, range(80)))
    assert [status for _, (status, _) in answers] == [200] * 80
    for number, (_, (_, found)) in enumerate(answers):
        assert found == answers[number % 10][1][1]  # the same seed, the same solo
    assert len({json.dumps(found) for _, (_, found) in answers}) == 10


def test_what_takes_too_long_or_must_wait_too_long_is_refused() -> None:
    limits = Limits(seconds=0.3, threads=1, waiting=1)
    for client in running({"sleeper": {1: sleeper()}}, limits):
        with ThreadPoolExecutor(3) as pool:
            jobs = []
            for _ in range(3):
                jobs.append(pool.submit(client.post, "/v1/models/sleeper", {"inputs": {"seconds": 1.0}}))
                time.sleep(0.05)
            found = sorted((job.result()[0], job.result()[1]["error"]) for job in jobs)
        assert found == [
            (503, "too many requests are waiting; try again"),
            (504, "no answer within 0.3 seconds"),
            (504, "no answer within 0.3 seconds"),
        ]
        time.sleep(1.0)  # the one that ran has ended, and its place is free
        assert client.post("/v1/models/sleeper", {"inputs": {"seconds": 0.0}})[0] == 200


def test_a_body_that_does_not_come_is_refused() -> None:
    for client in running({"sleeper": {1: sleeper()}}, Limits(seconds=0.2)):
        with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
            connection.sendall(b"POST /v1/models/sleeper HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_a_client_that_leaves_is_no_bug(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        connection.sendall(b"POST /v1/models/jazz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    assert client.post("/v1/models/jazz", SOLO)[0] == 200
    time.sleep(0.2)
    assert caplog.text == ""

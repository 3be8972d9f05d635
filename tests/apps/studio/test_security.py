"""What keeps other pages out, and requests within bounds."""

import http.client
import json
import socket
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps.studio.options import Settings
from apps.studio.server import create_app

SENTENCE = {"text": "I love you"}


def test_every_answer_has_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/js/app.js", "/api/networks", "/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    refused = client.get("/", headers={"host": "evil.example"})
    assert refused.status_code == 403 and refused.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8600", 200),
        ("localhost:9000", 200),  # through a tunnel
        ("LOCALHOST", 200),
        ("[::1]:8600", 200),
        ("evil.example", 403),  # DNS rebinding
        ("127.0.0.1.evil.example:8600", 403),
        ("evil.example@127.0.0.1", 403),
        ("0.0.0.0:8600", 403),
        ("127.0.0.1:8600/evil", 403),
        ("[", 403),
        ("", 403),
    ],
)
def test_only_names_of_this_machine_are_answered(client: TestClient, host: str, status: int) -> None:
    answer = client.get("/api/networks", headers={"host": host})
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"].startswith(
        "host: expected one of 127.0.0.1, ::1, localhost"
    )


def test_a_further_name_can_be_allowed() -> None:
    with TestClient(
        create_app(Settings(allowed_hosts=("Band.local",))), base_url="http://band.local"
    ) as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"host": "evil.example"}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:8600"}, 200),
        ({"origin": "http://127.0.0.1:8600", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),  # another server on this machine
        ({"origin": "http://localhost:8600"}, 403),
        ({"origin": "null"}, 403),  # a sandboxed frame
        ({"origin": ""}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_requests_that_other_pages_send_are_refused(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/api/emoji/predict", json=SENTENCE, headers=headers).status_code == status


def test_a_link_from_another_page_opens_the_page_but_not_the_api(client: TestClient) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/", headers=headers).status_code == 200
    assert client.get("/api/networks", headers=headers).status_code == 403


def test_no_answer_lets_another_page_read_it(client: TestClient) -> None:
    asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    answer = client.options("/api/emoji/predict", headers=asked)
    assert answer.status_code == 403
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 100_000, 400),
        (b'{"text": NaN}', 422),
        (b"\xff\xfe", 422),
        (b'"' + b"a" * 300_000 + b'"', 413),
        (bytes(20_000_000), 413),
    ],
)
def test_malformed_and_huge_bodies_give_one_line(client: TestClient, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/emoji/predict", content=body, headers=headers)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert "\n" not in answer.json()["error"] and len(answer.json()["error"]) < 1100
    assert client.post("/api/emoji/predict", json=SENTENCE).status_code == 200


def test_a_body_of_no_declared_size_is_bounded_too(live: tuple[FastAPI, int]) -> None:
    _, port = live
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    chunks = (b"x" * 65536 for _ in range(64))
    headers = {"content-type": "application/json"}
    connection.request("POST", "/api/emoji/predict", chunks, headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)) == (413, {"error": "the request has more than 0.262 MB"})
    connection.close()


def test_what_is_no_http_does_not_end_the_server(live: tuple[FastAPI, int]) -> None:
    _, port = live
    for garbage in (
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\r\n" * 999,
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(garbage)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/api/networks")
    assert connection.getresponse().status == 200
    connection.close()


def test_two_at_once_are_answered_as_one_after_the_other(client: TestClient) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def poem(seed: int) -> Any:
        return client.post("/api/poem/write", json={"seed": seed, "length": 50, "takes": 2}).text

    expected = [poem(seed) for seed in range(4)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(poem, [*range(4)] * 4)) == expected * 4

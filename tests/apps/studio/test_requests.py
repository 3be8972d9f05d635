"""Uploads: raw bodies within a bound, and titles that are only ever shown."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from apps.studio.options import Settings
from apps.studio.requests import read_upload, upload_title
from apps.studio.server import create_app

TYPE = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def uploads() -> Iterator[TestClient]:
    """A studio with an address that takes files of up to 1000 bytes."""
    app: FastAPI = create_app(Settings())

    async def upload(request: Request) -> dict[str, object]:
        content = await read_upload(request, 1000)
        return {"bytes": len(content), "title": upload_title(request)}

    app.add_api_route("/api/upload", upload, methods=["POST"])
    app.router.routes.insert(0, app.router.routes.pop())
    with TestClient(app, base_url="http://127.0.0.1:8600") as client:
        yield client


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("my song.mid", "my song.mid"),
        ("Übung №1 愛.mid", "Übung №1 愛.mid"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("a\x00b\x1b[31m\r\nX-Evil: 1", "a\\x00b\\x1b[31m\\x0d X-Evil: 1"),
        ("x" * 500, "x" * 120),
        ("", "Untitled"),
    ],
)
def test_a_title_stays_text(uploads: TestClient, title: str, shown: str) -> None:
    headers = TYPE | {"x-title": quote(title)}
    answer = uploads.post("/api/upload", content=b"MThd", headers=headers)
    assert answer.json() == {"bytes": 4, "title": shown}
    assert answer.headers["content-type"] == "application/json" and "x-evil" not in answer.headers


def test_a_title_that_is_no_utf8_is_shown_somehow(uploads: TestClient) -> None:
    answer = uploads.post("/api/upload", content=b"MThd", headers=TYPE | {"x-title": "%ff%fe%zz"})
    assert answer.json()["title"] == "\ufffd\ufffd%zz"


@pytest.mark.parametrize(
    ("content", "headers", "status", "line"),
    [
        (bytes(1001), TYPE, 413, "the file has more than 0.001 MB"),
        (bytes(9_000_000), TYPE, 413, "the request has more than 8.39 MB"),
        (b"", TYPE, 400, "the file is empty"),
        (b"MThd", {}, 415, "expected a body of application/octet-stream, got no type"),
        (
            b"a=1",
            {"content-type": "text/plain"},
            415,
            "expected a body of application/octet-stream, got text/plain",
        ),
    ],
)
def test_what_is_not_accepted(
    uploads: TestClient, content: bytes, headers: dict[str, str], status: int, line: str
) -> None:
    answer = uploads.post("/api/upload", content=content, headers=headers)
    assert (answer.status_code, answer.json()) == (status, {"error": line})
    assert uploads.post("/api/upload", content=bytes(1000), headers=TYPE).json()["bytes"] == 1000

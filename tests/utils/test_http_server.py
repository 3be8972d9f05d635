"""The HTTP server: silent, slow and half-closed clients, ambiguous lengths, descriptors and signals."""

import asyncio
import logging
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from utils.http_server import Server, Settings
from utils.sockets import listen

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
HALF = POST + b"Content-Length: 9\r\n\r\n{"
CLOSE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the body, after a moment; of the path /large with 64 MB."""
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    await asyncio.sleep(0.1)
    content = bytes(64 << 20) if scope["path"] == "/large" else content or b"nothing"
    headers = [(b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@contextmanager
def serving(**bounds: Any) -> Iterator[int]:
    """A server in a thread; yields its port."""
    settings = {"connections": 100, "keep_alive": 5, "graceful": 2, "lifespan": "off"} | bounds
    with listen("127.0.0.1", 0) as listener:
        server = Server(Settings(echo, **settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(30)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def answer(port: int, *parts: bytes, half_closed: bool = False) -> bytes:
    """Everything that comes until the server closes the connection."""
    with connect(port) as connection:
        for part in parts:
            connection.sendall(part)
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
        content = b""
        while part := connection.recv(1 << 16):
            content += part
    return content


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET / HT", b""),
        (POST + b"Content-Length: 9\r\n\r\n{", b"HTTP/1.1 408"),
        (GET, b"HTTP/1.1 200"),
    ],
    ids=["nothing", "half a head", "half a body", "nothing more"],
)
def test_a_client_that_does_not_go_on_is_let_go(sent: bytes, status: bytes) -> None:
    with serving(head_seconds=0.3, body_seconds=0.3) as port:
        started = time.monotonic()
        assert answer(port, sent)[:12] == status
        assert 0.2 < time.monotonic() - started < 10


def test_a_head_that_comes_byte_by_byte_has_no_more_time() -> None:
    with serving(head_seconds=0.5) as port, connect(port) as connection:
        started = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - started < 10:
                connection.sendall(b"G")
                time.sleep(0.05)
        assert time.monotonic() - started < 5


def test_a_client_that_does_not_read_its_answer_is_let_go() -> None:
    with serving(body_seconds=0.5) as port, connect(port) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2)
        received = 0
        with pytest.raises(OSError):
            while part := connection.recv(1 << 20):
                received += len(part)
            assert received < 64 << 20
            raise ConnectionResetError


@pytest.mark.parametrize("requests", [1, 3])
def test_a_half_closed_client_gets_its_answers(requests: int) -> None:
    body = POST + b"Content-Length: 5\r\n\r\nabcde"
    with serving() as port:
        content = answer(port, body * requests, half_closed=True)
    assert content.count(b"HTTP/1.1 200") == content.count(b"abcde") == requests


def test_two_lengths_are_refused_and_the_connection_is_closed() -> None:
    smuggled = POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GET
    with serving() as port:
        content = answer(port, smuggled)
    assert content.startswith(b"HTTP/1.1 400") and content.count(b"HTTP/1.1") == 1


def test_silent_clients_do_not_shut_others_out(caplog: pytest.LogCaptureFixture) -> None:
    """Sixteen may be connected; sixty say nothing."""
    with serving(connections=16) as port:
        silent = [connect(port) for _ in range(60)]
        for _ in range(5):
            assert answer(port, CLOSE).startswith(b"HTTP/1.1 200")
        for connection in silent:
            connection.close()
    assert len(caplog.records) <= 1


FEW = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
from tests.utils import test_http_server as module
from utils import cli
cli.show_notices()
with module.serving(connections=1024) as port:
    print(port, flush=True)
    sys.stdin.read()
"""


@pytest.mark.slow
def test_connections_beyond_the_descriptors_make_no_log_and_leave_others_answers(root: Path) -> None:
    line = [sys.executable, "-c", FEW]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=root, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        silent = []
        for _ in range(400):
            silent.append(connect(port))
        time.sleep(1)
        assert all(answer(port, CLOSE).startswith(b"HTTP/1.1 200") for _ in range(5))
        for connection in silent:
            connection.close()
        _, errors = process.communicate("", timeout=60)
    assert len(errors.splitlines()) <= 2, errors[:3000]


def test_the_connections_stay_below_the_process_s_descriptors() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        most = Settings(echo, connections=1 << 20, keep_alive=5, graceful=2).most_connections
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert hard == before[1] and soft >= before[0]
        assert 16 <= most < 65_536
        assert Settings(echo, connections=20, keep_alive=5, graceful=2).most_connections == 20
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_warning_that_strangers_cause_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as port:
        for _ in range(20):
            assert answer(port, b"no HTTP at all\r\n\r\n").startswith(b"HTTP/1.1 400")
    found = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(found) <= 1

"""A web server on loopback that behaves as badly as it is told to, and entries that point to it."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from data.entries import Entry

Behaviour = Callable[["Handler", bytes], None]


class Handler(BaseHTTPRequestHandler):
    """Answers a path the way the site says, and keeps quiet about it."""

    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.asked.append(self.path)
        content, behaviour = site.pages[self.path]
        behaviour(self, content)

    def head(self, length: int | None) -> None:
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """A client that went away is what some tests want."""


class Site:
    """The server's pages, what was asked of it, and the events that hold its answers back."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, Behaviour]] = {}
        self.asked: list[str] = []
        self.half_sent = threading.Event()
        self.go_on = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.site = self  # type: ignore[attr-defined]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def serve(self, path: str, content: bytes, behaviour: Behaviour | None = None) -> str:
        """Puts a page on the site and returns its address."""
        self.pages[path] = (content, behaviour or self.good)
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def entry(self, content: bytes, behaviour: Behaviour | None = None, **changes: Any) -> Entry:
        """An entry whose address is a page of this content."""
        name = changes.get("name", "poem.txt")
        fields = {
            "name": name,
            "url": self.serve(f"/{name}", content, behaviour),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "licence": "made up",
            "sentence": "A poem for a test.",
        }
        return Entry(**{**fields, **changes})

    def close(self) -> None:
        self.go_on.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def good(self, handler: Handler, content: bytes) -> None:
        handler.head(len(content))
        handler.wfile.write(content)

    def without_length(self, handler: Handler, content: bytes) -> None:
        handler.head(None)
        handler.wfile.write(content)

    def cut(self, handler: Handler, content: bytes) -> None:
        """Promises all, sends half and hangs up."""
        handler.head(len(content))
        handler.wfile.write(content[: len(content) // 2])

    def compressing(self, handler: Handler, content: bytes) -> None:
        """Compresses what the client has not asked for as it is."""
        compressed = handler.headers["Accept-Encoding"] != "identity"
        body = gzip.compress(content) if compressed else content
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Content-Encoding", "gzip" if compressed else "identity")
        handler.end_headers()
        handler.wfile.write(body)

    def missing(self, handler: Handler, content: bytes) -> None:
        handler.send_error(404)

    def silent(self, handler: Handler, content: bytes) -> None:
        """Takes the request and says nothing."""
        self.go_on.wait(30)

    def halting(self, handler: Handler, content: bytes) -> None:
        """Sends half, and the rest when the test allows it."""
        half = len(content) // 2
        handler.head(len(content))
        handler.wfile.write(content[:half])
        handler.wfile.flush()
        self.half_sent.set()
        self.go_on.wait(30)
        handler.wfile.write(content[half:])


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server on loopback for one test, reached without any proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    site = Site()
    yield site
    site.close()


@pytest.fixture
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and no $CADENZA_DATA: what is on the machine must not change a test's outcome."""
    monkeypatch.delenv("CADENZA_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    return tmp_path / "home" / "cache" / "cadenza"

"""The studio's API for tests: in this process, and as a server where a client must be able to leave."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps.studio.options import Settings
from apps.studio.server import StudioServer, create_app
from utils.sockets import listen


@pytest.fixture(scope="package")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The studio's application, with the pretrained networks."""
    return create_app(Settings(networks=tmp_path_factory.mktemp("networks")))


@pytest.fixture(scope="package")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client on this machine: client.post("/api/poem/...", json={...})."""
    with TestClient(app, base_url="http://127.0.0.1:8600", raise_server_exceptions=False) as client:
        yield client


class Stream:
    """A client that reads a stream of JSON lines, and may leave it; with a body it is a POST request."""

    def __init__(self, port: int, path: str, body: object = None) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Content-Type": "application/json"}
        method, content = ("GET", None) if body is None else ("POST", json.dumps(body))
        self.connection.request(method, path, content, headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> Any:
        line = self.response.readline()
        if not line:
            raise StopIteration
        return json.loads(line)

    def until(self, kind: str) -> dict[str, Any]:
        """The next event of a kind."""
        return next(event for event in self if event.get("event") == kind)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[FastAPI, int]]:
    """An application of its own that is served over a socket, and the port."""
    app = create_app(Settings(networks=tmp_path / "networks"))
    with listen("127.0.0.1", 0) as listener:
        server = StudioServer(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield app, listener.getsockname()[1]
        finally:
            server.should_exit = True
            app.state.studio.jobs.close()
            thread.join(30)

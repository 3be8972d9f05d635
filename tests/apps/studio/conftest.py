"""The studio's API for tests: in this process, and as a server where a client must be able to leave."""

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps.studio.server import Settings, create_app
from utils.sockets import listen


@pytest.fixture(scope="package")
def app() -> FastAPI:
    """The studio's application, with the pretrained networks."""
    return create_app(Settings())


@pytest.fixture(scope="package")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client on this machine: client.post("/api/poem/...", json={...})."""
    with TestClient(app, base_url="http://127.0.0.1:8600", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def live() -> Iterator[tuple[FastAPI, int]]:
    """An application of its own that is served over a socket, and the port."""
    app = create_app(Settings())
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield app, listener.getsockname()[1]
        finally:
            server.should_exit = True
            app.state.studio.jobs.close()
            thread.join(30)

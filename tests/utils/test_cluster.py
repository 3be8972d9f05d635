"""What stands in the way of a cluster is said in one line, at once."""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from apps.compare import __main__ as compare
from apps.shakespeare import __main__ as shakespeare
from utils import cluster
from utils.errors import UserError


@pytest.fixture
def without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def service(answer: bytes) -> Iterator[str]:
    """The address of a server that sends the same answer to the first client."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize("more", [["--workers", "2"], ["--ray", "127.0.0.1:6379"]])
def test_without_ray_each_option_says_what_to_install(more: list[str], tmp_path: Path, root: Path) -> None:
    verse = str(root / "data/bundled/verses.txt")
    for main, line in (
        (shakespeare.main, ["train", "--corpus", verse]),
        (shakespeare.main, ["train", "--corpus", verse, "--bundle", str(root / "pretrained/shakespeare")]),
        (compare.main, ["--parameters", "6000", "--epochs", "1"]),
    ):
        with pytest.raises(UserError) as caught:
            main([*line, *more, "--out", str(tmp_path / "out"), "--quiet"])
        assert str(caught.value) == (
            "more than one worker needs Ray; install it with: pip install --constraint constraints.txt "
            "-r requirements-scale.txt"
        )
        assert caught.value.exit_code == 2


def test_an_address_where_nothing_listens(deaf_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "require_ray", lambda: SimpleNamespace(shutdown=lambda: None))
    started = time.monotonic()
    message = f"nothing answers at 127.0.0.1:{deaf_port}, expected a Ray cluster: connection refused"
    with pytest.raises(UserError, match=message), cluster.connected(f"127.0.0.1:{deaf_port}"):
        pass
    assert time.monotonic() - started < 2 * cluster.PATIENCE


def test_another_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "require_ray", lambda: SimpleNamespace(shutdown=lambda: None))
    with service(b"HTTP/1.0 400 Bad Request\r\n") as address:
        with pytest.raises(UserError) as caught:
            cluster.connected(address).__enter__()
        assert str(caught.value) == f"expected a Ray cluster at {address}, got another service"


@pytest.mark.parametrize("address", ["here", "here:", ":6379", "here:port", "auto"])
def test_what_is_no_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "require_ray", lambda: SimpleNamespace(shutdown=lambda: None))
    message = "expected the address of a Ray cluster as HOST:PORT"
    with pytest.raises(UserError, match=message), cluster.connected(address):
        pass


def test_another_version_on_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    def init(**options: Any) -> None:
        raise RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.9.0\n")

    exceptions = SimpleNamespace(RayError=ZeroDivisionError)
    ray = SimpleNamespace(init=init, shutdown=lambda: None, exceptions=exceptions)
    monkeypatch.setattr(cluster, "require_ray", lambda: ray)
    settings = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])  # as every server of HTTP/2 begins
    message = "another version of Ray or Python than here .*2.9.0"
    with service(settings) as address, pytest.raises(UserError, match=message):
        cluster.connected(address).__enter__()


@pytest.mark.parametrize(
    ("cpus", "workers", "expected"),
    [([2], 2, 1), ([2], 1, 2), ([8, 8], 4, 4), ([8, 4], 3, 4), ([8, 3], 3, 3), ([16], 3, 5)],
)
def test_every_worker_gets_as_many_processors_as_all_can_have(
    cpus: list[int], workers: int, expected: int
) -> None:
    nodes = [{"Alive": True, "Resources": {"CPU": float(count)}} for count in cpus]
    nodes.append({"Alive": False, "Resources": {"CPU": 64.0}})
    ray: Any = SimpleNamespace(nodes=lambda: nodes)
    assert cluster.processors(ray, workers) == (expected, False)


def test_more_workers_than_processors_are_refused() -> None:
    ray: Any = SimpleNamespace(nodes=lambda: [{"Alive": True, "Resources": {"CPU": 2.0, "GPU": 4.0}}])
    assert cluster.processors(ray, 2) == (1, True)
    with pytest.raises(UserError, match="workers: expected at most 2, the cluster's processors, got 3"):
        cluster.processors(ray, 3)

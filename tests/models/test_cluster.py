"""What stands in the way of a cluster is said in one line, at once."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import grpc
import pytest

from apps.compare import __main__ as compare
from apps.shakespeare import __main__ as shakespeare
from models import cluster
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


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Stands for Ray, which need not be installed."""
    found = ModuleType("ray")
    found.__spec__ = ModuleSpec("ray", None)
    monkeypatch.setitem(sys.modules, "ray", found)
    return found


class HeadNode(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers as the head of a cluster, with or without a token."""

    def __init__(self, *, token: bool) -> None:
        self.token = token

    def service(self, details: Any) -> Any:
        def answer(request: bytes, context: Any) -> bytes:
            if self.token:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "InvalidAuthToken")
            return b""

        known = details.method == "/ray.rpc.NodeInfoGcsService/CheckAlive"
        return grpc.unary_unary_rpc_method_handler(answer) if known else None


@contextmanager
def head_node(*, token: bool = False) -> Iterator[str]:
    """Runs a head node; gives its address."""
    server = grpc.server(ThreadPoolExecutor(1), handlers=[HeadNode(token=token)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


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
            "Ray is not installed, which workers on a cluster need; install it with: "
            "pip install --constraint constraints.txt -r requirements-scale.txt"
        )
        assert caught.value.exit_code == 2


@pytest.mark.usefixtures("ray")
def test_an_address_where_nothing_listens(deaf_port: int) -> None:
    started = time.monotonic()
    message = f"nothing answers at 127.0.0.1:{deaf_port}, expected a Ray cluster: connection refused"
    with pytest.raises(UserError, match=message), cluster.connected(f"127.0.0.1:{deaf_port}"):
        pass
    assert time.monotonic() - started < 2 * cluster.CONNECT_TIMEOUT


@pytest.mark.usefixtures("ray")
def test_another_service() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"127.0.0.1:{server.server_port}"
        with pytest.raises(UserError) as caught:
            cluster.connected(address).__enter__()
        server.shutdown()
        thread.join()
    assert str(caught.value) == f"expected a Ray cluster at {address}, got another service"


@pytest.mark.parametrize("token", [False, True])
def test_a_cluster_s_token_is_sent_where_it_is_required(
    token: bool, ray: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "")
    del os.environ["RAY_AUTH_MODE"]  # and afterwards it is as it was before
    with head_node(token=token) as address:
        assert cluster.require_ray(address) is ray
    assert os.environ.get("RAY_AUTH_MODE") == ("token" if token else None)


@pytest.mark.parametrize("address", ["here", "here:", ":6379", "here:port", "auto"])
@pytest.mark.usefixtures("ray")
def test_what_is_no_address(address: str) -> None:
    message = "expected the address of a Ray cluster as HOST:PORT"
    with pytest.raises(UserError, match=message), cluster.connected(address):
        pass


def test_another_version_on_the_cluster(ray: Any) -> None:
    def init(**options: Any) -> None:
        raise RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.9.0\n")

    ray.init, ray.shutdown = init, lambda: None
    message = "another version of Ray or Python than here .*2.9.0"
    with head_node() as address, pytest.raises(UserError, match=message):
        cluster.connected(address).__enter__()


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_slow_start_on_this_machine_gets_a_second_try(failures: int, ray: Any) -> None:
    left = [Exception("The current node\ntimed out during startup.")] * failures

    def init(**options: Any) -> None:
        if left:
            raise left.pop()

    ray.init, ray.shutdown = init, lambda: None
    if failures < 2:
        with cluster.connected() as found:
            assert found is ray
        return
    message = "^cannot use Ray on this machine: The current node timed out during startup.$"
    with pytest.raises(UserError, match=message) as caught, cluster.connected():
        pass
    assert caught.value.exit_code == 1


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
    found = cluster.resources_per_worker(ray, workers, "head:6379")
    assert found == (expected, False, {"CPU": max(1, expected // 2)})


@pytest.mark.parametrize(("workers", "expected"), [(1, 4), (3, 1), (8, 1)])
def test_workers_of_this_machine_share_its_processors_not_those_declared(
    workers: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    ray: Any = SimpleNamespace(nodes=lambda: [{"Alive": True, "Resources": {"CPU": 16.0}}])
    found = cluster.resources_per_worker(ray, workers)
    assert found == (expected, False, {"CPU": max(1, expected // 2)})


def test_more_workers_than_processors_are_refused() -> None:
    ray: Any = SimpleNamespace(nodes=lambda: [{"Alive": True, "Resources": {"CPU": 2.0, "GPU": 4.0}}])
    assert cluster.resources_per_worker(ray, 2, "head:6379") == (1, True, {"CPU": 1, "GPU": 1})
    with pytest.raises(UserError, match="workers: expected at most 2, the cluster's processors, got 3"):
        cluster.resources_per_worker(ray, 3)

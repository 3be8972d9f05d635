"""Connects to Ray, which spreads work over processes and machines, and says in one line what is missing."""

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from utils.backend import native_standard_error_silenced
from utils.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
CONNECT_TIMEOUT = 5.0  # seconds for an address to answer
INSTALL = "pip install --constraint constraints.txt -r requirements-scale.txt"
_EXCLUDED = [".git", ".venv", "output", "shared", "tests", "pictures", "*.idx", "__pycache__"]
# Nothing is reported to anybody, and the choice of devices is left to the task.
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_TRAIN_V2_ENABLED": "1",
    "RAY_AIR_NEW_OUTPUT": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "KERAS_BACKEND": "tensorflow",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # Ctrl-C is ours
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # what fails is said in one line
}
# Ray Train does not give back what it reserved for workers that were lost while they started: as many again
# have room if a machine here declares twice its processors, and a worker reserves half of those that it uses.
_OVERCOMMITMENT = 2
_ALIVE = "/ray.rpc.NodeInfoGcsService/CheckAlive"  # what every cluster answers without a question


def require_ray(address: str | None = None) -> ModuleType:
    """Imports Ray, with its reports and logs turned off.

    Args:
        address: HOST:PORT of the cluster that is connected to next.

    Raises:
        UserError: It is not installed (the message says how to install it), or no cluster answers.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    if find_spec("ray") is None:
        raise UserError(f"Ray is not installed, which workers on a cluster need; install it with: {INSTALL}")
    if address is not None and _requires_token(address):
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # read when Ray is imported
    import ray

    logging.getLogger("ray").setLevel(logging.ERROR)
    return ray  # type: ignore[no-any-return]


@contextmanager
def connected(address: str | None = None, cpus: int = 1) -> Iterator[ModuleType]:
    """Connects to a running cluster, or starts one on this machine, while the block runs.

    The cluster's workers import this checkout, which is copied to them.

    Args:
        address: HOST:PORT of the cluster's head; None: a cluster of this machine alone, which ends with
            the block.
        cpus: The tasks that run at once on this machine.

    Raises:
        UserError: Ray is not installed, nothing answers at the address, or it has another version of Ray or
            Python.
    """
    ray = require_ray(address)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        # Ray would join a cluster that runs here, or wait for one that was killed and has left its address.
        options["address"] = "local"
        declared = _OVERCOMMITMENT * max(cpus, os.cpu_count() or 1)
        options |= {"num_cpus": declared, "include_dashboard": False}
        options["runtime_env"] = {"env_vars": {"PYTHONPATH": _python_path()}}
    else:
        options["address"] = address
        options["runtime_env"] = {"working_dir": str(ROOT), "excludes": _EXCLUDED, "env_vars": _forwarded()}
    try:
        _init(ray, address, options)
        yield ray
    finally:
        ray.shutdown()


def _init(ray: ModuleType, address: str | None, options: dict[str, Any]) -> None:
    """Calls `ray.init`; a cluster of this machine gets a second try."""
    for tries_left in (0,) if address else (1, 0):
        try:
            with native_standard_error_silenced():  # it says which level of messages it has read
                ray.init(**options)
            return
        except Exception as error:  # a plain one where Ray does not start within 30 s, as on a busy machine
            ray.shutdown()
            if not tries_left:
                where = f"at {address}" if address else "on this machine"
                raise UserError(f"cannot use Ray {where}: {_brief(error)}", 2 if address else 1) from None


class WorkerResources(NamedTuple):
    """What each of several workers can have.

    Args:
        processors: The processors that it uses.
        gpu: Whether it has a GPU.
        reserved: What it reserves with Ray, as `ray.train.ScalingConfig` takes it.
    """

    processors: int
    gpu: bool
    reserved: dict[str, int]


def resources_per_worker(ray: ModuleType, workers: int, address: str | None = None) -> WorkerResources:
    """What each of so many workers can have.

    Args:
        ray: From `connected`.
        workers: Their number.
        address: That of `connected`; None: the cluster is this machine's.

    Raises:
        UserError: The cluster has fewer processors than workers.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    found = [int(node.get("CPU", 0)) for node in nodes]
    each = max(found, default=0)
    while each and sum(count // each for count in found) < workers:
        each -= 1
    if not each:
        raise UserError(f"workers: expected at most {sum(found)}, the cluster's processors, got {workers}")
    if address is None:
        each = max(1, (os.cpu_count() or 1) // workers)
    gpu = sum(int(node.get("GPU", 0)) for node in nodes) >= workers
    reserved = {"CPU": max(1, each // _OVERCOMMITMENT), **({"GPU": 1} if gpu else {})}
    return WorkerResources(each, gpu, reserved)


def _python_path() -> str:
    """Where a worker on this machine finds this checkout, whatever folder it runs in."""
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return os.pathsep.join(path for path in paths if path)


def _forwarded() -> dict[str, str]:
    names = [*_SETTINGS, "CADENZA_DATA"]
    return {name: os.environ[name] for name in names if name in os.environ}


def _requires_token(address: str) -> bool:
    """Whether the cluster at an address lets in only who has its token.

    Ray itself would try for a minute where nothing listens, and for ever with a service of another kind.

    Raises:
        UserError: No Ray cluster answers.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not (colon and host and port.isdecimal()):
        raise UserError(f"expected the address of a Ray cluster as HOST:PORT, got {address!r}")
    try:
        socket.create_connection((host, int(port)), CONNECT_TIMEOUT).close()
    except (OSError, OverflowError) as error:
        reason = str(getattr(error, "strerror", None) or error).lower()
        raise UserError(f"nothing answers at {address}, expected a Ray cluster: {reason}") from None
    if os.environ.get("RAY_USE_TLS"):
        return False
    import grpc  # type: ignore[import-untyped]

    with grpc.insecure_channel(f"{host}:{port}") as channel:
        try:
            channel.unary_unary(_ALIVE)(b"", timeout=CONNECT_TIMEOUT)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAUTHENTICATED:
                return True
            raise UserError(f"expected a Ray cluster at {address}, got another service") from None
    return False


def _brief(error: BaseException) -> str:
    """An error's text, with the versions of both sides if they differ."""
    text = " ".join(str(error).split())
    if "Version mismatch" in text:
        python = ".".join(map(str, sys.version_info[:3]))
        return f"another version of Ray or Python than here (Python {python}): {text.partition(': ')[2]}"
    return text or type(error).__name__

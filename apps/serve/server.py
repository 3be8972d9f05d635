"""The server: TensorFlow Serving's addresses in front of exported models, with bounds on everything."""

import argparse
import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.serve import loader as serving_models
from apps.serve import protocol as serving_json
from apps.serve.loader import Model, Models
from apps.serve.protocol import Refused
from utils.errors import UserError
from utils.files import reason

logger = logging.getLogger("cadenza")

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

_THROWN_AWAY = 256 << 20  # bytes of too large a body that are read, so that the client hears the answer
_CONNECTIONS = 1024


@dataclass(frozen=True)
class Limits:
    """What a request may be.

    Args:
        rows: Rows of its inputs.
        bytes: Bytes of its body.
        seconds: Time for its body to come, and then for its answer.
        threads: Requests computed side by side.
        waiting: Requests that may wait for that.
    """

    rows: int = 64
    bytes: int = 1 << 20
    seconds: float = 30.0
    threads: int = 2
    waiting: int = 256


def serve(options: argparse.Namespace) -> None:
    """Serves until it is stopped; prints every model's address when it is ready.

    Raises:
        UserError: There is nothing to serve, or the port cannot be had.
        KeyboardInterrupt: Ctrl-C has ended it, when what was asked had been answered.
    """
    serving_models.find(options.models)
    listener = listen(options.host, options.port)
    with listener:
        models = serving_models.load(options.models)
        limits = Limits(
            options.max_rows, options.max_bytes, options.timeout, options.threads, options.waiting
        )
        host = f"[{options.host}]" if ":" in options.host else options.host
        for name in models:
            print(f"http://{host}:{listener.getsockname()[1]}/v1/models/{name}", flush=True)
        if options.host not in ("127.0.0.1", "::1", "localhost"):
            logger.info("anyone who reaches this address may ask: there is no password")
        logger.info("serving; Ctrl-C ends it")
        server(make_app(models, limits), limits).run(sockets=[listener])
    raise KeyboardInterrupt  # only a signal ends it, and uvicorn does not always hand it on


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        UserError: The address or the port cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UserError(f"--host {host}: {reason(error)}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise UserError(f"cannot listen at {host}, port {port}: {reason(error)}") from None
    return listener


def server(app: "FastAPI", limits: Limits) -> Any:
    """The HTTP server for an app."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=int(limits.seconds) + 1,
        server_header=False,
        lifespan="off",
    )
    return uvicorn.Server(config)


class Desk:
    """Where requests wait for a thread: so many are computed, so many wait, the others are sent away."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._taken = limits, 0
        self._threads = ThreadPoolExecutor(limits.threads, thread_name_prefix="predict")

    async def run(self, work: Callable[[], Any]) -> Any:
        """What the work returns.

        Raises:
            Refused: Too many requests wait (503), or it takes too long (504).
        """
        if self._taken >= self._limits.threads + self._limits.waiting:
            raise Refused("too many requests are waiting; try again", 503)
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(self._done)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._limits.seconds)
        except TimeoutError:
            # What has not begun never will; what has begun keeps its place until it ends.
            future.cancel()
            raise Refused(f"no answer within {self._limits.seconds:g} seconds", 504) from None

    def _done(self, future: "asyncio.Future[Any]") -> None:
        self._taken -= 1
        if not future.cancelled():
            future.exception()  # seen: nobody may be left to ask for it


def make_app(models: Models, limits: Limits) -> "FastAPI":
    """The addresses, and what they answer."""
    from fastapi import FastAPI, Request

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    desk = Desk(limits)

    @app.get("/v1/models/{name}")
    @app.get("/v1/models/{name}/versions/{version}")
    async def status(name: str, version: str | None = None) -> "Response":
        asked = _model(models, name, version)
        shown = sorted(models[name], reverse=True) if version is None else [asked.version]
        return _answer({"model_version_status": [_status(number) for number in shown]})

    @app.get("/v1/models/{name}/metadata")
    @app.get("/v1/models/{name}/versions/{version}/metadata")
    async def metadata(name: str, version: str | None = None) -> "Response":
        return _answer(_model(models, name, version).metadata)

    @app.post("/v1/models/{name}")  # the last decorator's address is tried first
    @app.post("/v1/models/{name}/versions/{version}")
    @app.post("/v1/models/{name}:predict")
    @app.post("/v1/models/{name}/versions/{version}:predict")
    async def predict(request: Request, name: str, version: str | None = None) -> "Response":
        model = _model(models, name, version)
        body = await _body(request, limits)
        return _answer(await desk.run(lambda: _predict(model, body, limits)))

    _answer_errors(app)
    return app


def _answer_errors(app: "FastAPI") -> None:
    """What is refused, unknown or broken is said as TensorFlow Serving says it."""
    from fastapi import Request
    from starlette.exceptions import HTTPException

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> "Response":
        return _answer({"error": str(error)}, error.status)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> "Response":
        status = 400 if request.url.path.startswith("/v1/") else error.status_code
        return _answer({"error": f"Malformed request: {request.method} {request.url.path}"}, status)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> "Response":
        return _answer({"error": "the server failed; its log says why"}, 500)


def _answer(content: Any, status: int = 200) -> "Response":
    from fastapi import Response

    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, allow_nan=False)
    return Response(text, status, media_type="application/json")


def _model(models: Models, name: str, version: str | None) -> Model:
    """The version that was asked for, or the newest.

    Raises:
        Refused: There is none (404), or the address is not one (400).
    """
    if ":" in name or (version is not None and not (version.isdecimal() and version.isascii())):
        raise Refused("Malformed request: /v1/models/NAME[/versions/N][:predict] is wanted")
    wanted = "Latest" if version is None else "Specific"
    versions = models.get(name)
    number = int(version[:18]) if version is not None else max(versions or [0])
    if not versions or number not in versions:
        spec = name if version is None else f"{name}, {version}"
        raise Refused(f"Servable not found for request: {wanted}({spec[:200]})", 404)
    return versions[number]


def _status(version: int) -> dict[str, Any]:
    return {
        "version": str(version),
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }


def _predict(model: Model, body: bytes, limits: Limits) -> str:
    """The answer's JSON; runs in a thread, so that others are heard meanwhile.

    Raises:
        Refused: The request is not accepted.
    """
    asked = serving_json.parse(body)
    signature = model.signatures.get(asked.signature)
    if signature is None:
        known = ", ".join(sorted(model.signatures))
        raise Refused(f'Serving signature name: "{asked.signature[:100]}" not found; there are {known}')
    outputs = signature(serving_json.arrays(asked, signature.inputs, limits.rows))
    return json.dumps(serving_json.answer(outputs, asked.rows), ensure_ascii=False, allow_nan=False)


async def _body(request: "Request", limits: Limits) -> bytes:
    """A request's body.

    Raises:
        Refused: It is too large (413), too slow (408) or not whole (400).
    """
    from starlette.requests import ClientDisconnect

    too_large = Refused(f"the request has more than {limits.bytes} bytes", 413)
    declared = request.headers.get("content-length", "0")
    if "expect" in request.headers and declared.isdecimal() and int(declared) > limits.bytes:
        raise too_large  # the client waits for a word before it sends
    parts, size = [], 0

    async def read() -> None:
        nonlocal size
        async for part in request.stream():
            size += len(part)
            if size <= limits.bytes:
                parts.append(part)
            elif size > _THROWN_AWAY:
                return

    try:
        await _within(read(), limits.seconds)
    except ClientDisconnect:  # nobody hears this, and it is no bug of ours
        raise Refused("the request ended before its body did") from None
    if size > limits.bytes:
        raise too_large
    return b"".join(parts)


async def _within(work: Awaitable[None], seconds: float) -> None:
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        raise Refused(f"the request did not come within {seconds:g} seconds", 408) from None

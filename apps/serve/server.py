"""An HTTP server with TensorFlow Serving's addresses for exported models, every request bounded."""

import asyncio
import json
import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from apps.serve import protocol
from apps.serve.loader import Model, Models
from apps.serve.options import Limits
from apps.serve.protocol import RequestError
from apps.serve.queue import Call, PredictionQueue
from utils.http_server import Server, Settings
from utils.signals import StopSignals

logger = logging.getLogger("cadenza")

_DISCARDED = 256 << 20  # bytes of too large a body that are read, so that the client sees the answer
_SMALL = 1 << 16  # bytes of a body that is read without a thread, which costs more
_CONNECTIONS = 1024


def server(app: FastAPI, limits: Limits, signals: StopSignals | None = None) -> Server:
    """The HTTP server for an app."""
    return Server(config(app, limits), signals)


def config(app: Any, limits: Limits, **options: Any) -> Settings:
    """Settings of the server for an app or, with `factory`, for what makes one."""
    return Settings(
        app,
        connections=_CONNECTIONS,
        keep_alive=5,
        graceful=int(limits.seconds) + 1,
        body_seconds=limits.seconds + 5,  # a body has been answered by then
        lifespan="off",
        **options,
    )


def make_app(models: Models, limits: Limits) -> FastAPI:
    """Builds the web application."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    queue = PredictionQueue(
        threads=limits.threads, waiting=limits.waiting, seconds=limits.seconds, batch_rows=limits.batch_rows
    )

    @app.get("/v1/models/{name}")
    @app.get("/v1/models/{name}/versions/{version}")
    async def status(name: str, version: str | None = None) -> Response:
        model = _model(models, name, version)
        shown = sorted(models[name], reverse=True) if version is None else [model.version]
        return _answer({"model_version_status": [_status(number) for number in shown]})

    @app.get("/v1/models/{name}/metadata")
    @app.get("/v1/models/{name}/versions/{version}/metadata")
    async def metadata(name: str, version: str | None = None) -> Response:
        return _answer(_model(models, name, version).metadata)

    @app.post("/v1/models/{name}")  # the last decorator's address is tried first
    @app.post("/v1/models/{name}/versions/{version}")
    @app.post("/v1/models/{name}:predict")
    @app.post("/v1/models/{name}/versions/{version}:predict")
    async def predict(request: Request, name: str, version: str | None = None) -> Response:
        model = _model(models, name, version)
        body = await _body(request, limits)
        if len(body) <= _SMALL:
            call = _call(model, body, limits)
        else:
            call = await asyncio.get_running_loop().run_in_executor(None, _call, model, body, limits)
        return _answer(await queue.run(call))

    _answer_errors(app)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Answers errors as TensorFlow Serving does."""

    @app.exception_handler(RequestError)
    async def request_error(request: Request, error: RequestError) -> Response:
        return _answer({"error": str(error)}, error.status)

    @app.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        status = 400 if request.url.path.startswith("/v1/") else error.status_code
        return _answer({"error": f"Malformed request: {request.method} {request.url.path}"}, status)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        return _answer({"error": "the server failed; see its log"}, 500)


def _answer(content: Any, status: int = 200) -> Response:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, allow_nan=False)
    headers = {"Retry-After": "1"} if status == 503 else None
    return Response(text, status, headers, "application/json")


def _model(models: Models, name: str, version: str | None) -> Model:
    """The requested version, or the newest.

    Raises:
        RequestError: There is none (404), or the address is malformed (400).
    """
    if ":" in name or (version is not None and not (version.isdecimal() and version.isascii())):
        raise RequestError("Malformed request: expected /v1/models/NAME[/versions/N][:predict]")
    kind = "Latest" if version is None else "Specific"
    versions = models.get(name)
    number = max(versions or [0]) if version is None else int(version[:20])
    if not versions or number not in versions:
        spec = name if version is None else f"{name}, {version}"
        raise RequestError(f"Servable not found for request: {kind}({spec[:200]})", 404)
    return versions[number]


def _status(version: int) -> dict[str, Any]:
    return {
        "version": str(version),
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }


def _call(model: Model, body: bytes, limits: Limits) -> Call:
    """Reads a request.

    Raises:
        RequestError: The request is not accepted.
    """
    content = protocol.parse(body, limits.rows)
    signature = model.signatures.get(content.signature_name)
    if signature is None:
        known = ", ".join(sorted(model.signatures))
        name = content.signature_name[:100]
        raise RequestError(f'Serving signature name: "{name}" not found; expected one of {known}')

    def encode(outputs: protocol.Arrays) -> str:
        return json.dumps(protocol.answer(outputs, content.in_rows), ensure_ascii=False, allow_nan=False)

    return Call(signature, protocol.arrays(content, signature.inputs, limits.rows), encode)


async def _body(request: Request, limits: Limits) -> bytes:
    """Reads a request's body.

    Raises:
        RequestError: It is too large (413), too slow (408) or incomplete (400).
    """
    too_large = RequestError(f"the request has more than {limits.bytes} bytes", 413)
    declared = request.headers.get("content-length", "0")
    if "expect" in request.headers and declared.isdecimal() and int(declared) > limits.bytes:
        raise too_large  # the client waits for permission to send
    parts, size = [], 0

    try:
        async with asyncio.timeout(limits.seconds):
            async for part in request.stream():
                size += len(part)
                if size <= limits.bytes:
                    parts.append(part)
                elif size > _DISCARDED:
                    break
    except TimeoutError:
        raise RequestError(f"the request did not come within {limits.seconds:g} seconds", 408) from None
    except ClientDisconnect:  # the client is gone
        raise RequestError("the request ended before its body did") from None
    if size > limits.bytes:
        raise too_large
    return b"".join(parts)

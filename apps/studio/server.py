"""The studio's web server: the page, its API, and what keeps both on this machine."""

import asyncio
import hashlib
import logging
import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from apps.studio.errors import RequestError, refusal
from apps.studio.jobs import FAILED, NDJSON, Jobs
from apps.studio.networks import Networks
from apps.studio.options import Settings
from apps.studio.requests import Studio, studio
from apps.studio.security import Guard
from apps.studio.store import Store
from apps.studio.views import emoji, instruments, jazz, learn, names, networks, poem, trading
from utils.errors import UserError
from utils.http_server import Server
from utils.http_server import Settings as HTTPSettings
from utils.signals import StopSignals
from utils.sockets import LOOPBACK, address, listen

logger = logging.getLogger("cadenza")

STATIC = Path(__file__).parent / "static"
_CONNECTIONS = 256
_SWITCH = (
    0.0005  # seconds for which a thread may keep others waiting: an answer in time with music has many steps
)


def serve(settings: Settings) -> None:
    """Serves the studio until it is stopped; prints its address when it is ready.

    Args:
        settings: Where it is reached.

    Raises:
        UserError: The address cannot be resolved, or the port is taken or not permitted.
        KeyboardInterrupt: Ctrl-C has ended it; Terminated where SIGTERM or the end of its terminal has.
    """
    sys.setswitchinterval(_SWITCH)
    with listen(settings.host, settings.port) as listener, StopSignals() as signals:
        reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
        page = address(reached, listener.getsockname()[1]) + "/"
        app = create_app(settings)
        shared: Studio = app.state.studio
        try:
            print(page, flush=True)
            if settings.allowed_hosts:
                logger.warning("anyone who reaches this machine can use the studio: there is no password")
            logger.info("the studio is open; Ctrl-C ends it")
            if settings.browser and _has_display():
                threading.Thread(target=webbrowser.open, args=[page], daemon=True).start()
            shared.jobs.submit(lambda _: shared.networks.warm_up())
            jazz.warm_up(shared.networks)
            instruments.warm_up()
            StudioServer(app, signals).run(sockets=[listener])
        finally:
            shared.jobs.close(wait=True)
            shared.store.close()
    signals.end()


def create_app(settings: Settings) -> FastAPI:
    """Builds the web application.

    Its `state.studio` holds the objects that the views share. `jobs` and `store` are closed when its lifespan
    ends.
    """
    store = Store()
    shared = Studio(Jobs(describe=partial(refusal, folder=store.folder)), store, Networks(settings.networks))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(shared.jobs.close, wait=True)  # a training would make its folder again
        shared.store.close()

    app = FastAPI(
        title="Cadenza studio",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.studio = shared

    for view in (networks, instruments, trading, jazz, poem, names, emoji, learn):
        app.include_router(view.router)
    app.mount("/", Files(directory=STATIC, html=True))
    _answer_errors(app)
    streamed = (*DEFAULT_EXCLUDED_CONTENT_TYPES, NDJSON)  # a line is sent as soon as it is there
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6, exclude_content_types=streamed)
    app.add_middleware(Guard, hosts=(*LOOPBACK, *settings.allowed_hosts))
    return app


class Files(StaticFiles):
    """The page's files, each with the ETag of its content, which a browser asks for each time."""

    def file_response(
        self, full_path: Any, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """See starlette."""
        response = FileResponse(full_path, status_code=status_code, stat_result=stat_result)
        response.headers["etag"] = f'"{_digest(str(full_path), stat_result.st_mtime_ns)}"'
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


@lru_cache(maxsize=256)
def _digest(path: str, _: int) -> str:
    """The content's digest, read again when the time of the file's last change differs."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:32]


class StudioServer(Server):
    """A server that asks its work to end before it waits for it."""

    def __init__(self, app: FastAPI, signals: StopSignals | None = None) -> None:
        settings = HTTPSettings(app, connections=_CONNECTIONS, keep_alive=30, graceful=2)
        super().__init__(settings, signals)
        self._jobs: Jobs = app.state.studio.jobs

    async def shutdown(self, sockets: Any = None) -> None:
        """See uvicorn."""
        self._jobs.close()
        await super().shutdown(sockets)


def _answer_errors(app: FastAPI) -> None:
    """Answers every error as JSON with one line."""

    def answer(line: str, status: int) -> JSONResponse:
        return JSONResponse({"error": line}, status)

    @app.exception_handler(RequestError)
    async def request_error(request: Request, error: RequestError) -> JSONResponse:
        return answer(error.detail, error.status_code)

    @app.exception_handler(UserError)
    async def user_error(request: Request, error: UserError) -> JSONResponse:
        told = refusal(error, studio(request).store.folder)
        return answer(told.detail, told.status_code)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(_validation_line(error.errors()[0]), 422)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        line = str(UserError(f"{request.method} {request.url.path}: {str(error.detail).lower()}"))
        return answer(line, error.status_code)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        return answer(FAILED, 500)


def _validation_line(error: dict[str, Any]) -> str:
    """One line for the first error that pydantic found."""
    name = ".".join(str(part) for part in error["loc"] if part != "body") or "the request"
    unknown = error["type"] in ("extra_forbidden", "unexpected_keyword_argument")
    message = "there is no such field" if unknown else str(error["msg"]).removeprefix("Value error, ")
    rule = message.replace("Input should be ", "expected ").replace("Field required", "expected, got nothing")
    rule = rule[:1].lower() + rule[1:]
    found = error.get("input")
    shown = (
        "" if error["type"] == "missing" or isinstance(found, (dict, list)) else f", got {str(found)[:100]!r}"
    )
    return str(UserError(f"{name}: {rule}{shown}"))


def _has_display() -> bool:
    """Whether a browser would open a window: without one, webbrowser may take over the terminal."""
    return sys.platform in ("darwin", "win32") or bool(
        {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & os.environ.keys()
    )

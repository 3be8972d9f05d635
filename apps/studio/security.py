"""Rejects cross-site requests and bodies that are too large.

A page of another site can make a browser send requests to this machine. Three headers are checked: Host,
against DNS rebinding; Origin, against cross-site request forgery; and Sec-Fetch-Site, for requests without an
Origin, such as those for images.
"""

import json
import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.studio.errors import RequestError

MAX_BODY = 8 << 20  # bytes of any request
MAX_JSON = 256 << 10  # bytes of a request that is no upload
_DISCARDED = 64 << 20  # bytes read of a body that is too large, so that the client sees the response
_HOST = re.compile(r"([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?", re.ASCII)
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}


class Guard:
    """The middleware that checks every request and adds the security headers to every answer.

    Args:
        app: The application.
        hosts: The names of this server, without a port.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        if scope["type"] != "http":  # there are no WebSockets here
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        try:
            self._check(headers, scope["path"])
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            limit = MAX_BODY if kind == "application/octet-stream" else MAX_JSON
            body = _BoundedBody(receive, limit)
            await body.check(headers)
        except RequestError as error:
            await answer_error(error.detail, error.status_code, send_with_headers)
            return
        await self.app(scope, body.receive, send_with_headers)

    def _check(self, headers: Headers, path: str) -> None:
        host = headers.get("host", "")
        name = _name(host)
        if name not in self.hosts:
            raise RequestError(f"host: expected one of {', '.join(sorted(self.hosts))}, got {host!r}", 403)
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
            raise RequestError(f"origin: expected this page's, got {origin!r}", 403)
        site = headers.get("sec-fetch-site", "same-origin")
        if path.startswith("/api/") and site not in ("same-origin", "none"):
            raise RequestError(f"sec-fetch-site: expected same-origin, got {site!r}", 403)


class _BoundedBody:
    """A request's body, of which at most `limit` bytes are passed on."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit, self._size = receive, limit, 0

    async def check(self, headers: Headers) -> None:
        """Refuses a body that is declared too large.

        Raises:
            RequestError: It is.
        """
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and declared.isascii() and int(declared[:20]) > self._limit:
            if "expect" not in headers:  # without that the client is already sending
                await self._discard()
            raise self._too_large()

    async def receive(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            await self._discard()
            raise self._too_large()
        return message

    async def _discard(self) -> None:
        while self._size <= _DISCARDED:
            message = await self._receive()
            self._size += len(message.get("body", b""))
            if message["type"] == "http.disconnect" or not message.get("more_body", False):
                return

    def _too_large(self) -> RequestError:
        return RequestError(f"the request has more than {self._limit / 1e6:.3g} MB", 413)


async def answer_error(line: str, status: int, send: Send) -> None:
    """Sends an error as JSON."""
    body = json.dumps({"error": line}, ensure_ascii=False).encode("utf-8", "replace")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _name(host: str) -> str:
    """The name in a Host header, without its port; empty if the header is malformed."""
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else ""

"""What the views share: their objects, request models, errors, and uploads read within a bound."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import unquote

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect

from apps.studio.errors import RequestError
from apps.studio.jobs import Jobs
from apps.studio.networks import Networks
from apps.studio.runs import Runs
from apps.studio.store import Store
from utils.errors import escape_control_characters

LONGEST_TITLE = 120  # characters
UPLOAD_SECONDS = 60.0  # longest time for an upload to arrive


EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)
"""For pydantic: JSON with exactly the fields named, and finite numbers."""


class Body(BaseModel):
    """The base of request models that no job's options are part of."""

    model_config = EXACT


@dataclass(frozen=True)
class Studio:
    """The objects of a running studio, which all views share.

    Args:
        jobs: Where work is done.
        store: The run's temporary files.
        networks: The networks that the views can choose.
        runs: The trainings of the Learn view.
    """

    jobs: Jobs
    store: Store
    networks: Networks
    runs: Runs = field(default_factory=Runs)


def studio(request: Request) -> Studio:
    """Returns the studio that answers a request."""
    return cast(Studio, request.app.state.studio)


async def read_upload(request: Request, limit: int) -> bytes:
    """Reads an uploaded file: the raw body of a request.

    Args:
        request: The request, of the type application/octet-stream.
        limit: The most bytes of the file.

    Raises:
        RequestError: The body has another type (415), is empty (400), too large (413), too slow (408) or
            incomplete (400).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/octet-stream":
        raise RequestError(f"expected a body of application/octet-stream, got {kind or 'no type'}", 415)
    content = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_SECONDS):
            async for part in request.stream():
                if len(content) <= limit:  # the rest is read, so that the page sees the answer
                    content += part
    except TimeoutError:
        raise RequestError(f"the file did not arrive within {UPLOAD_SECONDS:g} seconds", 408) from None
    except ClientDisconnect:
        raise RequestError("the request ended before the file did") from None
    if len(content) > limit:
        raise RequestError(f"the file has more than {limit / 1e6:g} MB", 413)
    if not content:
        raise RequestError("the file is empty")
    return bytes(content)


def upload_title(request: Request) -> str:
    """Returns the display title of an upload: the X-Title header, percent-encoded UTF-8.

    It is only ever shown, never a path, a name on the disk or markup.
    """
    title = unquote(request.headers.get("x-title", ""), errors="replace")
    return plain_title(title) or "Untitled"


def plain_title(text: str) -> str:
    """A title as it is shown: one line, bounded, without control characters; it may be empty."""
    return " ".join(escape_control_characters(text).split())[:LONGEST_TITLE]


def content_id(*parts: str | bytes) -> str:
    """Returns an id for something that can be made again: 32 hexadecimal digits, the same for the same parts.

    A page may go on using it after the studio was started again, once it has sent the parts again.
    """
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "replace") if isinstance(part, str) else part
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.hexdigest()[:32]

"""The instruments' API: each once, as a FLAC file whose address changes with its content."""

import hashlib
import threading
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from apps.studio.errors import RequestError
from apps.studio.requests import studio
from music import instruments

router = APIRouter(prefix="/api/instruments", tags=["instruments"])

_FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}


@lru_cache(maxsize=1)
def _files() -> dict[str, tuple[dict[str, Any], bytes]]:
    """What a player must know of each instrument, its file's name included, and that file."""
    made = {}
    for name in instruments.NAMES:
        samples = instruments.instrument(name)
        content = samples.to_flac()
        file = f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.flac"
        made[name] = {"file": file, "bytes": len(content), **samples.describe()}, content
    return made


@router.get("")
async def list_instruments(request: Request) -> dict[str, dict[str, Any]]:
    """Every instrument: its file, and where in the file its sounds are."""
    files = await studio(request).jobs.run(request, lambda _: _files())
    return {name: about for name, (about, _) in files.items()}


@router.get("/{file}")
async def instrument_file(request: Request, file: str) -> Response:
    """The samples of an instrument as FLAC."""
    files = await studio(request).jobs.run(request, lambda _: _files())
    for about, content in files.values():
        if about["file"] == file:
            return Response(content, media_type="audio/flac", headers=_FOR_EVER)
    raise RequestError("there is no such instrument", 404)


def warm_up() -> None:
    """Makes the instruments in a daemon thread."""
    threading.Thread(target=_files, name="instruments", daemon=True).start()

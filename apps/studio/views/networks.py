"""The API of the networks that can be chosen; those that were trained here are renamed and deleted."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from apps.studio.errors import RequestError
from apps.studio.requests import LONGEST_TITLE, Body, plain_title, studio

router = APIRouter(prefix="/api/networks", tags=["networks"])


class TitleRequest(Body):
    """A title: it is only ever shown, and written beside the network."""

    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]


@router.get("")
async def networks(request: Request) -> dict[str, list[dict[str, Any]]]:
    """The networks that can be chosen, by app."""
    return studio(request).networks.titles()


@router.post("/{app}/{id}")
async def rename(request: Request, app: str, id: str, body: TitleRequest) -> dict[str, Any]:
    """Gives a network that was trained here another title."""
    title = plain_title(body.title)
    if not title:
        raise RequestError("title: expected a letter or more, got none")
    shared = studio(request)
    network = await shared.jobs.run(request, lambda _: shared.networks.rename(app, id, title))
    return network.describe()


@router.delete("/{app}/{id}")
async def delete(request: Request, app: str, id: str) -> dict[str, str]:
    """Deletes a network that was trained here."""
    shared = studio(request)
    await shared.jobs.run(request, lambda _: shared.networks.delete(app, id))
    return {"deleted": id}

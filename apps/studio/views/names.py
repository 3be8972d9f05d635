"""The Names view's API: names, known or new, and how unexpected each of their letters is."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from apps.studio.networks import PRETRAINED
from apps.studio.requests import Body, studio
from models.dinos.network import NameGenerator

router = APIRouter(prefix="/api/names", tags=["names"])

MOST_BITS = 99.0  # shown for a letter that the network thinks impossible


class MakeNamesRequest(Body):
    """What to make.

    Args:
        start: What every name begins with.
        network: The id of a network.
        count: How many names.
        temperature: Below 1 tamer, above 1 wilder.
        seed: Makes the names repeatable; None: new ones.
    """

    start: Annotated[str, Field(max_length=200)] = ""
    network: str = PRETRAINED
    count: Annotated[int, Field(ge=1, le=100)] = 12
    temperature: Annotated[float, Field(ge=0.05, le=5)] = 0.7
    seed: Annotated[int | None, Field(ge=0, lt=1 << 32)] = None


class MeasureNameRequest(Body):
    """A name to measure.

    Args:
        name: The name.
        network: The id of a network.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    network: str = PRETRAINED


@router.post("/make")
async def make(request: Request, body: MakeNamesRequest) -> dict[str, Any]:
    """Makes names; `measure` describes each."""
    network = studio(request).networks.get("dinos", body.network)

    def work(_: object) -> list[dict[str, Any]]:
        names = network.model.names(
            body.count, start=body.start.strip(), temperature=body.temperature, seed=body.seed
        )
        return _described(network.model, names)

    return {"names": await studio(request).jobs.run(request, work)}


@router.post("/measure")
async def measure(request: Request, body: MeasureNameRequest) -> dict[str, Any]:
    """Measures a name: {"name", "known", "bits"}; bits are -log2 p of each letter and the end, up to 99."""
    network = studio(request).networks.get("dinos", body.network)
    names = await studio(request).jobs.run(request, lambda _: _described(network.model, [body.name.strip()]))
    return names[0]


def _described(model: NameGenerator, names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "known": model.is_known(name),
            "bits": [round(min(bits, MOST_BITS), 3) for bits in model.surprise(name)],
        }
        for name in names
    ]

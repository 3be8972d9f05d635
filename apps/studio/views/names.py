"""The Names view's API: names, known or new, and how unexpected each of their letters is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from apps.studio.errors import RequestError
from apps.studio.networks import PRETRAINED
from apps.studio.requests import EXACT, Body, studio
from models.dinos.network import NameGenerator
from models.dinos.options import NameOptions, NamesOptions
from utils.options import Interval, Seed

router = APIRouter(prefix="/api/names", tags=["names"])

MOST_BITS = 99.0  # shown for a letter that the network thinks impossible


@dataclass(frozen=True)
class MakeNamesRequest(NamesOptions):
    """What to make, within what the page shows well."""

    __pydantic_config__ = EXACT

    network: str = PRETRAINED
    count: Annotated[int, Interval(ge=1, le=100)] = 12
    temperature: Annotated[float, Interval(ge=0.05, le=5)] = 0.7
    seed: Seed = None


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
        options = replace(body.part(NameOptions), start=body.start.strip())
        _require_known(network.model, options.start)
        names = network.model.names(body.count, options, seed=body.seed)
        return _described(network.model, names)

    return {"names": await studio(request).jobs.run(request, work)}


@router.post("/measure")
async def measure(request: Request, body: MeasureNameRequest) -> dict[str, Any]:
    """Measures a name: {"name", "known", "bits"}; bits are -log2 p of each letter and the end, up to 99."""
    network = studio(request).networks.get("dinos", body.network)

    def work(_: object) -> list[dict[str, Any]]:
        name = body.name.strip()
        _require_known(network.model, name)
        return _described(network.model, [name])

    (found,) = await studio(request).jobs.run(request, work)
    return found


def _require_known(model: NameGenerator, text: str) -> None:
    """Says it as one would to a person, where a name has a character that the network does not know.

    Raises:
        RequestError: It has.
    """
    known = model.vocabulary.symbols
    for symbol in text:
        if symbol not in known and symbol.lower() not in known:
            shown = "space" if symbol == " " else repr(symbol)
            raise RequestError(f"{text!r} has a {shown}, which this network has never seen")


def _described(model: NameGenerator, names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "known": model.is_known(name),
            "bits": [round(min(bits, MOST_BITS), 3) for bits in model.surprise(name)],
        }
        for name in names
    ]

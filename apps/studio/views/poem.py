"""The Poem view's API: a poem, or several side by side, as it is written."""

import secrets
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from apps.studio.networks import PRETRAINED, Network
from apps.studio.requests import Body, studio
from models.shakespeare.windows import BLANK
from utils.folding import fold

router = APIRouter(prefix="/api/poem", tags=["poem"])

LIKELIEST = 5  # characters that are shown beside the one that was drawn
MAX_TAKES = 4


class PoemRequest(Body):
    """What to write.

    Args:
        prompt: The beginning; empty: the network begins by itself.
        network: The id of a network.
        length: Characters to write.
        temperature: Below 1 tamer, above 1 wilder.
        top_k: Chooses among this many likeliest characters; None: all.
        top_p: Chooses among the likeliest characters that together reach this probability.
        takes: Poems side by side.
        seed: Makes them repeatable; None: new ones.
    """

    prompt: Annotated[str, Field(max_length=2000)] = ""
    network: str = PRETRAINED
    length: Annotated[int, Field(ge=1, le=2000)] = 400
    temperature: Annotated[float, Field(ge=0.05, le=5)] = 0.7
    top_k: Annotated[int | None, Field(ge=1, le=1000)] = None
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    takes: Annotated[int, Field(ge=1, le=MAX_TAKES)] = 1
    seed: Annotated[int | None, Field(ge=0, lt=1 << 32)] = None


@router.post("/write")
async def write(request: Request, body: PoemRequest) -> StreamingResponse:
    """Writes poems, as a stream of JSON lines.

    The first line is {"seed", "notice"}: the seed that repeats the poems, and a sentence about characters of
    the beginning that the network does not know, or null. Each further line is a character of every take:
    {"symbols": [...], "likeliest": [[[symbol, chance], ...], ...]}.
    """
    network = studio(request).networks.get("shakespeare", body.network)
    return await studio(request).jobs.stream(request, lambda _: _write(network, body))


def _write(network: Network, body: PoemRequest) -> Iterator[dict[str, Any]]:
    model = network.model
    seed = secrets.randbelow(1 << 32) if body.seed is None else body.seed
    prompt = fold(body.prompt, model.vocabulary.symbols, "the beginning")
    steps = model.steps(
        [prompt.text or BLANK] * body.takes,
        length=body.length,
        temperature=body.temperature,
        top_k=body.top_k,
        top_p=body.top_p,
        seed=seed,
    )
    yield {"seed": seed, "notice": prompt.notice()}
    symbols = model.vocabulary.symbols
    for step in steps:
        likeliest = [
            [[symbols[index], round(chance, 5)] for index, chance in step.likeliest(LIKELIEST, take)]
            for take in range(body.takes)
        ]
        yield {"symbols": step.symbols, "likeliest": likeliest}

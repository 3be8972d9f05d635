"""The Poem view's API: a poem, or several side by side, as it is written."""

import math
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from apps.studio.networks import PRETRAINED, Network
from apps.studio.requests import EXACT, studio
from models.shakespeare import weights
from models.shakespeare.options import WriteOptions
from utils.options import LAST_SEED, Interval, Seed

router = APIRouter(prefix="/api/poem", tags=["poem"])

LIKELIEST = 5  # characters that are shown beside the one that was drawn
MAX_TAKES = 4
SMALLEST = 2.0**-99  # probability that a surprise tells apart


@dataclass(frozen=True)
class PoemRequest(WriteOptions):
    """What to write, within what the page shows well.

    Args:
        prompt: The beginning; empty: the network begins by itself.
        network: The id of a network.
        takes: Poems side by side.
        seed: Makes them repeatable; None: new ones.
    """

    __pydantic_config__ = EXACT

    prompt: Annotated[str, Field(max_length=2000)] = ""
    network: str = PRETRAINED
    length: Annotated[int, Interval(ge=1, le=2000)] = WriteOptions.length
    temperature: Annotated[float, Interval(ge=0.05, le=5)] = 0.7
    takes: Annotated[int, Interval(ge=1, le=MAX_TAKES)] = 1
    seed: Seed = None


@router.post("/write")
async def write(request: Request, body: PoemRequest) -> StreamingResponse:
    """Writes poems, as a stream of JSON lines.

    The first line is {"seed", "notice"}: the seed that repeats the poems, and a sentence about characters of
    the beginning that the network does not know, or null. Each further line is a character of every take:
    {"symbols": [...], "likeliest": [[[symbol, chance], ...], ...], "bits": [...]}. The likeliest are those
    that it was drawn from, the drawn one always among them; bits are -log2 p of the drawn one.
    """
    network = studio(request).networks.get("shakespeare", body.network)
    return await studio(request).jobs.stream(request, lambda _: _write(network, body))


def _write(network: Network, body: PoemRequest) -> Iterator[dict[str, Any]]:
    model = network.model
    seed = secrets.randbelow(LAST_SEED + 1) if body.seed is None else body.seed
    _, read = weights.read_prompt(body.prompt, model.bundle)
    steps = model.steps([body.prompt] * body.takes, body.part(WriteOptions), seed=seed)
    yield {"seed": seed, "notice": read.notice()}
    symbols = model.vocabulary.symbols
    for step in steps:
        likeliest, bits = [], []
        for take, drawn in enumerate(step.symbols):
            rows = [[symbols[index], round(chance, 5)] for index, chance in step.likeliest(LIKELIEST, take)]
            surprise = 0.0
            if drawn:
                place = symbols.index(drawn)
                surprise = -math.log2(max(float(step.probabilities[take, place]), SMALLEST))
                if all(symbol != drawn for symbol, _ in rows):
                    rows.append([drawn, round(float(step.chances[take, place]), 5)])
            likeliest.append(rows)
            bits.append(round(surprise, 2))
        yield {"symbols": step.symbols, "likeliest": likeliest, "bits": bits}

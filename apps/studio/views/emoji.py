"""The Emoji view's API: the emoji for a sentence, and what each word contributes to it."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from apps.studio.networks import PRETRAINED, Network
from apps.studio.requests import Body, studio
from data.emoji import plain_name

router = APIRouter(prefix="/api/emoji", tags=["emoji"])

MAX_NETWORKS = 4


class SentenceRequest(Body):
    """A sentence.

    Args:
        text: Any text.
        networks: The ids of the networks that answer.
    """

    text: Annotated[str, Field(max_length=400)]
    networks: Annotated[list[str], Field(min_length=1, max_length=MAX_NETWORKS)] = [PRETRAINED]


@router.post("/predict")
async def predict(request: Request, body: SentenceRequest) -> dict[str, Any]:
    """Predicts with each network: {"answers": [...]}.

    An answer has "network", "label" (the likeliest), "labels" ({"emoji", "name", "probability"} of each),
    "words" ({"word", "unknown", "change"}: the likeliest label's probability minus that without the word),
    "read" (how many words were read) and "cut" (how many were beyond the longest sentence).
    """
    networks = [(id, studio(request).networks.get("emojify", id)) for id in body.networks]
    text = " ".join(body.text.split())

    def work(_: object) -> list[dict[str, Any]]:
        return [{"network": id} | _answer(network, text) for id, network in networks]

    return {"answers": await studio(request).jobs.run(request, work)}


def _answer(network: Network, text: str) -> dict[str, Any]:
    model = network.model
    (prediction,) = model.predict([text])
    return {
        "label": prediction.label,
        "labels": [
            {"emoji": emoji, "name": plain_name(emoji), "probability": round(float(probability), 4)}
            for emoji, probability in zip(model.labels, prediction.probabilities, strict=True)
        ],
        "words": [
            {"word": word, "unknown": unknown, "change": round(float(change[prediction.label]), 4)}
            for word, unknown, change in model.contributions(text)
        ],
        "read": prediction.known_words,
        "cut": prediction.cut_words,
    }

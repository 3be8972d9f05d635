"""The Emoji view's API: the emoji for a sentence, and what each word contributes to it."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from apps.studio.networks import PRETRAINED, Network
from apps.studio.requests import EXACT, studio
from data.emoji import plain_name
from models.emojify.options import AnswerOptions

router = APIRouter(prefix="/api/emoji", tags=["emoji"])


@dataclass(frozen=True)
class SentenceRequest(AnswerOptions):
    """A sentence.

    Args:
        text: Any text.
        network: The id of a network.
    """

    __pydantic_config__ = EXACT

    text: Annotated[str, Field(max_length=400)] = field(kw_only=True)
    network: str = PRETRAINED


@router.post("/predict")
async def predict(request: Request, body: SentenceRequest) -> dict[str, Any]:
    """Predicts an emoji.

    The answer has "label" (the likeliest), "sure" (whether it is probable enough), "labels" ({"emoji",
    "name", "probability"} of each), "words" ({"word", "unknown", "change"}: the likeliest label's
    probability minus that without the word), "read" (how many words were read) and "cut" (how many were
    beyond the longest sentence).
    """
    network = studio(request).networks.get("emojify", body.network)
    return await studio(request).jobs.run(request, lambda _: _answer(network, body.text, body.unsure))


def _answer(network: Network, text: str, unsure: float) -> dict[str, Any]:
    model = network.model
    (prediction,) = model.predict([text])
    return {
        "label": prediction.label,
        "sure": prediction.is_sure(unsure),
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

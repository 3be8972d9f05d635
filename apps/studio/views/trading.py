"""Trading in the Jazz view: a band to play over, answers to what a person plays, and the take of both.

The page keeps the notes, and sends them with every request: the studio may be started again in between.
"""

import secrets
import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from apps.studio.requests import EXACT, Body, Studio, content_id, studio
from apps.studio.takes import Take
from apps.studio.views.jazz import JazzState, PlayRequest, jazz_state, source_of
from models.jazz.options import ImproviseOptions, TradeOptions
from models.jazz.trading import Trade
from music.score import Note, Score
from utils.options import OptionError

router = APIRouter(prefix="/api/jazz/trade", tags=["jazz"])

MAX_NOTES = 3000  # of each of the two: a request is bounded
_Time = Annotated[float, Field(ge=-60, le=100_000)]
_Pitch = Annotated[int, Field(ge=0, le=127)]
_Velocity = Annotated[int, Field(ge=1, le=127)]
_Share = Annotated[float, Field(gt=0, le=1)]
Played = tuple[_Time, _Time, _Pitch, _Velocity]  # start and end in seconds of the form as it sounds
Written = tuple[_Time, _Time, _Pitch, _Velocity, _Share]  # onset and duration in quarter notes, as written


@dataclass(frozen=True)
class TradeRequest(PlayRequest, TradeOptions):
    """What is traded over, and how."""

    __pydantic_config__ = EXACT


class Notes(Body):
    """What has been played so far."""

    trade: TradeRequest
    played: Annotated[list[Played], Field(max_length=MAX_NOTES)] = []
    answered: Annotated[list[Written], Field(max_length=MAX_NOTES)] = []


class AnswerRequest(Notes):
    """Which turn is to be answered with."""

    turn: Annotated[int, Field(ge=0, le=2000)]


class TradeTakeRequest(Notes):
    """How much of a trade was played."""

    measures: Annotated[int, Field(ge=1, le=2000)] | None = None


@router.post("")
async def begin(request: Request, body: TradeRequest) -> dict[str, Any]:
    """The band for the whole form, and whose measures are whose.

    It is a take whose first two parts, the network's and the person's, have no notes yet. `turns` have the
    numbers of their first measure and of the one after their last, and whether they are the person's.
    """
    body = replace(body, seed=secrets.randbelow(1 << 31) if body.seed is None else body.seed)

    def make(_: threading.Event) -> dict[str, Any]:
        trade = _trade(request, body)
        take = Take(trade.opening(), trade.seed)
        return {**take.describe(), "summary": "", "turns": trade.turns}

    found = await studio(request).jobs.run(request, make)
    await studio(request).jobs.run(request, lambda _: _trade(request, body), urgent=True)  # it answers sooner
    return found


@router.post("/answer")
async def answer(request: Request, body: AnswerRequest) -> dict[str, Any]:
    """The network's turn, in answer to what was played before it.

    `notes` are as a take has them, `written` as they are to be sent back; `heard` are the tokens that the
    network read of the turn before.
    """

    def play(_: threading.Event) -> dict[str, Any]:
        trade = _trade(request, body.trade)
        if not 0 <= body.turn < len(trade.turns) or trade.turns[body.turn].person:
            raise OptionError(f"turn: expected one of the network's, got {body.turn}")
        found = trade.answer(body.turn, _sounded(body, trade), _written(body))
        return {
            "turn": body.turn,
            "notes": [(*_seconds(trade.clock, note), note.pitch, note.velocity) for note in found.performed],
            "written": [
                (round(n.onset, 4), round(n.duration, 4), n.pitch, n.velocity, round(n.sounding, 3))
                for n in found.notes
            ],
            "heard": [step.token.text for step in found.heard],
        }

    return await studio(request).jobs.run(request, play, urgent=True)


@router.post("/take")
async def keep(request: Request, body: TradeTakeRequest) -> dict[str, Any]:
    """Makes a take of what was played; the same notes are the same take."""
    state = jazz_state(request)

    def make(_: threading.Event) -> dict[str, Any]:
        trade = _trade(request, body.trade)
        whole = trade.improvisation(_sounded(body, trade), _written(body), body.measures)
        take = Take(whole, trade.seed)
        id = content_id(body.model_dump_json())
        return {"id": state.takes.add(take, take.weight, id=id), **take.describe()}

    return await studio(request).jobs.run(request, make)


def _trade(request: Request, body: TradeRequest) -> Trade:
    """The trade that a request names; each thread keeps its last ones, as its networks are its own."""
    if not hasattr(_KEPT, "trade"):
        _KEPT.trade = lru_cache(maxsize=8)(_made)
    return _KEPT.trade(studio(request), jazz_state(request), body)  # type: ignore[no-any-return]


_KEPT = threading.local()


def _made(shared: Studio, state: JazzState, body: TradeRequest) -> Trade:
    return Trade(
        shared.networks.get("jazz", body.network).model,
        source_of(body, state),
        body.part(ImproviseOptions),
        turns=body.part(TradeOptions),
        seed=body.seed or 0,
    )


def _sounded(body: Notes, trade: Trade) -> list[Note]:
    """The person's notes, in quarter notes."""
    score, notes = trade.clock, []
    for start, end, pitch, velocity in body.played:
        onset = score.quarters_at(start)
        notes.append(Note(onset, max(score.quarters_at(end) - onset, 0.01), pitch, velocity))
    return notes


def _written(body: Notes) -> list[Note]:
    return [Note(*note) for note in body.answered]


def _seconds(score: Score, note: Note) -> tuple[float, float]:
    return round(score.seconds_at(note.onset), 4), round(score.seconds_at(note.end), 4)

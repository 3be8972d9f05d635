"""The Jazz view's API: pieces and charts in, takes out, and each take's sound, sheet and files."""

import json
import logging
import secrets
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as PathValue
from fastapi.responses import FileResponse, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from apps.studio.errors import RequestError
from apps.studio.jobs import Item
from apps.studio.materials import TUNES, titled
from apps.studio.networks import PRETRAINED, Networks
from apps.studio.requests import EXACT, Body, Studio, content_id, read_upload, studio, upload_title
from apps.studio.store import RecentlyUsed
from apps.studio.takes import Staves, Take, import_music21
from data import solos
from data.solos import ChartError, Solo
from data.solos.sources import read_chart_text
from models.jazz import Improviser
from models.jazz.options import ImproviseOptions
from music import audio, midi_writer, styles
from music.changes import Changes, one_line
from music.limits import MOST_MEASURES, Reader
from utils.errors import UserError
from utils.options import Interval, Seed

logger = logging.getLogger("cadenza")
router = APIRouter(prefix="/api/jazz", tags=["jazz"])

MAX_UPLOAD = 2 << 20  # bytes of a MIDI or MusicXML file
MAX_CHART = 1 << 16  # characters
MAX_TAKES = 6
_KEPT_PIECES, _KEPT_TAKES, _KEPT_NOTES = 16, 48, 600_000
_IMMUTABLE = {"cache-control": "private, max-age=86400, immutable"}  # a take never changes

Id = Annotated[str, PathValue(pattern="^[0-9a-f]{32}$")]


class JazzState:
    """What the Jazz view keeps of a run: uploaded pieces and takes, the latest of them."""

    def __init__(self) -> None:
        self.pieces = RecentlyUsed[Solo]("there is no such piece, or no longer", _KEPT_PIECES)
        self.takes = RecentlyUsed[Take]("there is no such take, or no longer", _KEPT_TAKES, _KEPT_NOTES)


class ChartText(Body):
    """A chord chart as it is typed."""

    text: Annotated[str, Field(max_length=MAX_CHART)]


@dataclass(frozen=True)
class PlayRequest(ImproviseOptions):
    """What to play over: one of `tune`, `piece` and `chart`; and how."""

    __pydantic_config__ = EXACT

    tune: Annotated[str, Field(max_length=64)] | None = None
    piece: Annotated[str, Field(max_length=64)] | None = None
    chart: Annotated[str, Field(max_length=MAX_CHART)] | None = None
    song: Annotated[str, Field(max_length=200)] | None = None
    network: Annotated[str, Field(max_length=64)] = PRETRAINED
    seed: Seed = None
    temperature: Annotated[float, Interval(ge=0.1, le=3)] = ImproviseOptions.temperature


@dataclass(frozen=True)
class ImproviseRequest(PlayRequest):
    """What to improvise over, how, and how often."""

    __pydantic_config__ = EXACT

    takes: Annotated[int, Interval(ge=1, le=MAX_TAKES)] = 1


@router.get("/tunes")
async def list_tunes(request: Request) -> list[dict[str, Any]]:
    """The bundled tunes and their tempi."""
    charts = {id: solos.read_chart(path.with_suffix(".txt")) for id, path in TUNES.items()}
    return [{"id": id, "title": chart.title, "tempo": chart.tempo} for id, chart in charts.items()]


@router.post("/chart")
async def check_chart(request: Request, body: ChartText) -> dict[str, Any]:
    """What a chart says, or what is wrong with it and where."""

    def check(_: threading.Event) -> dict[str, Any]:
        try:
            chart = read_chart_text(body.text)
        except ChartError as error:
            place = {"measure": error.measure, "line": error.line, "column": error.column}
            return {"error": _without_name(error), **place}
        except UserError as error:
            return {"error": _without_name(error), "measure": 0, "line": 0, "column": 0}
        return {"title": chart.title, "tempo": _usual_tempo(chart), "measures": len(chart.measures)}

    return await studio(request).jobs.run(request, check)


@router.post("/pieces")
async def upload_piece(request: Request) -> dict[str, Any]:
    """Reads an uploaded MIDI or MusicXML file."""
    content, title = await read_upload(request, MAX_UPLOAD), upload_title(request)
    path = _stored(studio(request), content)

    def read(_: threading.Event) -> dict[str, Any]:
        if path.suffix != ".mid":
            import_music21()
        try:
            solo = solos.read_solo(path)
        except UserError as error:
            raise UserError(titled(str(error), path, title)) from None
        finally:
            path.unlink(missing_ok=True)
        if solo.name == path.name:
            name = Path(title).stem or title
            solo = replace(solo, name=name, changes=replace(solo.changes, title=one_line(name)))
        number = jazz_state(request).pieces.add(solo, id=content_id(content, title))
        return {
            "id": number,
            "title": solo.name,
            "measures": len(solo.measures),
            "tempo": _usual_tempo(solo.changes),
            "notices": [titled(notice, path, title) for notice in solo.notices],
            "chart": _chart_text(solo.changes),
        }

    return await studio(request).jobs.run(request, read)


@router.get("/pieces/{piece}")
async def find_piece(request: Request, piece: Id) -> dict[str, str]:
    """Whether an uploaded piece is still there; 404: upload it again, and it has the same id."""
    jazz_state(request).pieces.get(piece)
    return {"id": piece}


@router.post("/improvise")
async def improvise(request: Request, body: ImproviseRequest) -> StreamingResponse:
    """Improvises takes from consecutive seeds: a line of JSON for each, as soon as it is there."""
    state, network = jazz_state(request), studio(request).networks.get("jazz", body.network)

    def generate(cancelled: threading.Event) -> Iterator[Item]:
        source, options = source_of(body, state), body.part(ImproviseOptions)
        improviser: Improviser = network.model
        first = secrets.randbelow(1 << 31) if body.seed is None else body.seed
        for seed in range(first, first + body.takes):
            if cancelled.is_set():
                return
            take = Take(improviser.improvise(source, options, seed=seed), seed)
            id = _take_id(body, seed)
            yield {"take": {"id": state.takes.add(take, take.weight, id=id), **take.describe()}}

    return await studio(request).jobs.stream(request, generate)


@router.get("/takes/{take}/solo.wav")
async def whole_sound(request: Request, take: Id) -> FileResponse:
    """The whole take as one WAV file."""
    kept, store = jazz_state(request).takes.get(take), studio(request).store

    def render(_: threading.Event) -> Path:
        path = store.path(store.new_file(".wav"))
        audio.write_wav(path, kept.performance)
        return path

    path = await studio(request).jobs.run(request, render)
    return FileResponse(path, media_type="audio/wav", filename="solo.wav")


@router.get("/takes/{take}/solo.mid")
async def midi_file(request: Request, take: Id) -> Response:
    """The take as a MIDI file, swung as it sounds."""
    performance = jazz_state(request).takes.get(take).performance
    content = await studio(request).jobs.run(request, lambda _: midi_writer.to_midi(performance))
    return _download(content, "audio/midi", "solo.mid")


@router.get("/takes/{take}/solo.musicxml")
async def musicxml_file(request: Request, take: Id, reader: Reader = "C", staves: Staves = "all") -> Response:
    """The sheet as MusicXML, in even eighths."""
    kept = jazz_state(request).takes.get(take)
    text = await studio(request).jobs.run(request, lambda _: kept.musicxml(reader, staves))
    return _download(text.encode(), "application/vnd.recordare.musicxml+xml", "solo.musicxml")


@router.get("/takes/{take}/sheet")
async def sheet(request: Request, take: Id, reader: Reader = "C", staves: Staves = "solo") -> dict[str, Any]:
    """The pages of the engraved sheet, and when its notes sound.

    `notes` has for each note its page, its measure, its element's id and when it begins and ends in
    seconds of the sound; `pages` how many measures each page has.
    """
    kept = jazz_state(request).takes.get(take)
    found = await studio(request).jobs.run(request, lambda _: kept.sheet(reader, staves))
    return {"pages": found.measures, "notes": found.notes}


@router.get("/takes/{take}/sheet/{page}.svg")
async def sheet_page(
    request: Request, take: Id, page: int, reader: Reader = "C", staves: Staves = "solo"
) -> Response:
    """A page of the engraved sheet, without styles of its own."""
    kept = jazz_state(request).takes.get(take)

    def engrave(_: threading.Event) -> str:
        engraving = kept.sheet(reader, staves).engraving
        if not 0 <= page < len(engraving.pages):
            raise RequestError(f"page: expected one of {len(engraving.pages)}, got {page}", 404)
        return engraving.inline_page(page)

    content = await studio(request).jobs.run(request, engrave)
    return Response(content, media_type="image/svg+xml", headers=_IMMUTABLE)


def _take_id(body: ImproviseRequest, seed: int) -> str:
    """The same for the same take, so that one that the studio no longer has can be made again."""
    return content_id(json.dumps(asdict(replace(body, seed=seed, takes=1)), sort_keys=True))


def warm_up(networks: Networks) -> None:
    """Renders one take in a daemon thread, which fills the caches of sound and engraving.

    It takes no job's thread, so that requests do not wait for it.
    """

    def make() -> None:
        take = Take(networks.get("jazz").model.improvise(seed=0), 0)
        take.describe()
        take.sheet()

    threading.Thread(target=make, name="warm-up", daemon=True).start()


def jazz_state(request: Request) -> JazzState:
    """The state of the app that answers a request."""
    state = request.app.state
    if not hasattr(state, "jazz"):
        state.jazz = JazzState()
    return state.jazz  # type: ignore[no-any-return]


def _without_name(error: UserError) -> str:
    line = str(error).removeprefix("the chart: ").removeprefix("the chart ")
    return line[:1].upper() + line[1:]


def _stored(shared: Studio, content: bytes) -> Path:
    """Writes an upload to a file of the run; its suffix follows from its first bytes."""
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:2]
    suffix = ".mxl" if start == b"PK" else ".musicxml" if start[:1] in (b"<", b"\xff", b"\xfe") else ".mid"
    return shared.store.path(shared.store.add(content, suffix))


def _usual_tempo(changes: Changes) -> float | None:
    """The tempo that is given, or usual in the style that is; None: neither."""
    style = styles.find(changes.style)
    return changes.tempo or (style and style.tempo)


def _chart_text(changes: Changes) -> str | None:
    """The chords of a piece as a chart, each on the nearest beat; None if a chart cannot express them."""
    try:
        return changes.on_beats().to_text()
    except ValueError:
        return None


def source_of(body: PlayRequest, state: JazzState) -> Solo | Changes:
    """What to improvise over.

    Raises:
        UserError: There is not exactly one source, the chart cannot be read, or the take would be too long.
        RequestError: There is no such tune or piece.
    """
    if sum(source is not None for source in (body.tune, body.piece, body.chart)) != 1:
        raise UserError("expected one of tune, piece and chart")
    source: Solo | Changes
    if body.chart is not None:
        source = read_chart_text(body.chart, song=body.song)
    elif body.piece is not None:
        source = state.pieces.get(body.piece)
    else:
        path = TUNES.get(body.tune or "")
        if path is None:
            raise RequestError("there is no such tune", 404)
        source = solos.read_solo(path)
    measures = len(source.measures) * body.choruses
    if measures > MOST_MEASURES:
        raise UserError(f"choruses: expected at most {MOST_MEASURES} measures together, got {measures}")
    return source


def _download(content: bytes, media_type: str, name: str) -> Response:
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=disposition)

"""The Learn view's API: training a network, comparing three kinds of cells, and looking into a layer.

Trainings are answered with newline-delimited JSON, an event a line, as `apps.studio.training.train` describes
them, and around those:

    {"waiting": 1}                                          another training runs: this one begins after it
    {"event": "started", "id": "...", "epochs": 10, "done": 0}
    {"event": "status", "text": "loading TensorFlow"}
    {"event": "done", "epochs": 10, "stopped": false, "network": {"id": "...", "title": "...", ...},
     "resumable": true}
    {"event": "listen", "audio": "/api/learn/audio/..."}    a solo of a jazz network

A training whose client goes away is stopped as by its stop request: the epochs done are kept, and the network
is listed for the rest of the run.
"""

import sys
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import Field

from apps.studio import materials, names_training
from apps.studio.errors import RequestError
from apps.studio.materials import Material
from apps.studio.networks import PRETRAINED
from apps.studio.requests import EXACT, Studio, content_id, read_upload, studio, upload_title
from apps.studio.runs import LIMITS, Emit, Event, Plan, Run, Start, follow
from models.apps import APPS
from models.engine.engine import Engine
from models.shakespeare import weights
from utils import backend
from utils import bundle as bundles
from utils.errors import UserError, WriteError
from utils.files import entries, exists, is_file, read_bytes, write_bytes
from utils.options import LAST_SEED, Interval, Options

router = APIRouter(prefix="/api/learn", tags=["learn"])

MAX_UPLOAD = {"jazz": 2_000_000, "shakespeare": 4_000_000, "dinos": 4_000_000, "emojify": 4_000_000}
MAX_TRACED = 160  # characters
CELLS = 32  # of a layer that are shown
MIN_RATE, MAX_RATE = 1e-5, 0.1
_Id = Annotated[str, Field(max_length=64)]
_Epochs = Annotated[int, Interval(ge=1, le=1000)]
_Seed = Annotated[int, Interval(ge=0, le=LAST_SEED)]


@dataclass(frozen=True)
class TrainingRequest(Options):
    """What to train; see `apps.studio.runs.Plan`. The app is the material's."""

    __pydantic_config__ = EXACT

    material: _Id
    epochs: _Epochs
    seed: _Seed = 1
    learning_rate: Annotated[float | None, Interval(ge=MIN_RATE, le=MAX_RATE)] = None
    start: Start = "new"


@dataclass(frozen=True)
class ResumeRequest(Options):
    """How many epochs a training that has ended should have in all."""

    __pydantic_config__ = EXACT

    epochs: _Epochs


@dataclass(frozen=True)
class ComparisonRequest(Options):
    """What an RNN, an LSTM and a GRU are compared on: names or a text."""

    __pydantic_config__ = EXACT

    material: _Id
    epochs: Annotated[int, Interval(ge=1, le=50)] = 8
    parameters: Annotated[int, Interval(ge=2000, le=50_000)] = 6000
    seed: _Seed = 1


@dataclass(frozen=True)
class TraceRequest(Options):
    """A text to read with a poem network, and the recurrent layer to look into, from 1."""

    __pydantic_config__ = EXACT

    text: Annotated[str, Field(min_length=1, max_length=MAX_TRACED)]
    network: _Id = PRETRAINED
    layer: Annotated[int, Interval(ge=1, le=weights.MOST_LAYERS)] = 1


@router.get("/materials")
async def list_materials(request: Request) -> dict[str, Any]:
    """The bundled materials by app, and the settings of each app's training."""
    found: dict[str, list[dict[str, str]]] = {app: [] for app in LIMITS}
    for id, material in studio(request).runs.bundled.items():
        found[material.app].append({"id": id, "title": material.title})
    return {
        "materials": found,
        "limits": {app: asdict(limits) for app, limits in LIMITS.items()},
        "uploads": MAX_UPLOAD,
    }


@router.post("/uploads/{app}")
async def upload(request: Request, app: str) -> dict[str, str]:
    """Takes a solo, a text, a list of names or labelled sentences, and describes it."""
    shared = studio(request)
    if app not in APPS:
        raise RequestError(f"expected an upload for {', '.join(APPS)}, got one for {app}", 404)
    content, title = await read_upload(request, MAX_UPLOAD[app]), upload_title(request)

    def read(_: threading.Event) -> dict[str, str]:
        id = shared.store.add(content, _suffix(app, content), id=content_id(app, title, content))
        material = Material(app, title, shared.store.path(id))
        description = materials.describe(material)
        shared.runs.add_material(id, material)
        return {"id": id, "title": title, "description": description}

    return await shared.jobs.run(request, read)


@router.get("/uploads/{id}")
async def find_upload(request: Request, id: str) -> dict[str, str]:
    """Whether an upload is still there; 404: upload it again, and it has the same id."""
    shared = studio(request)
    shared.runs.material(id)
    shared.store.written(id)
    return {"id": id}


@router.post("/trainings")
async def train(request: Request, body: TrainingRequest) -> StreamingResponse:
    """Trains a network and streams its events."""
    shared = studio(request)
    plan = Plan(shared.runs.material(body.material), body.epochs, body.seed, body.learning_rate, body.start)
    _check(plan)
    return await _stream(request, shared, shared.runs.add(plan))


@router.get("/trainings/{id}")
async def find_training(request: Request, id: str) -> dict[str, int]:
    """The epochs that a training has kept; 404: the studio was started again since, and cannot resume it."""
    return {"epochs": studio(request).runs.get(id).epochs}


@router.post("/trainings/{id}/resume")
async def resume(request: Request, id: str, body: ResumeRequest) -> StreamingResponse:
    """Continues a training that has ended, as a new one; the network so far stays as it is."""
    shared = studio(request)
    before = shared.runs.get(id)
    if before.plan is None or not before.ended or before.folder is None:
        raise RequestError("only a training that has ended, with an epoch or more, can be resumed", 409)
    plan = replace(before.plan, epochs=body.epochs)
    _check(plan)
    if body.epochs <= before.epochs:
        raise RequestError(f"epochs: expected more than {before.epochs}, which are done, got {body.epochs}")
    if plan.has_fixed_epochs and body.epochs != before.plan.epochs:
        raise RequestError(f"epochs: expected {before.plan.epochs} as before, got {body.epochs}")
    return await _stream(request, shared, shared.runs.add(plan), before)


@router.post("/trainings/{id}/stop")
async def stop(request: Request, id: str) -> dict[str, bool]:
    """Stops a training or a comparison after its batch; its stream then ends as always."""
    studio(request).runs.get(id).stop.set()
    return {"stopping": True}


@router.post("/comparisons")
async def compare(request: Request, body: ComparisonRequest) -> StreamingResponse:
    """Trains an RNN, an LSTM and a GRU of one size, and streams their events."""
    shared = studio(request)
    material, run = shared.runs.material(body.material), shared.runs.add()
    if material.app not in ("dinos", "shakespeare"):
        raise RequestError(f"material: expected names or a text, got one for {material.app}")

    def work(emit: Emit) -> None:
        training = _training(emit)
        stopped = False
        try:
            training.compare(
                material,
                epochs=body.epochs,
                parameters=body.parameters,
                seed=body.seed,
                emit=emit,
                stop=run.stop,
            )
        except KeyboardInterrupt:
            stopped = True
        emit({"event": "done", "epochs": body.epochs, "stopped": stopped, "network": None})

    def events(cancelled: threading.Event) -> Iterator[Event]:
        yield {"event": "started", "id": run.id, "epochs": body.epochs, "done": 0}
        yield from follow(work, stop=run.stop, cancelled=cancelled)

    return await shared.jobs.stream(request, events, training=True)


@router.get("/audio/{id}")
async def audio(request: Request, id: str) -> FileResponse:
    """The sound of a jazz network's solo."""
    path = studio(request).store.written(id)
    if path.suffix != ".wav":
        raise RequestError("there is no sound of this id", 404)
    return FileResponse(path, media_type="audio/wav")


@router.post("/trace")
async def trace(request: Request, body: TraceRequest) -> dict[str, Any]:
    """Reads a text with a poem network, and returns one layer's gates and states at each character.

    "gates" are means over all cells, of those gates that the network's kind of "cell" has; "values" has a row
    for each of at most 32 cells, those whose "state", c or a, varies most over the text, whose numbers are in
    "cells". "expected" is the likeliest next character.
    """
    shared = studio(request)
    network = shared.networks.get("shakespeare", body.network)
    return await shared.jobs.run(request, lambda _: _trace(network.model.bundle, body.text, body.layer))


def _trace(bundle: bundles.Bundle, text: str, layer: int) -> dict[str, Any]:
    symbols = bundle.vocabulary.symbols
    read = weights.read_text(text, bundle.vocabulary)
    characters = read.text[:MAX_TRACED]
    if read.unread == 1 or not characters:
        raise RequestError(
            f"text: expected a character that the network knows; {read.notice() or 'got none'}"
        )
    indices = bundle.vocabulary.encode(characters)
    engine = Engine.from_bundle(weights.drawable(bundle))  # its own: an engine belongs to one thread
    traces, p = engine.trace(indices), engine.run(indices, all_positions=True)[0]
    if layer > len(traces):
        raise RequestError(f"layer: expected 1 to {len(traces)}, got {layer}")
    values = {name: array[0] for name, array in traces[layer - 1]._asdict().items()}  # (T, n_a)
    values.pop("candidate", None)
    state = "c" if "c" in values else "a"
    variety = values[state].std(axis=0) if len(characters) > 1 else np.abs(values[state][0])
    cells = np.sort(np.argsort(-variety, kind="stable")[:CELLS])
    return {
        "characters": list(characters),
        "expected": [
            {"character": symbols[best], "probability": _rounded(row[best])}
            for row, best in zip(p, p.argmax(axis=1), strict=True)
        ],
        "cell": weights.Architecture.of(bundle).cell,
        "state": state,
        "layers": len(traces),
        "units": values["a"].shape[1],
        "gates": {name: _rounded(array.mean(axis=1)) for name, array in values.items() if name not in "ca"},
        "cells": cells.tolist(),
        "values": {name: _rounded(array[:, cells].T) for name, array in values.items()},
    }


def _rounded(values: Any) -> Any:
    return np.round(np.asarray(values, np.float64), 3).tolist()


async def _stream(request: Request, shared: Studio, run: Run, before: Run | None = None) -> StreamingResponse:
    """Streams a training's events, perhaps of one that continues another."""
    plan = run.plan
    assert plan is not None

    def events(cancelled: threading.Event) -> Iterator[Event]:
        done = before.epochs if before else 0
        yield {"event": "started", "id": run.id, "epochs": plan.epochs, "done": done}
        yield from follow(
            lambda emit: _train(shared, run, plan, before, emit, cancelled),
            stop=run.stop,
            cancelled=cancelled,
        )

    return await shared.jobs.stream(request, events, training=True)


def _train(
    shared: Studio, run: Run, plan: Plan, before: Run | None, emit: Emit, cancelled: threading.Event
) -> None:
    """Trains, and lists the network if an epoch or more was done, however the training ended."""
    training: Any = names_training if plan.material.app == "dinos" else _training(emit)
    folder = shared.store.new_folder()
    try:
        _train_into(folder, training, shared, run, plan, before, emit, cancelled)
    finally:
        if run.folder != folder:  # it ended without an epoch
            shared.store.remove_folder(folder)


def _train_into(
    folder: Path,
    training: Any,
    shared: Studio,
    run: Run,
    plan: Plan,
    before: Run | None,
    emit: Emit,
    cancelled: threading.Event,
) -> None:
    app = plan.material.app
    if before is not None and before.folder is not None:
        for path in entries(before.folder):
            if is_file(path):
                write_bytes(folder / path.name, read_bytes(path))
    stopped = False
    failure: UserError | None = None
    try:
        training.train(plan, folder, emit=emit, stop=run.stop, resume=before is not None)
    except KeyboardInterrupt:
        stopped = True
    except WriteError as error:
        failure = error
    except UserError as error:
        failure = UserError(str(error).replace(str(folder), "the network"), error.exit_code)
    listed = None
    if before is not None:
        run.folder, run.epochs = before.folder, before.epochs
    if exists(folder / bundles.CONFIG):
        epochs = int(bundles.load(folder, app).training["epochs"])
        if epochs > run.epochs:
            run.folder, run.epochs = folder, epochs
            unit = "epoch" if run.epochs == 1 else "epochs"
            title = plan.material.title + (", fine-tuned" if plan.start == "pretrained" else "")
            network = shared.networks.add(app, f"{title}, {run.epochs} {unit}", folder)
            listed = network.describe()
    run.ended = True
    emit(
        {
            "event": "done",
            "epochs": run.epochs,
            "stopped": stopped,
            "network": listed,
            "resumable": run.folder is not None and not (plan.has_fixed_epochs and run.epochs >= plan.epochs),
        }
    )
    if failure is not None:
        raise failure
    if app == "jazz" and listed is not None and not cancelled.is_set():
        emit({"event": "listen", "audio": _solo(training, shared, folder)})


def _solo(training: Any, shared: Studio, folder: Path) -> str:
    """The address of a short solo by a jazz network."""
    id = shared.store.new_file(".wav")
    training.write_solo(folder, shared.store.path(id))
    return f"/api/learn/audio/{urllib.parse.quote(id)}"


def _training(emit: Emit) -> Any:
    """The module that trains, with TensorFlow, which is loaded for the first training."""
    if not {"keras", "tensorflow"} <= sys.modules.keys():
        emit({"event": "status", "text": "loading TensorFlow, which takes some seconds the first time"})
    backend.keras()
    from apps.studio import training

    return training


def _check(plan: Plan) -> None:
    """Refuses settings that a training of the plan's app does not have.

    Raises:
        RequestError: There are such.
    """
    limits = LIMITS[plan.material.app]
    if plan.epochs > limits.most_epochs:
        raise RequestError(f"epochs: expected 1 to {limits.most_epochs}, got {plan.epochs}")
    if plan.learning_rate is not None and limits.learning_rate is None:
        raise RequestError(f"learning_rate: expected none for this network, got {plan.learning_rate:g}")
    if plan.start != "new" and plan.start not in limits.starts:
        raise RequestError(f"start: expected new for this network, got {plan.start}")


def _suffix(app: str, content: bytes) -> str:
    """The suffix of an upload's file, by its content."""
    if app != "jazz":
        return {"emojify": ".csv"}.get(app, ".txt")
    if content[:4] in (b"MThd", b"RIFF"):
        return ".mid"
    return ".mxl" if content[:2] == b"PK" else ".musicxml"

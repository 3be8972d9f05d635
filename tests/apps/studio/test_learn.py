"""The Learn view's API: trainings streamed, stopped, resumed and left; comparisons; an LSTM's gates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from data.emoji import EMOJI
from data.solos import BUNDLED
from models import dinos
from models.engine.engine import Engine
from models.shakespeare import weights
from tests.apps.commands import until
from tests.apps.studio.conftest import Stream
from tests.models.shakespeare.poems import network
from utils import backend, bundle
from utils.vocabulary import Vocabulary

Event = dict[str, Any]

NAMES = "abax\nabba\nbaxa\nxabba\nabacus\nbabax\nabra\n"
SENTENCES = "I love you,0\nlet us play ball,1\nso good,2\nI am sad,3\nI want to eat,4\n" * 2
VERSE = "shall i compare thee to a summer's day?\nthou art more lovely and more temperate.\n" * 12
BINARY = {"Content-Type": "application/octet-stream"}


# TensorFlow says that its input pipelines are traced all the same.
EAGER = pytest.mark.filterwarnings("ignore:Even though the `tf.config")


@pytest.fixture
def eager() -> Iterator[None]:
    """Tracing a network takes seconds; a few steps of a tiny one do not."""
    config = backend.tensorflow().config
    config.run_functions_eagerly(True)
    yield
    config.run_functions_eagerly(False)


def upload(client: TestClient, app: str, content: bytes | str, title: str = "own.txt") -> Any:
    body = content.encode() if isinstance(content, str) else content
    return client.post(f"/api/learn/uploads/{app}", content=body, headers={**BINARY, "X-Title": title})


def bundled(client: TestClient, app: str) -> str:
    return client.get("/api/learn/materials").json()["materials"][app][0]["id"]


def events(client: TestClient, path: str, **body: Any) -> list[Event]:
    answer = client.post(f"/api/learn/{path}", json=body)
    assert answer.status_code == 200, answer.text
    found = [json.loads(line) for line in answer.text.splitlines()]
    # The place of the training before is free a moment after its last event.
    return found[1:] if "waiting" in found[0] else found


def of(kind: str, found: list[Event]) -> list[Event]:
    return [event for event in found if event.get("event") == kind]


def error(answer: Any) -> str:
    assert list(answer.json()) == ["error"] and "\n" not in answer.json()["error"]
    return answer.json()["error"]


def test_a_training_on_names_streams_its_losses_and_is_listed(app: FastAPI, client: TestClient) -> None:
    found = events(client, "trainings", material=bundled(client, "dinos"), epochs=12, seed=3)
    assert found[0] | {"id": ""} == {"event": "started", "id": "", "epochs": 12, "done": 0}
    losses = [event["loss"] for event in of("epoch", found)]
    assert len(losses) == 12 and losses[-1] < losses[0] - 0.3
    assert all(len(event["lines"]) == 5 for event in of("sample", found))
    assert len(of("sample", found)) == 12
    done = found[-1]
    assert (done["epochs"], done["stopped"]) == (12, False)
    assert done["network"] in client.get("/api/networks").json()["dinos"]
    network = app.state.studio.networks.get("dinos", done["network"]["id"]).model
    assert network.names(3, seed=1) != dinos.load().names(3, seed=1)


def test_resuming_equals_training_at_once_and_leaves_the_first_network(
    app: FastAPI, client: TestClient
) -> None:
    material = upload(client, "dinos", NAMES).json()["id"]
    whole = events(client, "trainings", material=material, epochs=4, seed=5)
    first = events(client, "trainings", material=material, epochs=2, seed=5)
    rest = events(client, f"trainings/{first[0]['id']}/resume", epochs=4)
    assert rest[0]["done"] == 2
    assert [event["epoch"] for event in of("epoch", rest)] == [3, 4]
    assert of("epoch", first) + of("epoch", rest) == of("epoch", whole)
    models = [
        app.state.studio.networks.get("dinos", found[-1]["network"]["id"]).model
        for found in (whole, first, rest)
    ]
    same = [np.array_equal(model.parameters["Waa"], models[0].parameters["Waa"]) for model in models]
    assert same == [True, False, True]
    assert first[-1]["network"]["title"] == "own.txt, 2 epochs"
    again = client.post(f"/api/learn/trainings/{rest[0]['id']}/resume", json={"epochs": 4})
    assert error(again) == "epochs: expected more than 4, which are done, got 4"


def test_a_diverged_training_keeps_the_epochs_before(client: TestClient) -> None:
    material = bundled(client, "dinos")
    found = events(client, "trainings", material=material, epochs=40, learning_rate=0.06, seed=2)
    done, last = found[-2:]
    assert (
        0 < done["epochs"] < 40 and done["network"]["title"] == f"Bundled dinosaurs, {done['epochs']} epochs"
    )
    assert "the training diverged" in last["error"] and "; the network keeps" in last["error"]


@EAGER
def test_a_training_on_sentences_reports_what_the_network_answers(client: TestClient, eager: None) -> None:
    material = upload(client, "emojify", SENTENCES, "own.csv").json()["id"]
    found = events(client, "trainings", material=material, epochs=2, seed=1)
    assert [event["epoch"] for event in of("sample", found)] == [1, 2]
    for event in of("sample", found):
        assert len(event["lines"]) == 5 and all(line.endswith(tuple(EMOJI)) for line in event["lines"])
    done = found[-1]
    assert done["network"]["title"] == "own.csv, 2 epochs" and done["resumable"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "title"),
    [("shakespeare", VERSE, "own.txt"), ("jazz", None, "Tram Line Nine")],
)
def test_keras_trainings_report_every_epoch(client: TestClient, name: str, content: str, title: str) -> None:
    material = upload(client, name, content, title).json()["id"] if content else bundled(client, name)
    found = events(client, "trainings", material=material, epochs=2, seed=1)
    epochs = of("epoch", found)
    assert [event["epoch"] for event in epochs] == [1, 2]
    assert all(0 < event["loss"] < 200 for event in epochs)
    assert all(event["epoch"] < 2 for event in of("loss", found))
    (done,) = of("done", found)
    assert done["network"]["title"] == f"{title}, 2 epochs"
    assert done["network"] in client.get("/api/networks").json()[name]
    if name == "jazz":
        sound = client.get(of("listen", found)[0]["audio"])
        assert sound.headers["content-type"] == "audio/wav"
        samples = np.frombuffer(sound.content[44:], np.int16)
        assert np.abs(samples).max() > 1000 and len(samples) > 2 * 44100 * 5
    else:
        assert [event["epoch"] for event in of("sample", found)] == [1, 2]
    # Poems that are learnt from nothing have a learning rate that falls towards the last epoch.
    assert done["resumable"] == (name != "shakespeare")


@EAGER
def test_an_rnn_an_lstm_and_a_gru_are_compared(client: TestClient, eager: None) -> None:
    names = "".join(f"{a}{b}{a}x\n" for a in "abcde" for b in "abcde")
    material = upload(client, "dinos", names).json()["id"]
    found = events(client, "comparisons", material=material, epochs=1, parameters=2000)
    assert [event["kind"] for event in of("network", found)] == ["rnn", "lstm", "gru"]
    assert [event["kind"] for event in of("epoch", found)] == ["rnn", "lstm", "gru"]
    assert all(0 < event["val_loss"] < 10 for event in of("epoch", found))
    assert found[-1]["event"] == "done"


def test_a_trace_is_the_engines(client: TestClient) -> None:
    answer = client.post("/api/learn/trace", json={"text": "Ah, love!", "layer": 2})
    found, bundle = answer.json(), weights.load()
    assert found["characters"] == list("ah, love!")
    assert (found["layers"], found["units"]) == (2, 128)
    indices, engine = bundle.vocabulary.encode("ah, love!"), Engine.from_bundle(bundle)
    trace = engine.trace(indices)[1]
    for name in ("forget", "update", "output"):
        np.testing.assert_allclose(found["gates"][name], getattr(trace, name)[0].mean(axis=1), atol=6e-4)
    cells = found["cells"]
    assert len(cells) == 32 and cells == sorted(set(cells))
    for name, values in found["values"].items():
        np.testing.assert_allclose(values, getattr(trace, name)[0].T[cells], atol=6e-4)
    p = engine.run(indices, all_positions=True)[0]
    assert [step["character"] for step in found["expected"]] == bundle.vocabulary.decode(p.argmax(axis=1))
    varied = trace.c[0].std(axis=0)
    assert varied[cells].min() >= np.delete(varied, cells).max()


@pytest.mark.parametrize(("cell", "gates"), [("gru", ["update", "reset"]), ("rnn", [])])
def test_every_kind_of_layer_is_looked_into(
    client: TestClient, app: FastAPI, tmp_path: Path, cell: str, gates: list[str]
) -> None:
    own = network(vocabulary=Vocabulary("\n \u0430\u0436\ufffd"), units=40, cell=cell, layers=3, embedding=4)
    bundle.save(own, tmp_path)
    id = app.state.studio.networks.add("shakespeare", cell, tmp_path).id
    body = {"text": "\u0436\u0430 x", "network": id, "layer": 3}
    found = client.post("/api/learn/trace", json=body).json()
    assert (found["cell"], found["state"], found["layers"], found["units"]) == (cell, "a", 3, 40)
    assert list(found["gates"]) == gates and list(found["values"]) == [*gates, "a"]
    assert found["characters"] == ["\u0436", "\u0430", " ", "\ufffd"]
    trace = Engine.from_bundle(own).trace(own.vocabulary.encode("\u0436\u0430 \ufffd"))[2]
    for name, values in found["values"].items():
        np.testing.assert_allclose(values, getattr(trace, name)[0].T[found["cells"]], atol=6e-4)
    answer = client.post("/api/learn/trace", json=body | {"text": "T."})
    assert answer.status_code == 400 and "2 characters not known (2 different: 'T' '.')" in answer.text


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("jazz", b"MThd nothing", "<img onerror>"),
        ("jazz", b"<score-partwise/>", "<img onerror>"),
        ("jazz", b"PK\x03\x04 nothing", "<img onerror>"),
        ("shakespeare", b"too short", "<img onerror> has 9 characters that the network knows, expected 800"),
        ("shakespeare", b"\xff\xfe\xff", "<img onerror> is not UTF-16 text"),
        ("dinos", b"\n\n", "<img onerror> holds no name"),
        ("dinos", b"a" * 101, "expected names of at most 100 characters, one a line, got 101"),
        (
            "emojify",
            " ".join(map(str, range(20_001))).encode() + b",0\nfine,2",
            "at most 20000 different words",
        ),
        ("emojify", b"one column", "<img onerror>: line 1 has 1 column"),
        ("emojify", b"good,2\nfine,2", "<img onerror> has the label 2 for all sentences"),
    ],
)
def test_uploads_that_cannot_be_read_are_refused_by_their_title(
    client: TestClient, app: FastAPI, name: str, content: bytes, line: str
) -> None:
    answer = upload(client, name, content, "%3Cimg%20onerror%3E")
    assert answer.status_code == 400
    assert line in error(answer)
    assert str(app.state.studio.store.folder) not in answer.text


def lead_sheet(measures: int = 8) -> str:
    """A lead sheet of eighth notes over one chord, as MusicXML."""
    note = "<note><pitch><step>{}</step><octave>5</octave></pitch><duration>1</duration></note>"
    bar = "".join(note.format(step) for step in "CDEFGAGF")
    chord = "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>"
    time = "<time><beats>4</beats><beat-type>4</beat-type></time>"
    parts = "".join(
        f"<measure number='{number}'><attributes><divisions>2</divisions>{time}</attributes>{chord}{bar}"
        "</measure>"
        for number in range(1, measures + 1)
    )
    part_list = "<part-list><score-part id='P1'><part-name>Lead</part-name></score-part></part-list>"
    return f"<score-partwise>{part_list}<part id='P1'>{parts}</part></score-partwise>"


@pytest.mark.parametrize(
    ("content", "line"),
    [(BUNDLED.read_bytes(), "64 measures, 384 notes, "), (lead_sheet().encode(), "8 measures, 64 notes, ")],
)
def test_a_solo_is_read_from_midi_and_musicxml(client: TestClient, content: bytes, line: str) -> None:
    title = f"mine of {line.partition(',')[0]}"  # a kept network's title is its own
    found = upload(client, "jazz", content, title).json()
    assert found["description"].startswith(line)
    training = events(client, "trainings", material=found["id"], epochs=1)
    assert training[-2]["network"]["title"] == f"{title}, 1 epoch"


def test_an_upload_is_described_and_bounded(client: TestClient) -> None:
    found = upload(client, "emojify", SENTENCES, "%E2%9D%A4.csv").json()
    assert found["title"] == "\u2764.csv"
    assert found["description"] == "10 sentences, 5 emoji"
    assert upload(client, "shakespeare", VERSE + "\u4e2d").json()["description"] == (
        f"{len(VERSE)} characters; 1 that the network does not know are left out"
    )
    many = upload(client, "dinos", "".join(f"a{number}\n" for number in range(20_002))).json()
    assert many["description"] == "20,000 of 20,002 names of 11 characters"
    assert upload(client, "dinos", b"a" * 4_000_001).status_code == 413
    material = upload(client, "dinos", NAMES).json()["id"]
    assert client.get(f"/api/learn/audio/{material}").status_code == 404


LONG = {"material": "bundled-7", "epochs": 1000, "seed": 1}


def test_a_second_training_waits_and_a_stop_is_reported_to_the_page_alone(
    live: tuple[FastAPI, int], capfd: pytest.CaptureFixture[str]
) -> None:
    _, port = live
    with Stream(port, "/api/learn/trainings", LONG) as first:
        id = first.until("started")["id"]
        first.until("epoch")
        with Stream(port, "/api/learn/trainings", {**LONG, "epochs": 1}) as second:
            assert next(second) == {"waiting": 1}
            with Stream(port, f"/api/learn/trainings/{id}/stop", {}) as stop:
                assert next(stop) == {"stopping": True}
            done = first.until("done")
            assert done["stopped"] and 0 < done["epochs"] < 1000 and done["resumable"]
            assert next(second)["event"] == "started"
            assert second.until("done")["epochs"] == 1
    assert capfd.readouterr().err == ""


def test_a_training_whose_tab_is_closed_keeps_its_epochs(live: tuple[FastAPI, int]) -> None:
    app, port = live
    networks = app.state.studio.networks
    stream = Stream(port, "/api/learn/trainings", LONG)
    epoch = stream.until("epoch")["epoch"]
    stream.close()
    until(lambda: len(networks.titles()["dinos"]) == 2)
    listed = networks.titles()["dinos"][1]
    assert int(listed["title"].split(", ")[1].split()[0]) >= epoch
    assert networks.get("dinos", listed["id"]).model.names(1, seed=1)
    with Stream(port, "/api/learn/trainings", {**LONG, "epochs": 1}) as next_one:
        assert next_one.until("done")["epochs"] == 1


def test_a_studio_that_ends_leaves_no_file(live: tuple[FastAPI, int]) -> None:
    app, port = live
    folder: Path = app.state.studio.store.folder
    stream = Stream(port, "/api/learn/trainings", LONG)
    stream.until("epoch")
    app.state.studio.jobs.close(wait=True)
    app.state.studio.store.close()
    assert not folder.exists()
    stream.close()

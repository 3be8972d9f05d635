"""Files and sentences that people were sent: read or refused in one line, never more than a gigabyte.

`make fuzz` tries 2,000 of each; the ordinary suite fewer.
"""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.dinos import __main__ as dinos
from apps.emojify import __main__ as emojify
from apps.shakespeare import __main__ as shakespeare
from data import dinosaurs, emoji, sonnets
from data.glove import vectors as glove
from data.solos import reading as solos
from data.solos.corpus import training_examples
from models import jazz
from models.engine.engine import Engine
from models.jazz.proposals import TokenNetwork
from music.midi_writer import to_midi
from tests import untrusted
from tests.apps.emojify import emojify_networks
from tests.examples import LEAD_SHEET, TUNE
from tests.untrusted import FEW, accepted, spoilt
from utils import bundle as bundles

CSV = b'sentence,label,note\n"I love you, yes",0,\nlet us play,1,x\n"two\nlines",4,\n'
GLOVE = b"the 0.1 -0.2 3e-1\nof 1 2 3\n\xc3\xa9t\xc3\xa9 -1 .5 0\n. . 4 5 6\nword -0 1e-40 7\n"
# What a person may type: letters, signs, other alphabets, what steers a terminal, halves of pairs.
ODD = st.sampled_from("shall I \n\t'é\x1b[\x00\ud800👍🏽ﬁ\u202e")
PROMPTS = st.text(max_size=200) | st.text(ODD, max_size=60)
SENTENCES = PROMPTS | st.lists(
    st.sampled_from(["love", "not", "isn't", "BAD!", "-", "x" * 3000]), max_size=30
).map(" ".join)


@pytest.fixture(autouse=True)
def limited() -> Iterator[None]:
    with untrusted.one_more_gigabyte():
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("place")


def put(place: Path, name: str, content: bytes) -> Path:
    (place / name).write_bytes(content)
    return place / name


def answered(command, arguments: list[str]) -> tuple[int | None, str]:
    """The exit code of a command and what it says, or None where it refuses."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = accepted(lambda: command.main(arguments))
        out.flush()
    return code, out.buffer.getvalue().decode("utf-8")


BYTES = st.integers(0, 255)
TEXT = st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
EVENT = st.one_of(
    st.tuples(st.sampled_from([0x80, 0x90, 0x91, 0x99]), st.integers(0, 127), st.integers(0, 127)).map(bytes),
    st.tuples(BYTES, BYTES).map(lambda meter: b"\xff\x58\4" + bytes(meter) + b"\x18\x08"),
    st.binary(max_size=9).map(lambda name: b"\xff\x03" + bytes([len(name)]) + name),
    st.binary(max_size=4),
)
DELTA = st.sampled_from([b"\0", b"\x10", b"\x60", b"\x87\x68", b"\xff\xff\xff\x7f"])
TRACK = st.lists(st.tuples(DELTA, EVENT).map(b"".join), max_size=30).map(b"".join)


@st.composite
def odd_music(draw: st.DrawFn) -> bytes:
    """A MIDI file that is whole as a file and odd as music."""
    tracks = [track + b"\0\xff\x2f\0" for track in draw(st.lists(TRACK, max_size=3))]
    division = draw(st.sampled_from([1, 24, 96, 480, 32767, 0xE250, 0]))
    numbers = (draw(st.integers(0, 3)), len(tracks), division)
    head = b"MThd\0\0\0\x06" + b"".join(number.to_bytes(2, "big") for number in numbers)
    return head + b"".join(b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks)


@given(
    content=spoilt(TUNE) | odd_music() | st.binary(max_size=200).map(b"MThd".__add__), seed=st.integers(0, 9)
)
def test_any_midi_bytes(place: Path, content: bytes, seed: int) -> None:
    solo = accepted(lambda: solos.read_solo(put(place, "tune.mid", content)))
    if solo is None:
        return
    network = untrusted.jazz()
    improviser = jazz.Improviser(TokenNetwork(Engine(network.network()), network.vocabulary))
    played = improviser.improvise(solo.changes.chord_sets()[:4], seed=seed)
    assert to_midi(played.score).startswith(b"MThd")
    accepted(lambda: training_examples(solo.flat_tokens[:500], solo.vocabulary, m=2))


@FEW
@given(content=spoilt(LEAD_SHEET))
def test_any_lead_sheet(place: Path, content: bytes) -> None:
    accepted(lambda: solos.read_solo(put(place, "sheet.musicxml", content)))


@given(content=spoilt(CSV) | st.binary(max_size=200) | TEXT)
def test_any_csv_text(place: Path, content: bytes) -> None:
    path = put(place, "table.csv", content)
    table = accepted(lambda: emoji.read_csv(path))
    if table is not None:
        sentences, labels = table
        assert len(sentences) == len(labels) > 0
        assert all(sentences) and set(labels) <= set(range(5))
    for read in (dinosaurs.read, sonnets.corpus, emoji.read_labels):
        accepted(lambda read=read: read(path))


@given(content=spoilt(GLOVE) | st.binary(max_size=200) | st.text("a 1.\n-e\r", max_size=100).map(str.encode))
def test_any_glove_text(place: Path, content: bytes) -> None:
    path = put(place, "vectors.txt", content)
    first = accepted(lambda: glove.load(path, place / "cache"))
    again = accepted(lambda: glove.load(path, place / "cache"))
    assert (first is None) == (again is None)
    if first is None or again is None:
        return
    assert list(first) == list(again) == sorted(first)
    for word in first:
        assert np.isfinite(first[word]).all() and np.array_equal(first[word], again[word])


@pytest.fixture(scope="module")
def poet(place: Path) -> Path:
    bundles.save(untrusted.shakespeare(), place / "poet")
    return place / "poet"


@given(prompt=PROMPTS)
def test_any_beginning_of_a_poem(poet: Path, prompt: str) -> None:
    given_ = ["complete", "--bundle", str(poet), "--length", "3", "--seed", "1", "--quiet", "--", prompt]
    code, text = answered(shakespeare, given_)
    assert code == 0 and text.endswith("\n")
    assert not set(text) & {"\x1b", "\x00"}


@given(sentences=st.lists(SENTENCES, min_size=1, max_size=3), as_json=st.booleans())
def test_any_sentences_for_emoji(place: Path, sentences: list[str], as_json: bool) -> None:
    folder = place / "emojify"
    if not folder.exists():
        emojify_networks.v2(folder)
    given_ = ["predict", "--bundle", str(folder), "--quiet", *["--json"] * as_json, "--", *sentences]
    code, text = answered(emojify, given_)
    assert code in (0, None)
    assert code is None or len(text.splitlines()) >= len(sentences)


@FEW
@given(typed=st.binary(max_size=300) | SENTENCES.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_standard_input_for_emoji_and_poems(place: Path, poet: Path, typed: bytes) -> None:
    folder = place / "emojify of standard input"
    if not folder.exists():
        emojify_networks.v2(folder)
    for command, arguments in (
        (emojify, ["predict", "--bundle", str(folder), "--quiet"]),
        (shakespeare, ["complete", "--bundle", str(poet), "--length", "3", "--seed", "1", "--quiet"]),
    ):
        with pytest.MonkeyPatch.context() as patches:
            patches.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8"))
            code, _ = answered(command, arguments)
        assert code in (0, None)


@given(start=PROMPTS, temperature=st.floats() | st.text(max_size=5))
def test_any_letters_for_dinosaurs(start: str, temperature: object) -> None:
    given_ = ["sample", "--count", "1", "--seed", "1", f"--temperature={temperature}", f"--start={start}"]
    code, text = answered(dinos, given_)
    assert code in (0, None)
    assert code is None or len(text.splitlines()) == 1

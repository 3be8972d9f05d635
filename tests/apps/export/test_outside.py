"""Exports used by other programs: saved_model_cli, which comes with TensorFlow, and HTTP."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.serve import loader as serving_models
from apps.serve.server import Limits
from data import emoji
from tests.apps.serve.test_server import Client, running

pytestmark = pytest.mark.slow

RUN = ("--tag_set", "serve", "--signature_def", "serving_default")
INPUTS = {
    "emojify": 'sentence=["I love you", "zzz sad"]',
    "jazz": "chord_sets=2;temperature=1.0;seed=5",
    "shakespeare": 'prompt=["love ", "Hate"];length=40;temperature=0.5;seed=7',
}
# One process for all calls, because every import of TensorFlow takes seconds. It runs what the executable
# runs, from a folder that has nothing of this project.
CALLS = """
import json, sys
from tensorflow.python.tools import saved_model_cli
for name, arguments in json.load(sys.stdin):
    sys.argv = ["saved_model_cli", *arguments]
    print("\\n=====", name, flush=True)
    try:
        saved_model_cli.main()
    except SystemExit as end:
        assert not end.code, end
"""


@pytest.fixture(scope="module")
def printed(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What saved_model_cli printed, by "show APP" and "run APP"."""
    calls = []
    for app, inputs in INPUTS.items():
        where = ("--dir", str(exported / app / "1"))
        calls.append((f"show {app}", ("show", *where, "--all")))
        calls.append((f"run {app}", ("run", *where, *RUN, "--input_exprs", inputs)))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", CALLS],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment | {"CUDA_VISIBLE_DEVICES": "-1", "PYTHONIOENCODING": "utf-8"},
        input=json.dumps(calls),
        capture_output=True,
        encoding="utf-8",
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    parts = re.split(r"^===== (.*)$", done.stdout, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def client(exported: Path) -> Iterator[Client]:
    yield from running(serving_models.load(exported), Limits())


def signature(shown: str, name: str) -> str:
    """The part of what `show` prints that tells of a signature."""
    return shown.partition(f"signature_def['{name}']:")[2].partition("signature_def[")[0]


@pytest.mark.parametrize(
    ("app", "name", "inputs", "outputs"),
    [
        ("jazz", "serving_default", {"chord_sets": "DT_INT32", "seed": "DT_INT64"}, {"tokens": "DT_STRING"}),
        ("jazz", "course", {"x0": "DT_FLOAT", "a0": "DT_FLOAT"}, {"probabilities": "DT_FLOAT"}),
        (
            "shakespeare",
            "serving_default",
            {"prompt": "DT_STRING", "length": "DT_INT32"},
            {"poem": "DT_STRING"},
        ),
        ("shakespeare", "next_character", {"window": "DT_INT32"}, {"probabilities": "DT_FLOAT"}),
        (
            "emojify",
            "serving_default",
            {"sentence": "DT_STRING"},
            {
                "emoji": "DT_STRING",
                "label": "DT_INT32",
                "probabilities": "DT_FLOAT",
                "unknown_words": "DT_INT32",
            },
        ),
    ],
)
def test_show_names_inputs_and_outputs(
    printed: dict[str, str], app: str, name: str, inputs: dict[str, str], outputs: dict[str, str]
) -> None:
    shown = signature(printed[f"show {app}"], name)
    for kind, tensors in (("inputs", inputs), ("outputs", outputs)):
        for tensor, dtype in tensors.items():
            assert re.search(rf"{kind}\['{tensor}'\] tensor_info:\s+dtype: {dtype}", shown), (tensor, shown)


def test_run_gives_a_solo_that_http_gives_too(printed: dict[str, str], client: Client) -> None:
    tokens = re.findall(r"b'(C,\d\.000)'", printed["run jazz"])
    request = {"inputs": {"chord_sets": 2, "temperature": 1.0, "seed": 5}}
    status, found = client.post("/v1/models/jazz:predict", request)
    assert (status, [token for row in found["outputs"] for token in row]) == (200, tokens)
    assert len(tokens) == 100


def test_run_gives_poems_that_http_gives_too(printed: dict[str, str], client: Client) -> None:
    row = {"length": 40, "temperature": 0.5, "seed": 7}
    column = {"inputs": row | {"prompt": ["love ", "Hate"]}}
    status, found = client.post("/v1/models/shakespeare:predict", column)
    assert status == 200
    first, second = found["outputs"]
    assert (first[:5], second[:4], len(first), len(second)) == ("love ", "Hate", 45, 44)
    for poem in (first, second):
        assert repr(poem.encode()) in printed["run shakespeare"]
    rows = {"instances": [row | {"prompt": "love "}, row | {"prompt": "Hate", "length": 7}]}
    _, found = client.post("/v1/models/shakespeare:predict", rows)
    assert found["predictions"][0] == first
    assert len(found["predictions"][1]) == 11


def test_run_gives_emoji_that_http_gives_too(printed: dict[str, str], client: Client) -> None:
    status, found = client.post("/v1/models/emojify:predict", {"instances": ["I love you", "zzz sad"]})
    assert status == 200
    for prediction, unknown in zip(found["predictions"], (0, 1), strict=True):
        assert prediction["emoji"] == emoji.EMOJI[prediction["label"]]
        assert prediction["unknown_words"] == unknown
        assert sum(prediction["probabilities"]) == pytest.approx(1, abs=1e-5)
        assert repr(prediction["emoji"].encode()) in printed["run emojify"]
    named = {"instances": [{"sentence": "I love you"}, {"sentence": "zzz sad"}]}
    assert client.post("/v1/models/emojify", named) == (200, found)


def test_unknown_characters_and_no_beginning_at_all_are_no_error(client: Client) -> None:
    row = {"length": 10, "temperature": 0, "seed": 1}
    prompts = ["", "\N{HOT BEVERAGE}\0", "A\N{HOT BEVERAGE}b"]
    status, found = client.post("/v1/models/shakespeare", {"inputs": row | {"prompt": prompts}})
    assert status == 200
    empty, unknown, mixed = found["outputs"]
    assert unknown == prompts[1] + empty
    _, plain = client.post("/v1/models/shakespeare", {"inputs": row | {"prompt": ["", "", "ab"]}})
    assert mixed.removeprefix(prompts[2]) == plain["outputs"][2].removeprefix("ab")

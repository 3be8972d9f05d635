"""The exercise's epoch and the verb evaluate; what a terminal shows is in test_shakespeare.py."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from apps.shakespeare import __main__ as command
from apps.shakespeare import exercise
from data import sonnets
from models.shakespeare import evaluation as shakespeare_measures
from tests.models.shakespeare.poems import VOCABULARY, network
from utils import bundle
from utils.errors import UserError


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    bundle.save(network(), tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    path = tmp_path / "verse.txt"
    path.write_text(sonnets.verses().text[:1000], encoding="utf-8")
    return path


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    assert command.main(["evaluate", *map(str, arguments)]) == 0
    return capsys.readouterr().out.splitlines()


def test_evaluate_says_what_the_measures_say(
    capsys: pytest.CaptureFixture[str], tiny: Path, verse: Path
) -> None:
    said = evaluated(capsys, "--weights", tiny, "--corpus", verse)
    text = np.array(VOCABULARY.encode(sonnets.verses().text[:1000]))
    figures = shakespeare_measures.measure(network(), text)
    assert said == [
        "verse.txt, all: 1000 characters, 320 windows",
        *(
            f"{way:8}  {figures[way + '_nats']:.4f} nats a character  "
            f"accuracy {figures[way + '_accuracy']:.4f}"
            for way in ("window", "carried")
        ),
    ]


def test_parts_and_states_can_be_chosen(capsys: pytest.CaptureFixture[str], tiny: Path, verse: Path) -> None:
    options = ("--weights", tiny, "--corpus", verse, "--part")
    assert evaluated(capsys, *options, "held-out")[0] == "verse.txt, held-out: 100 characters, 20 windows"
    said = evaluated(capsys, *options, "training", "--state", "carried")
    assert said[0] == "verse.txt, training: 900 characters, 287 windows"
    assert [line.split()[0] for line in said[1:]] == ["carried"]


def test_a_text_must_be_longer_than_the_networks_window(tiny: Path, verse: Path) -> None:
    wide = network()
    wide.architecture["window"] = 1000
    bundle.save(wide, tiny)
    with pytest.raises(UserError, match="has 1000 characters to measure; more than 1000 are wanted"):
        command.main(["evaluate", "--weights", str(tiny), "--corpus", str(verse)])
    options = argparse.Namespace(corpus=verse, data_dir=None)
    with pytest.raises(UserError, match="has 1000 characters; more than a window of 1000 are wanted"):
        exercise.finetune(wide, 3, options)


def test_words_are_counted_at_three_temperatures(
    capsys: pytest.CaptureFixture[str], tiny: Path, verse: Path
) -> None:
    *_, tame, middle, wild = evaluated(capsys, "--weights", tiny, "--corpus", verse, "--words", "--seed", 1)
    for line, temperature in ((tame, 0.5), (middle, 0.7), (wild, 1.0)):
        assert line.startswith(f"temperature {temperature}: ")
        assert line.endswith(" words are in the training text")
        assert 0 <= float(line.split()[2].rstrip("%")) < 50


def test_further_training_is_repeatable_and_remembers_what_was_before(tiny: Path, verse: Path) -> None:
    settings = {"corpus": verse, "data_dir": None, "epochs": 5, "batch": 64, "save": None, "state": None}
    options = argparse.Namespace(**settings, weights=tiny, out=verse.parent)
    before = network()
    before.training["seconds"] = 7
    tuned, again = (exercise.finetune(before, 3, options) for _ in range(2))
    assert tuned.training["seconds"] == 7
    assert tuned.training["further"]["texts"] == ["verse.txt"]
    losses = tuned.training["further"]["losses"]
    assert len(losses) == 5 and losses[-1] < losses[0]  # by more than dropout makes it vary
    assert all(np.array_equal(tuned.weights[name], again.weights[name]) for name in tuned.weights)
    assert not np.array_equal(tuned.weights["lstm_1/kernel"], before.weights["lstm_1/kernel"])
    assert tuned.architecture == before.architecture

"""The Shakespeare command, as a person types it: in a terminal, in a pipe, and with mistakes."""

from functools import partial
from pathlib import Path

import pytest

from apps.shakespeare import __main__ as command
from data import catalogue
from tests.apps import commands
from tests.apps.terminal import Terminal
from utils import bundle

run = partial(commands.run, command.main)
refusal = partial(commands.refusal, command.main)

MODULE = "apps.shakespeare"
QUESTION = "Your input is: "


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    """A text for some forty windows."""
    path = tmp_path / "verse.txt"
    path.write_text("Shall I compare thee to a summer's day?\n" * 4, encoding="utf-8")
    return path


def test_in_a_terminal_prompt_answer_and_poem(tiny: Path, tmp_path: Path) -> None:
    settings = ("--bundle", tiny, "--no-finetune", "--seed", 3, "--length", 80, "--out", tmp_path)
    with Terminal(MODULE, settings) as terminal:
        seen = terminal.read_until(QUESTION)
        assert seen == (
            "Write the beginning of your poem, the Shakespeare machine will complete it. Your input is: "
        )
        terminal.type("Love is forever \n")
        assert terminal.finish() == 0
    head, poem = terminal.seen.split("Here is your poem: \n\n")
    assert head == f"{seen}Love is forever \n\n\n"
    assert poem.startswith("Love is forever ")
    assert len(poem) == len("Love is forever ") + 80 + 1


@pytest.mark.slow
def test_in_a_terminal_with_an_epoch_first(tiny: Path, verse: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    settings = ["--bundle", tiny, "--corpus", verse, "--seed", 3, "--length", 20, "--save", saved]
    with Terminal(MODULE, [*settings, "--out", tmp_path / "out"]) as terminal:
        seen = terminal.read_until(QUESTION, 120)
        assert "note: fine-tuning on verse.txt, 160 characters" in seen
        assert "epoch 1: loss " in seen
        assert "; it writes: " in seen
        terminal.type("o\n")
        assert terminal.finish() == 0
    assert "Here is your poem: \n\no" in terminal.seen
    (loss,) = bundle.load(saved, "shakespeare").training["history"]["loss"]
    assert 2 < loss < 6
    assert (tmp_path / "out" / "loss.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.slow
def test_ctrl_c_while_it_writes_keeps_the_poem(tiny: Path) -> None:
    long = ["complete", "love", "--bundle", tiny, "--seed", 1, "--length", 1_000_000]
    with Terminal(MODULE, long) as terminal:
        terminal.read_until(characters=300)
        terminal.type("\x03")
        assert terminal.finish() == 130
    assert terminal.seen.startswith("love")
    assert terminal.seen.endswith("\nstopped\n")
    assert "Traceback" not in terminal.seen


@pytest.mark.slow
def test_ctrl_c_in_training_keeps_the_network(tiny: Path, verse: Path, tmp_path: Path) -> None:
    settings = ["--bundle", tiny, "--corpus", verse, "--seed", 3, "--epochs", 100_000, "--out", tmp_path]
    with Terminal(MODULE, settings) as terminal:
        terminal.read_until("epoch 2: loss", 120)
        terminal.type("\x03")
        assert terminal.finish() == 130
    assert QUESTION not in terminal.seen
    assert "Traceback" not in terminal.seen
    kept = bundle.load(tmp_path / "fine_tuned", "shakespeare")
    assert kept.training["epochs"] == len(kept.training["history"]["loss"]) >= 2
    before = bundle.load(tiny, "shakespeare")
    assert (kept.weights["dense/kernel"] != before.weights["dense/kernel"]).any()


def test_a_corpus_too_short_for_a_window_is_refused(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "haiku.txt"
    path.write_text("an old silent pond", encoding="utf-8")
    short = refusal("--bundle", tiny, "--corpus", path, "--out", tmp_path)
    assert short == "haiku.txt: expected 41 characters or more, got 18"
    short = refusal("evaluate", "--bundle", tiny, "--corpus", path)
    assert short == "haiku.txt, all: expected 41 characters or more, got 18"
    short = refusal("train", "--corpus", path, "--out", tmp_path)
    assert short == "haiku.txt: expected 410 characters or more, got 18"


def test_the_bundled_verses_stand_in_for_the_sonnets(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(catalogue, "locate", lambda name, data_dir=None: None)
    assert run("evaluate", "--bundle", tiny, "--part", "held-out") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("the bundled verses, held-out: ")
    assert [line.split()[0] for line in said[1:]] == ["window", "carried"]

"""The exercise's epoch and the verb evaluate; what a terminal shows is in test_main.py."""

from pathlib import Path

import numpy as np
import pytest

from apps.shakespeare import __main__ as command
from apps.shakespeare.exercise import exercise
from data import sonnets
from data.options import TextOptions
from models.shakespeare import evaluation
from models.shakespeare.options import ExerciseOptions, NetworkOptions, WriteOptions
from tests.models.shakespeare.poems import VOCABULARY, network
from utils import bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    path = tmp_path / "verse.txt"
    path.write_text(sonnets.verses().text[:1000], encoding="utf-8")
    return path


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    assert command.main(["evaluate", *map(str, arguments)]) == 0
    return capsys.readouterr().out.splitlines()


def test_evaluate_reads_a_text_as_the_network_does(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own = network(vocabulary=Vocabulary("\n \u0430\u0436\u0416\ufffd"), cell="gru", layers=1)
    bundle.save(own, tmp_path / "own")
    (tmp_path / "own.txt").write_text("\u0416\u0430\u0436\u0430 Q\n" * 20, encoding="utf-8")
    printed = evaluated(capsys, "--bundle", tmp_path / "own", "--corpus", tmp_path / "own.txt")
    indices = np.array(own.vocabulary.encode("\u0416\u0430\u0436\u0430 \ufffd\n" * 20))
    metrics = evaluation.evaluate(own, indices)
    assert printed[0] == f"own.txt, all: 140 characters, {metrics['windows']} windows"
    assert printed[2].startswith(f"carried   {metrics['carried_nats']:.4f} nats")


def test_evaluate_prints_the_metrics(capsys: pytest.CaptureFixture[str], tiny: Path, verse: Path) -> None:
    printed = evaluated(capsys, "--bundle", tiny, "--corpus", verse)
    text = np.array(VOCABULARY.encode(sonnets.verses().text[:1000]))
    metrics = evaluation.evaluate(network(), text)
    assert printed == [
        "verse.txt, all: 1000 characters, 320 windows",
        *(
            f"{way:8}  {metrics[way + '_nats']:.4f} nats a character  "
            f"accuracy {metrics[way + '_accuracy']:.4f}"
            for way in ("window", "carried")
        ),
    ]


def test_parts_and_states_can_be_chosen(capsys: pytest.CaptureFixture[str], tiny: Path, verse: Path) -> None:
    options = ("--bundle", tiny, "--corpus", verse, "--part")
    assert evaluated(capsys, *options, "held-out")[0] == "verse.txt, held-out: 100 characters, 20 windows"
    printed = evaluated(capsys, *options, "training", "--state", "carried")
    assert printed[0] == "verse.txt, training: 900 characters, 287 windows"
    assert [line.split()[0] for line in printed[1:]] == ["carried"]


def test_a_text_must_be_longer_than_the_networks_window(tiny: Path, verse: Path) -> None:
    wide = network()
    wide.architecture["window"] = 1000
    bundle.save(wide, tiny)
    for arguments in (["evaluate"], ["exercise", "--out", str(verse.parent)]):
        with pytest.raises(UserError, match="expected 1001 characters or more, got 1000"):
            command.main([*arguments, "--bundle", str(tiny), "--corpus", str(verse)])


def test_words_are_counted_at_three_temperatures(
    capsys: pytest.CaptureFixture[str], tiny: Path, verse: Path
) -> None:
    *_, tame, middle, wild = evaluated(capsys, "--bundle", tiny, "--corpus", verse, "--words", "--seed", 1)
    for line, temperature in ((tame, 0.5), (middle, 0.7), (wild, 1.0)):
        assert line.startswith(f"temperature {temperature}: ")
        assert line.endswith(" words are in the training text")
        assert 0 <= float(line.split()[2].rstrip("%")) < 50


@pytest.mark.slow
def test_the_exercise_is_repeatable_and_saves_what_it_writes_with(
    tiny: Path, verse: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    poems, saved = [], []
    for name in ("a", "b"):
        out = verse.parent / name
        exercise(
            NetworkOptions(bundle=tiny),
            ExerciseOptions(epochs=5, batch_size=64),
            TextOptions(corpus=verse),
            WriteOptions(length=30),
            out=out,
            seed=3,
            show=True,
        )
        poems.append(capsys.readouterr().out.split("Here is your poem: \n\n")[1])
        saved.append(bundle.load(out / "fine_tuned", "shakespeare"))
        assert {path.name for path in out.iterdir()} == {"fine_tuned", "loss.png", "poem.png"}
    assert poems[0] == poems[1]
    assert saved[0].training["texts"] == ["verse.txt"]
    losses = saved[0].training["history"]["loss"]
    assert len(losses) == 5 and losses[-1] < losses[0]  # by more than dropout makes it vary
    assert all(np.array_equal(array, saved[1].weights[name]) for name, array in saved[0].weights.items())
    assert (
        command.main(["complete", "", "--bundle", f"{out}/fine_tuned", "--length", "30", "--seed", "3"]) == 0
    )
    assert capsys.readouterr().out == poems[0]

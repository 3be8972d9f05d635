"""The evaluate verb: accuracy, confusion matrix, mistakes, picture."""

from pathlib import Path

import numpy as np
import pytest

from apps.emojify import __main__ as command
from apps.emojify.evaluate import confusion_matrix, draw_matrix
from tests.apps.emojify.emojify_networks import v1, write_vectors
from utils.errors import UserError

OWN = "sentence,label\nlove,0\nlove love,0\ngood,2\nnot good at all,2\nbad,3\nbad love bad,0\nxyz,4\n"


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bundle, vectors = v1(tmp_path / "mine"), write_vectors(tmp_path / "v.txt")
    (tmp_path / "own.csv").write_text(OWN, encoding="utf-8")
    line = ["evaluate", "--bundle", bundle, "--glove", vectors, "--out", tmp_path / "out"]
    return [str(argument) for argument in (*line, "--csv", tmp_path / "own.csv")]


def test_accuracy_confusions_mistakes_and_a_picture(
    mine: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(mine) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "accuracy 0.571: 4 of 7 sentences of own.csv",
        "not sure 0.143: 1 of 7 below 0.4, of the others 0.667 right",
        "label / predicted  0  1  2  3  4",
        "0 heart            2  0  0  1  0  ❤️",
        "1 baseball         0  0  0  0  0  ⚾",
        "2 smile            0  1  1  0  0  😄",
        "3 disappointed     0  0  0  1  0  😞",
        "4 fork and knife   0  0  1  0  0  🍴",
        "⚾\t0.495\t😄\tnot good at all",
        "😞\t0.962\t❤️\tbad love bad",
        "😄\t0.400\t🍴\txyz",
        str(tmp_path / "out" / "confusion.png"),
    ]
    assert "unknown words were skipped: at, all, xyz" in printed.err
    assert (tmp_path / "out" / "confusion.png").read_bytes()[:4] == b"\x89PNG"


def test_neutral_sentences_are_counted(
    mine: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "neutral.txt").write_text("love eat\n\n good bad \nlove\n", encoding="utf-8")
    line = [*mine, "--neutral", str(tmp_path / "neutral.txt"), "--unsure", "0.6"]
    command.main(line)
    assert capsys.readouterr().out.splitlines()[2] == "neutral 0.667: not sure for 2 of 3 sentences"
    (tmp_path / "neutral.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(UserError, match="neutral.txt: expected 1 to 100000 sentences, one a line, got 0"):
        command.main(line)


def test_frames_count_where_every_sentence_is_right(
    mine: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = "sentence,label,frame\ngood,2,1\nnot not good,3,1\nlove,0,2\nbad,3,2\n"
    (tmp_path / "own.csv").write_text(pairs, encoding="utf-8")
    command.main(mine)
    assert capsys.readouterr().out.splitlines()[:2] == [
        "accuracy 0.750: 3 of 4 sentences of own.csv",
        "frames 0.500: every sentence right in 1 of 2",
    ]


def test_rows_are_labels_and_columns_predictions() -> None:
    matrix = confusion_matrix(np.array([0, 0, 1, 2, 0]), np.array([0, 2, 1, 0, 2]), 3)
    assert matrix.tolist() == [[1, 0, 2], [0, 1, 0], [1, 0, 0]]


def test_any_label_can_be_drawn(tmp_path: Path) -> None:
    labels = ["🐶", "a $ b $", "x" * 500, "日本"]
    draw_matrix(tmp_path / "c.png", np.zeros((4, 4), np.int64), labels, "mine on own.csv")
    assert (tmp_path / "c.png").read_bytes()[:4] == b"\x89PNG"


def test_a_label_that_the_network_lacks_is_refused(mine: list[str], tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("love,0\nlove,5\n", encoding="utf-8")
    with pytest.raises(
        UserError, match=r"own.csv: line 2 has the label '5', expected a whole number from 0 to 4"
    ):
        command.main(mine)
    assert not (tmp_path / "out").exists()

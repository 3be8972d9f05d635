"""The predict verb: columns, JSON, the likeliest few, which network and vectors are used, notices."""

import io
import json
from pathlib import Path

import pytest

from apps.emojify import __main__ as command
from data.glove import vectors as glove
from models.emojify import classifier as emojify_classifier
from tests.apps.emojify.emojify_networks import v1, v2, write_vectors
from utils.errors import UserError


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments for a small V1 network and its vectors."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return ["--bundle", str(v1(tmp_path / "mine")), "--glove", str(write_vectors(tmp_path / "v.txt"))]


def test_columns(mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["predict", "I LOVE\tyou!", "good,", *mine, "--quiet"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "❤️\t1.000\tI LOVE you!\n😄\t1.000\tgood,\n"
    assert printed.err == ""


def test_the_likeliest_few(mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["love love not", *mine, "--top", "2", "--quiet"])
    assert capsys.readouterr().out == "❤️\t0.962\t⚾\t0.034\tlove love not\n"
    with pytest.raises(UserError, match="top must be 1 to 5, got 6"):
        command.main(["love", *mine, "--top", "6"])


def test_json(mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--json", "eat grits", *mine, "--top", "2", "--quiet"])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "sentence": "eat grits",
        "answer": "🍴",
        "predictions": [
            {"label": 4, "value": "4", "emoji": "🍴", "probability": pytest.approx(0.999818, abs=1e-5)},
            {"label": 0, "value": "0", "emoji": "❤️", "probability": pytest.approx(0.000045, abs=1e-5)},
        ],
        "known": 1,
        "unknown": ["grits"],
    }


def test_json_has_the_label_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = v1(tmp_path / "mine", values=["joy", "-3", "rage", "7", "grief"])
    command.main(
        ["eat", "--bundle", str(bundle), "--glove", str(write_vectors(tmp_path / "v.txt")), "--json"]
    )
    (found,) = json.loads(capsys.readouterr().out)["predictions"]
    assert (found["label"], found["value"], found["emoji"]) == (4, "grief", "🍴")


def test_below_a_probability_the_answer_is_not_sure(
    mine: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["love eat", "love love not", *mine, "--quiet"]
    command.main([*line, "--unsure", "0.5"])
    assert capsys.readouterr().out == "not sure\t0.495\tlove eat\n❤️\t0.962\tlove love not\n"
    command.main([*line, "--unsure", "0"])
    assert capsys.readouterr().out.splitlines()[0] == "❤️\t0.495\tlove eat"
    command.main([*line, "--unsure", "0.97", "--top", "2"])
    assert capsys.readouterr().out.splitlines()[1] == "not sure\t0.962\t⚾\t0.034\tlove love not"
    command.main(["love eat bad", *mine, "--quiet", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["answer"], found["predictions"][0]["emoji"]) == ("not sure", "❤️")


@pytest.mark.parametrize("share", ["1.5", "-0.1", "nan", "often"])
def test_a_probability_is_from_0_to_1(mine: list[str], share: str) -> None:
    with pytest.raises(UserError, match="--unsure: expected"):
        command.main(["love", *mine, "--unsure", share])


def test_unknown_words_and_unreadable_sentences_are_noticed(
    mine: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(["Grits, love!", "?!", "xyz", *mine])
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1:] == ["not sure\t0.400\t?!", "not sure\t0.400\txyz"]
    assert printed.err.splitlines()[-2:] == [
        "note: unknown words were skipped: grits, xyz",
        "note: sentences 2, 3 have no known word: the probabilities are the labels' shares of the training "
        "sentences",
    ]


def test_many_unknown_words_are_one_short_notice(mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    command.main([" ".join(f"x{number}" for number in range(500)), *mine])
    assert "x8, x9 and 490 more" in capsys.readouterr().err


def test_a_long_sentence_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = str(v2(tmp_path / "mine"))
    command.main(["good " * 1000, "not good", "--bundle", bundle])
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert printed.err == "note: sentence 1 has too many words: only the first 4 were read\n"


@pytest.mark.parametrize(
    ("sentences", "complaint"),
    [
        (["love", " "], "sentence 2 is empty"),
        ([""], "sentence 1 is empty"),
        (["a\udcff"], "sentence 1 is not UTF-8"),
    ],
)
def test_a_bad_sentence_is_refused(mine: list[str], sentences: list[str], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        command.main([*sentences, *mine])


class Piped(io.TextIOWrapper):
    """Standard input from a file."""


class Typed(Piped):
    """Standard input from a keyboard."""

    def isatty(self) -> bool:
        return True


def test_lines_of_standard_input_keep_their_places(
    mine: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = "\ufefflove\r\n\ngood\n\n\n"
    monkeypatch.setattr("sys.stdin", Piped(io.BytesIO(given.encode())))
    assert command.main([*mine]) == 0
    printed = capsys.readouterr()
    assert printed.out == "❤️\t1.000\tlove\nnot sure\t0.400\t\n😄\t1.000\tgood\n"
    assert printed.err.splitlines()[-1].startswith("note: sentence 2 has no word at all")


def test_a_line_that_is_typed_is_answered_at_once(
    mine: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Typed(io.BytesIO(b"love grits\ngood\n")))
    command.main([*mine])
    printed = capsys.readouterr()
    assert printed.out == "❤️\t1.000\tlove grits\n😄\t1.000\tgood\n"
    assert "type sentences, one a line; Ctrl-D ends" in printed.err
    assert printed.err.count("unknown words were skipped: grits") == 1


def test_a_closed_standard_input_is_an_empty_one(mine: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UserError, match="standard input holds no sentence"):
        command.main([*mine])


@pytest.fixture
def pretrained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither the course's files nor the pretrained bundles: small ones in their place."""
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(emojify_classifier, "PRETRAINED", v2(tmp_path / "learnt"))
    monkeypatch.setattr(emojify_classifier, "PRETRAINED_GLOVE", v1(tmp_path / "with"))
    return tmp_path


def test_without_vectors_the_network_with_its_own_embedding_is_used(
    pretrained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["good"]) == 0
    assert capsys.readouterr().err == (
        "note: no GloVe vectors here: the network knows its training words; for 400,000 words name a GloVe "
        "file, or get one with: python -m data fetch glove.6B.50d\n"
    )


def test_with_vectors_the_network_trained_with_some_is_used(
    pretrained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_vectors(pretrained / "my.txt")
    command.main(["good", "--glove", str(path)])
    assert (
        "the vectors are not those that the network was trained with (other.txt)" in capsys.readouterr().err
    )
    monkeypatch.setattr(glove.catalogue, "locate", lambda name, data_dir: path)
    command.main(["good", "--quiet"])
    assert capsys.readouterr().out == "😄\t1.000\tgood\n"
    assert command.main(["good", "--bundle", str(pretrained / "learnt"), "--quiet"]) == 0


@pytest.mark.parametrize(
    ("bundle", "vectors", "complaint"),
    [
        ("with", None, "the bundle needs GloVe vectors, and there are none here; for 400,000 words name"),
        ("with", 7, r"the vectors have 7 numbers, expected 5 for the bundle .*with"),
        ("learnt", 5, "vectors were given, but the bundle .*learnt has its own"),
    ],
)
def test_a_bundle_and_vectors_that_do_not_fit_are_refused(
    pretrained: Path, bundle: str, vectors: int | None, complaint: str
) -> None:
    given = ["--glove", str(write_vectors(pretrained / "my.txt", vectors))] if vectors else []
    with pytest.raises(UserError, match=complaint):
        command.main(["good", "--bundle", str(pretrained / bundle), *given])

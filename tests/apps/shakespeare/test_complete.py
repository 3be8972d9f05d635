"""From a beginning to a poem: what is echoed, what is left out, how many are written, what is read."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.shakespeare import __main__ as command
from data.sonnets import ALPHABET
from tests.models.shakespeare.poems import network
from utils import bundle
from utils.errors import UserError


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    bundle.save(network(scale=1.5), tmp_path / "tiny")
    return tmp_path / "tiny"


def poem(capsys: pytest.CaptureFixture[str], tiny: Path, *arguments: object) -> tuple[str, list[str]]:
    """What the command prints on standard output, and the lines on standard error."""
    line = ["complete", *arguments, "--bundle", tiny, "--out", tiny.parent]
    if "--seed" not in arguments:
        line += ["--seed", 1]
    assert command.main([str(argument) for argument in line]) == 0
    said = capsys.readouterr()
    return said.out, said.err.splitlines()


class Input(io.TextIOWrapper):
    """Standard input that is a pipe or, with `terminal`, a terminal."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")


def test_the_beginning_is_kept_as_it_was_typed(capsys: Any, tiny: Path) -> None:
    for beginning in ("Love is FOREVER", "love is forever ", "  love", "love\nis", "\n\nlove"):
        out, err = poem(capsys, tiny, beginning, "--length", 30)
        assert out.startswith(beginning)
        assert len(out) == len(beginning) + 31
        assert out.endswith("\n")
        assert set(out[len(beginning) :]) <= set(ALPHABET)
        assert err == []


@pytest.mark.parametrize(
    ("beginning", "notice"),
    [
        ("love \U0001f496 is", "note: the beginning: 1 character left out (1 different: '\U0001f496')"),
        ("\u7231\u60c5", "note: the beginning: 2 characters left out (2 different: '\u7231' '\u60c5')"),
        ("", "note: the beginning is empty: the network begins by itself"),
    ],
)
def test_one_notice_where_characters_were_dropped(
    capsys: Any, tiny: Path, beginning: str, notice: str
) -> None:
    out, err = poem(capsys, tiny, beginning, "--length", 30)
    assert out.startswith(beginning)
    assert len(out) == len(beginning) + 31
    assert err == [notice]
    assert poem(capsys, tiny, beginning, "--length", 30, "--quiet") == (out, [])


@pytest.mark.parametrize("state", ["carried", "window"])
def test_ten_thousand_characters(capsys: Any, tiny: Path, state: str) -> None:
    beginning = "so long lives this, " * 500
    out, err = poem(capsys, tiny, beginning, "--length", 20, "--state", state)
    assert out.startswith(beginning)
    assert len(out) == 10_021
    assert err == []


def test_what_would_steer_the_terminal_is_not_echoed(capsys: Any, tiny: Path) -> None:
    out, _ = poem(capsys, tiny, "lo\x1b[2Jve\x07", "--length", 5)
    assert out.startswith("lo[2Jve")


def test_the_same_seed_writes_the_same_poem(capsys: Any, tiny: Path) -> None:
    first, again, other = (poem(capsys, tiny, "love", "--seed", seed)[0] for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == 405


def test_a_seed_of_its_own_is_said(capsys: Any, tiny: Path) -> None:
    assert command.main(["complete", "love", "--bundle", str(tiny)]) == 0
    said = capsys.readouterr()
    seed = said.err.split()[2]
    assert said.out == poem(capsys, tiny, "love", "--seed", seed)[0]


def test_it_stops_after_so_many_lines(capsys: Any, tiny: Path) -> None:
    whole, _ = poem(capsys, tiny, "love", "--length", 3000)
    three, _ = poem(capsys, tiny, "love", "--length", 3000, "--lines", 3)
    assert len([line for line in three.splitlines() if line.strip()]) == 3
    assert whole.startswith(three.rstrip("\n"))


def test_poems_side_by_side_are_the_poems_one_by_one(capsys: Any, tiny: Path) -> None:
    one, _ = poem(capsys, tiny, "love ", "--length", 50)
    three, err = poem(capsys, tiny, "love ", "--length", 50, "--count", 3)
    poems = three.rstrip("\n").split("\n\n* * *\n\n")
    assert err == []
    assert len(set(poems)) == 3
    assert poems[0] == one.rstrip("\n")
    assert all(text.startswith("love ") for text in poems)


def test_choices_reach_the_network(capsys: Any, tiny: Path) -> None:
    plain, _ = poem(capsys, tiny, "love")
    for option in (["--temperature", "0.5"], ["--top-k", "3"], ["--top-p", "0.3"], ["--state", "window"]):
        assert poem(capsys, tiny, "love", *option)[0] != plain
    greedy = {poem(capsys, tiny, "love", "--top-k", 1, "--seed", seed)[0] for seed in (1, 2, 3)}
    assert len(greedy) == 1


@pytest.mark.parametrize("state", ["carried", "window"])
def test_both_engines_write_the_same(capsys: Any, tiny: Path, state: str) -> None:
    options = ("love ", "--length", 60, "--state", state, "--count", 2)
    assert poem(capsys, tiny, *options) == poem(capsys, tiny, *options, "--engine", "keras")


def test_a_pipe_is_read_and_loses_one_line_end(
    capsys: Any, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, _ = poem(capsys, tiny, "love is ", "--length", 30)
    for content in (b"love is ", b"love is \n", b"\xef\xbb\xbflove is \r\n"):
        monkeypatch.setattr(sys, "stdin", Input(content))
        assert poem(capsys, tiny, "--length", 30)[0] == given


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "standard input is not UTF-8 text: byte 0 cannot be read"),
        (b"a" * (1 << 20) + b"b", "standard input has more than 1048576 bytes: expected a poem's beginning"),
    ],
)
def test_a_pipe_that_is_no_beginning_is_refused(
    capsys: Any, tiny: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.setattr(sys, "stdin", Input(content))
    with pytest.raises(UserError, match=message):
        poem(capsys, tiny)


def test_show_draws_the_poem(capsys: Any, tiny: Path) -> None:
    _, err = poem(capsys, tiny, "love", "--length", 70, "--show")
    path = tiny.parent / "poem.png"
    assert err == [f"note: the probabilities along the poem: {path}"]
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"

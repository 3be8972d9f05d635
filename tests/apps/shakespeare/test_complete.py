"""The verb complete: what is echoed and printed, and what is read from standard input."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.shakespeare import __main__ as command
from models import shakespeare
from tests.models.shakespeare.poems import network
from utils import bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary


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
    printed = capsys.readouterr()
    return printed.out, printed.err.splitlines()


class Input(io.TextIOWrapper):
    """Standard input that is a pipe."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="utf-8")


@pytest.mark.parametrize("prompt", ["Love is FOREVER ", "\n\n  love\nis", "o " * 5000])
def test_the_poem_is_the_apis(capsys: Any, tiny: Path, prompt: str) -> None:
    out, err = poem(capsys, tiny, prompt, "--length", 30)
    assert (out, err) == (shakespeare.load(tiny).complete(prompt, length=30, seed=1) + "\n", [])


@pytest.mark.parametrize(
    ("flags", "options"),
    [
        (["--temperature", "0.5"], {"temperature": 0.5}),
        (["--top-k", "3"], {"top_k": 3}),
        (["--top-p", "0.3"], {"top_p": 0.3}),
        (["--lines", "3", "--length", "3000"], {"lines": 3, "length": 3000}),
        (["--seed", "7"], {"seed": 7}),
    ],
)
def test_options_reach_the_api(capsys: Any, tiny: Path, flags: list[str], options: dict[str, Any]) -> None:
    expected = shakespeare.load(tiny).complete("love", **({"seed": 1} | options))
    assert poem(capsys, tiny, "love", *flags)[0] == expected + "\n"


def test_a_notice_says_what_was_left_out(capsys: Any, tiny: Path) -> None:
    out, err = poem(capsys, tiny, "love \U0001f496", "--length", 30)
    assert err == ["note: the beginning: 1 character left out (1 different: '\U0001f496')"]
    assert poem(capsys, tiny, "love \U0001f496", "--length", 30, "--quiet") == (out, [])


def test_what_would_steer_the_terminal_is_not_echoed(capsys: Any, tiny: Path) -> None:
    out, _ = poem(capsys, tiny, "lo\x1b[2Jve\x07", "--length", 5)
    assert out.startswith("lo[2Jve")


def test_nor_is_it_written_whatever_a_network_has_read(capsys: Any, tmp_path: Path) -> None:
    steering = "a\x1b\u202e\u2066\x07"
    bundle.save(network(vocabulary=Vocabulary(steering), scale=0), tmp_path / "odd")
    for more in ((), ("--count", 2)):
        out, _ = poem(capsys, tmp_path / "odd", "a", "--length", 200, *more)
        assert {*out} <= {*"a\n *"} and 20 < out.count("a") < 200


@pytest.mark.parametrize(
    ("symbols", "prompt"),
    [
        ("\n\u4e00\u4e8c\u4e09\u3002\ufffd", "\u4e00"),
        ("\n \u0627\u0644\u0642\u064b\u060c", "\u0627\u0644"),
    ],
)
def test_any_script_is_written_as_it_is(capsys: Any, tmp_path: Path, symbols: str, prompt: str) -> None:
    bundle.save(network(vocabulary=Vocabulary(symbols), cell="gru"), tmp_path / "own")
    out, err = poem(capsys, tmp_path / "own", prompt, "--length", 40)
    assert (len(out), err) == (len(prompt) + 41, []) and {*out} <= {*symbols} - {"\ufffd"}
    _, err = poem(capsys, tmp_path / "own", prompt + "T.", "--length", 5)
    assert len(err) == 1 and err[0].endswith("(2 different: 'T' '.')")


def test_records_are_printed_one_a_line(capsys: Any, tmp_path: Path) -> None:
    bundle.save(network(vocabulary=Vocabulary("\nab"), lines=True, scale=0), tmp_path / "lines")
    out, _ = poem(capsys, tmp_path / "lines", "ab", "--count", 5, "--length", 1)
    assert len(out.splitlines()) == 5 and all(line.startswith("ab") for line in out.splitlines())


def test_a_drawn_seed_is_named(capsys: Any, tiny: Path) -> None:
    assert command.main(["complete", "love", "--bundle", str(tiny)]) == 0
    printed = capsys.readouterr()
    assert printed.out == poem(capsys, tiny, "love", "--seed", printed.err.split()[2])[0]


def test_several_poems_are_printed_one_after_another(capsys: Any, tiny: Path) -> None:
    out, err = poem(capsys, tiny, "love ", "--length", 50, "--count", 3)
    poems = shakespeare.load(tiny).complete_all(["love "] * 3, length=50, seed=1)
    assert (out, err) == ("\n\n* * *\n\n".join(text.rstrip("\n") for text in poems) + "\n", [])


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
        (b"a" * (1 << 20) + b"b", "standard input has more than 1048576 bytes"),
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

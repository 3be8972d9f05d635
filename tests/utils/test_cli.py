import argparse
import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.options import DataOptions
from utils import cli
from utils.errors import UserError
from utils.options import add_flags, take, typed
from utils.progress import progress

logger = logging.getLogger("cadenza")


class Terminal(io.StringIO):
    """A standard error that a person watches."""

    def isatty(self) -> bool:
        return True


def a_parser() -> cli.Parser:
    parser = cli.Parser(prog="python -m apps.test", description="A test.")
    parser.add_argument("--units", type=cli.positive_int, default=64, help="size")
    parser.add_argument("--midi", default=None, help="file; none: the bundled tune")
    cli.add_common(parser, out="output/test")
    return parser


# Parsing


def test_common_options_have_defaults() -> None:
    given = a_parser().parse_args([])
    assert (given.seed, given.quiet, given.out) == (None, False, Path("output/test"))
    given = a_parser().parse_args(["--seed", "7", "--quiet", "--out", "x"])
    assert (given.seed, given.quiet, given.out) == (7, True, Path("x"))


def test_out_is_only_there_with_a_default_and_seed_where_something_is_drawn() -> None:
    parser = cli.Parser()
    cli.add_common(parser, seed=None)
    add_flags(parser, DataOptions)
    given = vars(parser.parse_args([]))
    assert (given, take(DataOptions, given).data_dir) == ({"quiet": False}, None)
    assert parser.parse_args(["--data-dir", "x"]).data_dir == Path("x")


def test_help_shows_defaults_that_say_something() -> None:
    text = " ".join(a_parser().format_help().split())
    assert "size (default: 64)" in text
    assert "repeatable; none: a new one is drawn" in text
    assert "folder for the results (default: output/test)" in text
    assert "None" not in text and "False" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--units", "0"], "argument --units: expected 1 or more, got 0"),
        (["--units", "many"], "argument --units: expected a whole number, got 'many'"),
        (["--units"], "argument --units: expected one argument"),
        (["--unit", "3"], "unrecognized arguments: --unit 3"),
        (["--seed", "-1"], "argument --seed: expected 0 to 4294967295, got -1"),
        (["--seed", "4294967296"], "argument --seed: expected 0 to 4294967295, got 4294967296"),
        (["--seed", "1.5"], "argument --seed: expected a whole number, got '1.5'"),
        (["stray"], "unrecognized arguments: stray"),
    ],
)
def test_bad_usage_is_one_line_that_points_to_the_help(arguments: list[str], message: str) -> None:
    with pytest.raises(UserError) as caught:
        a_parser().parse_args(arguments)
    assert str(caught.value) == f"{message} (see python -m apps.test --help)"
    assert caught.value.exit_code == 2


def test_the_verbs_of_a_parser_have_the_same_manners() -> None:
    parser = cli.Parser(prog="p")
    parser.add_subparsers().add_parser("train")
    with pytest.raises(UserError, match=r"unrecognized arguments: --x \(see p --help\)"):
        parser.parse_args(["train", "--x"])


@pytest.mark.parametrize(
    ("read", "text", "number"),
    [
        (cli.positive_int, "1", 1),
        (cli.positive_int, "007", 7),
        (cli.int_up_to(12), "12", 12),
        (cli.int_between(-3, 3), "-3", -3),
        (cli.float_between(-0.5, 3), "-0.5", -0.5),
        (cli.positive_float, "0.5", 0.5),
        (cli.positive_float, "1e-3", 0.001),
        (cli.seed_number, "0", 0),
        (cli.seed_number, str(2**32 - 1), 2**32 - 1),
    ],
)
def test_numbers_are_read(read: Callable[[str], float], text: str, number: float) -> None:
    assert read(text) == number


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (cli.positive_int, ["0", "-3", "1.0", "", "one", "9" * 5000]),
        (cli.int_up_to(12), ["0", "13"]),
        (cli.float_between(0, 1), ["-0.1", "1.1", "nan", "inf", "half"]),
        (cli.positive_float, ["0", "-0.5", "nan", "inf", "1e999", "", "warm", "0,5"]),
        (cli.seed_number, ["-1", str(2**32)]),
        (cli.port_number, ["-1", "65536", "http"]),
    ],
)
def test_numbers_out_of_range_are_refused(read: Callable[[str], float], texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError, match="expected "):
            read(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("été", "été"),
        ("\udcc3\udca9t\udcc3\udca9", "été"),  # its bytes, as Python has them where the locale is ASCII
        ("\udcf0\udc9f\udc8d\udcb4!", "🍴!"),
        ("a\udcff", "a\udcff"),  # no UTF-8
        ("\ud83c", "\ud83c"),  # half a pair
        ("", ""),
    ],
)
def test_what_is_typed_is_utf_8_in_any_locale(text: str, meant: str) -> None:
    assert typed(text) == meant


def test_seeds_count_on_as_far_as_there_are_any() -> None:
    assert list(cli.seeds(2**32 - 2, 2)) == [2**32 - 2, 2**32 - 1]
    with pytest.raises(UserError, match="--seed: expected at most 4294967293 for 3 seeds, got 4294967294"):
        cli.seeds(2**32 - 2, 3)


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        ([], ["sample"]),
        (["--seed", "1"], ["sample", "--seed", "1"]),
        (["train", "--seed", "1"], ["train", "--seed", "1"]),
        (["sample"], ["sample"]),
        (["--help"], ["--help"]),
        (["-h"], ["-h"]),
        (["file.mid"], ["sample", "file.mid"]),
    ],
)
def test_the_default_verb(given: list[str], completed: list[str]) -> None:
    assert cli.with_default_verb(given, ("sample", "train"), "sample") == completed


# Notices, seeds, progress


def test_a_drawn_seed_is_said_and_new_each_time(capsys) -> None:
    seeds = {cli.chosen_seed(None) for _ in range(5)}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**32 for seed in seeds)
    out, err = capsys.readouterr()
    assert out == ""
    assert all(f"note: seed {seed} (give --seed {seed} to repeat this run)\n" in err for seed in seeds)


def test_quiet_says_nothing(capsys) -> None:
    assert cli.chosen_seed(0) == 0  # a seed that is given is no news
    with progress("work", 3) as advance:  # nor is work that nobody watches
        advance(1)
    a_parser().parse_args(["--quiet"])
    cli.chosen_seed(None)
    logger.info("hello")
    with progress("work", 3) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")
    logger.warning("stopped\x1b[2J")
    assert capsys.readouterr().err == "note: stopped\\x1b[2J\n"


def test_a_bar_is_shown_to_a_person(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("training", 20) as advance:
        advance(5, "loss 1.25")
        print("a result")
        advance(20, "loss 0.5")
    text = screen.getvalue()
    assert "training" in text and "20/20" in text and "loss 0.5" in text
    assert capsys.readouterr().out == "a result\n"
    assert "a result" not in text


@pytest.mark.parametrize("watched", [True, False])
def test_what_the_block_raises_goes_through(watched: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal() if watched else io.StringIO())
    with pytest.raises(KeyboardInterrupt), progress("training", 20):
        raise KeyboardInterrupt


# Exit codes


@pytest.mark.parametrize("code", [0, 1])
def test_run_returns_what_main_returns(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "--a", "b"])
    given = []
    assert cli.run(lambda argv: given.extend(argv) or code) == code
    assert given == ["--a", "b"]


@pytest.mark.parametrize("code", [1, 2])
def test_run_prints_a_mistake_as_one_line(code: int, capsys) -> None:
    def main(argv: object) -> int:
        raise UserError("--tempo: expected above 0,\ngot -1", code)

    assert cli.run(main) == code
    assert capsys.readouterr() == ("", "error: --tempo: expected above 0, got -1\n")


def test_run_ends_with_130_after_ctrl_c(capsys) -> None:
    def main(argv: object) -> int:
        raise KeyboardInterrupt

    assert cli.run(main) == 130
    assert capsys.readouterr() == ("", "stopped\n")


@pytest.mark.parametrize("bug", [ValueError("x"), OSError("x"), SystemExit(0)])
def test_run_lets_bugs_and_help_through(bug: BaseException) -> None:
    def main(argv: object) -> int:
        raise bug

    with pytest.raises(type(bug)):
        cli.run(main)

"""Options that are said once: as flags, keywords, rows, and for pydantic."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import annotated_types
import numpy as np
import pydantic
import pytest

from utils import cli
from utils.errors import UserError
from utils.options import (
    LAST_SEED,
    Doc,
    Flag,
    Interval,
    Options,
    Seed,
    Share,
    add_flags,
    changed,
    names,
    read,
    take,
)


@dataclass(frozen=True)
class Sound(Options):
    mute: Annotated[tuple[str, ...], Doc("parts to leave out"), Flag(metavar="PART")] = ()
    loud: Annotated[bool, Doc("play loudly")] = False


@dataclass(frozen=True)
class Play(Sound):
    tempo: Annotated[float | None, Interval(ge=20, le=400), Doc("quarter notes a minute; none: 130")] = None
    count: Annotated[int, Interval(ge=1, le=9), Doc("how many")] = 2
    heat: Annotated[float, Interval(gt=0), Doc("100% wild")] = 1.0
    top: Annotated[int | None, Interval(ge=1), Doc("the likeliest")] = None
    share: Annotated[Share | None, Doc("of all")] = None
    band: Annotated[Literal["swing", "bossa"], Doc("who plays"), Flag("with")] = "swing"
    out: Annotated[Path, Doc("folder")] = Path("output")
    browser: Annotated[bool, Doc("open a browser")] = True
    seed: Annotated[Seed, Doc("makes it repeatable")] = None


@dataclass(frozen=True)
class Text(Options):
    text: Annotated[str, Doc("words"), Flag(positional=True)]


def parser(*classes: type[Options]) -> cli.Parser:
    made = cli.Parser(prog="play")
    add_flags(made, *classes)
    return made


def played(line: str) -> Play:
    given = vars(parser(Play).parse_args(line.split()))
    options = take(Play, given)
    assert given == {}
    return options


def test_flags_are_made_and_read() -> None:
    assert played("") == Play()
    assert played(
        "--mute solo bass --mute drums --loud --no-browser --tempo 90 --with bossa --out x"
    ) == Play(
        mute=("solo", "bass", "drums"), loud=True, browser=False, tempo=90.0, band="bossa", out=Path("x")
    )
    assert vars(parser(Text).parse_args(["two words"])) == {"text": "two words"}


def test_the_help_says_bounds_and_defaults() -> None:
    text = " ".join(parser(Play).format_help().split())
    for line in (
        "--mute PART [PART ...] parts to leave out",
        "--tempo TEMPO quarter notes a minute, 20 to 400; none: 130 --count",
        "--count COUNT how many, 1 to 9 (default: 2)",
        "--heat HEAT 100% wild (default: 1.0)",
        "--share SHARE of all, above 0 and at most 1",
        "--with {swing,bossa} who plays (default: swing)",
        "--no-browser do not open a browser",
        "--seed SEED makes it repeatable",
    ):
        assert line in text
    assert names(Play)[0] == "tempo" and names(Play)[-1] == "loud"  # its own before its base's


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--tempo 19", "argument --tempo: expected 20 to 400, got 19"),
        ("--tempo fast", "argument --tempo: expected a number, got 'fast'"),
        ("--tempo nan", "argument --tempo: expected 20 to 400, got nan"),
        ("--count 1.5", "argument --count: expected a whole number, got '1.5'"),
        ("--count 10", "argument --count: expected 1 to 9, got 10"),
        ("--top 0", "argument --top: expected 1 or more, got 0"),
        ("--heat inf", "argument --heat: expected a number above 0, got inf"),
        ("--share 1.5", "argument --share: expected above 0 and at most 1, got 1.5"),
        ("--seed 4294967296", "argument --seed: expected 0 to 4294967295, got 4294967296"),
        ("--mute \udce4", "argument --mute: expected Unicode text, got half of a surrogate pair"),
    ],
)
def test_a_flag_that_does_not_fit_is_one_line(line: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        played(line)
    assert str(caught.value) == f"{message} (see play --help)"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("tempo", 19, "tempo: expected 20 to 400, got 19"),
        ("tempo", "fast", 'tempo: expected 20 to 400, got "fast"'),
        ("tempo", True, "tempo: expected 20 to 400, got true"),
        ("heat", float("nan"), "heat: expected a number above 0, got NaN"),
        ("heat", float("inf"), "heat: expected a number above 0, got Infinity"),
        ("heat", 10**400, "heat: expected a number above 0, got 1000"),
        ("count", 2.5, "count: expected 1 to 9, got 2.5"),
        ("count", None, "count: expected 1 to 9, got null"),
        ("seed", -1, f"seed: expected 0 to {LAST_SEED}, got -1"),
        ("mute", "solo", 'mute: expected a list, got "solo"'),
        ("mute", [3], "mute: expected a text, got 3"),
        ("band", "polka", 'band: expected swing or bossa, got "polka"'),
        ("band", [], "band: expected swing or bossa, got []"),
        ("loud", 1, "loud: expected true or false, got 1"),
        ("out", 3, "out: expected a path, got 3"),
    ],
)
def test_a_keyword_that_does_not_fit_is_refused_for_people_and_programs(
    name: str, value: Any, message: str
) -> None:
    for kind in (ValueError, UserError):
        with pytest.raises(kind) as caught:
            Play(**{name: value})
        assert str(caught.value).startswith(message)


def test_keywords_become_the_types_of_the_options() -> None:
    options = Play(count=3.0, tempo=np.float32(90), mute=["solo"], out="x", top=np.int64(4))  # type: ignore[arg-type]
    assert repr((options.count, options.tempo, options.mute, options.top)) == "(3, 90.0, ('solo',), 4)"
    assert options.out == Path("x")


def test_rows_are_read_with_the_names_of_all_fields() -> None:
    assert read(Play, {"tempo": 100, "count": None}) == Play(tempo=100.0)
    assert read(Text, {"text": "ä"}) == Text("ä")
    for content, message in (
        ({"tmpo": 1}, "'tmpo' is not a field; expected text"),
        ({}, "text: expected a text, got none"),
        ({"text": 5}, "text: expected a text, got 5"),
        ({"text": "\ud800"}, "text: expected Unicode text, got half of a surrogate pair"),
    ):
        with pytest.raises(UserError, match=f"^{message}"):
            read(Text, content)


def test_options_are_changed_by_keywords_and_given_to_what_takes_fewer() -> None:
    play = changed(None, Play, {"tempo": 100, "mute": ["bass"]})
    assert changed(play, Play, {"count": 3}) == Play(tempo=100.0, mute=("bass",), count=3)
    assert play.part(Sound) == Sound(mute=("bass",))
    with pytest.raises(TypeError, match="tmpo"):
        changed(play, Play, {"tmpo": 100})


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"tempo": 19}, "greater_than_equal"),
        ({"tempo": 401}, "less_than_equal"),
        ({"heat": 0}, "greater_than"),
        ({"band": "polka"}, "literal_error"),
        ({"mute": "solo"}, "tuple_type"),
        ({"mute": ["\ud800"]}, "value_error"),
    ],
)
def test_pydantic_checks_the_same_bounds(content: dict[str, Any], kind: str) -> None:
    adapter = pydantic.TypeAdapter(Play)
    assert adapter.validate_python({"tempo": 90, "mute": ["solo"]}) == Play(tempo=90.0, mute=("solo",))
    with pytest.raises(pydantic.ValidationError) as caught:
        adapter.validate_python(content)
    assert [error["type"] for error in caught.value.errors()] == [kind]


def test_an_interval_is_that_of_annotated_types() -> None:
    interval = Interval(gt=0, le=1)
    assert isinstance(interval, annotated_types.GroupedMetadata)
    assert list(interval) == [annotated_types.Interval(gt=0, le=1)]

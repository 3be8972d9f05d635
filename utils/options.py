"""Options of a job, said once: a frozen dataclass is its flags, its keywords, its JSON and its rows.

    @dataclass(frozen=True)
    class NameOptions(Options):
        temperature: Annotated[float, Interval(gt=0), Doc("below 1 tamer, above 1 wilder")] = 1.0
        start: Annotated[str, Doc("what every name begins with"), Flag(metavar="LETTERS")] = ""

    add_flags(parser, NameOptions)                       # --temperature, --start
    take(NameOptions, vars(parser.parse_args()))         # from the command line
    NameOptions(temperature=0.7)                         # as keywords
    read(NameOptions, {"temperature": 0.7})              # a row, or JSON
    pydantic.TypeAdapter(NameOptions)                    # a web server's: it understands `Interval`

Every way checks the same bounds. A field's type is int, float, str, bool, Path, a Literal, a class with a
class method `parse(text)`, a tuple of one of these of any length, or one of these or None.
"""

import argparse
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, Field, fields, replace
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from utils.errors import UserError, shown

T = TypeVar("T", bound="Options")
LAST_SEED = (1 << 32) - 1  # NumPy's generators take no larger one
_LARGEST = 1.7976931348623157e308  # the largest number that is not infinite
_NOUNS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", Path: "a path"}


class OptionError(UserError, ValueError):
    """An option's value that does not fit, whether a person typed it or a program passed it."""


class Doc:
    """What an option means, in a line, as the help shows it: "quarter notes a minute; none: the chart's".

    Args:
        text: The line; what None means stands last, after "; none:".
    """

    def __init__(self, text: str) -> None:
        self.text = text


class Interval:
    """The bounds of a number.

    It speaks the protocol of annotated-types, so that pydantic checks the same bounds; importing that package
    would take a tenth of the time to a command's help.

    Args:
        gt: It is larger.
        ge: It is as large or larger.
        le: It is as large or smaller.
        lt: It is smaller.
    """

    __is_annotated_types_grouped_metadata__: ClassVar[Literal[True]] = True

    def __init__(
        self,
        *,
        gt: float | None = None,
        ge: float | None = None,
        le: float | None = None,
        lt: float | None = None,
    ) -> None:
        self.gt, self.ge, self.le, self.lt = gt, ge, le, lt

    def __iter__(self) -> Iterator[object]:
        """The bounds as annotated-types has them."""
        import annotated_types

        yield annotated_types.Interval(gt=self.gt, ge=self.ge, le=self.le, lt=self.lt)

    def __contains__(self, value: float) -> bool:
        return not (
            (self.gt is not None and not value > self.gt)
            or (self.ge is not None and not value >= self.ge)
            or (self.le is not None and not value <= self.le)
            or (self.lt is not None and not value < self.lt)
        )

    def __str__(self) -> str:
        """The rule as an error says it: "1 to 64", "a number above 0"."""
        if self.ge is not None and self.le is not None:
            return f"{self.ge:.16g} to {self.le:.16g}"
        rules = (
            (self.ge, "{} or more"),
            (self.gt, "above {}"),
            (self.le, "at most {}"),
            (self.lt, "below {}"),
        )
        rule = " and ".join(text.format(f"{bound:.16g}") for bound, text in rules if bound is not None)
        return f"a number {rule}" if rule.startswith("above") and " and " not in rule else rule


class Flag:
    """How an option is given on the command line, where it is not --NAME VALUE.

    Args:
        name: The flag's name without the dashes; None: the field's.
        metavar: What stands for the value in the help.
        positional: Whether it is an argument without a flag.
    """

    def __init__(
        self, name: str | None = None, *, metavar: str | None = None, positional: bool = False
    ) -> None:
        self.name, self.metavar, self.positional = name, metavar, positional


Seed = Annotated[int | None, Interval(ge=0, le=LAST_SEED)]
Share = Annotated[float, Interval(gt=0, le=1)]


class Options:
    """The base of a job's options: checks its fields when it is made.

    Raises:
        OptionError: A value does not fit; it is a UserError and a ValueError.
        TypeError: There is no such option, or one that is needed is missing.
    """

    def __post_init__(self) -> None:
        for option in options_of(type(self)):
            object.__setattr__(self, option.name, option.checked(getattr(self, option.name)))

    def part(self, options: type[T]) -> T:
        """Returns those that a base class declares."""
        return options(**{name: getattr(self, name) for name in names(options)})


class Option(NamedTuple):
    """An option as its field declares it.

    Args:
        name: The field's.
        kind: The type of a value: int, float, str, bool, Path, or a class with `parse`; of a Literal str.
        many: Whether there may be several values.
        optional: Whether None is a value.
        choices: The values of a Literal, else empty.
        default: `dataclasses.MISSING`: it is needed.
        bounds: A number's.
        doc: What it means.
        flag: How it is given on the command line.
    """

    name: str
    kind: type
    many: bool
    optional: bool
    choices: tuple[str, ...]
    default: Any
    bounds: Interval
    doc: str
    flag: Flag

    def checked(self, value: Any) -> Any:
        """Returns a value as the option's type.

        Raises:
            OptionError: It does not fit.
        """
        if value is None and self.optional:
            return None
        try:
            if not self.many:
                return self._single(value)
            if isinstance(value, str) or not isinstance(value, Collection):
                raise ValueError(f"expected a list, got {shown(value)}")
            return tuple(map(self._single, value))
        except ValueError as error:
            raise OptionError(f"{self.name}: {error}") from None

    def parsed(self, text: str) -> Any:
        """Returns a typed value, for argparse's `type`."""
        try:
            if self.kind in (int, float):
                return self._in_bounds(self._number(text), text)
            return self._single(typed(text) if self.kind is str else self._typed(text))
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    def _typed(self, text: str) -> Any:
        return Path(text) if self.kind is Path else self.kind.parse(text)  # type: ignore[attr-defined]

    def _number(self, text: str) -> int | float:
        try:
            return int(text) if self.kind is int else float(text)
        except ValueError:
            raise ValueError(f"expected {_NOUNS[self.kind]}, got {text!r}") from None

    def _single(self, value: Any) -> Any:
        """A value of the option's type, of several one."""
        if self.choices:
            if value not in self.choices:
                *most, last = self.choices
                raise ValueError(f"expected {', '.join(most)} or {last}, got {shown(value)}")
            return value
        if self.kind is int and isinstance(value, Real) and not isinstance(value, Integral):
            whole = float(value)
            value = int(whole) if whole.is_integer() else value  # a table's column with gaps has 3.0
        kinds: dict[type, Any] = {int: Integral, float: Real, Path: (str, Path)}
        fits = isinstance(value, kinds.get(self.kind, self.kind))
        if self.kind in (int, float):
            try:
                number = self.kind(value) if fits and not isinstance(value, bool) else None
            except OverflowError:  # a whole number that is larger than any other
                number = None
            if number is None:
                raise ValueError(f"expected {self.rule() or _NOUNS[self.kind]}, got {shown(value)}")
            return self._in_bounds(number, shown(value))
        if not fits and isinstance(value, str) and hasattr(self.kind, "parse"):
            return self._typed(value)
        if not fits:
            noun = _NOUNS.get(self.kind, self.kind.__name__)
            raise ValueError(f"expected {noun}, got {'none' if value is None else shown(value)}")
        if self.kind is str and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("expected Unicode text, got half of a surrogate pair")
        return Path(value) if self.kind is Path else value

    def _in_bounds(self, value: float, text: str) -> float:
        if not (value in self.bounds and -_LARGEST <= value <= _LARGEST):
            raise ValueError(f"expected {self.rule() or 'a finite number'}, got {text}")
        return value

    def rule(self) -> str:
        """The bounds as an error says them; empty: there are none."""
        return str(self.bounds)

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Adds the option's flag to a parser, which leaves it out of its namespace where it is not given."""
        flag, text = self.flag, self.doc
        name = flag.name or self.name.replace("_", "-")
        given: dict[str, Any] = {"default": argparse.SUPPRESS}
        if self.kind is bool:
            given["action"] = "store_false" if self.default else "store_true"
            name, text = (f"no-{name}", f"do not {text}") if self.default else (name, text)
        else:
            given |= {"type": self.parsed, "metavar": flag.metavar}
            if self.choices:
                given |= {"choices": self.choices, "type": str}
            if self.many:
                given |= {"nargs": "*" if flag.positional else "+"}
                given |= {} if flag.positional else {"action": "extend"}
            elif flag.positional and self.default is not MISSING:
                given["nargs"] = "?"
        if flag.positional:
            parser.add_argument(self.name, help=self._help(text), **given)
            return
        given["required"] = self.default is MISSING
        parser.add_argument(f"--{name}", dest=self.name, help=self._help(text), **given)

    def _help(self, text: str) -> str:
        """What the option means, its bounds, what some values mean, and the default if it says something."""
        meaning, semicolon, rest = text.replace("%", "%%").partition(";")
        if self.bounds.le is not None and self.bounds.le != LAST_SEED:
            meaning += f", {self.rule()}"
        silent = self.default is MISSING or isinstance(self.default, bool) or self.default in (None, "", ())
        return meaning + semicolon + rest + ("" if silent else f" (default: {self.default})")


def options_of(options: type[Options]) -> tuple[Option, ...]:
    """Returns the options of a class in their order, its own before those of its bases."""
    declared: Any = options  # mypy takes no class of ours for something that can be hashed
    return _options_of(declared)


def add_flags(parser: argparse.ArgumentParser, *classes: type[Options]) -> None:
    """Adds the flags of every option of the classes to a parser."""
    for options in classes:
        for option in options_of(options):
            option.add_to(parser)


def take(options: type[T], given: dict[str, Any]) -> T:
    """Makes options from those of the keywords that are theirs, and takes these out.

    Args:
        options: The class.
        given: Keywords, such as a parser's namespace.

    Raises:
        OptionError: A value does not fit.
    """
    return options(**{name: given.pop(name) for name in names(options) if name in given})


def read(options: type[T], content: Mapping[str, Any]) -> T:
    """Makes options from a row or an object of JSON; a value that is null is not there.

    Raises:
        OptionError: A value does not fit, is missing, or there is no such option.
    """
    known, given = names(options), {name: value for name, value in content.items() if value is not None}
    for name in given:
        if name not in known:
            raise OptionError(f"{name[:40]!r} is not a field; expected {', '.join(known)}")
    for option in options_of(options):
        if option.default is MISSING and option.name not in given:
            raise OptionError(f"{option.name}: expected {_NOUNS.get(option.kind, 'a value')}, got none")
    return options(**given)


def changed(options: T | None, otherwise: type[T], keywords: Mapping[str, Any]) -> T:
    """Returns options with some of them changed, for a function that takes both.

    Args:
        options: None: the defaults.
        otherwise: The class.
        keywords: The values to change by their names.

    Raises:
        OptionError: A value does not fit.
        TypeError: There is no such option.
    """
    return replace(otherwise() if options is None else options, **keywords)  # type: ignore[type-var]


def names(options: type[Options]) -> tuple[str, ...]:
    """Returns the names of a class's options."""
    return tuple(option.name for option in options_of(options))


def typed(text: str) -> str:
    """Decodes typed text as UTF-8 also where the locale is plain ASCII, for argparse's `type`.

    There Python represents other bytes as surrogates, which suits a path but not words.
    """
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return text  # not UTF-8: its user reports that


@cache
def _options_of(options: Any) -> tuple[Option, ...]:
    hints, bases = get_type_hints(options, include_extras=True), options.__mro__

    def depth(field: "Field[Any]") -> int:
        return next(n for n, base in enumerate(bases) if field.name in vars(base).get("__annotations__", ()))

    return tuple(_option(field, hints[field.name]) for field in sorted(fields(options), key=depth))


def _option(field: "Field[Any]", hint: Any) -> Option:
    metadata: list[Any] = []
    many = optional = False
    while True:
        arguments = get_args(hint)
        if get_origin(hint) is Annotated:
            hint, metadata = arguments[0], [*metadata, *arguments[1:]]
        elif get_origin(hint) in (Union, UnionType) and NoneType in arguments:
            (hint,), optional = (argument for argument in arguments if argument is not NoneType), True
        elif get_origin(hint) is tuple:
            hint, many = arguments[0], True
        else:
            break
    choices = arguments if get_origin(hint) is Literal else ()
    return Option(
        field.name,
        str if choices else hint,
        many,
        optional,
        choices,
        field.default,
        _of(metadata, Interval) or Interval(),
        (_of(metadata, Doc) or Doc("")).text,
        _of(metadata, Flag) or Flag(),
    )


def _of(metadata: list[Any], kind: type) -> Any:
    return next((found for found in metadata if isinstance(found, kind)), None)

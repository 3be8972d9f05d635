"""What all commands share: argument types, common options, notices, exit codes.

Results go to standard output; notices and progress bars go to standard error.
"""

import argparse
import codecs
import errno
import io
import logging
import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

from utils.errors import Terminated, UserError, escape_control_characters
from utils.options import LAST_SEED, Options, add_flags, take
from utils.signals import terminable

logger = logging.getLogger("cadenza")

_T = TypeVar("_T", int, float)
_UNPRINTABLE = "cadenza.printable"  # the name that the codecs know `_printable` by


class _Help(argparse.ArgumentDefaultsHelpFormatter):
    """Shows defaults other than None, and other than False for a switch."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default is None or action.default is False:
            return action.help
        return super()._get_help_string(action)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, and whose help shows the defaults."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("formatter_class", _Help)
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parses the arguments and sets the level of notices that --quiet asks for."""
        options = super().parse_args(args, namespace)
        show_notices(quiet=getattr(options, "quiet", False))
        return options

    def error(self, message: str) -> NoReturn:
        """Raises one line instead of printing the whole usage."""
        raise UserError(f"{message} (see {self.prog} --help)")


class _NoticeHandler(logging.Handler):
    """Prints what the program logs on standard error, one line each."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`; a closed standard error ends the command, as a closed output does."""
        print(f"note: {escape_control_characters(record.getMessage())}", file=sys.stderr, flush=True)


def show_notices(*, quiet: bool = False) -> None:
    """Prints the notices of all modules on standard error.

    Args:
        quiet: Whether only warnings are shown, and no progress bars.
    """
    logger.handlers = [_NoticeHandler()]
    logger.propagate = False
    logger.setLevel(logging.WARNING if quiet else logging.INFO)


def add_common(
    parser: argparse.ArgumentParser, out: str | None = None, seed: str | None = "a new one is drawn"
) -> None:
    """Adds the options that mean the same everywhere: --quiet, and --seed and --out where there are any.

    Args:
        parser: The command's or the verb's.
        out: The default of --out; None: it writes no files of its own.
        seed: What happens without --seed, for the help; None: the command has no --seed.
    """
    if seed is not None:
        text = f"number that makes a run repeatable; none: {seed}"
        parser.add_argument("--seed", type=seed_number, default=None, help=text)
    if out is not None:
        text = "folder for the results"
        parser.add_argument("--out", type=Path, default=Path(out), metavar="DIR", help=text)
    parser.add_argument("--quiet", action="store_true", help="no notices and no progress bar")


def add_bundle(parser: argparse.ArgumentParser, text: str = "folder of a trained network") -> None:
    """Adds --bundle for a command that uses a network."""
    parser.add_argument("--bundle", type=Path, metavar="DIR", help=f"{text}; none: the pretrained one")


def keywords(options: argparse.Namespace) -> dict[str, Any]:
    """Returns the parsed options by their names, for a call; --quiet has had its effect."""
    return {name: value for name, value in vars(options).items() if name != "quiet"}


def single_threaded_blas() -> None:
    """Has NumPy, when it is imported, compute a product in one thread.

    The matrices of a step are small: a second thread costs more than it brings.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def with_default_verb(argv: Sequence[str], verbs: Sequence[str], default: str) -> list[str]:
    """Puts the default verb in front of arguments that begin with none, unless help is asked for."""
    if argv and (argv[0] in verbs or argv[0] in ("-h", "--help")):
        return list(argv)
    return [default, *argv]


class Verb(NamedTuple):
    """A verb of a command.

    Args:
        help: The line of its help.
        add_options: Adds to its parser what no class of options has.
        run: Called with an object of each class, and the rest as keywords; returns the exit code, or None
            for 0.
        options: Imports and returns the classes of its options.
    """

    help: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[..., int | None]
    options: Callable[[], tuple[type[Options], ...]] = tuple


def run_verb(argv: Sequence[str], verbs: Mapping[str, Verb], prog: str, description: str) -> int:
    """Parses the arguments of a command that has verbs, and runs the one that they begin with.

    Args:
        argv: The arguments; without a verb the first of `verbs` is run.
        verbs: The verbs by name, in the order of the help.
        prog: How the command is called, for the help.
        description: What the command does, for the help.

    Returns:
        The verb's exit code.
    """
    parser = Parser(prog=prog, description=description)
    subparsers = parser.add_subparsers(metavar="VERB", required=True)
    arguments = with_default_verb(argv, tuple(verbs), next(iter(verbs)))
    for name, verb in verbs.items():
        subparser = subparsers.add_parser(name, help=verb.help)
        if name == arguments[0]:  # the others' options would take as long to add as all else
            add_flags(subparser, *verb.options())
            verb.add_options(subparser)
    options = parser.parse_args(arguments)
    given, verb = keywords(options), verbs[arguments[0]]
    return verb.run(*[take(each, given) for each in verb.options()], **given) or 0


def positive_int(text: str) -> int:
    """A whole number of at least 1, for argparse's `type`."""
    value = _number(text, int, "a whole number")
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, got {text}")
    return value


def int_between(least: int, most: int) -> Callable[[str], int]:
    """Returns a parser of whole numbers from `least` to `most`, for argparse's `type`."""
    return partial(_bounded, kind=int, expected="a whole number", least=least, most=most)


def float_between(least: float, most: float) -> Callable[[str], float]:
    """Returns a parser of numbers from `least` to `most`, for argparse's `type`."""
    return partial(_bounded, kind=float, expected="a number", least=least, most=most)


def int_up_to(most: int) -> Callable[[str], int]:
    """Returns a parser of whole numbers from 1 to `most`, for argparse's `type`."""
    return int_between(1, most)


def seed_number(text: str) -> int:
    """A whole number from 0 to `LAST_SEED`, for argparse's `type`."""
    return int_between(0, LAST_SEED)(text)


def port_number(text: str) -> int:
    """A TCP port, 0 for a free one, for argparse's `type`."""
    return int_between(0, 65535)(text)


def positive_float(text: str) -> float:
    """A finite number above 0, for argparse's `type`."""
    value = _number(text, float, "a number")
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
    return value


def _bounded(text: str, kind: Callable[[str], _T], expected: str, least: _T, most: _T) -> _T:
    value = _number(text, kind, expected)
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"expected {least} to {most}, got {text}")
    return value


def _number(text: str, kind: Callable[[str], _T], expected: str) -> _T:
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text!r}") from None


def seeds(first: int, count: int) -> range:
    """Returns consecutive seeds, one for each run.

    Raises:
        UserError: The last one would be too large.
    """
    if first + count - 1 > LAST_SEED:
        raise UserError(f"--seed: expected at most {LAST_SEED - count + 1} for {count} seeds, got {first}")
    return range(first, first + count)


def chosen_seed(seed: int | None) -> int:
    """The seed that was given, or a new one, which a notice names so that the run can be repeated."""
    if seed is None:
        seed = secrets.randbelow(LAST_SEED + 1)
        logger.info(f"seed {seed} (give --seed {seed} to repeat this run)")
    return seed


def report(error: UserError) -> int:
    """Prints an error as one line and returns its exit code."""
    print(f"error: {error}", file=sys.stderr, flush=True)
    return error.exit_code


def _printable(error: UnicodeError) -> tuple[bytes, int]:
    """Replaces characters that standard output's encoding lacks.

    Undecodable bytes of a path are printed as they are; an emoji in a plain ASCII terminal is printed as
    its escape.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    parts = [
        bytes([ord(character) - 0xDC00])
        if "\udc80" <= character <= "\udcff"
        else character.encode("ascii", "backslashreplace")
        for character in text
    ]
    return b"".join(parts), error.end


def run(main: Callable[[Sequence[str]], int]) -> int:
    """Runs a command's main and turns its exceptions into an exit code and at most one line.

    Returns:
        0 done, 1 the work failed, 2 bad usage or bad input, 130 stopped by Ctrl-C, 143 by SIGTERM. Bugs
        keep their traceback. A reader that closes the pipe early (`| head -1`) ends the command quietly.
    """
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error(_UNPRINTABLE, _printable)
        sys.stdout.reconfigure(errors=_UNPRINTABLE)
    try:
        with terminable():
            code = main(sys.argv[1:])
            sys.stdout.flush()
    except UserError as error:
        return report(error)
    except KeyboardInterrupt as error:
        print("stopped", file=sys.stderr)
        return 143 if isinstance(error, Terminated) else 130
    except BrokenPipeError:
        _give_up_output()
        return 0
    except OSError as error:
        # Errors of files carry a name; the one without is standard output.
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        _give_up_output()
        return report(UserError("cannot write to standard output: no space left on device", 1))
    return code


def _open_closed_streams() -> None:
    """Replaces standard streams that the caller closed (`2>&-`) by the null device.

    Python has None in their place, and the system reuses their numbers for the next files that are opened:
    what TensorFlow writes to number 2 would end up in one of them.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # the system assigns the lowest free number, which is this stream's
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _give_up_output() -> None:
    """Redirects standard output to the null device, because Python flushes it once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""python -m data: list the course's files, fetch them, say where they are, prepare texts, list songs."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from data import catalogue, corpus
from data.options import PrepareOptions
from data.solos import list_songs
from data.sonnets import ALPHABET
from utils import bundle as bundles
from utils.cli import Parser, add_common, positive_float, report, run
from utils.errors import UserError
from utils.folding import fold, spelled
from utils.options import add_flags, take

logger = logging.getLogger("cadenza")

EVERYTHING = "all"
LARGE = 100_000_000  # bytes; `all` leaves out what is larger


def main(argv: Sequence[str]) -> int:
    """Runs the command; see `python -m data --help`."""
    options = _parser().parse_args(argv or ["list"])
    verbs = {"list": _list, "fetch": _fetch, "where": _where, "prepare": _prepare, "chords": _chords}
    return verbs[options.verb](options)


def _parser() -> Parser:
    parser = Parser(
        prog="python -m data",
        description="The course's files: found, listed, fetched; large texts; songs of playlists.",
    )
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="list|fetch|where|prepare|chords", parser_class=Parser
    )

    def add_verb(name: str, text: str, *parents: Parser) -> Parser:
        return verbs.add_parser(name, parents=parents, help=text, description=text)

    shared = Parser(add_help=False)
    shared.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="folder to look in first, and to fetch to; none: $CADENZA_DATA, then the user's cache",
    )
    add_common(shared, seed=None)
    add_verb("list", "show every file, its size, where it is and its licence (no verb: the same)", shared)
    fetch = add_verb("fetch", "download files and check them", shared)
    fetch.add_argument(
        "names", nargs="+", metavar="NAME", help="name in the list, or all: all but the largest"
    )
    fetch.add_argument(
        "--timeout",
        type=positive_float,
        default=30.0,
        metavar="SECONDS",
        help="wait this long for a connection and for each next piece",
    )
    where = add_verb("where", "print the path of a file that is here", shared)
    where.add_argument("name", metavar="NAME", help="name in the list")
    text = "turn texts of any size into a corpus that apps.shakespeare trains on without loading it"
    prepare = add_verb("prepare", text)
    prepare.add_argument("texts", nargs="+", type=Path, metavar="TEXT", help="a text; several are joined")
    add_flags(prepare, PrepareOptions)
    prepare.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the corpus; its name ends in .idx"
    )
    add_common(prepare, seed=None)
    text = (
        "list the songs of an iReal Pro playlist, which `python -m apps.jazz --chords FILE --song NAME` plays"
    )
    chords = add_verb("chords", text)
    chords.add_argument(
        "source", metavar="FILE", help="playlist: a page that iReal Pro exports, or an address"
    )
    add_common(chords, seed=None)
    return parser


def _list(options: argparse.Namespace) -> int:
    rows = [("NAME", "SIZE", "WHERE", "LICENCE OR ORIGIN")]
    for known, path in catalogue.list(options.data_dir):
        size = catalogue.readable(known.bytes) + (" zip" if known.member else "")
        rows.append((known.name, size, str(path or "not here"), known.licence))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, size, where, licence in rows:
        print(f"{name:{widths[0]}}  {size:>{widths[1]}}  {where:{widths[2]}}  {licence}")
    return 0


def _where(options: argparse.Namespace) -> int:
    print(catalogue.require(options.name, options.data_dir))
    return 0


def _chords(options: argparse.Namespace) -> int:
    rows = [("", "TITLE", "COMPOSER", "STYLE", "KEY", "TEMPO")]
    for number, song in enumerate(list_songs(options.source), 1):
        rows.append((str(number), song.title, song.composer, song.style, song.key, song.tempo))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        print("  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _prepare(options: argparse.Namespace) -> int:
    how = take(PrepareOptions, vars(options))
    if how.fold and how.bundle:
        raise UserError("--fold and --bundle both name an alphabet: expected one of them")
    symbols = ALPHABET if how.fold else None
    if how.bundle:
        symbols = "".join(bundles.load(how.bundle, "shakespeare").vocabulary.symbols)
    prepared = corpus.prepare(
        options.texts,
        options.out,
        symbols,
        read=fold if symbols == ALPHABET else spelled,
        encoding=how.encoding,
        min_count=how.min_count,
    )
    if prepared.notice:
        logger.info(prepared.notice)
    logger.info(f"{prepared.name}: {len(prepared)} characters")
    print(options.out)
    return 0


def _fetch(options: argparse.Namespace) -> int:
    """Fetches the named files; one that fails does not prevent the others."""
    code = 0
    for name in _chosen(options.names):
        try:
            path = catalogue.fetch(name, options.data_dir, options.timeout)
            print(path, flush=True)
        except UserError as error:
            code = max(code, report(error))
    return code


def _chosen(names: Sequence[str]) -> list[str]:
    """The chosen entries' names, each once; `all` stands for those that are not large."""
    chosen = dict.fromkeys(catalogue.entry(name).name for name in names if name != EVERYTHING)
    if EVERYTHING in names:
        for known in catalogue.ENTRIES:
            if known.bytes < LARGE:
                chosen[known.name] = None
            elif known.name not in chosen:
                advice = f"get it with: python -m data fetch {known.name}"
                logger.info(f"{known.name} is left out: it is {catalogue.readable(known.bytes)}; {advice}")
    return list(chosen)


if __name__ == "__main__":
    sys.exit(run(main))

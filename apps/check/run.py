"""Checks a file or a folder of files, and prints what was found."""

import csv as tables
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apps.check.sandbox import Checker, Options
from apps.check.source import SUFFIXES
from course.checks.language import Translate, translation
from course.checks.report import Report, table
from utils.errors import UserError
from utils.files import entries, is_file, is_folder, write_text

DEPTH = 3  # folders in folders: a class may have one for each learner
PROCESSES = 2  # files that are checked at the same time
Found = Mapping[str, Report | UserError]


def check_file(path: Path, options: Options, *, as_json: bool = False, csv: Path | None = None) -> int:
    """Checks one file and prints its table.

    Args:
        path: The file.
        options: How.
        as_json: Whether to print JSON instead.
        csv: Where to write a table of one row; None: nowhere.

    Returns:
        0 if all functions passed, else 1.

    Raises:
        UserError: The file cannot be read, or is of no exercise.
    """
    report = Checker([path], options).check(path)
    if as_json:
        print(json.dumps({"file": str(path), **report.as_json()}, ensure_ascii=False, indent=1))
    else:
        print(report.table(), report, sep="\n")
    if csv is not None:
        _write_csv(csv, {path.name: report})
    return 0 if report.passed else 1


def check_folder(folder: Path, options: Options, *, as_json: bool = False, csv: Path | None = None) -> int:
    """Checks the files of a class, two at a time, and prints a table with a line for each.

    Returns:
        0 if all functions of all files passed, 2 if a file cannot be read, else 1.

    Raises:
        UserError: The folder has no such file.
    """
    paths = list(_files(folder))
    if not paths:
        raise UserError(f"{folder}: expected .py files or .ipynb notebooks, got none")
    checker = Checker(paths, options)

    def one(path: Path) -> Report | UserError:
        try:
            return checker.check(path)
        except UserError as error:
            return error

    with ThreadPoolExecutor(PROCESSES) as pool:
        names = [path.relative_to(folder).as_posix() for path in paths]
        try:
            found = dict(zip(names, pool.map(one, paths), strict=True))
        except KeyboardInterrupt:
            checker.stopped = True
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if csv is not None:
        _write_csv(csv, found)
    if as_json:
        rows = [{"file": name, **_as_json(report)} for name, report in found.items()]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print(*_class_table(found, translation(options.language)), sep="\n")
    reports = [report for report in found.values() if isinstance(report, Report)]
    if len(reports) < len(found):
        return 2
    return 0 if all(report.passed for report in reports) else 1


def _files(folder: Path, depth: int = DEPTH) -> Iterator[Path]:
    """The .py files and notebooks of a folder and of those in it, without hidden ones."""
    for path in entries(folder):
        if path.name.startswith((".", "__")):
            continue
        if path.suffix in SUFFIXES and is_file(path):
            yield path
        elif depth and is_folder(path):
            yield from _files(path, depth - 1)


def _as_json(report: Report | UserError) -> dict[str, object]:
    return {"error": str(report)} if isinstance(report, UserError) else report.as_json()


def _class_table(reports: Found, tr: Translate) -> list[str]:
    """A line for each file, and what went wrong most often."""
    rows, reasons = [], Counter[tuple[str, str]]()
    for name, report in reports.items():
        if isinstance(report, UserError):
            rows.append((name, tr("cannot be read"), str(report)))
            continue
        failed = [verdict for verdict in report.verdicts if verdict.status != "passed"]
        rows.append((name, repr(report), ", ".join(f"{v.name} ({tr(v.status)})" for v in failed)))
        reasons.update((v.name, tr(why)) for v in failed for why in v.mistakes)
    lines = table(rows)
    if reasons:
        lines += ["", tr("What went wrong most often:")]
        lines += table([(f"{count}×", name, why) for (name, why), count in reasons.most_common(10)])
    return lines


def _write_csv(path: Path, found: Found) -> None:
    """A row for each file: its marks, and a column of reasons."""
    reports = {name: report for name, report in found.items() if isinstance(report, Report)}
    functions = list(dict.fromkeys(v.name for report in reports.values() for v in report.verdicts))
    text = io.StringIO()
    write = tables.writer(text, lineterminator="\n").writerow
    write(["file", "exercise", "mark", "of", *functions, "reasons"])
    for name, report in found.items():
        if isinstance(report, UserError):
            write([_plain(name), "", 0, "", *("" for _ in functions), _plain(str(report))])
            continue
        marks = {verdict.name: f"{verdict.mark:g}" for verdict in report.verdicts}
        reasons = "\n".join(f"{v.name}: {v.reason}" for v in report.verdicts if v.reason)
        own = [marks.get(function, "") for function in functions]
        write(
            [_plain(name), report.exercise, f"{report.mark:g}", len(report.verdicts), *own, _plain(reasons)]
        )
    write_text(path, "\ufeff" + text.getvalue())  # the mark tells a spreadsheet that it is UTF-8


def _plain(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text

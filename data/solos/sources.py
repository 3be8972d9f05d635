"""What a solo is played over or learnt from, as it is asked for: a piece, a chart, files and folders."""

import logging
from dataclasses import replace
from pathlib import Path

from data.solos.charts import Chart, read_chart
from data.solos.corpus import read_pieces
from data.solos.options import CorpusOptions, PieceOptions, SourceOptions
from data.solos.reading import BUNDLED, Solo, read_solo
from utils.errors import UserError
from utils.files import is_folder
from utils.options import names

_logger = logging.getLogger("cadenza")


def read_source(options: SourceOptions) -> Solo | Chart | None:
    """Reads what a solo is played over: a piece, a chart, or a piece with the chords of a chart.

    Args:
        options: What is asked for.

    Returns:
        None: nothing is asked for; it is the network's own piece then.

    Raises:
        UserError: A file or the chart cannot be read, or an option of a piece is given without one.
    """
    chart = None if options.chords is None else read_chart(options.chords)
    if options.midi is None:
        _require_no_piece(options, "needs a piece: expected --midi FILE too")
        return chart
    solo = _read(options.midi, options, chart)
    return solo if chart is None else replace(solo, tempo=chart.tempo)


def read_chart_text(text: str) -> Chart:
    """Reads a chart that is given as text, and never as the name of a file.

    Raises:
        UserError: It is not a chart; see `read_chart`.
    """
    return read_chart(text + "\n")  # with a line end it names no file


def read_corpus(options: CorpusOptions) -> list[Solo]:
    """Reads the solos that a network learns.

    Args:
        options: What is asked for.

    Raises:
        UserError: A file cannot be read, or an option of a piece is given for several.
    """
    files = options.midi
    if len(files) > 1 or (files and is_folder(files[0])):
        _require_no_piece(options, "is for one piece: expected one --midi FILE")
        return read_pieces(files)
    return [_read(files[0] if files else BUNDLED, options)]


def _read(path: Path, options: PieceOptions, chart: Chart | None = None) -> Solo:
    solo = read_solo(
        path,
        melody_track=options.melody_track,
        chord_track=options.chord_track,
        measures=options.measures,
        chords=None if chart is None else chart.chord_sets(),
    )
    for notice in solo.notices:
        _logger.info(notice)
    return solo


def _require_no_piece(options: PieceOptions, rule: str) -> None:
    for name in names(PieceOptions):
        if getattr(options, name) is not None:
            raise UserError(f"--{name.replace('_', '-')} {rule}")

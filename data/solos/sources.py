"""What a solo is played over or learnt from, as it is asked for: a piece, a chart, files and folders."""

import logging

from data.solos.charts import read_chart
from data.solos.corpus import read_pieces
from data.solos.options import CorpusOptions, PieceOptions, SourceOptions
from data.solos.reading import BUNDLED, Solo, read_changes, read_music, read_solo
from music.changes import Changes
from utils.errors import UserError
from utils.files import is_folder
from utils.options import names

_logger = logging.getLogger("cadenza")


def read_source(options: SourceOptions) -> Solo | Changes | None:
    """Reads what a solo is played over: a piece, a chart, or a piece with the chords of a chart.

    Args:
        options: What is asked for.

    Returns:
        None: nothing is asked for; it is the network's own piece then.

    Raises:
        UserError: A file or the chart cannot be read, or an option of a piece is given without one.
    """
    if options.song is not None and options.chords is None:
        raise UserError("--song needs a playlist: expected --chords FILE too")
    chart = None if options.chords is None else read_changes(options.chords, song=options.song)
    if options.midi is None:
        _require_no_piece(options, "needs a piece: expected --midi FILE too")
        return chart
    music = read_music(options.midi, options.part(PieceOptions), chords=chart)
    if isinstance(music, Solo):
        _say(music)
    return music


def read_chart_text(text: str, *, song: str | None = None) -> Changes:
    """Reads a chart that is given as text, and never as the name of a file.

    Args:
        text: The chart, or an iReal Pro address.
        song: Which song of a playlist; None: the first.

    Raises:
        UserError: It is not a chart; see `read_chart`.
    """
    return read_chart(text + "\n", song=song)  # with a line end it names no file


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
    solo = read_solo(files[0] if files else BUNDLED, options.part(PieceOptions))
    _say(solo)
    return [solo]


def _say(solo: Solo) -> None:
    for notice in solo.notices:
        _logger.info(notice)


def _require_no_piece(options: PieceOptions, rule: str) -> None:
    for name in names(PieceOptions):
        if getattr(options, name) is not None:
            raise UserError(f"--{name.replace('_', '-')} {rule}")

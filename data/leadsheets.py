"""Lead sheets: MusicXML files with a melody and chord symbols, read through music21."""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.pieces import Line, Piece, on_grid, on_grid_duration
from utils.errors import UserError
from utils.files import read_bytes
from utils.music.harmony import Chord
from utils.music.midi import MOST_NOTES
from utils.music.score import Note

LARGEST_FILE = 16 << 20  # bytes, also of what a compressed file unpacks to
SYMBOLS = "chord symbols"


def read(path: Path) -> Piece:
    """Reads a MusicXML file, plain (.musicxml, .xml) or compressed (.mxl).

    Every part is a track; the chord symbols of all parts together are one more. Grace notes are
    left out, tied notes are one note, repeats are not played out.

    Raises:
        UserError: The file cannot be read or is no MusicXML.
    """
    _check_size(path)
    with _faults_as_one_line(path):
        return _piece(_parse(path), path)


def _piece(score: Any, path: Path) -> Piece:
    """The piece in a music21 score."""
    parts = list(score.parts) or [score]
    flat = [part.stripTies().flatten() for part in parts]
    lines = [
        _line(number, part, notes) for number, (part, notes) in enumerate(zip(parts, flat, strict=True), 1)
    ]
    lines = [line for line in lines if line.singles or line.chords]
    if sum(len(line.singles) + len(line.chords) for line in lines) > MOST_NOTES:
        raise UserError(f"{path} has more than {MOST_NOTES} notes; at most that many are read")
    symbols = _symbols(flat)
    if symbols:
        lines.append(Line(len(parts) + 1, SYMBOLS, (), symbols))
    ends = [note.onset for line in lines for note in line.singles]
    ends += [chord.onset for line in lines for chord in line.chords]
    return Piece(path, tuple(lines), _meters(parts[0]), max(ends, default=0.0))


def _check_size(path: Path) -> None:
    """Refuses what is too large before it is unpacked."""
    content = read_bytes(path, LARGEST_FILE)
    if content[:2] != b"PK":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise UserError(f"{path} is a broken compressed MusicXML file") from None
    if size > LARGEST_FILE:
        raise UserError(f"{path} unpacks to {size} bytes; at most {LARGEST_FILE} are read")


def _parse(path: Path) -> Any:
    """The music21 score of a file."""
    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # No pickle: music21 would otherwise trust a cached one from the temporary folder.
        return converter.parse(path.resolve(), format="musicxml", forceSource=True, storePickle=False)


@contextmanager
def _faults_as_one_line(path: Path) -> Iterator[None]:
    """What the block raises is the file's fault: music21 has no common exception for broken ones."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{path} cannot be read as MusicXML: {text}") from None


def _line(number: int, part: Any, flat: Any) -> Line:
    singles, chords = [], []
    for element in flat.notes:
        if "ChordSymbol" in element.classes or element.duration.isGrace:
            continue
        onset = on_grid(float(element.offset))
        pitches = tuple(int(pitch.midi) for pitch in element.pitches)
        if len(pitches) == 1:
            singles.append(Note(onset, on_grid_duration(float(element.quarterLength)), pitches[0]))
        elif pitches:
            chords.append(Chord(onset, pitches))
    return Line(number, str(getattr(part, "partName", None) or ""), _in_order(singles), _in_order(chords))


def _symbols(flats: Iterable[Any]) -> tuple[Chord, ...]:
    """The chord symbols of all parts, as the pitches that music21 gives them."""
    found = [
        Chord(on_grid(float(symbol.offset)), tuple(int(pitch.midi) for pitch in symbol.pitches))
        for flat in flats
        for symbol in flat.getElementsByClass("ChordSymbol")
        if symbol.pitches  # "no chord" has none
    ]
    return _in_order(found)


def _in_order(events: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(events, key=lambda event: event.onset))


def _meters(part: Any) -> tuple[tuple[float, float], ...]:
    """From where on measures have which length: as written, a pickup measure by what it holds."""
    meters: list[tuple[float, float]] = []
    expected = 0.0
    for measure in part.getElementsByClass("Measure"):
        start, length = float(measure.offset), float(measure.duration.quarterLength)
        length = length or 4.0
        if not meters or abs(meters[-1][1] - length) > 1e-6 or abs(start - expected) > 1e-6:
            meters.append((start, length))
        expected = start + length
    return tuple(meters) if meters and meters[0][0] == 0 else ((0.0, 4.0), *meters)

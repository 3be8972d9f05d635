"""Lead sheets: MusicXML files with a melody and chord symbols, read through music21."""

import io
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from data.solos.pieces import Line, Piece, note_on_grid, on_grid
from music.chord_symbols import QUALITIES, ChordSymbol
from music.harmony import Chord
from music.midi import MOST_NOTES
from music.score import Note
from utils.errors import UserError
from utils.files import read_bytes, read_member

LARGEST_FILE = 16 << 20  # bytes, also of what a compressed file unpacks to
MOST_ELEMENTS = 200_000  # of the XML: music21 takes 5 to 35 kB for one
MOST = {"measure": 10_000, "harmony": 10_000, "note": MOST_NOTES}  # of all parts together
MOST_MEASURES = 2_000  # of a part: music21's time grows with their square, to seconds for these
SUFFIXES = (".musicxml", ".xml")
SYMBOLS = "chord symbols"
# Of two qualities with the same notes the one that comes first is the plainer.
_QUALITY_OF = {
    frozenset(interval % 12 for interval in intervals): quality
    for quality, intervals in reversed(QUALITIES.items())
}


def read(path: Path) -> Piece:
    """Reads a MusicXML file, plain (.musicxml, .xml) or compressed (.mxl).

    Every part is a track; the chord symbols of all parts together are one more. Grace notes are
    left out, tied notes are one note, repeats are not played out.

    Raises:
        UserError: The file cannot be read or is not MusicXML.
    """
    try:
        return _piece(_parse(path), path)
    except (UserError, MemoryError):
        raise
    except Exception as error:  # music21 has none of its own for a broken file
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{path} cannot be read as MusicXML: {text}") from None


def _piece(score: Any, path: Path) -> Piece:
    """The piece in a music21 score."""
    parts = list(score.parts) or [score]
    flat = [part.stripTies().flatten() for part in parts]
    numbered = enumerate(zip(parts, flat, strict=True), 1)
    lines = [line for number, (part, notes) in numbered if (line := _line(number, part, notes)).notes]
    if sum(len(line.notes) for line in lines) > MOST_NOTES:
        raise UserError(f"{path}: expected at most {MOST_NOTES} notes, got more")
    symbols = _symbols(flat)
    if symbols:
        lines.append(Line(len(parts) + 1, SYMBOLS, (), symbols))
    ends = [note.onset for line in lines for note in line.singles]
    ends += [chord.onset for line in lines for chord in line.chords]
    return Piece(path, tuple(lines), _meters(parts[0]), max(ends, default=0.0))


def _content(path: Path) -> bytes:
    """The XML of a file, plain or compressed; never more of it than a file may have."""
    content = read_bytes(path, LARGEST_FILE)
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = _unpacked(archive, path)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError) as error:
            raise UserError(f"{path} is a broken compressed MusicXML file: {error}") from None
    # A few lines of them can stand for gigabytes; in UTF-16 there is a zero byte beside every letter.
    if b"<!ENTITY" in content.replace(b"\0", b""):
        raise UserError(f"{path} defines entities, which no MusicXML needs; it is not read")
    return content


def _unpacked(archive: zipfile.ZipFile, path: Path) -> bytes:
    """The first MusicXML file of an archive; the sizes that an archive states need not be true."""
    for member in archive.infolist():
        if member.filename.startswith("META-INF") or Path(member.filename).suffix not in SUFFIXES:
            continue
        if member.file_size > LARGEST_FILE:
            raise UserError(f"{path} unpacks to {member.file_size} bytes, expected at most {LARGEST_FILE}")
        return read_member(archive, member)
    raise UserError(f"{path} holds no MusicXML file")


def _parse(path: Path) -> Any:
    """The music21 score of a file, by the part of music21 that reads XML: its converter may keep pickles."""
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    root = ElementTree.parse(io.BytesIO(_content(path))).getroot()
    if root.tag != "score-partwise":
        raise UserError(f"{path} is not MusicXML: expected score-partwise, got {root.tag!r:.60}")
    _refuse_too_many(root, path)
    importer = MusicXMLImporter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importer.xmlRootToScore(root, importer.stream)
    return importer.stream


def _refuse_too_many(root: ElementTree.Element, path: Path) -> None:
    counts = Counter(str(element.tag) for element in root.iter())
    for tag, most in MOST.items():
        if counts[tag] > most:
            raise UserError(f"{path} has {counts[tag]} elements {tag!r}, expected at most {most}")
    longest = max((len(part.findall("measure")) for part in root.iter("part")), default=0)
    if longest > MOST_MEASURES:
        raise UserError(f"{path} has a part of {longest} measures, expected at most {MOST_MEASURES}")
    if counts.total() > MOST_ELEMENTS:
        raise UserError(f"{path} has {counts.total()} elements, expected at most {MOST_ELEMENTS}")


def _line(number: int, part: Any, flat: Any) -> Line:
    singles, chords, notes = [], [], []
    for element in flat.notes:
        if "ChordSymbol" in element.classes or element.duration.isGrace:
            continue
        onset, duration = float(element.offset), float(element.quarterLength)
        pitches = tuple(int(pitch.midi) for pitch in element.pitches)
        notes += [Note(onset, duration, pitch) for pitch in pitches]
        if len(pitches) == 1:
            singles.append(note_on_grid(notes[-1]))
        elif pitches:
            chords.append(Chord(on_grid(onset), pitches))
    name = str(getattr(part, "partName", None) or "")
    return Line(number, name, _in_order(singles), _in_order(chords), notes=_in_order(notes))


def _symbols(flats: Iterable[Any]) -> tuple[Chord, ...]:
    """The chord symbols of all parts, with the pitches that music21 gives them."""
    found = [
        Chord(
            on_grid(float(element.offset)),
            tuple(int(pitch.midi) for pitch in element.pitches),
            _symbol(element),
        )
        for flat in flats
        for element in flat.getElementsByClass("ChordSymbol")
        if element.pitches  # "no chord" has none
    ]
    return _in_order(found)


def _symbol(element: Any) -> ChordSymbol | None:
    """A music21 chord symbol as ours; None where its notes make none of the qualities."""
    root, bass = element.root().pitchClass, element.bass().pitchClass
    above = frozenset((pitch.pitchClass - root) % 12 for pitch in element.pitches)
    for notes in (above, above - {(bass - root) % 12}):  # a slash chord's bass may be foreign to it
        if notes in _QUALITY_OF:
            return ChordSymbol(root, _QUALITY_OF[notes], None if bass == root else bass)
    return None


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

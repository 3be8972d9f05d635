"""Lead sheets: MusicXML files with a melody and chord symbols, read through music21."""

import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from data.solos.pieces import Line, MeterChange, Piece, note_on_grid, on_grid
from music import form, spelling
from music.changes import MODES, one_line, quarters
from music.chord_symbols import ChordSymbol, ChordSymbolError, parse_symbol
from music.harmony import Chord
from music.limits import FASTEST, SLOWEST
from music.midi import MOST_NOTES
from music.qualities import QUALITIES
from music.score import Note
from utils.errors import UserError
from utils.files import read_bytes, read_member

LARGEST_FILE = 16 << 20  # bytes, also of what a compressed file unpacks to
MOST_ELEMENTS = 200_000  # of the XML: music21 takes 5 to 35 kB for one
MOST = {"measure": 10_000, "harmony": 10_000, "note": MOST_NOTES}  # of all parts together
MOST_MEASURES = (
    2_000  # of a part, also played out: music21's time grows with their square, to seconds for these
)
SUFFIXES = (".musicxml", ".xml")
SYMBOLS = "chord symbols"
# Of two qualities with the same notes the one that comes first is the plainer.
_QUALITY_OF = {
    frozenset(interval % 12 for interval in quality.intervals): name
    for name, quality in reversed(QUALITIES.items())
}


def read(path: Path) -> Piece:
    """Reads a MusicXML file, plain (.musicxml, .xml) or compressed (.mxl).

    Every part is a track; the chord symbols of all parts together are one more. Grace notes are
    left out, tied notes are one note; repeats, endings and jumps are played out.

    Raises:
        UserError: The file cannot be read or is not MusicXML.
    """
    try:
        root = _root(path)
        _play_out(root)
        return _piece(_score(root), root, path)
    except (UserError, MemoryError):
        raise
    except Exception as error:  # music21 has none of its own for a broken file
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"{path} cannot be read as MusicXML: {text}") from None


def _piece(score: Any, root: Element, path: Path) -> Piece:
    """The piece in a music21 score and its XML."""
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
    meters = _meters(parts[0])
    end = max(ends, default=0.0)
    tempo, key, notices = _tempo(root), _key(root), []
    if tempo is not None and len(set(tempo)) > 1:
        notices.append(f"{path.name}: {len(set(tempo))} tempi; the first, {tempo[0]:g}, is played throughout")
    sections = _sections(root, parts[0])
    first = tempo[0] if tempo else None
    return Piece(path, tuple(lines), meters, end, notices, _title(root), first, key, sections)


def _play_out(root: Element) -> None:
    """Puts the measures of every part in the order in which they are played, numbered anew."""
    parts = root.findall("part")
    bars = [form.Bar() for _ in range(max((len(part.findall("measure")) for part in parts), default=0))]
    for part in parts[:1]:
        for bar, measure in zip(bars, part.findall("measure"), strict=False):
            _read_bar(bar, measure)
    if not any(bar.closes or bar.jump for bar in bars):
        return
    target = " al Coda" if sum(bool(bar.coda) for bar in bars) > 1 else " al Fine"
    for bar in bars:  # a jump for players of files does not say how far
        bar.jump += target if bar.jump in ("D.C.", "D.S.") else ""
    order = form.played(bars)
    for part in parts:
        measures = part.findall("measure")
        for measure in measures:
            part.remove(measure)
            for barline in measure.findall("barline"):
                measure.remove(barline)
        shift = int(bool(measures) and measures[0].get("number") == "0")
        for number, place in enumerate((place for place in order if place < len(measures)), 1 - shift):
            measure = deepcopy(measures[place])
            measure.set("number", str(number))
            part.append(measure)


def _read_bar(bar: form.Bar, measure: Element) -> None:
    """Reads the signs of repeats and jumps that stand at a measure."""
    for barline in measure.findall("barline"):
        ending, repeat = barline.find("ending"), barline.find("repeat")
        if ending is not None and ending.get("type") == "start":
            numbers = tuple(int(number) for number in re.findall(r"\d+", ending.get("number", "")))
            bar.endings = numbers or (1,)
        elif ending is not None:
            bar.last = True
        if repeat is not None and repeat.get("direction") == "forward":
            bar.opens = True
        elif repeat is not None:
            times = repeat.get("times", "2")
            bar.closes, bar.last = max(2, int(times) if times.isdecimal() else 2), True
    for direction in measure.iter("direction"):
        words = " ".join(element.text or "" for element in direction.iter("words")).strip()
        if form.is_jump(words):
            bar.jump = words
        bar.fine |= words.lower().startswith("fine")
        bar.segno |= direction.find("direction-type/segno") is not None
        has_coda = direction.find("direction-type/coda") is not None or re.match("to coda", words, re.I)
        bar.coda = "after" if re.match("to coda", words, re.I) else bar.coda or ("before" if has_coda else "")
    for sound in measure.iter("sound"):
        bar.jump = bar.jump or ("D.S." if sound.get("dalsegno") else "D.C." if sound.get("dacapo") else "")
        bar.fine |= sound.get("fine") is not None
        bar.segno |= sound.get("segno") is not None
        bar.coda = "after" if sound.get("tocoda") else bar.coda or ("before" if sound.get("coda") else "")


def _title(root: Element) -> str:
    text = root.findtext("work/work-title") or root.findtext("movement-title") or ""
    return one_line(text)


def _tempo(root: Element) -> list[float]:
    """The tempi in quarter notes a minute that a player could follow, in order."""
    tempi = []
    for element in root.iter():
        if element.tag == "sound" and element.get("tempo"):
            tempi.append(_number(element.get("tempo", "")))
        elif element.tag == "metronome" and element.findtext("per-minute"):
            unit = {"whole": 4.0, "half": 2.0, "eighth": 0.5}.get(element.findtext("beat-unit", ""), 1.0)
            dots = 1.5 if element.find("beat-unit-dot") is not None else 1.0
            tempi.append(_number(element.findtext("per-minute", "")) * unit * dots)
    return [min(max(tempo, SLOWEST), FASTEST) for tempo in tempi if tempo > 0]


def _number(text: str) -> float:
    match = re.search(r"\d{1,6}(?:\.\d{1,6})?", text)
    return float(match[0]) if match else 0.0


def _key(root: Element) -> tuple[int, str] | None:
    """The first key signature, at the pitch that sounds, and its mode."""
    attributes = next((each for each in root.iter("attributes") if each.find("key/fifths") is not None), None)
    if attributes is None:
        return None
    sharps, semitones = (
        attributes.findtext("key/fifths", "0"),
        attributes.findtext("transpose/chromatic", "0"),
    )
    mode = attributes.findtext("key/mode", "major").strip().lower()
    try:
        sounding = int(sharps) + 7 * int(float(semitones))
    except ValueError:
        return None
    return (
        sounding if -7 <= sounding <= 7 else spelling.wrapped(sounding)
    ), mode if mode in MODES else "major"


def _sections(root: Element, part: Any) -> dict[float, str]:
    """The rehearsal marks by the quarter notes at which their measures start."""
    first = root.find("part")
    starts = [float(measure.offset) for measure in part.getElementsByClass("Measure")]
    marks = {}
    for start, measure in zip(starts, [] if first is None else first.findall("measure"), strict=False):
        if mark := one_line(next((each.text or "" for each in measure.iter("rehearsal")), "")):
            marks[start] = mark
    return marks


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


def _root(path: Path) -> Element:
    """The XML of a file, within the limits."""
    root = ElementTree.parse(io.BytesIO(_content(path))).getroot()
    if root.tag != "score-partwise":
        raise UserError(f"{path} is not MusicXML: expected score-partwise, got {root.tag!r:.60}")
    _refuse_too_many(root, path)
    return root


def _score(root: Element) -> Any:
    """The music21 score of XML, by the part of music21 that reads it: its converter may keep pickles."""
    from music21.musicxml.xmlToM21 import MusicXMLImporter

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
    """The chord symbols of all parts, with the pitches that music21 gives them; N.C. has none."""
    chords = []
    for element in (each for flat in flats for each in flat.getElementsByClass("ChordSymbol")):
        onset = on_grid(float(element.offset))
        if "NoChord" in element.classes:
            chords.append(Chord(onset, ()))
        elif element.pitches:
            pitches = tuple(int(pitch.midi) for pitch in element.pitches)
            chords.append(Chord(onset, pitches, _symbol(element)))
    return _in_order(chords)


def _symbol(element: Any) -> ChordSymbol | None:
    """A music21 chord symbol as ours, as it was written; None where its notes make none of the qualities."""
    root, bass = element.root(), element.bass()
    above = frozenset((pitch.pitchClass - root.pitchClass) % 12 for pitch in element.pitches)
    foreign = (bass.pitchClass - root.pitchClass) % 12
    for notes in (above, above - {foreign}):  # a slash chord's bass may be foreign to it
        if notes in _QUALITY_OF:
            slash = None if bass.pitchClass == root.pitchClass else bass.pitchClass
            symbol = ChordSymbol(root.pitchClass, _QUALITY_OF[notes], slash)
            return _as_written(symbol, element, *(pitch.name.replace("-", "b") for pitch in (root, bass)))
    return None


def _as_written(symbol: ChordSymbol, element: Any, root: str, bass: str) -> ChordSymbol:
    """A symbol with the text of its kind, if that means the same, and its notes' names."""
    bass = "" if symbol.bass is None else bass
    try:
        written = parse_symbol(f"{root}{element.chordKindStr or ''}{'/' * bool(bass)}{bass}")
        if written == symbol:
            return written
        return symbol.spelled(root, bass)
    except ChordSymbolError:
        return symbol.spelled(root, bass)


def _in_order(events: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(events, key=lambda event: event.onset))


def _meters(part: Any) -> tuple[MeterChange, ...]:
    """The meters: as written, a measure of another length by what it holds."""
    meters: list[MeterChange] = []
    signature, expected = (4, 4), 0.0
    for measure in part.getElementsByClass("Measure"):
        start, length = float(measure.offset), float(measure.duration.quarterLength)
        if measure.timeSignature is not None:
            signature = measure.timeSignature.numerator, measure.timeSignature.denominator
        length = length or quarters(signature)
        new = MeterChange(start, length, signature)
        if not meters or meters[-1][1:] != new[1:] or abs(start - expected) > 1e-6:
            meters.append(new)
        expected = start + length
    return tuple(meters) if meters and meters[0].start == 0 else (MeterChange(0.0, 4.0, (4, 4)), *meters)

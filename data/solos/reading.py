"""Solos: a melody over chords, read from a MIDI file or a lead sheet, as tokens of the grammar."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from data import catalogue
from data.solos import leadsheets, tracks
from data.solos.charts import read_chart
from data.solos.harmonies import chords_of
from data.solos.measures import MeasureRange
from data.solos.options import PieceOptions
from data.solos.pieces import Piece, Spans, from_midi, span_of
from music import grammar, midi
from music.changes import Changes, one_line
from music.harmony import Chord
from music.limits import MOST_MEASURES
from music.score import Note
from utils.errors import UserError
from utils.files import printable, read_bytes
from utils.options import changed
from utils.vocabulary import Vocabulary

BUNDLED = Path(__file__).parents[1] / "bundled" / "tune.mid"
COURSE_FILE = "original_metheny.mid"
COURSE_TRACKS = ("Guitar", "Piano")  # the melody's and the chords'
COURSE_MEASURES = MeasureRange(120, 137)  # the course, which counts from 0, has 119 to 136
LEAD_SHEETS = frozenset({".mxl", ".musicxml", ".xml"})
MIDI_FILES = frozenset({".mid", ".midi", ".rmi", ".kar"})


@dataclass(frozen=True)
class Solo:
    """A solo, measure by measure: all lists have one entry a measure.

    Args:
        name: The piece's title, or the file's name where it has none.
        tokens: The grammar's tokens.
        notes: The melody notes that the tokens stand for.
        changes: The chords, one measure for each, and what the file says of key, tempo and form. A measure in
            which none is struck has the chord that still sounds.
        measures: The measures' numbers in the piece, the first being 1.
        starts: The measures' starts in quarter notes.
        notices: The tracks that were chosen, and what was left out.
    """

    name: str
    tokens: list[list[str]]
    notes: list[list[Note]]
    changes: Changes
    measures: list[int]
    starts: list[float]
    notices: list[str] = field(default_factory=list)

    @property
    def flat_tokens(self) -> list[str]:
        """All tokens in order."""
        return [token for measure in self.tokens for token in measure]

    @property
    def vocabulary(self) -> Vocabulary:
        """The distinct tokens, sorted."""
        return Vocabulary.of(self.flat_tokens)

    @property
    def lengths(self) -> list[float]:
        """The measures' lengths in quarter notes."""
        return [measure.length for measure in self.changes.measures]

    @property
    def chords(self) -> list[list[Chord]]:
        """For every measure its chords, onsets in quarter notes from the piece's start."""
        return [
            [chord._replace(onset=start + chord.onset) for chord in measure.chords]
            for start, measure in zip(self.starts, self.changes.measures, strict=True)
        ]


def read_solo(
    path: Path | str,
    options: PieceOptions | None = None,
    *,
    chords: Changes | None = None,
    **fields: Any,
) -> Solo:
    """Reads a solo from a MIDI file (.mid, .midi) or a lead sheet (.mxl, .musicxml).

    The course's file is recognised by its checksum and gets the course's tracks and measures. For
    any other file what is not given is chosen, and named in the solo's notices: the melody is the
    track most like one, of a polyphonic track the highest notes; the chords are a lead sheet's
    symbols, or a track that plays chords throughout, or else recognised from all tracks.

    Args:
        path: The file.
        options: Its tracks and measures; None: those are chosen.
        chords: The chords to use instead of the file's, such as a chart. They are repeated or cut to the
            melody's measures, after a pick-up. What they say of tempo, key and style counts too.
        **fields: Fields of `PieceOptions`, in place of those in `options`.

    Raises:
        UserError: The file cannot be read, a track or a measure is not there, or there are too few notes to
            recognise chords from; then the tracks are listed with their note and chord counts. Or both
            `chords` and `chord_track` are given.
        ValueError: There is no chord in `chords`.
        TypeError: There is no such option.

    Example:
        >>> solo = read_solo(BUNDLED, measures="1-8")
        >>> solo.name, len(solo.tokens), solo.tokens[0][:2]
        ('Tram Line Nine', 8, ['C,0.667', 'S,0.333,<P4,m-2>'])
    """
    options = changed(options, PieceOptions, fields)
    if chords is not None and options.chord_track is not None:
        raise UserError(f"expected chords or a chord track, got both, the track {options.chord_track!r}")
    path = Path(path)
    piece, is_course_file = _read_piece(path)
    if is_course_file:
        options = _as_in_the_course(options, chords)
    chord_line = None if options.chord_track is None else tracks.chord_line(piece, options.chord_track)
    asked = None if options.measures is None else _checked(options.measures, piece)
    span = (float("-inf"), float("inf")) if asked is None else span_of(piece.measures(*asked))
    melody_line, melody = tracks.melody(piece, options.melody_track, chord_line, span)
    first, last = asked or (piece.measure_of(melody[0].onset), piece.measure_of(melody[-1].onset))
    measures = piece.measures(first, min(last, first + MOST_MEASURES - 1))
    chord_list, source = chords_of(piece, measures, melody_line, chord_line, chords, is_course_file)
    name = printable(piece.title or path.name)
    solo = _laid_out(name, measures, first, melody, chord_list)
    solo = replace(solo, changes=_told(solo.changes, piece, chords, name))
    shown = MeasureRange(first, solo.measures[-1])
    if not solo.flat_tokens:
        raise UserError(f"{path} has no melody in measures {shown} of track {melody_line.label}")
    solo.notices.extend(piece.notices)
    if solo.measures[-1] < last:
        solo.notices.append(f"{path.name}: {last - first + 1} measures; the first {MOST_MEASURES} are read")
    if not is_course_file:
        which = "" if melody is melody_line.singles else "the highest notes of "
        solo.notices.append(
            f"{path.name}: melody from {which}track {melody_line.label}, {source}, measures {shown}"
        )
    return solo


def read_music(
    path: Path | str,
    options: PieceOptions | None = None,
    *,
    chords: Changes | None = None,
) -> Solo | Changes:
    """Reads a solo, or the changes alone of a lead sheet that has chord symbols and no melody.

    Args:
        path: The file.
        options: Its tracks and measures, which changes alone have not.
        chords: The chords to use instead of the file's.

    Raises:
        UserError: As `read_solo` raises it.
    """
    path = Path(path)
    if path.suffix.lower() in LEAD_SHEETS and chords is None and options in (None, PieceOptions()):
        piece = leadsheets.read(path)
        if piece.symbols is not None and not any(line.notes for line in piece.all_lines):
            return changes_of(piece)
    return read_solo(path, options, chords=chords)


def read_changes(source: str | Path, *, song: str | None = None) -> Changes:
    """Reads chord changes from whatever holds them.

    Args:
        source: A chart's text, file or iReal Pro address; or a lead sheet or a MIDI file, of which the
            chords are read as for a solo.
        song: Which song of an iReal Pro playlist, see `read_chart`.

    Raises:
        UserError: The source cannot be read, or has no chords.

    Example:
        >>> read_changes("Dm7 | G7 | Cmaj7").measures[1].chords[0].symbol.text
        'G7'
    """
    if isinstance(source, Path) or not any(mark in source for mark in "|\n\0"):
        path = Path(source)
        if path.suffix.lower() in LEAD_SHEETS:
            piece = leadsheets.read(path)
            if piece.symbols is not None:
                return changes_of(piece)
            return read_solo(path).changes
        if path.suffix.lower() in MIDI_FILES:
            return read_solo(path).changes
    return read_chart(source, song=song)


def changes_of(piece: Piece) -> Changes:
    """The changes of a lead sheet's chord symbols, from its first measure to the last.

    Raises:
        UserError: It has no chord symbols.
    """
    if piece.symbols is None or all(chord.silent for chord in piece.symbols.chords):
        raise UserError(f"{piece.path} has no chord symbols")
    spans = piece.measures(1, min(piece.measure_count, MOST_MEASURES))
    name = printable(piece.title or piece.path.name)
    return _told(_filled(spans, piece.symbols.chords), piece, None, name)


def _read_piece(path: Path) -> tuple[Piece, bool]:
    """The piece in a file, and whether it is the course's."""
    if path.suffix.lower() in LEAD_SHEETS:
        return leadsheets.read(path), False
    content = read_bytes(path, midi.LARGEST_FILE)
    if path.suffix.lower() not in MIDI_FILES and content[:4] not in (b"MThd", b"RIFF"):
        raise UserError(f"{path} is neither a MIDI file (.mid) nor a lead sheet (.mxl, .musicxml)")
    is_course_file = hashlib.sha256(content).hexdigest() == catalogue.entry(COURSE_FILE).sha256
    return from_midi(midi.parse_midi(content, path), path), is_course_file


def _told(changes: Changes, piece: Piece, given: Changes | None, name: str) -> Changes:
    """Changes with what the chords that were given, or else the piece, say about them."""
    given = given or Changes(changes.measures)
    from_piece = given.key is None
    key, mode = (piece.key or (None, None)) if from_piece else (given.key, given.mode)
    tempo = given.tempo or piece.tempo
    return replace(changes, title=one_line(name), tempo=tempo, key=key, mode=mode, style=given.style)


def _as_in_the_course(options: PieceOptions, chords: Changes | None) -> PieceOptions:
    """Options with the course's tracks and measures where others are not given."""
    melody, harmony = COURSE_TRACKS
    return PieceOptions(
        melody_track=melody if options.melody_track is None else options.melody_track,
        chord_track=harmony if options.chord_track is None and chords is None else options.chord_track,
        measures=options.measures or COURSE_MEASURES,
    )


def _checked(window: MeasureRange, piece: Piece) -> tuple[int, int]:
    """The first and the last measure of a range that the piece has."""
    total = piece.measure_count
    first, last = window.first, total if window.last is None else window.last
    if not first <= last <= total:
        raise UserError(f"measures {window} are out of range; {piece.path.name} has measures 1-{total}")
    if last - first >= MOST_MEASURES:
        raise UserError(
            f"measures: expected at most {MOST_MEASURES}, got {last - first + 1} of {piece.path.name}"
        )
    return first, last


_Event = TypeVar("_Event", Note, Chord)


def _by_measure(events: Sequence[_Event], measures: Spans) -> list[list[_Event]]:
    """The events that begin in each measure; those before the first and after the last are left out."""
    starts = [start for start, _ in measures]
    _, end = span_of(measures)
    groups: list[list[_Event]] = [[] for _ in measures]
    for event in events:
        if starts[0] <= event.onset < end:
            groups[bisect_right(starts, event.onset) - 1].append(event)
    return groups


def _laid_out(
    name: str, measures: Spans, first: int, melody: Sequence[Note], chords: Sequence[Chord]
) -> Solo:
    """A solo of notes and chords in their measures, with each measure's melody as tokens."""
    note_lists, changes = _by_measure(melody, measures), _filled(measures, chords)
    return Solo(
        name=name,
        tokens=[
            grammar.parse_melody([replace(note, onset=note.onset - start) for note in notes], harmonies)
            for (start, _), notes, (_, harmonies) in zip(
                measures, note_lists, changes.chord_sets(), strict=True
            )
        ],
        notes=note_lists,
        changes=changes,
        measures=list(range(first, first + len(measures))),
        starts=[start for start, _ in measures],
    )


def _filled(measures: Spans, chords: Sequence[Chord]) -> Changes:
    """Measures with their chords; one in which none is struck has the chord that still sounds."""
    begin, _ = span_of(measures)
    sounding = next((chord for chord in reversed(chords) if chord.onset < begin), chords[0])
    filled = []
    for (start, measure), struck in zip(measures, _by_measure(chords, measures), strict=True):
        inside = struck or [sounding._replace(onset=start, stop=False)]
        sounding = inside[-1]
        moved = tuple(chord._replace(onset=chord.onset - start) for chord in inside)
        filled.append(replace(measure, chords=moved))
    return Changes(tuple(filled))

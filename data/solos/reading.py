"""Solos: a melody over chords, read from a MIDI file or a lead sheet, as tokens of the grammar."""

import hashlib
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import catalogue
from data.solos import leadsheets
from data.solos.measures import MeasureRange
from data.solos.pieces import Line, Measure, Piece, from_midi, note_on_grid
from music import grammar, midi, recognition
from music.chord_symbols import voicing_with_bass
from music.harmony import Chord
from music.score import Note
from utils.errors import UserError
from utils.files import printable, read_bytes
from utils.vocabulary import Vocabulary

BUNDLED = Path(__file__).parents[1] / "bundled" / "tune.mid"
COURSE_FILE = "original_metheny.mid"
COURSE_TRACKS = ("Guitar", "Piano")  # the melody's and the chords'
COURSE_MEASURES = MeasureRange(120, 137)  # the course, which counts from 0, has 119 to 136
LEAD_SHEETS = frozenset({".mxl", ".musicxml", ".xml"})
MIDI_FILES = frozenset({".mid", ".midi", ".rmi", ".kar"})
MOST_MEASURES = 2000
FEWEST_NOTES = 8  # from which chords are recognised
SHOWN_CHORDS = 8  # of those recognised, in a notice
MOST_VOICES = 1.5  # notes that sound at a time on average, up to which a track is one line
COMPING_SHARE = 0.5  # of the measures in which a track must strike chords to be the chords' track
HARMONY = 3  # pitch classes from which on notes struck together are a chord and not an interval
BASS_PROGRAMS = range(32, 40)
# Of two tracks alike the one so many semitones lower is half as much like a melody, up to a flute's register,
# and so is one with a quarter of the notes, or of the pitches, up to as many as a solo has.
REGISTER_STEP, TOP_REGISTER, MOST_PITCHES = 8, 74, 24

ChordSet = tuple[float, Sequence[Chord]]  # a measure's length, and its chords from the measure's start


@dataclass(frozen=True)
class Solo:
    """A solo, measure by measure: all lists have one entry a measure.

    Args:
        name: The piece's title, or the file's name where it has none.
        tokens: The grammar's tokens.
        notes: The melody notes that the tokens stand for.
        chords: The chords, onsets in quarter notes from the piece's start. A measure in which none
            is struck has the chord that still sounds.
        measures: The measures' numbers in the piece, the first being 1.
        starts: The measures' starts in quarter notes.
        lengths: The measures' lengths in quarter notes.
        notices: The tracks that were chosen, and what was left out.
        tempo: Quarter notes a minute, where the chords are a chart's that says it.
    """

    name: str
    tokens: list[list[str]]
    notes: list[list[Note]]
    chords: list[list[Chord]]
    measures: list[int]
    starts: list[float]
    lengths: list[float]
    notices: list[str] = field(default_factory=list)
    tempo: float | None = None

    @property
    def flat_tokens(self) -> list[str]:
        """All tokens in order."""
        return [token for measure in self.tokens for token in measure]

    @property
    def vocabulary(self) -> Vocabulary:
        """The distinct tokens, sorted."""
        return Vocabulary.of(self.flat_tokens)

    def chord_sets(self) -> list[tuple[float, list[Chord]]]:
        """For every measure its length and its chords, onsets counted from the measure's start."""
        return [
            (length, [chord._replace(onset=chord.onset - start) for chord in chords])
            for start, length, chords in zip(self.starts, self.lengths, self.chords, strict=True)
        ]


def read_solo(
    path: Path | str,
    *,
    melody_track: str | int | None = None,
    chord_track: str | int | None = None,
    measures: MeasureRange | str | None = None,
    chords: Sequence[ChordSet] | None = None,
) -> Solo:
    """Reads a solo from a MIDI file (.mid, .midi) or a lead sheet (.mxl, .musicxml).

    The course's file is recognised by its checksum and gets the course's tracks and measures. For
    any other file what is not given is chosen, and named in the solo's notices: the melody is the
    track most like one, of a polyphonic track the highest notes; the chords are a lead sheet's
    symbols, or a track that plays chords throughout, or else recognised from all tracks.

    Args:
        path: The file.
        melody_track: The melody's track: its name, or its number as listed.
        chord_track: The chords' track, likewise.
        measures: The measures to read, counted from 1: a range or its text, such as "17-24", "17-" or
            "5". None: those with a melody.
        chords: The chords to use instead of the file's, such as a chart's `chord_sets`: for each measure
            its length in quarter notes and its chords, with onsets from the measure's start. They are
            repeated or cut to the melody's measures. A first measure that is shorter than theirs is a
            pickup, before them.

    Raises:
        UserError: The file cannot be read, a track or a measure is not there, or there are fewer than
            `FEWEST_NOTES` notes to recognise chords from; then the tracks are listed with their note and
            chord counts. Or both `chords` and `chord_track` are given.
        ValueError: There is no chord in `chords`.

    Example:
        >>> solo = read_solo(BUNDLED, measures="1-8")
        >>> solo.name, len(solo.tokens), solo.tokens[0][:2]
        ('Tram Line Nine', 8, ['C,0.667', 'S,0.333,<P4,m-2>'])
    """
    if chords is not None and chord_track is not None:
        raise UserError(f"expected chords or a chord track, got both, the track {chord_track!r}")
    path = Path(path)
    piece, is_course_file = _read_piece(path)
    if is_course_file:
        measures = COURSE_MEASURES if measures is None else measures
        melody_track = COURSE_TRACKS[0] if melody_track is None else melody_track
        chord_track = COURSE_TRACKS[1] if chord_track is None and chords is None else chord_track
    chord_line = None if chord_track is None else _chord_line(piece, chord_track)
    given = None if measures is None else _checked(MeasureRange.of(measures), piece)
    span = (float("-inf"), float("inf")) if given is None else _span(piece.measures(*given))
    melody_line, melody = _melody(piece, melody_track, chord_line, span)
    first, last = given or (piece.measure_of(melody[0].onset), piece.measure_of(melody[-1].onset))
    solo_measures = piece.measures(first, min(last, first + MOST_MEASURES - 1))
    chord_list, source = _chords(piece, solo_measures, melody_line, chord_line, chords)
    solo = _in_measures(piece.title or printable(path.name), solo_measures, first, melody, chord_list)
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


def training_examples(
    tokens: Sequence[str], vocabulary: Vocabulary, m: int = 60, T_x: int = 30
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cuts m random pieces of T_x tokens, one-hot, as the course does.

    Args:
        tokens: The solo's tokens.
        vocabulary: The n_values distinct tokens.
        m: How many examples.
        T_x: The length of each.

    Returns:
        X of shape (m, T_x, n_values), where X[:, 0] is zero, and Y of shape (T_x, m, n_values), where
        Y[t] is X[:, t + 1] and Y[T_x - 1] is zero.

    Raises:
        UserError: There are not more than T_x tokens.
    """
    if len(tokens) <= T_x:
        raise UserError(f"the solo has {len(tokens)} notes; training needs more than {T_x}")
    indices = np.array(vocabulary.encode(tokens))
    legacy = np.random.RandomState(0)  # the published losses depend on this generator
    starts = np.array([legacy.choice(len(tokens) - T_x) for _ in range(m)])
    return one_hot_examples(indices[starts[:, None] + np.arange(T_x)], len(vocabulary))


def one_hot_examples(
    windows: NDArray[np.intp], n_values: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """X and Y, as in `training_examples`, of windows of token indices (m, T_x)."""
    m, T_x = windows.shape
    X = np.eye(n_values, dtype=np.float32)[windows]
    X[:, 0] = 0
    Y = np.zeros((T_x, m, n_values), dtype=np.float32)
    Y[:-1] = X[:, 1:].swapaxes(0, 1)
    return X, Y


def _read_piece(path: Path) -> tuple[Piece, bool]:
    """The piece in a file, and whether it is the course's."""
    if path.suffix.lower() in LEAD_SHEETS:
        return leadsheets.read(path), False
    content = read_bytes(path, midi.LARGEST_FILE)
    if path.suffix.lower() not in MIDI_FILES and content[:4] not in (b"MThd", b"RIFF"):
        raise UserError(f"{path} is neither a MIDI file (.mid) nor a lead sheet (.mxl, .musicxml)")
    is_course_file = hashlib.sha256(content).hexdigest() == catalogue.entry(COURSE_FILE).sha256
    return from_midi(midi.parse_midi(content, path), path), is_course_file


def _chord_line(piece: Piece, name: str | int) -> Line:
    """The track of that name or number, with its chords."""
    line = piece.line(name)
    if not line.chords:
        raise UserError(f"no chords in track {line.label} of {piece.path}; its tracks: {piece.listing()}")
    return line


def _chords(
    piece: Piece,
    measures: Sequence[Measure],
    melody: Line,
    chord_line: Line | None,
    chord_sets: Sequence[ChordSet] | None,
) -> tuple[Sequence[Chord], str]:
    """The chords of a solo, and where they come from, for a notice."""
    if chord_sets is not None:
        return _given_chords(chord_sets, measures)
    chord_line = chord_line or _automatic_chord_line(piece, melody, measures)
    if chord_line is not None:
        return chord_line.chords, f"chords from track {chord_line.label}"
    return _recognised_chords(piece, measures)


def _automatic_chord_line(piece: Piece, melody: Line, measures: Sequence[Measure]) -> Line | None:
    """The chord symbols, or else the track that strikes chords in most measures, if in enough of them.

    A track that plays more single notes and intervals than chords is a piano's left hand, not a harmony.
    """
    if piece.symbols is not None:
        return piece.symbols
    starts = [measure.start for measure in measures]
    start, end = _span(measures)
    best, most = None, 0
    for line in piece.lines:
        full = [chord for chord in line.chords if len({pitch % 12 for pitch in chord.pitches}) >= HARMONY]
        struck = {bisect_right(starts, chord.onset) for chord in full if start <= chord.onset < end}
        is_comping = 2 * len(full) >= len(line.singles) + len(line.chords)
        if line is not melody and is_comping and len(struck) > most:
            best, most = line, len(struck)
    return best if most >= COMPING_SHARE * len(measures) else None


def _recognised_chords(piece: Piece, measures: Sequence[Measure]) -> tuple[list[Chord], str]:
    """The chords that all tracks together imply, and where they come from, for a notice."""
    notes = [note_on_grid(note) for line in piece.lines for note in line.notes]
    if len(notes) < FEWEST_NOTES:
        raise UserError(
            f"no chords in {piece.path}, and {len(notes)} notes; expected {FEWEST_NOTES} or more to "
            f"recognise chords from; its tracks: {piece.listing()}"
        )
    chords: list[Chord] = []
    pitches: tuple[int, ...] | None = None
    for onset, symbol in recognition.recognise_chords(notes, measures):
        pitches = voicing_with_bass(symbol, pitches)
        chords.append(Chord(onset, pitches, symbol))
    names = " ".join(str(chord.symbol) for chord in chords[:SHOWN_CHORDS])
    return chords, f"chords recognised from all tracks: {names}{' ...' if len(chords) > SHOWN_CHORDS else ''}"


def _given_chords(chord_sets: Sequence[ChordSet], measures: Sequence[Measure]) -> tuple[list[Chord], str]:
    """Chord sets laid over the measures, and where they come from, for a notice."""
    pickup = int(len(chord_sets) > 0 and len(measures) > 1 and measures[0].length < chord_sets[0][0])
    found: list[Chord] = []
    for number, measure in enumerate(measures[pickup:] if chord_sets else []):
        _, chords = chord_sets[number % len(chord_sets)]
        found += [
            chord._replace(onset=measure.start + chord.onset)
            for chord in chords
            if chord.onset < measure.length
        ]
    if not found:
        raise ValueError(
            f"chords: expected one in the melody's measures, got none in {len(chord_sets)} measures"
        )
    times = "" if len(measures) - pickup <= len(chord_sets) else ", repeated"
    return found, f"{len(chord_sets)} measures of chords as given{times}"


def _melody(
    piece: Piece, name: str | int | None, chord_line: Line | None, span: tuple[float, float]
) -> tuple[Line, Sequence[Note]]:
    """The melody's track and its notes: the track of that name, or the one most like a melody in the span.

    The chords' track is taken only if it is alone.
    """
    if name is not None:
        lines = [piece.line(name)]
    else:
        lines = [line for line in piece.lines if line is not chord_line and line.notes] or piece.lines
    melodies = [(line, _line_melody(line)) for line in lines if line.notes]
    if not melodies:
        place = piece.path if name is None else f"track {lines[0].label} of {piece.path}"
        raise UserError(f"no melody in {place}; its tracks: {piece.listing()}")
    return max(melodies, key=lambda pair: _melodiousness(pair[0], pair[1], span))


def _line_melody(line: Line) -> Sequence[Note]:
    """A track's melody on the grid: its single notes if it is one line, else its highest notes."""
    if line.singles and recognition.polyphony(line.notes) <= MOST_VOICES:
        return line.singles
    highest = {note.onset: note for note in map(note_on_grid, recognition.skyline(line.notes))}
    return list(highest.values())


def _melodiousness(line: Line, melody: Sequence[Note], span: tuple[float, float]) -> float:
    """How much a track is like a melody: one line, high, of many notes and pitches, and named so."""
    pitches = [note.pitch for note in melody if span[0] <= note.onset < span[1]]
    if not pitches:
        return 0.0
    high = 2 ** (min(sum(pitches) / len(pitches), TOP_REGISTER) / REGISTER_STEP)
    variety = math.sqrt(len(pitches) * min(len(set(pitches)), MOST_PITCHES))
    return high * variety * _instrument(line) / recognition.polyphony(line.notes)


def _instrument(line: Line) -> float:
    """How likely a track's name and program make it the melody: above 1 more, below 1 less."""
    name = line.name.casefold()
    if line.program in BASS_PROGRAMS or ("bass" in name and "bassoon" not in name) or "pedal" in name:
        return 0.2
    return 2.0 if any(word in name for word in ("melod", "lead", "solo", "vocal")) else 1.0


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


def _span(measures: Sequence[Measure]) -> tuple[float, float]:
    """Where measures start and end, in quarter notes."""
    return measures[0].start, measures[-1].start + measures[-1].length


def _in_measures(
    name: str, measures: list[Measure], first: int, melody: Sequence[Note], chords: Sequence[Chord]
) -> Solo:
    """Sorts notes and chords into measures and turns each measure's melody into tokens."""
    starts = [measure.start for measure in measures]
    _, end = _span(measures)
    note_lists: list[list[Note]] = [[] for _ in measures]
    chord_lists: list[list[Chord]] = [[] for _ in measures]
    for note in melody:
        if starts[0] <= note.onset < end:
            note_lists[bisect_right(starts, note.onset) - 1].append(note)
    for chord in chords:
        if starts[0] <= chord.onset < end:
            chord_lists[bisect_right(starts, chord.onset) - 1].append(chord)
    sounding = next((chord for chord in reversed(chords) if chord.onset < starts[0]), chords[0])
    for start, chord_list in zip(starts, chord_lists, strict=True):
        if not chord_list:
            chord_list.append(sounding._replace(onset=start))
        sounding = chord_list[-1]
    return Solo(
        name=name,
        tokens=[grammar.parse_melody(*pair) for pair in zip(note_lists, chord_lists, strict=True)],
        notes=note_lists,
        chords=chord_lists,
        measures=list(range(first, first + len(measures))),
        starts=starts,
        lengths=[measure.length for measure in measures],
    )

"""Solos: a melody over chords, read from a MIDI file or a lead sheet, as tokens of the grammar."""

import hashlib
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data import catalogue
from data.solos import leadsheets
from data.solos.charts import read_chart
from data.solos.measures import MeasureRange
from data.solos.pieces import Line, Piece, from_midi, note_on_grid, on_grid
from music import grammar, harmony, midi, recognition
from music.changes import Changes, Measure, one_line, voiced
from music.chord_symbols import voicing_with_bass
from music.grammar import GRID
from music.harmony import Chord
from music.limits import MOST_MEASURES
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
FEWEST_NOTES = 8  # from which chords are recognised
SHOWN_CHORDS = 8  # of those recognised, in a notice
MOST_VOICES = 1.5  # notes that sound at a time on average, up to which a track is one line
COMPING_SHARE = 0.5  # of the measures in which a track must strike chords to be the chords' track
HARMONY = 3  # pitch classes from which on notes struck together are a chord and not an interval
BASS_PROGRAMS = range(32, 40)
# Of two tracks alike the one so many semitones lower is half as much like a melody, up to a flute's register,
# and so is one with a quarter of the notes, or of the pitches, up to as many as a solo has.
REGISTER_STEP, TOP_REGISTER, MOST_PITCHES = 8, 74, 24
# A tune's head comes first: how many measures from the first melody on it may take, and what a line that is
# silent in all of them is still worth.
HEAD, LEAST_HEAD = 32, 0.02
PUSH = 0.5  # quarter notes before a bar line within which a chord that is held over it belongs to it
HIGHEST_BASS = 55  # the mean pitch up to which a single line is a bass
# How much the recogniser and the bass note say for a chord's root, beside a note that a reading leaves over.
RECOGNISED_VOTE, BASS_VOTE = 0.4, 0.6


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
    *,
    melody_track: str | int | None = None,
    chord_track: str | int | None = None,
    measures: MeasureRange | str | None = None,
    chords: Changes | None = None,
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
        chords: The chords to use instead of the file's, such as a chart. They are repeated or cut to the
            melody's measures, after a pick-up. What they say of tempo, key and style counts too.

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
    chord_list, source = _chords(piece, solo_measures, melody_line, chord_line, chords, is_course_file)
    name = printable(piece.title or path.name)
    solo = _in_measures(name, solo_measures, first, melody, chord_list)
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


def read_music(path: Path | str, **options: Any) -> Solo | Changes:
    """Reads a solo, or the changes alone of a lead sheet that has chord symbols and no melody.

    Args:
        path: The file.
        **options: As `read_solo` takes them; changes alone have no tracks and no measures to choose.

    Raises:
        UserError: As `read_solo` raises it.
    """
    path = Path(path)
    if path.suffix.lower() in LEAD_SHEETS and not any(value is not None for value in options.values()):
        piece = leadsheets.read(path)
        if piece.symbols is not None and not any(line.notes for line in piece.all_lines):
            return changes_of(piece)
    return read_solo(path, **options)


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


def _told(changes: Changes, piece: Piece, given: Changes | None, name: str) -> Changes:
    """Changes with what the chords that were given, or else the piece, say about them."""
    given = given or Changes(changes.measures)
    from_piece = given.key is None
    key, mode = (piece.key or (None, None)) if from_piece else (given.key, given.mode)
    tempo = given.tempo or piece.tempo
    return replace(changes, title=one_line(name), tempo=tempo, key=key, mode=mode, style=given.style)


_Spans = Sequence[tuple[float, Measure]]  # measures and where they start


def _chords(
    piece: Piece,
    measures: _Spans,
    melody: Line,
    chord_line: Line | None,
    given: Changes | None,
    as_played: bool,
) -> tuple[Sequence[Chord], str]:
    """The chords of a solo, and where they come from, for a notice."""
    if given is not None:
        return _given_chords(given, measures)
    chord_line = chord_line or _automatic_chord_line(piece, melody, measures)
    if chord_line is None:
        return _recognised_chords(piece, measures)
    source = f"chords from track {chord_line.label}"
    if as_played or not chord_line.notes:
        return chord_line.chords, source
    chords = _on_their_beats(chord_line, measures)
    bass = _bass_line(piece, melody, chord_line)
    if bass is None:
        return chords, source
    return _over_bass(chords, bass, measures), f"{source} over the bass of track {bass.label}"


def _automatic_chord_line(piece: Piece, melody: Line, measures: _Spans) -> Line | None:
    """The chord symbols, or else the track that strikes chords in most measures, if in enough of them.

    A track that plays more single notes and intervals than chords is a piano's left hand, not a harmony.
    """
    if piece.symbols is not None:
        return piece.symbols
    starts = [start for start, _ in measures]
    start, end = _span(measures)
    best, most = None, 0
    for line in piece.lines:
        full = [chord for chord in line.chords if len({pitch % 12 for pitch in chord.pitches}) >= HARMONY]
        struck = {bisect_right(starts, chord.onset) for chord in full if start <= chord.onset < end}
        is_comping = 2 * len(full) >= len(line.singles) + len(line.chords)
        if line is not melody and is_comping and len(struck) > most:
            best, most = line, len(struck)
    return best if most >= COMPING_SHARE * len(measures) else None


def _on_their_beats(track: Line, measures: _Spans) -> list[Chord]:
    """A track's chords, each that is struck just before a bar line and held over it moved to the line.

    Before other beats players are early or late: there chords stay where they are struck.
    """
    starts = [start for start, _ in measures]
    ends: dict[float, float] = {}
    for note in track.notes:
        onset = on_grid(note.onset)
        ends[onset] = max(ends.get(onset, 0.0), note.end)
    moved: dict[float, Chord] = {}
    for chord in track.chords:
        start, measure = measures[max(bisect_right(starts, chord.onset) - 1, 0)]
        line = start + measure.length
        held = ends.get(chord.onset, chord.onset) > line + 1e-6
        onset = line if held and line - chord.onset <= PUSH + 1e-6 else chord.onset
        moved[onset] = chord._replace(onset=onset)
    return [moved[onset] for onset in sorted(moved)]


def _bass_line(piece: Piece, melody: Line, chord_line: Line) -> Line | None:
    """The track that plays a bass: a low single line."""
    candidates = [
        line
        for line in piece.lines
        if line not in (melody, chord_line)
        and line.notes
        and recognition.polyphony(line.notes) <= MOST_VOICES
        and sum(note.pitch for note in line.notes) <= HIGHEST_BASS * len(line.notes)
    ]
    return max(candidates, key=lambda line: len(line.notes), default=None)


def _over_bass(chords: Sequence[Chord], bass: Line, measures: _Spans) -> list[Chord]:
    """Chords named after what they and a bass line imply, where the pitches alone are read otherwise.

    The recogniser hears the chords where they belong, and the bass. Of the roots that it, the pitches and
    the bass note at the chord's start suggest, the one is taken that explains the notes best.
    """
    ends = [*(chord.onset for chord in chords[1:]), _span(measures)[1]]
    struck = [
        Note(chord.onset, max(end - chord.onset, GRID), pitch, 80)
        for chord, end in zip(chords, ends, strict=True)
        for pitch in chord.pitches
    ]
    spans = [(start, measure.length) for start, measure in measures]
    heard = recognition.recognise_chords([*struck, *bass.notes], spans)
    places = [onset for onset, _ in heard]
    notes = sorted(bass.notes, key=lambda note: note.onset)
    onsets = [note.onset for note in notes]
    spelt = []
    for chord, end in zip(chords, ends, strict=True):
        lowest = notes[max(bisect_right(onsets, chord.onset + GRID / 2) - 1, 0)]
        below = (lowest.pitch,) if chord.onset - GRID < lowest.end and lowest.onset < end else ()
        votes = {harmony.symbol(chord.pitches).root: 0.0}
        if place := bisect_right(places, chord.onset + 1e-6):
            votes[heard[place - 1][1].root] = RECOGNISED_VOTE
        for pitch in below:
            votes[pitch % 12] = votes.get(pitch % 12, 0.0) + BASS_VOTE
        readings = {root: harmony.symbol_on(root, (*below, *chord.pitches)) for root in votes}
        root = min(votes, key=lambda root: readings[root][1] - votes[root])
        if root != harmony.symbol(chord.pitches).root:
            chord = chord._replace(symbol=readings[root][0])
        spelt.append(chord)
    return spelt


def _recognised_chords(piece: Piece, measures: _Spans) -> tuple[list[Chord], str]:
    """The chords that all tracks together imply, and where they come from, for a notice."""
    notes = [note_on_grid(note) for line in piece.lines for note in line.notes]
    if len(notes) < FEWEST_NOTES:
        raise UserError(
            f"no chords in {piece.path}, and {len(notes)} notes; expected {FEWEST_NOTES} or more to "
            f"recognise chords from; its tracks: {piece.listing()}"
        )
    chords: list[Chord] = []
    pitches: tuple[int, ...] | None = None
    spans = [(start, measure.length) for start, measure in measures]
    for onset, symbol in recognition.recognise_chords(notes, spans):
        pitches = voicing_with_bass(symbol, pitches)
        chords.append(Chord(onset, pitches, symbol))
    names = " ".join(str(chord.symbol) for chord in chords[:SHOWN_CHORDS])
    return chords, f"chords recognised from all tracks: {names}{' ...' if len(chords) > SHOWN_CHORDS else ''}"


def _given_chords(given: Changes, measures: _Spans) -> tuple[list[Chord], str]:
    """Changes laid over the measures, and where they come from, for a notice."""
    form = voiced(given.measures[given.pickups :])
    pickup = int(len(measures) > 1 and measures[0][1].length < form[0].length)
    laid = [(span, form[number % len(form)]) for number, span in enumerate(measures[pickup:])]
    if pickup and given.pickups:
        laid.insert(0, (measures[0], voiced(given.measures)[given.pickups - 1]))
    chords = [
        chord._replace(onset=start + chord.onset)
        for (start, measure), each in laid
        for chord in each.chords
        if chord.onset < measure.length
    ]
    if all(chord.silent for chord in chords):
        raise ValueError(f"chords: expected one in the melody's measures, got none in {len(form)} measures")
    times = "" if len(measures) - pickup <= len(form) else ", repeated"
    return chords, f"{len(given.measures)} measures of chords as given{times}"


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
    return max(melodies, key=lambda pair: _melodiousness(pair[0], pair[1], span, _head(piece, melodies)))


def _head(piece: Piece, melodies: Sequence[tuple[Line, Sequence[Note]]]) -> list[float]:
    """Where the measures start in which a tune's head is played: the first with notes above the bass."""
    first = min(melody[0].onset for line, melody in melodies if _instrument(line) >= 1 or len(melodies) == 1)
    number = piece.measure_of(first)
    last = min(number + HEAD - 1, piece.measure_count)
    return [start for start, _ in piece.measures(number, max(number, last))]


def _line_melody(line: Line) -> Sequence[Note]:
    """A track's melody on the grid: its single notes if it is one line, else its highest notes."""
    if line.singles and recognition.polyphony(line.notes) <= MOST_VOICES:
        return line.singles
    highest = {note.onset: note for note in map(note_on_grid, recognition.skyline(line.notes))}
    return list(highest.values())


def _melodiousness(
    line: Line, melody: Sequence[Note], span: tuple[float, float], head: Sequence[float]
) -> float:
    """How much a track is like a melody: heard in the head, one line, high, of many notes and pitches."""
    inside = [note for note in melody if span[0] <= note.onset < span[1]]
    if not inside:
        return 0.0
    pitches = [note.pitch for note in inside]
    high = 2 ** (min(sum(pitches) / len(pitches), TOP_REGISTER) / REGISTER_STEP)
    variety = math.sqrt(len(pitches) * min(len(set(pitches)), MOST_PITCHES))
    covered = {bisect_right(head, note.onset) for note in inside} - {0}
    early = sum(1 - (number - 1) / len(head) for number in covered)  # the first measures count most
    in_head = LEAST_HEAD + 2 * early / (len(head) + 1)
    return in_head**2 * high * variety * _instrument(line) / recognition.polyphony(line.notes)


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


def _span(measures: _Spans) -> tuple[float, float]:
    """Where measures start and end, in quarter notes."""
    last, measure = measures[-1]
    return measures[0][0], last + measure.length


def _in_measures(
    name: str, measures: _Spans, first: int, melody: Sequence[Note], chords: Sequence[Chord]
) -> Solo:
    """Sorts notes and chords into measures and turns each measure's melody into tokens."""
    starts = [start for start, _ in measures]
    _, end = _span(measures)
    note_lists: list[list[Note]] = [[] for _ in measures]
    for note in melody:
        if starts[0] <= note.onset < end:
            note_lists[bisect_right(starts, note.onset) - 1].append(note)
    changes = _filled(measures, chords)
    return Solo(
        name=name,
        tokens=[
            grammar.parse_melody([replace(note, onset=note.onset - start) for note in notes], harmonies)
            for start, notes, (_, harmonies) in zip(starts, note_lists, changes.chord_sets(), strict=True)
        ],
        notes=note_lists,
        changes=changes,
        measures=list(range(first, first + len(measures))),
        starts=starts,
    )


def _filled(measures: _Spans, chords: Sequence[Chord]) -> Changes:
    """Measures with their chords; one in which none is struck has the chord that still sounds."""
    starts = [start for start, _ in measures]
    _, end = _span(measures)
    chord_lists: list[list[Chord]] = [[] for _ in measures]
    for chord in chords:
        if starts[0] <= chord.onset < end:
            chord_lists[bisect_right(starts, chord.onset) - 1].append(chord)
    sounding = next((chord for chord in reversed(chords) if chord.onset < starts[0]), chords[0])
    filled = []
    for (start, measure), inside_measure in zip(measures, chord_lists, strict=True):
        if not inside_measure:
            inside_measure.append(sounding._replace(onset=start, stop=False))
        sounding = inside_measure[-1]
        inside = (chord._replace(onset=chord.onset - start) for chord in inside_measure)
        filled.append(replace(measure, chords=tuple(inside)))
    return Changes(tuple(filled))

"""Which track of a piece is its melody, which its chords, and which its bass."""

import math
from bisect import bisect_right
from collections.abc import Sequence

from data.solos.pieces import Line, Piece, Spans, note_on_grid, span_of
from music import recognition
from music.score import Note
from utils.errors import UserError

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
HIGHEST_BASS = 55  # the mean pitch up to which a single line is a bass


def melody(
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


def chord_line(piece: Piece, name: str | int) -> Line:
    """The track of that name or number, with its chords."""
    line = piece.line(name)
    if not line.chords:
        raise UserError(f"no chords in track {line.label} of {piece.path}; its tracks: {piece.listing()}")
    return line


def comping_line(piece: Piece, melody: Line, measures: Spans) -> Line | None:
    """The chord symbols, or else the track that strikes chords in most measures, if in enough of them.

    A track that plays more single notes and intervals than chords is a piano's left hand, not a harmony.
    """
    if piece.symbols is not None:
        return piece.symbols
    starts = [start for start, _ in measures]
    start, end = span_of(measures)
    best, most = None, 0
    for line in piece.lines:
        full = [chord for chord in line.chords if len({pitch % 12 for pitch in chord.pitches}) >= HARMONY]
        struck = {bisect_right(starts, chord.onset) for chord in full if start <= chord.onset < end}
        is_comping = 2 * len(full) >= len(line.singles) + len(line.chords)
        if line is not melody and is_comping and len(struck) > most:
            best, most = line, len(struck)
    return best if most >= COMPING_SHARE * len(measures) else None


def bass_line(piece: Piece, melody: Line, chord_line: Line) -> Line | None:
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

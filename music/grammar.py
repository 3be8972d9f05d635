"""The grammar of solos: a melody as tokens relative to the chords under it, and back.

A token is KIND,DURATION and, from the second note of a measure on, ,<UPPER,LOWER>. KIND is
the note's role in the chord: C a chord tone, S a scale tone, A an approach (a semitone beside a chord
tone), X another; R is a rest, which the course's tokens do not have. DURATION is in quarter notes. UPPER
and LOWER are the interval from the note before plus, and minus, a minor third: the window in which the
note may lie. Source: the definition of Keller's impro-visor grammars that the course's jazz exercise took
over.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from music import harmony, intervals
from music.harmony import Chord
from music.score import Note
from utils.errors import UserError

GRID = 0.25  # quarter notes: what durations are rounded to, and what a duration of 0 becomes
LOWEST_FIRST = 60  # a note without a window is not below octave 4
LOWEST = 48  # no note is below octave 3
HIGHEST = 88  # nor above a guitar's top E: the windows alone would let a line climb without end
WHOLE_STEP = 2
KINDS = ("C", "S", "A", "X")
REST = "R"
_TOKEN = re.compile(r"([CSAXR]),(\d{1,4}(?:\.\d{1,3})?)(?:,<([^,<>]+),([^,<>]+)>)?")
_EPSILON = 1e-6  # quarter notes; onsets that are sums of thirds differ by less


class Token(NamedTuple):
    """A token: a note's kind, duration and window, or a rest.

    Args:
        kind: One of `KINDS`, or `REST`.
        duration: Quarter notes.
        window: Semitones (lower, upper) from the note before; None: there is no note before.
    """

    kind: str
    duration: float
    window: tuple[int, int] | None = None

    @classmethod
    def of_move(cls, kind: str, duration: float, move: int | None) -> "Token":
        """The token of a note that lies `move` semitones from the note before."""
        third = intervals.MINOR_THIRD.semitones
        return cls(kind, duration, None if move is None else (move - third, move + third))

    @property
    def move(self) -> int | None:
        """Semitones from the note before: the window's middle."""
        return None if self.window is None else sum(self.window) // 2

    @property
    def text(self) -> str:
        """The token as text, the window's ends by their usual names: C,0.500,<P4,m-2>."""
        text = f"{self.kind},{self.duration:.3f}"
        if self.window is None:
            return text
        lower, upper = (intervals.directed_name(intervals.usual(semitones)) for semitones in self.window)
        return f"{text},<{upper},{lower}>"


def parse_melody(notes: Sequence[Note], chords: Sequence[Chord]) -> list[str]:
    """The tokens of one measure.

    Args:
        notes: The melody's notes in onset order.
        chords: The measure's chords in onset order, with onsets counted as those of the notes.

    Raises:
        ValueError: There are notes but no chord to classify them by.
    """
    tokens: list[str] = []
    for number, note in enumerate(notes):
        kind = kind_of(note.pitch, current_chord(note.onset, chords).pitches)
        token = f"{kind},{note.duration:.3f}"
        if number:
            interval = intervals.between(notes[number - 1].pitch, note.pitch)
            upper = intervals.directed_name(interval.moved(intervals.MINOR_THIRD))
            lower = intervals.directed_name(interval.moved(intervals.MINOR_THIRD, -1))
            token += f",<{upper},{lower}>"
        tokens.append(token)
    return tokens


def current_chord(onset: float, chords: Sequence[Chord]) -> Chord:
    """The last chord that starts no later than the onset, else the first.

    Raises:
        ValueError: There is no chord.
    """
    if not chords:
        raise ValueError("chords: expected one or more, got none")
    return next((chord for chord in reversed(chords) if chord.onset <= onset + _EPSILON), chords[0])


def kind_of(pitch: int, chord: tuple[int, ...]) -> str:
    """Classifies a pitch over a chord: C, S, A or X; see the module's docstring."""
    above = {(pitch - other) % 12 for other in chord}
    if 0 in above:
        return "C"
    if pitch % 12 in harmony.scale_classes(chord):
        return "S"
    return "A" if above & {1, 11} else "X"


def parse_token(token: str) -> Token:
    """Parses a token's text.

    Raises:
        UserError: The text is not a token.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise UserError(f"expected a token such as C,0.250 or S,0.333,<m2,P-4>, got {token!r}")
    kind, duration, upper, lower = match.groups()
    if upper is None:
        return Token(kind, float(duration))
    try:
        ends = sorted(intervals.parse_name(name).semitones for name in (upper, lower))
    except ValueError as error:
        raise UserError(f"the window of the token {token!r}: {error}") from None
    return Token(kind, float(duration), (ends[0], ends[1]))


def prune_grammar(tokens: Sequence[str], generator: np.random.Generator) -> list[str]:
    """Rounds every duration up or down, at random, to a multiple of a quarter of a quarter note."""
    pruned = []
    for token in tokens:
        kind, duration, *window = token.split(",", 2)
        steps = float(duration) / GRID
        rounded = round(steps) if abs(steps - round(steps)) < 1e-3 else int(steps) + generator.integers(2)
        pruned.append(",".join([kind, f"{GRID * rounded:.3f}", *window]))
    return pruned


def unparse_grammar(
    tokens: Sequence[str],
    chords: Sequence[Chord],
    generator: np.random.Generator,
    *,
    length: float = 4.0,
) -> list[Note]:
    """Turns the tokens of one measure into notes, one after the other from the measure's start.

    The handout places every note after its own duration, so its measures start late and spill over.
    Here the first note starts with the measure, and what does not fit into it is cut.

    Args:
        tokens: The measure's tokens.
        chords: The measure's chords, with onsets counted from its start.
        generator: Draws among the pitches that a token allows.
        length: The measure's length in quarter notes.

    Returns:
        Notes in onset order, each within the measure. Of the pitches a token allows, one of its own
        kind is taken where the harmony has any.

    Raises:
        UserError: A token cannot be read.
        ValueError: There are tokens but no chord.
    """
    notes: list[Note] = []
    position, previous = 0.0, None
    for token in tokens:
        kind, duration, window = parse_token(token)
        room = length - position
        if room < _EPSILON:
            break
        if kind == REST:
            position += duration
            continue
        chord = current_chord(position, chords).pitches
        previous = _choose(kind, window, previous, chord, generator)
        notes.append(Note(position, min(duration, room), previous))
        position += duration
    return notes


def prune_notes(notes: Sequence[Note]) -> list[Note]:
    """Drops every note that repeats the pitch of the note kept before it."""
    kept: list[Note] = []
    for note in notes:
        if not kept or kept[-1].pitch != note.pitch:
            kept.append(note)
    return kept


def clean_up_notes(notes: Sequence[Note]) -> list[Note]:
    """Replaces durations of 0 by the grid's, and keeps only the last of the notes that start together."""
    cleaned: list[Note] = []
    for note in sorted(notes, key=lambda note: note.onset):
        if cleaned and note.onset - cleaned[-1].onset < _EPSILON:
            cleaned.pop()
        cleaned.append(Note(note.onset, note.duration or GRID, note.pitch, note.velocity))
    return cleaned


def _choose(
    kind: str,
    window: tuple[int, int] | None,
    previous: int | None,
    chord: tuple[int, ...],
    generator: np.random.Generator,
) -> int:
    """A pitch for a token: of its kind, inside its window, and another than the note before.

    Where the window holds no such pitch, the note before moves a whole step if that keeps the kind,
    and else to the nearest pitch of the kind.
    """
    kinds = {pitch: kind_of(pitch, chord) for pitch in range(LOWEST, HIGHEST + 1)}
    if kind not in kinds.values():  # the harmony has no note of this kind: any chord tone will do
        kind = "C"
    allowed = [pitch for pitch in kinds if kinds[pitch] == kind]
    if window is None or previous is None:  # an octave, which has every pitch class
        inside = [pitch for pitch in allowed if LOWEST_FIRST <= pitch < LOWEST_FIRST + 12]
    else:
        moves = {pitch: pitch - previous for pitch in allowed if pitch != previous}
        nearest = min(map(abs, moves.values()))
        inside = (
            [pitch for pitch, move in moves.items() if window[0] <= move <= window[1]]
            or [pitch for pitch, move in moves.items() if abs(move) == WHOLE_STEP]
            or [pitch for pitch, move in moves.items() if abs(move) == nearest]
        )
    return int(inside[generator.integers(len(inside))])

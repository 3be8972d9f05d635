"""Solos: a melody over chords, read from a MIDI file or a lead sheet, as tokens of the grammar."""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import catalogue
from data.solos import leadsheets
from data.solos.pieces import Line, Measure, Piece, from_midi
from utils.errors import UserError
from utils.files import read_bytes
from utils.music import grammar, midi
from utils.music.harmony import Chord
from utils.music.score import Note
from utils.vocabulary import Vocabulary

BUNDLED = Path(__file__).parents[1] / "bundled" / "tune.mid"
COURSE_FILE = "original_metheny.mid"
COURSE_CHOICE = ("Guitar", "Piano", (119, 137))
LEAD_SHEETS = frozenset({".mxl", ".musicxml", ".xml"})
MIDI_FILES = frozenset({".mid", ".midi", ".rmi", ".kar"})
MOST_MEASURES = 2000


@dataclass(frozen=True)
class Solo:
    """A solo, measure by measure: all lists have one entry a measure.

    Args:
        name: The piece's title, or the file's name where it has none.
        tokens: The grammar's tokens.
        notes: The melody notes that the tokens stand for.
        chords: The chords, onsets in quarter notes from the piece's start. A measure in which none
            is struck has the chord that still sounds.
        measures: The measures' numbers in the piece, the first being 0.
        starts: The measures' starts in quarter notes.
        lengths: The measures' lengths in quarter notes.
        notices: What was chosen or left out while reading, for the person to know.
    """

    name: str
    tokens: list[list[str]]
    notes: list[list[Note]]
    chords: list[list[Chord]]
    measures: list[int]
    starts: list[float]
    lengths: list[float]
    notices: list[str] = field(default_factory=list)

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
            (length, [Chord(chord.onset - start, chord.pitches) for chord in chords])
            for start, length, chords in zip(self.starts, self.lengths, self.chords, strict=True)
        ]


def read_solo(
    path: Path | str,
    *,
    melody_track: str | int | None = None,
    chord_track: str | int | None = None,
    measures: tuple[int | None, int | None] | None = None,
) -> Solo:
    """Reads a solo from a MIDI file (.mid, .midi) or a lead sheet (.mxl, .musicxml).

    The course's file is recognised by its checksum and gets the course's tracks and measures. For
    any other file what is not given is chosen, and named in the solo's notices.

    Args:
        path: The file.
        melody_track: The melody's track: its name, or its number as listed.
        chord_track: The chords' track, likewise.
        measures: The first measure and the one after the last, as in a Python slice; the piece's
            first measure is 0, and None stands for the piece's start or end.

    Raises:
        UserError: The file cannot be read, a track or a measure is not there, or no melody or no
            chords can be found; then the tracks are listed with their note and chord counts.
    """
    path = Path(path)
    piece, is_course_file = _read_piece(path)
    chosen: tuple[str | int | None, str | int | None, tuple[int | None, int | None] | None]
    chosen = COURSE_CHOICE if is_course_file else (None, None, None)
    melody_name, chord_name, window = chosen
    chord_line = _chord_line(piece, chord_track if chord_track is not None else chord_name)
    melody_line = _melody_line(piece, melody_track if melody_track is not None else melody_name, chord_line)
    first, after = _window(piece, measures or window, melody_line)
    solo = _in_measures(
        piece.title or path.name, piece.measures(first, after), first, melody_line, chord_line
    )
    if not solo.flat_tokens:
        raise UserError(f"{path} has no melody in measures {first}:{after} of track {melody_line.label}")
    solo.notices.extend(piece.notices)
    if not is_course_file:
        tracks = f"melody from track {melody_line.label}, chords from track {chord_line.label}"
        solo.notices.append(f"{path.name}: {tracks}, measures {first}:{after}")
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
    legacy = np.random.RandomState(0)  # the course's figures are tied to this generator
    starts = np.array([legacy.choice(len(tokens) - T_x) for _ in range(m)])
    X = np.eye(len(vocabulary), dtype=np.float32)[indices[starts[:, None] + np.arange(T_x)]]
    X[:, 0] = 0
    Y = np.zeros((T_x, m, len(vocabulary)), dtype=np.float32)
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


def _chord_line(piece: Piece, wanted: str | int | None) -> Line:
    """The track asked for, else the one with the most chords."""
    line = piece.line(wanted) if wanted is not None else max(piece.lines, key=lambda line: len(line.chords))
    if not line.chords:
        raise UserError(f"no chords in {piece.described(line, wanted)}")
    return line


def _melody_line(piece: Piece, wanted: str | int | None, chord_line: Line) -> Line:
    """The track asked for, else the most monophonic lively one, the chords' track only if alone."""
    if wanted is not None:
        line = piece.line(wanted)
    else:
        others = [line for line in piece.lines if line is not chord_line and line.singles]
        line = max(others or [chord_line], key=_melodiousness)
    if not line.singles:
        raise UserError(f"no melody in {piece.described(line, wanted)}")
    return line


def _melodiousness(line: Line) -> float:
    """How much a track is like a solo: many single notes, few chords, many pitches, not low."""
    singles = len(line.singles)
    if not singles:
        return 0.0
    monophonic = singles / (singles + 2 * len(line.chords))
    pitches = [note.pitch for note in line.singles]
    high = 1.0 if float(np.mean(pitches)) >= 52 else 0.3  # a bass line is single notes too
    return monophonic**2 * high * min(len(set(pitches)), 24) * float(np.sqrt(singles))


def _window(piece: Piece, wanted: tuple[int | None, int | None] | None, melody: Line) -> tuple[int, int]:
    """The first measure and the one after the last: those asked for, else those with a melody."""
    first, after = wanted if wanted is not None else (None, None)
    total = piece.measure_count
    if wanted is None:
        first = piece.measure_of(melody.singles[0].onset)
        after = piece.measure_of(melody.singles[-1].onset) + 1
    first = 0 if first is None else first
    after = total if after is None else after
    if not 0 <= first < after <= total:
        raise UserError(f"measures {first}:{after} are out of range; the piece has measures 0:{total}")
    if after - first > MOST_MEASURES:
        raise UserError(
            f"measures {first}:{after} are {after - first}; at most {MOST_MEASURES} are read, "
            "choose some with --measures A:B"
        )
    return first, after


def _in_measures(name: str, measures: list[Measure], first: int, melody: Line, chords: Line) -> Solo:
    """Sorts notes and chords into measures and turns each measure's melody into tokens."""
    starts = [measure.start for measure in measures]
    end = measures[-1].start + measures[-1].length
    note_lists: list[list[Note]] = [[] for _ in measures]
    chord_lists: list[list[Chord]] = [[] for _ in measures]
    for note in melody.singles:
        if starts[0] <= note.onset < end:
            note_lists[bisect_right(starts, note.onset) - 1].append(note)
    for chord in chords.chords:
        if starts[0] <= chord.onset < end:
            chord_lists[bisect_right(starts, chord.onset) - 1].append(chord)
    sounding = next((chord for chord in reversed(chords.chords) if chord.onset < starts[0]), chords.chords[0])
    for start, chord_list in zip(starts, chord_lists, strict=True):
        if not chord_list:
            chord_list.append(Chord(start, sounding.pitches))
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

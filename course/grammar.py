"""The jazz exercise's grammar on music21 streams: `from course.grammar import *`.

`music.grammar` is the same without music21, and what the project itself plays by. `unparse_grammar` here
keeps the course's rules, so that they can be heard beside ours. Their defects: every note starts after its
own duration, so that measures start late and spill over; and the chord is the one at that late place.
"""

from collections.abc import Callable, Iterable

import numpy as np
from music21 import stream as m21_stream
from music21.pitch import Pitch

from course.streams import chords_in, notes_in, voice_of
from music import grammar, harmony
from music.harmony import Chord
from music.score import Note

__all__ = ["parse_melody", "unparse_grammar"]

LOWEST_FIRST = 60  # a tone without a window is not below octave 4
LOWEST = 48  # nor one with a window below octave 3


def parse_melody(fullMeasureNotes: Iterable[object], fullMeasureChords: Iterable[object]) -> str:
    """The tokens of a measure, with blanks between them.

    Args:
        fullMeasureNotes: A voice or a list with the melody's notes; rests in it play no part.
        fullMeasureChords: A voice or a list with the chords, their offsets counted as the notes' are.

    Raises:
        ValueError: There are notes but no chord.

    Example:
        >>> from music21 import chord, note
        >>> parse_melody([note.Note("E5", quarterLength=0.25)], [chord.Chord(["C4", "E4", "G4"])])
        'C,0.250'
    """
    return " ".join(grammar.parse_melody(notes_in(fullMeasureNotes), chords_in(fullMeasureChords)))


def unparse_grammar(
    m1_grammar: str, m1_chords: Iterable[object], *, generator: np.random.Generator | None = None
) -> m21_stream.Voice:
    """Turns the tokens of a measure into notes by the course's rules.

    A token without a window: C a random chord tone, S a random scale tone, A and X a scale tone moved by a
    semitone, none below octave 4. With a window: of the chord tones (C), scale tones (S) or neighbours of
    chord tones (A, X) inside it one at random that differs from the note before; the only one, if there is
    one; where there is none, the note before moved by a whole step; none below octave 3.

    Args:
        m1_grammar: Tokens with blanks between them.
        m1_chords: A voice or a list with the measure's chords, with offsets from its start.
        generator: Draws; None: a new one.

    Raises:
        UserError: A token cannot be read.
        ValueError: There is no chord.
    """
    generator = generator or np.random.default_rng()
    chords, notes, onset = chords_in(m1_chords), list[Note](), 0.0
    for token in m1_grammar.split():
        kind, duration, window = grammar.parse_token(token)
        onset += duration  # before the note is placed, as in the course
        chord = grammar.current_chord(onset, chords)
        if window is None or not notes:
            pitch = _free(kind, chord, generator)
        else:
            pitch = _inside(kind, chord, notes[-1].pitch, window, generator)
        notes.append(Note(onset, duration, pitch))
    return voice_of(notes)


def _free(kind: str, chord: Chord, generator: np.random.Generator) -> int:
    """A tone without a window."""
    if kind == "C":
        return _raised(_chosen(list(chord.pitches), generator), LOWEST_FIRST)
    step = 0 if kind == "S" else _chosen([-1, 1], generator)
    tones = [Pitch(f"{name}4").midi for name in sorted(harmony.scale_names(chord.pitches))]
    return _raised(_chosen(tones, generator) + step, LOWEST_FIRST)


def _inside(
    kind: str, chord: Chord, previous: int, window: tuple[int, int], generator: np.random.Generator
) -> int:
    """A tone inside a window around the note before."""
    fits = _FITS.get(kind, _is_neighbour)
    tones = [pitch for pitch in range(previous + window[0], previous + window[1] + 1) if fits(pitch, chord)]
    others = [pitch for pitch in tones if pitch != previous]
    if len(tones) > 1:
        pitch = _chosen(others, generator)
    else:
        pitch = tones[0] if tones else previous + _chosen([-2, 2], generator)
    return _raised(pitch, LOWEST)


def _is_chord_tone(pitch: int, chord: Chord) -> bool:
    return pitch % 12 in {other % 12 for other in chord.pitches}


def _is_scale_tone(pitch: int, chord: Chord) -> bool:
    return pitch % 12 in harmony.scale_classes(chord.pitches)


def _is_neighbour(pitch: int, chord: Chord) -> bool:
    return bool({(pitch - other) % 12 for other in chord.pitches} & {1, 11})


_FITS: dict[str, Callable[[int, Chord], bool]] = {"C": _is_chord_tone, "S": _is_scale_tone}


def _chosen(values: list[int], generator: np.random.Generator) -> int:
    return values[generator.integers(len(values))]


def _raised(pitch: int, lowest: int) -> int:
    """The pitch, or the same note in the first octave that is not too low."""
    return pitch if pitch >= lowest else lowest + (pitch - lowest) % 12

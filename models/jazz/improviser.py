"""Improvising: tokens from a network, measure by measure, turned into a solo over chords.

The handout samples the same tones from the same zero state for every chord set, so that each
measure repeats the last, and lets them run on for fifty notes whatever a measure holds. Here the
network's state goes on from measure to measure, and each measure is filled to its own length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.engine.layers import NOTHING
from utils import sampling
from utils.music import grammar, harmony, intervals
from utils.music.harmony import Chord
from utils.music.score import Note, Part, Score
from utils.vocabulary import Vocabulary

ChordSet = tuple[float, list[Chord]]  # a measure's length, and its chords from the measure's start

FIRST_TOKEN = "C,0.250"  # every measure begins with a chord tone
GUITAR, PIANO = 26, 0  # General MIDI programs
_ON_BEAT, _OFF_BEAT, _CHORD = 94, 80, 58  # velocities


class StepEngine(Protocol):
    """What samples step by step: the NumPy engine or Keras's; state goes in and comes out."""

    def zero_state(self, batch: int = 1) -> Any:
        """The state before the first token."""

    def step(self, inputs: Any, state: Any) -> tuple[NDArray[np.float32], Any]:
        """Probabilities (batch, n_values) of the next token, and the new state."""


@dataclass(frozen=True)
class Improvisation:
    """A solo over chords, ready to be written, heard and drawn.

    Args:
        score: The melody and the chords.
        melody: The melody notes, measure by measure; onsets in quarter notes from the start.
        chord_sets: The chords it was played over.
    """

    score: Score
    melody: list[list[Note]]
    chord_sets: list[ChordSet]

    @property
    def starts(self) -> list[float]:
        """The measures' starts in quarter notes, and the end of the last."""
        return [0.0, *np.cumsum([length for length, _ in self.chord_sets]).tolist()]

    def chord_symbols(self) -> list[tuple[float, str]]:
        """Where which chord begins, as lead sheets write it; one that goes on is named once."""
        found: list[tuple[float, str]] = []
        for start, (_, chords) in zip(self.starts, self.chord_sets, strict=False):
            for chord in chords:
                symbol = harmony.symbol(chord.pitches)
                if not found or found[-1][1] != symbol:
                    found.append((start + chord.onset, symbol))
        return found


def improvise(
    engine: StepEngine,
    vocabulary: Vocabulary,
    chord_sets: Sequence[ChordSet],
    generator: np.random.Generator,
    *,
    temperature: float = 1.0,
    greedy: bool = False,
    tempo: float = 130.0,
) -> Improvisation:
    """Plays a solo over chord sets.

    Args:
        engine: The network.
        vocabulary: Its tokens.
        chord_sets: One entry a measure; at least one chord in each.
        generator: Where every choice comes from: tokens, roundings, pitches.
        temperature: Above 0; see `utils.sampling.temper`.
        greedy: Always the likeliest token, as the course does, whatever the temperature.
        tempo: Quarter notes a minute.

    Raises:
        ValueError: There are no chord sets, or one has no chord.
    """
    if not chord_sets:
        raise ValueError("chord_sets must hold one measure or more, got none")
    state, index = engine.zero_state(), NOTHING
    melody, start = [], 0.0
    for length, chords in chord_sets:
        tokens, room = [FIRST_TOKEN], length - grammar.GRID
        while room > 1e-6:
            probabilities, state = engine.step(np.array([index]), state)
            p = probabilities[0]
            index = sampling.greedy(p) if greedy else sampling.sample(p, generator, temperature)
            token = _playable(vocabulary.symbols[index], generator)
            tokens.append(token)
            room -= max(grammar.parse_token(token)[1], grammar.GRID)
        melody.append(_measure(tokens, chords, generator, start, length))
        start += length
    return Improvisation(_score(melody, chord_sets, tempo), melody, list(chord_sets))


def _playable(token: str, generator: np.random.Generator) -> str:
    """Treats approach and other tones as chord tones, as the course does, on the grid."""
    kind, rest = token[0], token[1:]
    return grammar.prune_grammar([("C" if kind in "AX" else kind) + rest], generator)[0]


def _measure(
    tokens: Sequence[str], chords: list[Chord], generator: np.random.Generator, start: float, length: float
) -> list[Note]:
    """The notes of one measure, moved to its start and accented."""
    notes = grammar.unparse_grammar(tokens, chords, generator, length=length)
    notes = grammar.clean_up_notes(grammar.prune_notes(notes))
    return [
        Note(
            start + note.onset,
            min(note.duration, length - note.onset),
            note.pitch,
            _ON_BEAT if note.onset % 1 == 0 else _OFF_BEAT,
        )
        for note in notes
    ]


def _score(melody: Sequence[list[Note]], chord_sets: Sequence[ChordSet], tempo: float) -> Score:
    solo = Part("Solo", tuple(note for measure in melody for note in measure), GUITAR, channel=0)
    chords = Part("Piano", tuple(_chord_notes(chord_sets)), PIANO, channel=1)
    return Score((solo, chords), tempo=tempo, beats=chord_sets[0][0], title="Cadenza")


def _chord_notes(chord_sets: Sequence[ChordSet]) -> list[Note]:
    """The chords' notes, each held until the next chord of the measure or the measure's end."""
    notes: list[Note] = []
    start = 0.0
    for length, chords in chord_sets:
        ends = [chord.onset for chord in chords[1:]] + [length]
        for chord, end in zip(chords, ends, strict=True):
            duration = min(end, length) - chord.onset
            if duration > 1e-6:  # of two chords at one place the later sounds
                notes.extend(
                    Note(start + chord.onset, duration, pitch, _CHORD) for pitch in sorted(set(chord.pitches))
                )
        start += length
    return notes


def describe(solo: Improvisation) -> str:
    """What the solo is like, in figures, on one line."""
    notes = [note for measure in solo.melody for note in measure]
    kinds = [
        grammar.kind_of(note.pitch, grammar.current_chord(note.onset - start, chords).pitches)
        for start, (_, chords), measure in zip(solo.starts, solo.chord_sets, solo.melody, strict=False)
        for note in measure
    ]
    shapes = [
        tuple((round(note.onset - start, 3), note.pitch) for note in measure)
        for start, measure in zip(solo.starts, solo.melody, strict=False)
    ]
    low, high = min(note.pitch for note in notes), max(note.pitch for note in notes)
    return (
        f"{len(solo.melody)} measures, {len(notes)} notes ({len(notes) / len(solo.melody):.1f} a measure), "
        f"{_full_name(low)} to {_full_name(high)}, {kinds.count('C') / len(kinds):.0%} chord tones, "
        f"{kinds.count('S') / len(kinds):.0%} scale tones, {len(shapes) - len(set(shapes))} repeated measures"
    )


def _full_name(pitch: int) -> str:
    return f"{intervals.name(pitch).replace('-', 'b')}{intervals.octave(pitch)}"

"""Improvising: tokens from a network, measure by measure, turned into a solo over chords.

The course's handout samples the same tones from the same zero state for every chord set, so that each
measure repeats the last, and lets them run on for fifty notes whatever a measure holds. Here the
network's state is carried from measure to measure, and each measure is filled to its own length.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.layers import NO_SYMBOL
from models.jazz import band as bands
from models.jazz import weights
from models.jazz.improvisation import Improvisation
from models.jazz.options import TEMPO, ImproviseOptions
from models.jazz.weights import PRETRAINED, ChordSet
from music import grammar
from music.harmony import Chord
from music.score import Note, Part, Score
from utils import sampling
from utils.errors import UserError
from utils.options import changed
from utils.vocabulary import Vocabulary

FIRST_TOKEN = "C,0.250"  # every measure begins with a chord tone
GUITAR, PIANO = 26, 0  # General MIDI programs
_ON_BEAT, _OFF_BEAT, _CHORD = 94, 80, 58  # velocities


class StepEngine(Protocol):
    """Computes a network step by step: the NumPy engine or Keras's."""

    def zero_state(self, batch: int = 1) -> Any:
        """Makes the state before the first token."""

    def step(self, inputs: Any, state: Any) -> tuple[NDArray[np.float32], Any]:
        """Returns the probabilities (batch, n_values) of the next token, and the new state."""


class HasChords(Protocol):
    """A piece or a chart: `data.solos.Solo`, `data.solos.Chart`."""

    def chord_sets(self) -> list[ChordSet]:
        """For every measure its length in quarter notes and its chords."""


class Improviser:
    """A trained jazz network that improvises over chords; `load` makes one from a bundle.

    Args:
        engine: The network.
        vocabulary: Its tokens.
        chord_sets: The chords to play over where no others are given.
        title: The name of the piece they are from.
    """

    def __init__(
        self,
        engine: StepEngine,
        vocabulary: Vocabulary,
        chord_sets: Sequence[ChordSet] = (),
        title: str = "",
    ) -> None:
        self.engine, self.vocabulary = engine, vocabulary
        self.chord_sets, self.title = list(chord_sets), title

    def improvise(
        self,
        solo: HasChords | Sequence[ChordSet] | None = None,
        options: ImproviseOptions | None = None,
        *,
        seed: int | np.random.Generator | None = None,
        **fields: Any,
    ) -> Improvisation:
        """Improvises a solo over chords, with a band.

        Args:
            solo: A piece or chart whose chords are played over, or chord sets: for each measure its length in
                quarter notes and its chords, one or more; None: the chords of the piece it was trained on.
            options: How; None: the defaults.
            seed: For every choice: tokens, roundings, pitches; None: a new one.
            **fields: Fields of `ImproviseOptions`, in place of those in `options`.

        Raises:
            UserError: `solo` is None, and the network's bundle has no chords either; or `answer` is given for
                chords without a melody.
            ValueError: A measure has no chord, or an option is out of range.
            TypeError: There is no such option.

        Example:
            >>> from music.harmony import Chord
            >>> chords = [(4.0, [Chord(0.0, (50, 53, 57, 60))]), (4.0, [Chord(0.0, (43, 53, 59))])]
            >>> improvisation = load().improvise(chords, seed=1, choruses=2)
            >>> len(improvisation.melody), [part.name for part in improvisation.score.parts]
            (4, ['Solo', 'Piano', 'Bass', 'Drums'])
        """
        options = changed(options, ImproviseOptions, fields)
        answer, transpose = options.answer, options.transpose
        if solo is None and not self.chord_sets:
            raise UserError("the network's bundle has no chord_sets: improvise over a piece or other chords")
        title = self.title if solo is None else getattr(solo, "name", getattr(solo, "title", ""))
        chosen = self.chord_sets if solo is None else solo
        chord_sets = list(chosen if isinstance(chosen, Sequence) else chosen.chord_sets())
        if not chord_sets or not all(chords for _, chords in chord_sets):
            raise ValueError("chord_sets: expected one measure or more, and one chord or more in each")
        calls = None if answer is None else _given_melody(solo)
        chord_sets = [
            (length, _transposed(chords, transpose)) for length, chords in chord_sets
        ] * options.choruses
        generator = np.random.default_rng(seed)
        tokens = _TokenSampler(self.engine, self.vocabulary, generator, options.temperature, options.greedy)
        melody, start = list[list[Note]](), 0.0
        for number, (length, chords) in enumerate(chord_sets):
            if calls and answer and number // answer % 2 == 0:
                read, notes = calls[number % len(calls)]
                tokens.read(read)
                melody.append(
                    [replace(n, onset=start + n.onset, pitch=_in_range(n.pitch + transpose)) for n in notes]
                )
            else:
                measure = _fill_measure(tokens, length, generator)
                melody.append(_measure(measure, chords, generator, start, length))
            start += length
        tempo = options.tempo or getattr(solo, "tempo", None) or TEMPO
        style = bands.STYLES.get(options.band)
        usual = style.swing_ratio(tempo) if style else 1.0
        ratio = usual if options.swing is None else options.swing
        score = _score(melody, chord_sets, tempo, options.band, generator)
        return Improvisation(replace(score, title=title or "Improvisation"), melody, chord_sets, title, ratio)


def load(path: str | Path | None = None, *, engine: Literal["numpy", "keras"] = "numpy") -> Improviser:
    """Loads a network that improvises.

    Args:
        path: A bundle's folder; None: the pretrained network's.
        engine: "numpy", or "keras", which gives the same results and takes seconds to import.

    Raises:
        UserError: There is no such bundle, or it is damaged.

    Example:
        >>> improvisation = load().improvise(seed=7)
        >>> improvisation.title, len(improvisation.melody)
        ('Tram Line Nine', 64)
    """
    folder = PRETRAINED if path is None else Path(path)
    bundle = weights.read(folder)
    steps: StepEngine
    if engine == "keras":
        from models.jazz.networks import KerasEngine, layers_from_bundle

        steps = KerasEngine(layers_from_bundle(bundle))
    else:
        steps = Engine(bundle.network())
    return Improviser(
        steps, bundle.vocabulary, weights.chord_sets(bundle, folder), str(bundle.extra.get("piece", ""))
    )


class _TokenSampler:
    """Draws one token after another from a network, carrying its state."""

    def __init__(
        self,
        engine: StepEngine,
        vocabulary: Vocabulary,
        generator: np.random.Generator,
        temperature: float,
        greedy: bool,
    ) -> None:
        self.engine, self.vocabulary, self.generator = engine, vocabulary, generator
        self.temperature, self.greedy = temperature, greedy
        self.state, self.index = engine.zero_state(), NO_SYMBOL

    def read(self, tokens: Sequence[str]) -> None:
        """Reads given tokens as if they had been drawn; those that the network does not know are skipped."""
        for token in tokens:
            if token in self.vocabulary.index:
                _, self.state = self.engine.step(np.array([self.index]), self.state)
                self.index = self.vocabulary.index[token]

    def draw(self) -> str:
        """Reads the token drawn last and draws the next."""
        probabilities, self.state = self.engine.step(np.array([self.index]), self.state)
        p = probabilities[0]
        if self.greedy:
            self.index = sampling.greedy(p)
        else:
            self.index = sampling.sample(p, self.generator, self.temperature)
        return self.vocabulary.symbols[self.index]


def _fill_measure(tokens: _TokenSampler, length: float, generator: np.random.Generator) -> list[str]:
    """Draws tokens until a measure of `length` quarter notes is full, and puts them on the grid."""
    measure, room = [FIRST_TOKEN], length - grammar.GRID
    while room > 1e-6:
        token = tokens.draw()
        kind = "C" if token[0] in "AX" else token[0]  # approach and other tones are chord tones in the course
        measure += grammar.prune_grammar([kind + token[1:]], generator)
        room -= max(grammar.parse_token(measure[-1])[1], grammar.GRID)
    return measure


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


def _given_melody(solo: Any) -> list[tuple[list[str], list[Note]]]:
    """The tokens and the notes of every measure of a solo, onsets from the measure's start.

    Raises:
        UserError: The solo is only chords.
    """
    if not hasattr(solo, "tokens"):
        raise UserError("answer: expected a piece with a melody, got chords alone")
    return [
        (tokens, [replace(note, onset=note.onset - start) for note in notes])
        for tokens, notes, start in zip(solo.tokens, solo.notes, solo.starts, strict=True)
    ]


def _transposed(chords: Sequence[Chord], semitones: int) -> list[Chord]:
    if not semitones:
        return list(chords)
    return [
        Chord(
            chord.onset,
            tuple(_in_range(pitch + semitones) for pitch in chord.pitches),
            None if chord.symbol is None else chord.symbol.transposed(semitones),
        )
        for chord in chords
    ]


def _in_range(pitch: int) -> int:
    """The MIDI number, moved by octaves into 0 to 127."""
    return pitch if 0 <= pitch <= 127 else pitch % 12 + (0 if pitch < 0 else 108)


def _score(
    melody: Sequence[list[Note]],
    chord_sets: Sequence[ChordSet],
    tempo: float,
    style: str,
    generator: np.random.Generator,
) -> Score:
    """The solo with its accompaniment, in even eighths."""
    solo = Part("Solo", tuple(note for measure in melody for note in measure), GUITAR, channel=0)
    if style == "none":
        accompaniment: tuple[Part, ...] = (Part("Piano", tuple(_chord_notes(chord_sets)), PIANO, channel=1),)
    else:
        accompaniment = bands.accompany(chord_sets, style=style, seed=generator, tempo=tempo)
    return Score((solo, *accompaniment), tempo=tempo, beats=chord_sets[0][0])


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

"""Improvising: tokens from a network, measure by measure, turned into a solo over chords.

The course's handout samples the same tones from the same zero state for every chord set, so that each
measure repeats the last, and lets them run on for fifty notes whatever a measure holds. Here the
network's state is carried from measure to measure, and each measure is filled to its own length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.layers import NO_SYMBOL
from models.jazz import weights
from models.jazz.weights import PRETRAINED, ChordSet
from utils import sampling
from utils.errors import UserError
from utils.files import make_folder, write_bytes
from utils.music import audio, grammar, harmony, intervals, midi_writer, pianoroll
from utils.music import soundfont as soundfonts
from utils.music.harmony import Chord
from utils.music.score import Note, Part, Score
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


class Solo(Protocol):
    """A piece whose chords can be played over, such as `data.solos.reading.Solo`."""

    @property
    def name(self) -> str:
        """The piece's title."""

    def chord_sets(self) -> list[ChordSet]:
        """For every measure its length and its chords."""


@dataclass(frozen=True)
class Improvisation:
    """A solo over chords.

    Args:
        score: The melody and the chords.
        melody: The melody notes, measure by measure; onsets in quarter notes from the start.
        chord_sets: The chords it was played over.
        title: The name of the piece they are from, perhaps empty.
    """

    score: Score
    melody: list[list[Note]]
    chord_sets: list[ChordSet]
    title: str = ""

    @property
    def starts(self) -> list[float]:
        """The measures' starts in quarter notes, and the end of the last."""
        return [0.0, *np.cumsum([length for length, _ in self.chord_sets]).tolist()]

    def chord_symbols(self) -> list[tuple[float, str]]:
        """Lists the onset and the lead-sheet symbol of every chord that differs from the one before."""
        found: list[tuple[float, str]] = []
        for start, (_, chords) in zip(self.starts, self.chord_sets, strict=False):
            for chord in chords:
                symbol = harmony.symbol(chord.pitches)
                if not found or found[-1][1] != symbol:
                    found.append((start + chord.onset, symbol))
        return found

    def save(
        self, folder: str | Path, *, mp3: bool = False, soundfont: str | Path | None = None
    ) -> list[Path]:
        """Writes the solo as MIDI, audio and picture.

        Every file is replaced in one step: a run that is stopped leaves no half of one.

        Args:
            folder: Made if it does not exist.
            mp3: Whether to write solo.mp3 too, which needs ffmpeg.
            soundfont: A SoundFont (.sf2) whose instruments play, which needs tinysoundfont; None: the
                built-in synthesis.

        Returns:
            The paths of solo.mid, solo.wav, perhaps solo.mp3, and solo.png.

        Raises:
            UserError: ffmpeg or tinysoundfont is missing, the SoundFont cannot be read, or a file cannot be
                written.

        Example:
            >>> import tempfile
            >>> paths = load().improvise(seed=7).save(tempfile.mkdtemp())
            >>> [path.name for path in paths]
            ['solo.mid', 'solo.wav', 'solo.png']
        """
        folder = make_folder(Path(folder))
        midi_path, wav_path, mp3_path, picture_path = (
            folder / f"solo.{suffix}" for suffix in ("mid", "wav", "mp3", "png")
        )
        if mp3:
            audio.require_ffmpeg(mp3_path)
        if soundfont is None:
            samples = audio.render(self.score)
        else:
            samples = soundfonts.render_soundfont(self.score, Path(soundfont))
        write_bytes(midi_path, midi_writer.to_midi(self.score))
        audio.write_wav(wav_path, samples)
        if mp3:
            audio.write_mp3(mp3_path, samples)
        pictures = pianoroll.draw(
            picture_path,
            self.score,
            self.chord_symbols(),
            title=f"Improvised over {self.title}" if self.title else "Improvised",
            measure_starts=self.starts[:-1],
        )
        return [midi_path, wav_path, *([mp3_path] if mp3 else []), *pictures]

    def describe(self) -> str:
        """Summarises the solo in one line: measures, notes, range, chord and scale tones, repetition."""
        measures = list(zip(self.starts, self.chord_sets, self.melody, strict=False))
        kinds = [
            grammar.kind_of(note.pitch, grammar.current_chord(note.onset - start, chords).pitches)
            for start, (_, chords), notes in measures
            for note in notes
        ]
        phrases = {
            tuple((round(note.onset - start, 3), note.pitch) for note in notes)
            for start, _, notes in measures
        }
        pitches = [note.pitch for notes in self.melody for note in notes]
        return (
            f"{len(measures)} measures, {len(pitches)} notes ({len(pitches) / len(measures):.1f} a measure), "
            f"{_pitch_name(min(pitches))} to {_pitch_name(max(pitches))}, "
            f"{kinds.count('C') / len(kinds):.0%} chord tones, "
            f"{kinds.count('S') / len(kinds):.0%} scale tones, "
            f"{len(measures) - len(phrases)} repeated measures"
        )


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
        solo: Solo | Sequence[ChordSet] | None = None,
        *,
        seed: int | np.random.Generator | None = None,
        temperature: float = 1.0,
        greedy: bool = False,
        tempo: float = 130.0,
        choruses: int = 1,
    ) -> Improvisation:
        """Improvises a solo over chords.

        Args:
            solo: A solo whose chords are played over, or chord sets: for each measure its length in quarter
                notes and its chords, one or more; None: the chords of the piece it was trained on.
            seed: For every choice: tokens, roundings, pitches; None: a new one.
            temperature: Above 0; below 1 the likely tokens become likelier, above 1 less so.
            greedy: Whether to take the likeliest token always, as the course does.
            tempo: Quarter notes a minute.
            choruses: How many times the chords are played through.

        Raises:
            UserError: `solo` is None, and the network's bundle has no chords either.
            ValueError: A measure has no chord, or an option is out of range.

        Example:
            >>> from utils.music.harmony import Chord
            >>> chords = [(4.0, [Chord(0.0, (50, 53, 57, 60))]), (4.0, [Chord(0.0, (43, 53, 59))])]
            >>> improvisation = load().improvise(chords, seed=1, choruses=2)
            >>> len(improvisation.melody), improvisation.score.length <= 16
            (4, True)
        """
        if choruses < 1:
            raise ValueError(f"choruses must be 1 or more, got {choruses}")
        if solo is None and not self.chord_sets:
            raise UserError("the network's bundle has no chord_sets: improvise over a piece or other chords")
        title = self.title if solo is None else getattr(solo, "name", "")
        chosen = self.chord_sets if solo is None else solo
        chord_sets = list(chosen if isinstance(chosen, Sequence) else chosen.chord_sets()) * choruses
        if not chord_sets or not all(chords for _, chords in chord_sets):
            raise ValueError("chord_sets must hold one measure or more, with one chord or more in each")
        generator = np.random.default_rng(seed)
        tokens = _TokenSampler(self.engine, self.vocabulary, generator, temperature, greedy)
        melody, start = [], 0.0
        for length, chords in chord_sets:
            measure = _fill_measure(tokens, length, generator)
            melody.append(_measure(measure, chords, generator, start, length))
            start += length
        return Improvisation(_score(melody, chord_sets, tempo), melody, chord_sets, title)


def load(path: str | Path | None = None, *, engine: Literal["numpy", "keras"] = "numpy") -> Improviser:
    """Loads a network that improvises.

    Args:
        path: A bundle's folder; None: the pretrained network's.
        engine: What computes the network. Keras takes seconds to import and answers the same.

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
    """Draws tokens until a measure of `length` quarter notes is full."""
    measure, room = [FIRST_TOKEN], length - grammar.GRID
    while room > 1e-6:
        measure.append(_playable(tokens.draw(), generator))
        room -= max(grammar.parse_token(measure[-1])[1], grammar.GRID)
    return measure


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


def _pitch_name(pitch: int) -> str:
    return f"{intervals.name(pitch).replace('-', 'b')}{intervals.octave(pitch)}"

"""Improvising: a network, a soloist who plays with it over chords, and a band.

The course's rules from tokens to notes are in `music.grammar`. What is played here follows those of
`models.jazz.phrases` (the plan), `models.jazz.soloist` (the line) and `models.jazz.delivery` (the
performance).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from models.engine.engine import Engine
from models.jazz import band as bands
from models.jazz import weights
from models.jazz.delivery import deliver
from models.jazz.improvisation import Improvisation
from models.jazz.options import TEMPO, ImproviseOptions
from models.jazz.phrases import Planner
from models.jazz.proposals import Network, TokenNetwork
from models.jazz.soloist import Form, Soloist
from models.jazz.weights import PRETRAINED, ChordSet
from music.harmony import Chord
from music.score import Note, Part, Score
from utils.errors import UserError
from utils.options import changed

GUITAR, PIANO = 26, 0  # General MIDI programs
_CHORD = 58  # velocity


class HasChords(Protocol):
    """A piece or a chart: `data.solos.Solo`, `data.solos.Chart`."""

    def chord_sets(self) -> list[ChordSet]:
        """For every measure its length in quarter notes and its chords."""


class Improviser:
    """A trained jazz network that improvises over chords; `load` makes one from a bundle.

    Args:
        network: The network.
        chord_sets: The chords to play over where no others are given.
        title: The name of the piece they are from.
    """

    def __init__(self, network: Network, chord_sets: Sequence[ChordSet] = (), title: str = "") -> None:
        self.network, self.chord_sets, self.title = network, list(chord_sets), title

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
        tempo = options.tempo or getattr(solo, "tempo", None) or TEMPO
        form = Form(chord_sets)
        chorus_starts = range(0, len(chord_sets), len(chord_sets) // options.choruses)
        choruses = [form.starts[number] for number in chorus_starts]
        soloist = Soloist(
            self.network,
            form,
            Planner(generator, choruses, form.end, tempo),
            generator,
            tempo=tempo,
            temperature=options.temperature,
            greedy=options.greedy,
        )
        notes = _trade(soloist, calls, answer, transpose, generator)
        style = bands.STYLES.get(options.band)
        usual = style.swing_ratio(tempo) if style else 1.0
        ratio = usual if options.swing is None else options.swing
        score = _score(notes, chord_sets, chorus_starts, tempo, options.band, generator)
        melody = _in_measures(notes, form)
        return Improvisation(replace(score, title=title or "Improvisation"), melody, chord_sets, title, ratio)


def load(path: str | Path | None = None) -> Improviser:
    """Loads a network that improvises.

    Args:
        path: A bundle's folder; None: the pretrained network's.

    Raises:
        UserError: There is no such bundle, or it is damaged.

    Example:
        >>> improvisation = load().improvise(seed=7)
        >>> improvisation.title, len(improvisation.melody)
        ('Tram Line Nine', 64)
    """
    folder = PRETRAINED if path is None else Path(path)
    bundle = weights.load(folder)
    network = TokenNetwork(Engine(bundle.network()), bundle.vocabulary)
    return Improviser(network, weights.chord_sets(bundle, folder), str(bundle.extra.get("piece", "")))


def _trade(
    soloist: Soloist,
    calls: Sequence[Sequence[Note]] | None,
    answer: int | None,
    transpose: int,
    generator: np.random.Generator,
) -> list[Note]:
    """The whole solo, or `answer` measures of the given melody and of the soloist in turn."""
    form = soloist.form
    if calls is None or answer is None:
        return deliver(soloist.play(0, form.end), generator)
    played = list[Note]()
    count = len(form.measures)
    for first in range(0, count, answer):
        last = min(first + answer, count)
        if first // answer % 2:
            end = form.starts[last] if last < count else form.end
            played += deliver(soloist.play(form.starts[first], end), generator)
            continue
        given = [
            replace(
                note, onset=form.measures[number].start + note.onset, pitch=_in_range(note.pitch + transpose)
            )
            for number in range(first, last)
            for note in calls[number % len(calls)]
        ]
        soloist.hear(given)
        played += given
    return played


def _in_measures(notes: Sequence[Note], form: Form) -> list[list[Note]]:
    """The notes that begin in each measure."""
    starts = [measure.start for measure in form.measures]
    found: list[list[Note]] = [[] for _ in starts]
    for note in notes:
        found[max(0, bisect_right(starts, note.onset + 1e-6) - 1)].append(note)
    return found


def _given_melody(solo: Any) -> list[list[Note]]:
    """The notes of every measure of a solo, onsets from the measure's start.

    Raises:
        UserError: The solo is only chords.
    """
    if not hasattr(solo, "notes"):
        raise UserError("answer: expected a piece with a melody, got chords alone")
    return [
        [replace(note, onset=note.onset - start) for note in notes]
        for notes, start in zip(solo.notes, solo.starts, strict=True)
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
    notes: Sequence[Note],
    chord_sets: Sequence[ChordSet],
    chorus_starts: Sequence[int],
    tempo: float,
    style: str,
    generator: np.random.Generator,
) -> Score:
    """The solo with its accompaniment, in even eighths."""
    solo = Part("Solo", tuple(notes), GUITAR, channel=0)
    if style == "none":
        accompaniment: tuple[Part, ...] = (Part("Piano", tuple(_chord_notes(chord_sets)), PIANO, channel=1),)
    else:
        accompaniment = bands.accompany(
            chord_sets, style=style, seed=generator, tempo=tempo, solo=notes, chorus_starts=chorus_starts
        )
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

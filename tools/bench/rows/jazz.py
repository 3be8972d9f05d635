"""The rows of `python -m tools.bench jazz`: reading a solo, training, improvising, and rendering audio.

The plain implementations are those of the course's notebook: music21's parser for the notes, the LSTM
unrolled over thirty steps, a model.predict for every token, an overlay for every note.
"""

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.solos import reading as solos
from data.solos.corpus import training_examples
from models import jazz
from models.checkpoint import Run
from models.engine.engine import Engine
from models.jazz.improviser import Improviser
from models.jazz.proposals import TokenNetwork
from music import audio, tones
from music.changes import Changes
from music.score import Score
from tools.bench.harness import Row
from utils import backend
from utils.vocabulary import Vocabulary

if TYPE_CHECKING:
    from models.jazz.networks import SharedLayers

EPOCHS = 100
T_X = 30
LOUDNESS = 0.1  # of full scale, for a tone in the plain mix


def rows(data_dir: Path | None) -> Iterator[Row]:
    """The four comparisons."""
    solo = solos.read_solo(solos.BUNDLED)
    yield reading(solos.BUNDLED)
    yield improvising(solo.vocabulary, replace(solo.changes, measures=solo.changes.measures[:4]))
    score = jazz.load().improvise(replace(solo.changes, measures=solo.changes.measures[:8]), seed=1).score
    yield sounding(score)
    yield training(solo, EPOCHS)


def reading(path: Path) -> Row:
    """Notes of a MIDI file: this project's reader, or music21's parser."""

    def ours() -> float:
        return float(len(solos.read_solo(path).flat_tokens))

    def plain() -> float:
        from music21 import converter

        piece = converter.parse(path, forceSource=True, storePickle=False)
        return float(len(piece.parts[0].flatten().notes))

    return Row("reading a solo", "notes", ours, plain, "MIDI events", "music21.converter.parse")


def improvising(vocabulary: Vocabulary, changes: Changes) -> Row:
    """Notes of a solo: the state carried in NumPy, or a model.predict for every token.

    Both play with the course's network, untrained: what it has learnt does not change the time.
    """
    backend.keras()
    from models.keras_weights import get_arrays

    shared = jazz.shared_layers(len(vocabulary))
    predictor: Any = _Predictor(shared)  # with the methods of the engine that are called
    engine = Engine(get_arrays(shared.LSTM_cell, shared.densor))

    def with_engine(chosen: Any) -> Callable[[], float]:
        improviser = Improviser(TokenNetwork(chosen, vocabulary))
        return lambda: float(sum(map(len, improviser.improvise(changes, seed=1, band="none").melody)))

    ways = (with_engine(engine), with_engine(predictor))
    return Row("improvising", "notes", *ways, "NumPy, state carried", "model.predict for every token")


def sounding(score: Score) -> Row:
    """Seconds of music: tones mixed in NumPy, or one overlay for every note."""

    def ours() -> float:
        audio.render(score)
        return score.seconds

    def plain() -> float:
        overlay_every_note(score)
        return score.seconds

    return Row(
        "sound", "seconds of music", ours, plain, "mixed in NumPy", "AudioSegment.overlay for every note"
    )


def overlay_every_note(score: Score) -> Any:
    """Renders a score the plain way: a segment of silence, on which every note is overlaid."""
    AudioSegment = audio.quiet_pydub().AudioSegment
    mix = AudioSegment.silent(round(score.seconds * 1000), frame_rate=audio.SAMPLE_RATE)
    second = 60 / score.tempo
    for part in score.parts:
        timbre = tones.timbre_of(part.program)
        for note in part.notes:
            samples = tones.tone(
                note.pitch, round(note.duration * second * audio.SAMPLE_RATE), timbre, audio.SAMPLE_RATE
            )
            data = (samples * LOUDNESS * 32767).astype("<i2").tobytes()
            sound = AudioSegment(data, sample_width=2, frame_rate=audio.SAMPLE_RATE, channels=1)
            mix = mix.overlay(sound, position=round(note.onset * second * 1000))
    return mix


def training(solo: solos.Solo, epochs: int) -> Row:
    """Epochs of a new network, tracing included: the shared layers as one sequence, or unrolled."""
    X, Y = training_examples(solo.flat_tokens, solo.vocabulary, T_x=T_X)

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            trained = jazz.train(X, Y, solo.vocabulary, Run(folder, epochs))
            return float(trained.training["epochs"])

    def plain() -> float:
        shared = jazz.shared_layers(len(solo.vocabulary))
        model = jazz.djmodel(T_X, shared.LSTM_cell, shared.densor, shared.reshaper)
        model.compile(optimizer=jazz.adam(), loss="categorical_crossentropy")
        zeros = np.zeros((len(X), shared.n_a), np.float32)
        model.fit([X, zeros, zeros], list(Y), batch_size=32, epochs=epochs, verbose=0)
        return float(epochs)

    row = Row(f"training for {epochs} epochs", "epochs", ours, plain, "one sequence", "djmodel, unrolled")
    return dataclasses.replace(row, rounds=1, warm_up=False)


class _Predictor:
    """The course's prediction of a token: model.predict of a one-hot vector and the states."""

    def __init__(self, shared: "SharedLayers") -> None:
        keras = backend.keras()
        layers = keras.layers
        x = layers.Input((1, shared.n_values))
        a0, c0 = layers.Input((shared.n_a,)), layers.Input((shared.n_a,))
        a, _, c = shared.LSTM_cell(x, initial_state=[a0, c0])
        self.model = keras.Model([x, a0, c0], [shared.densor(a), a, c])
        self.n_values, self.n_a = shared.n_values, shared.n_a

    def zero_state(self, batch: int = 1) -> Any:
        zeros = np.zeros((batch, self.n_a), np.float32)
        return zeros, zeros

    def step(self, inputs: Any, state: Any) -> Any:
        x = np.zeros((1, 1, self.n_values), np.float32)
        if inputs[0] >= 0:
            x[0, 0, inputs[0]] = 1
        probabilities, a, c = self.model.predict([x, *state], verbose=0)
        return probabilities, (a, c)

"""The jazz exercise's data and `generate_music`: `from course.data_utils import *`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from music21 import note as m21_note
from music21 import stream as m21_stream
from music21 import tempo as m21_tempo
from music21.midi.translate import streamToMidiFile

from course.grammar import unparse_grammar
from course.jazz import predict_and_sample
from course.midi import TEMPO
from course.music_utils import load_music_utils, solo_file
from course.preprocess import Chords, get_musical_data
from course.qa import clean_up_notes, prune_grammar, prune_notes
from utils.errors import UserError
from utils.files import make_folder, write_bytes
from utils.vocabulary import Vocabulary

__all__ = ["generate_music", "load_music_utils", "predict_and_sample"]

OUTPUT = Path("output") / "my_music.midi"


def generate_music(
    inference_model: keras.Model,
    *given: Any,
    indices_tones: Mapping[int, str] | None = None,
    chords: Mapping[int, list[Any]] | None = None,
    generator: np.random.Generator | None = None,
    **ignored: Any,
) -> m21_stream.Stream:
    """Plays by the course's own rules, so that they can be heard beside `models.jazz.load().improvise()`.

    A third of the measures is played, less the first: over each measure's chords the tones that the network
    makes from zero states, A and X being C. The defects are the course's: the network starts from the same
    zeros for every measure and takes the likeliest tone, so that all get the same tones; every note is placed
    after its own duration, so that measures start late and spill over; see `course.grammar` and `course.qa`.

    Args:
        inference_model: From `music_inference_model`.
        *given: Since 2021 indices_tones and chords, from `load_music_utils(file)`, and a diversity. In 2018
            nothing, or corpus, abstract_grammars, tones, tones_indices, indices_tones and three numbers. What
            the rules do not use (all but indices_tones and chords) is ignored, as it is in the course.
        indices_tones: The tokens by index; None: those of the course's file or of the bundled tune.
        chords: The chords of each measure; None: likewise.
        generator: Draws the pitches; None: a new one.
        **ignored: The other arguments by name.

    Returns:
        The music, which is also written as output/my_music.midi.

    Raises:
        UserError: The network has another number of values than there are tokens, or the file cannot be
            written.
    """
    for found in given:  # by what they hold: the two editions have them at other places
        if isinstance(found, Mapping) and found:
            values = list(found.values())
            indices_tones = found if all(isinstance(value, str) for value in values) else indices_tones
            chords = found if all(isinstance(value, list) for value in values) else chords
    if indices_tones is None or chords is None:
        found_chords, found_tones = _default()
        chords, indices_tones = chords or found_chords, indices_tones or found_tones
    size = inference_model.outputs[0].shape[-1]
    if size != len(indices_tones):
        raise UserError(f"inference_model: expected {len(indices_tones)} values, got {size}")
    generator = generator or np.random.default_rng()
    music, start = m21_stream.Stream(), 0.0
    print("Predicting new values for different set of chords.")
    for number in range(1, len(chords) // 3):
        measure = m21_stream.Voice()
        for chord in chords[number]:
            measure.insert(chord.offset % 4, chord)
        sounds = _sounds(inference_model, indices_tones, measure, generator)
        count = sum(isinstance(sound, m21_note.Note) for sound in sounds)
        print(
            f"Generated {count} sounds using the predicted values for the set of chords "
            f'("{number}") and after pruning'
        )
        for element in (*sounds, *measure):
            music.insert(start + element.offset, element)
        start += 4.0
    music.insert(0.0, m21_tempo.MetronomeMark(number=TEMPO))
    make_folder(OUTPUT.parent)
    write_bytes(OUTPUT, streamToMidiFile(music).writestr())
    print(f"Your generated music is saved in {OUTPUT}")
    return music


def _sounds(
    inference_model: keras.Model,
    indices_tones: Mapping[int, str],
    measure: m21_stream.Voice,
    generator: np.random.Generator,
) -> Sequence[m21_note.GeneralNote]:
    """The notes over one set of chords."""
    _, indices = predict_and_sample(inference_model)
    tones = " ".join(["C,0.25", *(indices_tones[int(index)] for index in indices[:, 0])])
    tones = tones.replace(" A", " C").replace(" X", " C")
    tones = prune_grammar(tones, generator=generator)
    return clean_up_notes(prune_notes(unparse_grammar(tones, measure, generator=generator)))


def _default() -> tuple[Chords, dict[int, str]]:
    chords, grammars = get_musical_data(solo_file())
    vocabulary = Vocabulary.of(token for grammar in grammars for token in grammar.split())
    return chords, dict(enumerate(vocabulary.symbols))

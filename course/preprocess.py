"""The jazz exercise's reading of a solo: `from course.preprocess import *`."""

from collections.abc import Iterable
from pathlib import Path

from music21 import chord as m21_chord

from course.files import find
from course.streams import chord_of
from data.solos import reading

__all__ = ["get_corpus_data", "get_musical_data"]

Chords = dict[int, list[m21_chord.Chord]]


def get_musical_data(data_fn: str | Path) -> tuple[Chords, list[str]]:
    """Reads a solo: the chords and the grammar of every measure.

    Args:
        data_fn: A MIDI file or a lead sheet; a path that only the course has, such as
            data/original_metheny.mid, is looked for in the catalogue.

    Returns:
        chords, for each measure from 0 its music21 chords, whose offsets count from the piece's start; and
        abstract_grammars, for each measure its tokens with blanks between them. Every measure is there; the
        course leaves out the first measure's tokens. They are 193 of 78 kinds for the course's file, whatever
        version of music21 is installed (docs/editions.md).

    Raises:
        UserError: The file is not here, cannot be read, or has no melody.
    """
    solo = reading.read_solo(find(data_fn))
    chords = {number: [chord_of(chord) for chord in measure] for number, measure in enumerate(solo.chords)}
    return chords, [" ".join(tokens) for tokens in solo.tokens]


def get_corpus_data(
    abstract_grammars: Iterable[str],
) -> tuple[list[str], list[str], dict[str, int], dict[int, str]]:
    """Takes the grammars of all measures apart.

    Returns:
        corpus, all tokens in order; values, the distinct ones; val_indices, their indices; and indices_val,
        the inverse. The values are sorted: the course's are a set, whose order differs from one start of
        Python to the next, so that a saved network means other tones.

    Example:
        >>> corpus, values, val_indices, _ = get_corpus_data(["S,0.5 C,0.25", "S,0.5"])
        >>> len(corpus), values, val_indices["S,0.5"]
        (3, ['C,0.25', 'S,0.5'], 1)
    """
    corpus = [token for grammar in abstract_grammars for token in grammar.split()]
    values = sorted(set(corpus))
    val_indices = {value: index for index, value in enumerate(values)}
    return corpus, values, val_indices, dict(enumerate(values))

"""The jazz exercise's repairs of what the network made, on music21 streams: `from course.qa import *`.

`music.grammar` has the project's own. The course's have two defects that are kept here: `prune_notes`
compares the first note with the second, the third with the fourth, and never the second with the third; and
`clean_up_notes` looks only at the next element for one that starts at the same place.
"""

from collections.abc import Iterable

import numpy as np
from music21 import note as m21_note
from music21 import stream as m21_stream

from music import grammar

__all__ = ["clean_up_notes", "prune_grammar", "prune_notes"]


def prune_grammar(curr_grammar: str, *, generator: np.random.Generator | None = None) -> str:
    """Rounds every duration up or down, at random, to a multiple of a quarter of a quarter note.

    Args:
        curr_grammar: Tokens with blanks between them.
        generator: Draws; None: a new one.

    Example:
        >>> prune_grammar("C,0.250 S,0.500,<m2,P-4>")
        'C,0.250 S,0.500,<m2,P-4>'
    """
    return " ".join(grammar.prune_grammar(curr_grammar.split(), generator or np.random.default_rng()))


def prune_notes(curr_notes: m21_stream.Stream) -> m21_stream.Stream:
    """Removes the second of two equal notes from a voice, in pairs; the voice is changed, and returned."""
    elements = list(curr_notes)
    for first, second in zip(elements[::2], elements[1::2], strict=False):
        if _is_note(first) and _is_note(second) and first.nameWithOctave == second.nameWithOctave:
            curr_notes.remove(second)
    return curr_notes


def clean_up_notes(curr_notes: Iterable[m21_note.GeneralNote]) -> list[m21_note.GeneralNote]:
    """Gives notes without a duration a sixteenth, and drops one that starts together with that before it."""
    elements = list(curr_notes)
    for element in elements:
        if element.quarterLength == 0:
            element.quarterLength = grammar.GRID
    pairs = zip(elements, elements[1:], strict=False)
    double = [second for first, second in pairs if _is_note(second) and first.offset == second.offset]
    return [element for element in elements if not any(element is other for other in double)]


def _is_note(element: object) -> bool:
    return isinstance(element, m21_note.Note)

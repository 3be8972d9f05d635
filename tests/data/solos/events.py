"""What the tests of charts look at: onsets and symbols."""

from music.changes import Changes, starts
from music.chord_symbols import ChordSymbol

Event = tuple[float, ChordSymbol | None]  # None: no chord


def events(changes: Changes) -> list[list[Event]]:
    """Each measure's onsets from its start, and symbols."""
    return [[(chord.onset, chord.symbol) for chord in measure.chords] for measure in changes.measures]


def onsets(changes: Changes) -> list[float]:
    """The onsets of all chords from the start."""
    return [
        start + chord.onset
        for start, measure in zip(starts(changes.measures), changes.measures, strict=False)
        for chord in measure.chords
    ]


def names(changes: Changes) -> list[str]:
    """Each measure's symbols, as one text."""
    return [" ".join(str(symbol or "N.C.") for _, symbol in measure) for measure in events(changes)]

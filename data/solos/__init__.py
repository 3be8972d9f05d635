"""Solos: MIDI files and lead sheets read into measures, chords and tokens; chord charts.

    from data import solos
    solo = solos.read_solo("my.mid", measures="17-24")

What they read is one record, `music.changes.Changes`. Nothing is imported until it is used.
"""

import warnings
from typing import Any

import lazy_loader

_lazy, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["leadsheets", "pieces", "reading"],
    submod_attrs={
        "charts": ["ChartError", "list_songs", "read_chart"],
        "corpus": ["CorpusExamples", "corpus_examples", "read_pieces", "training_examples"],
        "measures": ["MeasureRange"],
        "options": ["CorpusOptions", "PieceOptions", "SourceOptions"],
        "reading": [
            "BUNDLED",
            "COURSE_MEASURES",
            "MOST_MEASURES",
            "Solo",
            "read_changes",
            "read_music",
            "read_solo",
        ],
        "sources": ["read_corpus", "read_source"],
    },
)


def __getattr__(name: str) -> Any:
    if name == "Chart":
        from music.changes import Changes

        rule = "data.solos.Chart is deprecated since 2.0.0; read_chart gives music.changes.Changes"
        warnings.warn(rule, DeprecationWarning, stacklevel=2)
        return Changes
    return _lazy(name)

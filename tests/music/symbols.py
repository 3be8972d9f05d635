"""A hypothesis strategy for chord symbols, which the tests of charts use too."""

from hypothesis import strategies as st

from music.chord_symbols import ChordSymbol, ChordSymbolError, parse_symbol
from music.qualities import QUALITIES

ALTERED = ("b5", "#5", "b6", "b9", "#9", "#11", "b13")
ADDED = ("add3", "add9", "add11", "add13")


def _canonical(base: str, altered: set[str], added: set[str]) -> str | None:
    """The quality of such notes as `parse_symbol` names it; None where they do not go together."""
    try:
        return parse_symbol(f"C{base}({''.join(sorted(altered))}){''.join(sorted(added))}").quality
    except ChordSymbolError:
        return None


_subsets = st.builds(
    _canonical,
    st.sampled_from(sorted(QUALITIES)),
    st.sets(st.sampled_from(ALTERED), max_size=3),
    st.sets(st.sampled_from(ADDED), max_size=2),
)
qualities = st.sampled_from(sorted(QUALITIES)) | _subsets.filter(lambda quality: quality is not None)
symbols = st.builds(ChordSymbol, st.integers(0, 11), qualities, st.none() | st.integers(0, 11))

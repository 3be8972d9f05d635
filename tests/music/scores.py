"""Made-up music for the tests of sheets and sound: notes on the grid of solos, and a band."""

from fractions import Fraction

from hypothesis import strategies as st

from music.score import DRUM_CHANNEL, Note, Part, Score

METERS = (2.0, 3.0, 3.5, 4.0, 5.0)


@st.composite
def voices(
    draw: st.DrawFn, beats: float = 4.0, most_measures: int = 3, low: int = 50, high: int = 90
) -> list[Note]:
    """One voice without overlaps: beats are divided into four or into three, notes may be held over."""
    count = draw(st.integers(1, most_measures))
    lines = {Fraction(0)}
    for measure in range(count):
        for beat in range(int(beats)):
            parts = draw(st.sampled_from((4, 3)))
            inside = draw(st.sets(st.integers(0, parts - 1), max_size=parts))
            lines |= {Fraction(beats) * measure + beat + Fraction(number, parts) for number in inside}
    ends = sorted(lines | {Fraction(beats) * count})
    notes = []
    for start, end in zip(ends, ends[1:], strict=False):
        if draw(st.booleans()):
            notes.append(Note(float(start), float(end - start), draw(st.integers(low, high))))
    return notes


def free_notes(most: int = 12) -> st.SearchStrategy[list[Note]]:
    """Notes whose onsets and durations are fourths and thirds of a quarter note in any mixture."""
    places = st.integers(0, 32).map(lambda n: n / 4) | st.integers(0, 24).map(lambda n: n / 3)
    lengths = st.integers(1, 8).map(lambda n: n / 4) | st.integers(1, 6).map(lambda n: n / 3)
    return st.lists(st.builds(Note, places, lengths, st.integers(50, 90)), max_size=most)


def band_score(beats: float = 4.0) -> Score:
    """A band of all kinds of parts, two measures long."""
    solo = [Note(number / 2, 0.5, 62 + number) for number in range(int(4 * beats))]
    piano = [Note(start, 2, pitch) for start in (0, beats) for pitch in (45, 55, 60, 64, 71)]
    bass = [Note(float(beat), 1, 36 + beat) for beat in range(int(2 * beats))]
    drums = [Note(beat / 2, 0.1, 35 + beat) for beat in range(int(4 * beats))]
    parts = (
        Part("Solo", tuple(solo), 66, 0),
        Part("Piano", tuple(piano), 0, 1),
        Part("Bass", tuple(bass), 32, 2),
        Part("Drums", tuple(drums), 0, DRUM_CHANNEL),
    )
    return Score(parts, 132.5, beats, "Everything")

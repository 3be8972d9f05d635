"""Chord symbols as lead sheets write them: a root, a quality and perhaps another bass."""

from dataclasses import dataclass

from utils.music.harmony import ROOTS

# The semitones above the root of every quality, by its canonical suffix.
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "mMaj7": (0, 3, 7, 11),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "5": (0, 7),
}


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """A chord symbol.

    Args:
        root: The root's pitch class, 0 (C) to 11.
        quality: A key of `QUALITIES`.
        bass: The bass note's pitch class; None: the root.

    Example:
        >>> str(ChordSymbol(2, "m7"))
        'Dm7'
    """

    root: int
    quality: str
    bass: int | None = None

    @property
    def intervals(self) -> tuple[int, ...]:
        """The semitones above the root, the root's 0 first."""
        return QUALITIES[self.quality]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes of the chord's notes, without another bass."""
        return frozenset((self.root + interval) % 12 for interval in self.intervals)

    def __str__(self) -> str:
        bass = "" if self.bass is None else f"/{ROOTS[self.bass]}"
        return f"{ROOTS[self.root]}{self.quality}{bass}".replace("-", "b")

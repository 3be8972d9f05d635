"""Styles as lead sheets and iReal Pro name them: which band plays them, and how fast by default."""

from typing import NamedTuple


class Style(NamedTuple):
    """What a style's name says: a band, and its usual tempo in quarter notes a minute."""

    band: str
    tempo: float


# Words of a style's name, the more special first; all of them are in the name.
_STYLES: dict[str, Style] = {
    "slow bossa": Style("bossa", 110),
    "bossa": Style("bossa", 140),
    "pop ballad": Style("ballad", 75),
    "ballad": Style("ballad", 65),
    "waltz": Style("waltz", 140),
    "double time": Style("swing", 240),
    "medium up": Style("swing", 170),
    "up": Style("swing", 240),
    "fast": Style("swing", 240),
    "slow": Style("swing", 80),
    "shuffle": Style("swing", 120),
    "two": Style("two", 130),
    "2": Style("two", 130),
    "swing": Style("swing", 130),
    "samba": Style("latin", 200),
    "calypso": Style("latin", 200),
    "cha": Style("latin", 120),
    "bolero": Style("latin", 90),
    "afro": Style("latin", 180),
    "even": Style("latin", 140),
    "straight": Style("latin", 140),
    "latin": Style("latin", 180),
    "cuban": Style("latin", 180),
    "salsa": Style("latin", 180),
    "tango": Style("latin", 120),
    "funk": Style("latin", 100),
    "rock": Style("latin", 120),
    "rnb": Style("latin", 90),
    "soul": Style("latin", 90),
    "pop": Style("latin", 110),
    "gypsy": Style("two", 200),
    "dixieland": Style("two", 180),
    "blues": Style("swing", 120),
    "bop": Style("swing", 200),
    "jazz": Style("swing", 130),
    "medium": Style("swing", 130),
}
DEFAULT = _STYLES["swing"]


def find(name: str) -> Style | None:
    """The style of a name; None if no word of it is known.

    Example:
        >>> find("Up Tempo Swing"), find("Bossa Nova").band, find("Reggae")
        (Style(band='swing', tempo=240), 'bossa', None)
    """
    words = name.lower().replace("-", " ").split()
    for key, style in _STYLES.items():
        if all(any(word.startswith(part) for word in words) for part in key.split()):
            return style
    return None

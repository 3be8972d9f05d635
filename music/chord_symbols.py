"""Chord symbols as lead sheets write them: a root, a quality and perhaps another bass."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from music.qualities import QUALITIES
from utils.errors import UserError

ROOTS = ("C", "D-", "D", "E-", "E", "F", "F#", "G", "A-", "A", "B-", "B")  # as lead sheets spell them

# Altered notes in the order in which they are written: what each replaces, if anything, and its semitones.
_ALTERED: dict[str, tuple[int | None, int]] = {
    "b5": (7, 6),
    "#5": (7, 8),
    "b6": (None, 8),
    "b9": (14, 13),
    "#9": (14, 15),
    "#11": (17, 18),
    "b13": (21, 20),
}
_OMITTED = {"no3": (3, 4), "no5": (6, 7, 8)}  # and which notes they take away
_ADDED = {"add3": 4, "add9": 14, "add11": 17, "add13": 21}
_OCTAVE_HIGHER = {"2": "9", "4": "11", "6": "13"}
_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
# One character for each, so that columns stay what they are.
_SIGNS = str.maketrans({"♭": "b", "♯": "#", **dict.fromkeys("−–‑", "-"), **dict.fromkeys("∆△▵", "Δ")})
_SIGNS |= str.maketrans({**dict.fromkeys("°º˚", "o"), **dict.fromkeys("Ø∅⌀", "ø")})

LOWEST_BASS = 38  # D2: bass notes are in the octave from here
LOWEST_VOICE, HIGHEST_VOICE = 50, 76  # D3 to E5, where chords of thirds and seconds are clear
_CENTRE = 63.0
# Costs of a voicing, in semitones of movement.
_DRIFT = 0.5  # of a semitone away from the centre
_HARSH = 2.0  # of a semitone between the two highest voices
_A_QUALITY = "a quality such as m7, maj7, 7b9 or sus4"
_COMPATIBLE = "a part that is compatible with those before it"

_NOTE = re.compile(r"([A-Ga-g])([b#]?)")
_BASS = re.compile(r"/([A-Ga-g])([b#]?)$")
_MAJOR = r"(?:[Mm]ajor|MAJOR|[Mm]aj|MAJ|[Mm]a(?!dd)|MA(?!DD)|M(?![Ii])|[Jj](?=\d)|\^|Δ)"
_MINOR = r"(?:[Mm]inor|MINOR|[Mm]in|MIN|[Mm]i|MI|m(?!a(?!dd))|-)"
_KIND = re.compile(
    rf"(?P<m>{_MINOR})|(?P<dim>[Dd]im|DIM|o(?!mit))|(?P<half>[øh])|(?P<aug>[Aa]ug|AUG|\+)|(?P<dom>[Dd]om(?:inant)?)"
)
_NUMBER = re.compile(r"13|11|69|6/9|9|7|6|5|4|2")
_PART = re.compile(
    rf"""
      (?:[Ss]us|SUS)(?P<sus>13|9|7|4|2)?
    | (?:[Aa]dd|ADD)(?P<add>[b\#]?(?:13|11|9|7|6|4|3|2))
    | (?:[Oo]mit|OMIT|[Nn]o|NO)(?P<omitted>[35])(?:rd|th)?
    | /?(?P<altered>[b\#+-](?:13|11|9|6|5))
    | (?P<sharp_fifth>[Aa]ug|\+)
    | (?P<alt>(?:[Aa]lt(?:ered)?|ALT)\.?)
    | /?(?P<major>{_MAJOR})(?P<number>13|11|9|7|69|6/9|6)?
    | (?P<slash>/)?(?P<natural>13|11|9)
    | (?P<mark>[(), ])
    """,
    re.VERBOSE,
)


class ChordSymbolError(UserError):
    """A text that is not a chord symbol.

    Args:
        text: The text.
        column: Where parsing failed, from 1.
        expected: What is allowed there.
    """

    def __init__(self, text: str, column: int, expected: str) -> None:
        found = repr(text[column - 1 : column + 19]) if column <= len(text) else "the end"
        super().__init__(
            f"{text[:60]!r} is no chord symbol: expected {expected} at column {column}, got {found}"
        )
        self.text, self.column, self.expected = text, column, expected


@dataclass(frozen=True, slots=True)
class ChordSymbol:
    """A chord symbol.

    Args:
        root: The root's pitch class, 0 (C) to 11.
        quality: A canonical suffix: a key of `QUALITIES`, perhaps with altered and added notes (7b9,
            maj7#11, madd9; those of a major triad in parentheses, C(b9), because Cb9 is a C flat).
        bass: The bass note's pitch class; None: the root.
        text: The symbol as it was written; "" if it was not. Symbols that mean the same are equal, and
            are the same as `str`.

    Raises:
        ValueError: A pitch class is not 0 to 11, or the quality is not canonical.

    Example:
        >>> str(ChordSymbol(2, "m7"))
        'Dm7'
        >>> ChordSymbol(7, "7b9").intervals
        (0, 4, 7, 10, 13)
    """

    root: int
    quality: str
    bass: int | None = None
    text: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, value in (("root", self.root), ("bass", 0 if self.bass is None else self.bass)):
            if not 0 <= value <= 11:
                raise ValueError(f"{name}: expected a pitch class from 0 to 11, got {value}")
        if _parse_quality(self.quality)[0] != self.quality:
            canonical = _parse_quality(self.quality)[0]
            raise ValueError(f"quality: expected the canonical {canonical!r}, got {self.quality!r}")

    @property
    def intervals(self) -> tuple[int, ...]:
        """The semitones above the root, the root's 0 first, in rising order; a ninth is 14."""
        return _parse_quality(self.quality)[1]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes of the chord's notes, without another bass."""
        return frozenset((self.root + interval) % 12 for interval in self.intervals)

    @property
    def written(self) -> "Written":
        """The root, the quality and the bass as they are written.

        Example:
            >>> parse_symbol("A♯min7/E").written
            Written(root='A#', quality='min7', bass='E')
        """
        signs = self.text.translate(_SIGNS)
        root, bass = _NOTE.match(signs), _BASS.search(signs)
        if root is None:
            return Written(_name(self.root), self.quality, "" if self.bass is None else _name(self.bass))
        end = len(signs) if bass is None else bass.start()
        named = "" if bass is None else bass[1].upper() + bass[2]
        return Written(root[1].upper() + root[2], self.text[root.end() : end], named)

    def spelled(self, root: str, bass: str = "") -> "ChordSymbol":
        """The same symbol with other names of its root and its bass, as text.

        Example:
            >>> parse_symbol("Db-7").spelled("C#").text
            'C#-7'
        """
        return replace(self, text=f"{root}{self.written.quality}{'/' * bool(bass)}{bass}")

    def stopped(self) -> "ChordSymbol":
        """The same symbol as it is written for a stop, with a ! behind its quality.

        Example:
            >>> parse_symbol("Dm7/G").stopped().text
            'Dm7!/G'
        """
        root, quality, bass = self.written
        return replace(self, text=f"{root}{quality}!{'/' * bool(bass)}{bass}")

    def transposed(self, semitones: int) -> "ChordSymbol":
        """The same chord on another root, spelled as usual; `music.spelling.transposed` spells it in a key.

        Example:
            >>> str(parse_symbol("Am7/G").transposed(3))
            'Cm7/Bb'
        """
        bass = None if self.bass is None else (self.bass + semitones) % 12
        moved = ChordSymbol((self.root + semitones) % 12, self.quality, bass)
        if not self.text:
            return moved
        return replace(moved, text=self.text).spelled(moved.written.root, moved.written.bass)

    def __str__(self) -> str:
        bass = "" if self.bass is None else f"/{_name(self.bass)}"
        return f"{_name(self.root)}{self.quality}{bass}"


class Written(NamedTuple):
    """A chord symbol's text in parts; the bass is empty where it is the root."""

    root: str
    quality: str
    bass: str


def parse_symbol(text: str) -> ChordSymbol:
    """Reads a chord symbol in any of the usual spellings.

    Roots are A to G, in small letters too (dm7 is Dm7), with # b ♯ ♭. Major sevenths are maj7, M7,
    ma7, ^7, Δ7 or a lone triangle, minor is m, min, mi or -, a half-diminished seventh m7b5 or ø,
    a diminished one dim7 or o7, augmented aug or +. Tensions stand behind the number or in
    parentheses: 7b9, 7(b9,#11), 7-9, 7M(9), 7alt. A slash sets the bass: C/E.

    Raises:
        ChordSymbolError: The text is not a chord symbol; the error holds the column.

    Example:
        >>> [str(parse_symbol(text)) for text in ("CΔ", "D-7", "G7(b9)", "Eø", "B♭6/9", "C/E")]
        ['Cmaj7', 'Dm7', 'G7b9', 'Em7b5', 'Bb69', 'C/E']
    """
    signs = text.translate(_SIGNS)
    root, bass = _NOTE.match(signs), _BASS.search(signs)
    if root is None:
        raise ChordSymbolError(text, 1, "a root from A to G")
    end = len(signs) if bass is None else bass.start()
    try:
        quality, _ = _parse_quality(signs[root.end() : end])
    except _QualityError as error:
        raise ChordSymbolError(text, root.end() + error.column, error.expected) from None
    bass_class = None if bass is None else _pitch_class(bass)
    return ChordSymbol(_pitch_class(root), quality, bass_class, text=text)


def suggestion(text: str) -> str | None:
    """A chord symbol near a text that is none; None if no symbol is near.

    Example:
        >>> suggestion("Cmaj77"), suggestion("Hm7"), suggestion("Intro")
        ('Cmaj7', 'Bm7', None)
    """
    signs = text.translate(_SIGNS)
    root = _NOTE.match(re.sub("^[Hh]", "B", signs[:12]))  # H is a B in German
    if root is None:
        return None
    rest = signs[root.end() : 12]
    known = ("", "-7", "min7", "^7", "ø", "o7", "7b9", "7#9", "7#11", "7b13", "7b9b13", "maj7#11", *QUALITIES)
    near = [rest] if _is_quality(rest) else get_close_matches(rest, known, n=1, cutoff=0.6)
    return f"{root[0]}{near[0]}" if near else None


def _is_quality(text: str) -> bool:
    try:
        _parse_quality(text)
    except _QualityError:
        return False
    return True


class _QualityError(ValueError):
    """A text that is not a quality, with the column from 1."""

    def __init__(self, column: int, expected: str, text: str) -> None:
        super().__init__(f"quality: expected {expected} at column {column}, got {text!r}")
        self.column, self.expected = column, expected


@dataclass
class _Quality:
    """A quality's components while it is read; they are named as in the canonical suffix."""

    kind: str = ""  # m, dim
    major_seventh: bool = False
    number: str = ""
    sus: str = ""
    alt: bool = False
    altered: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    omitted: set[str] = field(default_factory=set)

    def extend(self, number: str) -> None:
        """Adds the number of a seventh, a tension or a sixth; ValueError where it contradicts another."""
        sixths = {("", "6"): "6", ("", "69"): "69", ("6", "9"): "69"}
        if (self.number, number) in sixths:
            self.number = sixths[self.number, number]
        elif self.number in ("", "7", "9", "11") and int(number) > int(self.number or 0):
            self.number = number
        else:
            raise ValueError

    def add(self, note: str) -> None:
        """Adds an added note such as 9 or b9; ValueError if it is there already."""
        if note == "b7" or note == "6" and not self.number or note in ("2", "9") and self.number == "6":
            self.extend({"2": "9", "b7": "7"}.get(note, note))
        elif note[0] in "b#":
            self.alter(note)
        else:
            self.added |= _once("add" + _OCTAVE_HIGHER.get(note, note), self.added, _ADDED)

    def alter(self, note: str) -> None:
        """Adds an altered note; ValueError if it is there already."""
        self.altered |= _once(note.replace("+", "#").replace("-", "b"), self.altered, _ALTERED)

    @property
    def base(self) -> str:
        """The suffix without altered and added notes; perhaps none of `QUALITIES`."""
        kind = "" if self.sus and self.kind == "m" else self.kind  # there is no third
        seventh = "" if not self.major_seventh else "Maj" if kind else "maj"
        sus = f"sus{self.sus}" if self.sus else ""
        return f"{kind}{seventh}{self.number}{sus}{'alt' if self.alt else ''}"


def _once(note: str, already: set[str], known: Collection[str]) -> set[str]:
    if note in already or note not in known:
        raise ValueError
    return {note}


@lru_cache(maxsize=4096)
def _parse_quality(text: str) -> tuple[str, tuple[int, ...]]:
    """The canonical suffix of a quality as people write it, and its semitones above the root."""
    quality, position = _read_head(text)
    in_parentheses = False
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            if text[position] == "/":
                raise _QualityError(position + 2, "a bass note from A to G", text)
            raise _QualityError(position + 1, _A_QUALITY, text)
        if part["mark"]:
            if (part["mark"] == "(") == in_parentheses:  # a separator only stands between them
                raise _QualityError(position + 1, _A_QUALITY, text)
            in_parentheses = part["mark"] != ")"
        else:
            try:
                _add_part(quality, part, in_parentheses)
            except ValueError:
                raise _QualityError(position + 1, _COMPATIBLE, text) from None
        position = part.end()
    if in_parentheses:
        raise _QualityError(position + 1, "a closing parenthesis", text)
    return _canonical(quality, text)


def _read_head(text: str) -> tuple[_Quality, int]:
    """The kind and the number with which a quality begins, and where they end."""
    quality = _Quality()
    kind = _KIND.match(text)
    name = kind.lastgroup if kind else None
    position = kind.end() if kind else 0
    number = _NUMBER.match(text, position)
    if number and not (number[0] in "245" and name):
        position = number.end()
        if number[0] in "24":
            quality.sus = number[0]
        else:
            quality.number = number[0].replace("/", "")
    if name in ("half", "dom") and not quality.number:
        quality.number = "7"
    if name in ("half", "m"):
        quality.kind = "m"
    if name == "dim":
        quality.kind = "dim"
    if name in ("half", "aug"):
        quality.alter("b5" if name == "half" else "#5")
    return quality, position


def _add_part(quality: _Quality, part: re.Match[str], in_parentheses: bool) -> None:
    """Adds one part of a written quality; ValueError where it contradicts those before it."""
    if part["major"]:
        _add_major(quality, part["major"], (part["number"] or "").replace("/", ""))
    elif part["altered"]:
        quality.alter(part["altered"])
    elif part["sharp_fifth"]:
        quality.alter("#5")
    elif part["add"]:
        quality.add(part["add"])
    elif part["omitted"]:
        quality.omitted |= _once(f"no{part['omitted']}", quality.omitted, _OMITTED)
    elif part["natural"]:
        if not (in_parentheses or part["slash"]):
            raise ValueError
        quality.extend(part["natural"]) if quality.number else quality.add(part["natural"])
    elif part["alt"]:
        quality.alt, quality.number = True, quality.number or "7"
    else:
        if quality.sus:
            raise ValueError
        quality.sus = "2" if part["sus"] == "2" else "4"
        if part["sus"] in ("7", "9", "13"):
            quality.extend(part["sus"])


def _add_major(quality: _Quality, sign: str, number: str) -> None:
    """Reads maj7, M7, Δ7 ... : a triangle means a seventh, a lone word the triad."""
    if quality.major_seventh:
        raise ValueError
    if number in ("6", "69") and not quality.kind:
        quality.extend(number)
    elif number or quality.number or quality.kind or sign in "^Δ":
        quality.major_seventh = True
        if not quality.number or number not in ("", "7"):
            quality.extend(number or "7")


def _canonical(quality: _Quality, text: str) -> tuple[str, tuple[int, ...]]:
    """The canonical suffix and the semitones; both are those of one base and what is altered and added."""
    altered, base = set(quality.altered), quality.base
    if base == "m" and "b5" in altered:
        base, altered = "dim", altered - {"b5"}
    if base == "" and "#5" in altered:
        base, altered = "aug", altered - {"#5"}
    changed = altered or quality.added or quality.omitted
    if base not in QUALITIES or (base in ("5", "7alt") and changed):
        raise _QualityError(1, "a combination in use", text)
    suffix = "".join(note for note in _ALTERED if note in altered)
    added = "".join(note for note in _ADDED if note in quality.added)
    semitones = set(QUALITIES[base].intervals)
    semitones -= {replaced for note in altered if (replaced := _ALTERED[note][0]) is not None}
    taken = {interval for note in quality.omitted for interval in _OMITTED[note]}
    if any(not semitones & set(_OMITTED[note]) for note in quality.omitted):
        raise _QualityError(1, "a chord that has what is left out", text)
    semitones -= taken
    semitones |= {_ALTERED[note][1] for note in altered} | {_ADDED[note] for note in quality.added}
    suffix = f"({suffix})" if suffix and not base else suffix
    omitted = "".join(note for note in _OMITTED if note in quality.omitted)
    return base + suffix + added + omitted, tuple(sorted(semitones))


def _name(pitch_class: int) -> str:
    return ROOTS[pitch_class].replace("-", "b")


def _pitch_class(note: re.Match[str]) -> int:
    return (_NATURALS[note[1].upper()] + {"b": -1, "#": 1, "": 0}[note[2]]) % 12


@lru_cache(maxsize=4096)
def voicing(symbol: ChordSymbol, previous: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """The notes of a chord for a pianist whose bass plays the root: three or four, near the last ones.

    Thirds, sevenths and altered fifths come first, then the highest tensions, then the fifth; the
    root is among them only in triads, and where the bass is another note. Of all close positions
    between D3 and E5 the one is chosen that moves least from the last chord and stays in the middle.

    Args:
        symbol: The chord.
        previous: The MIDI numbers of the chord before; None at the start.

    Returns:
        MIDI numbers in rising order.

    Example:
        >>> voicing(ChordSymbol(2, "m7")), voicing(ChordSymbol(7, "7"), (60, 65, 69))
        ((60, 65, 69), (62, 65, 71))
    """
    return close_position(frozenset((symbol.root + above) % 12 for above in _voices(symbol)), previous or ())


@lru_cache(maxsize=4096)
def close_position(pitch_classes: frozenset[int], previous: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The close position between D3 and E5 that moves least from the last chord and stays in the middle.

    Args:
        pitch_classes: Two or more, 0 (C) to 11.
        previous: The MIDI numbers of the chord before; none at the start.

    Returns:
        MIDI numbers in rising order.
    """
    candidates = _close_positions(pitch_classes)
    return min(candidates, key=lambda pitches: (_cost(pitches, previous), pitches))


def voicing_with_bass(symbol: ChordSymbol, previous: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """The notes of a chord for a pianist alone: its bass note and a `voicing`.

    Args:
        symbol: The chord.
        previous: This function's result for the chord before; None at the start.

    Returns:
        MIDI numbers in rising order.

    Example:
        >>> voicing_with_bass(ChordSymbol(2, "m7"))
        (38, 60, 65, 69)
    """
    bass = symbol.root if symbol.bass is None else symbol.bass
    return (LOWEST_BASS + (bass - LOWEST_BASS) % 12, *voicing(symbol, previous[1:] if previous else None))


def _voices(symbol: ChordSymbol) -> list[int]:
    """The semitones above the root of the notes that are played, at most four."""
    intervals = symbol.intervals
    guides = [above for above in intervals if above in (2, 3, 4, 5, 9, 10, 11)]
    altered_fifths = [above for above in intervals if above in (6, 8)]
    tensions = sorted((above for above in intervals if above > 12), reverse=True)
    fifth = [above for above in intervals if above == 7]
    has_seventh = any(above in (9, 10, 11) for above in intervals)
    root = [] if has_seventh and symbol.bass in (None, symbol.root) else [0]
    return [*guides, *altered_fifths, *tensions, *fifth, *root][:4]


@lru_cache(maxsize=4096)
def _close_positions(pitch_classes: frozenset[int]) -> tuple[tuple[int, ...], ...]:
    """The inversions within an octave, in every octave of the range."""
    voicings = []
    for lowest in range(LOWEST_VOICE, HIGHEST_VOICE - 11):
        if lowest % 12 in pitch_classes:
            above = sorted((pitch_class - lowest) % 12 for pitch_class in pitch_classes)
            above += [12] if len(above) == 2 else []  # a fifth alone is doubled
            voicings.append(tuple(lowest + semitones for semitones in above))
    return tuple(voicings)


def _cost(pitches: Sequence[int], previous: Sequence[int]) -> float:
    """How far the voices move, how far they are from the centre, and whether they end in a semitone."""
    away = abs(sum(pitches) / len(pitches) - _CENTRE)
    harsh = _HARSH if pitches[-1] - pitches[-2] == 1 else 0.0
    return _movement(pitches, previous) + _DRIFT * away + harsh


def _movement(pitches: Sequence[int], previous: Sequence[int]) -> float:
    """Semitones from voice to voice; where their numbers differ, from each note to the nearest."""
    if len(pitches) == len(previous):
        return float(sum(abs(after - before) for after, before in zip(pitches, previous, strict=True)))
    more, fewer = sorted((pitches, previous), key=len, reverse=True)
    return float(sum(min(abs(pitch - other) for other in fewer) for pitch in more)) if fewer else 0.0

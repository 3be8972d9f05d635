"""The Sonnets, the plays, and the project's own verses, in the course's alphabet of 38 symbols."""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from data import catalogue
from utils.errors import UserError
from utils.files import read_text
from utils.vocabulary import Vocabulary

ALPHABET = "\n !'(),-.:;?abcdefghijklmnopqrstuvwxyz"  # of the lower-cased Sonnets, sorted
VOCABULARY = Vocabulary(ALPHABET)
SONNETS = "shakespeare.txt"
PLAYS = "tinyshakespeare.txt"
VERSES = Path(__file__).parent / "bundled" / "verses.txt"
LARGEST = 16 << 20  # bytes of a person's own corpus: three times all of Shakespeare

# What people type for a symbol of the alphabet, and letters that Unicode does not take apart.
_SAME = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "`": "'", "\u00b4": "'",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "--", "\u2015": "--",
    "\u2026": "...", "\t": " ", "\r": "\n", "\u2028": "\n", "\u2029": "\n",
    "&": "and", "\u00e6": "ae", "\u0153": "oe", "\u00f8": "o", "\u00df": "ss", "\u0142": "l",
    "\u00f0": "th", "\u00fe": "th", "\u0131": "i",
}  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A text in the alphabet.

    Args:
        name: What it is, for notices.
        text: Its characters, all of them in the alphabet.
        dropped: How often each character occurred that the alphabet does not have.
    """

    name: str
    text: str
    dropped: Counter[str]

    def notice(self) -> str | None:
        """One sentence about what was dropped, or None."""
        if not self.dropped:
            return None
        total, kinds = sum(self.dropped.values()), len(self.dropped)
        shown = " ".join(repr(symbol) for symbol, _ in self.dropped.most_common(5))
        more = " ..." if kinds > 5 else ""
        noun = "character" if total == 1 else "characters"
        return f"{self.name}: {total} {noun} left out ({kinds} different: {shown}{more})"


def fold(text: str, name: str = "the text") -> Text:
    """Lower-cases a text and keeps what the alphabet has.

    Typographic quotes, dashes and ligatures become their plain forms, and letters lose their accents;
    whatever is then still unknown is left out and counted. Zero-width marks go without being counted.
    """
    text = text.replace("\r\n", "\n")
    folded: list[str] = []
    dropped: Counter[str] = Counter()
    # Piece by piece: some characters are eighteen when they are taken apart.
    for start in range(0, len(text), _PIECE):
        plain = _plain(text[start : start + _PIECE])
        folded.append("".join(filter(_KNOWN.__contains__, plain)))
        dropped.update({written: count for written, count in Counter(plain).items() if _is_missed(written)})
    return Text(name, "".join(folded), dropped)


def sonnets(data_dir: Path | None = None) -> Text:
    """The Sonnets if they are on this machine, else the project's own verses."""
    path = catalogue.locate(SONNETS, data_dir)
    if path is None:
        return verses()
    return fold(read_text(path), "the Sonnets")


def verses() -> Text:
    """The project's own sonnets, which ship with it."""
    return fold(read_text(VERSES), "the bundled verses")


def plays(data_dir: Path | None = None) -> Text | None:
    """Scenes from the plays, or None where they are not on this machine."""
    path = catalogue.locate(PLAYS, data_dir)
    return None if path is None else fold(read_text(path), "the plays")


def corpus(path: Path) -> Text:
    """A person's own text.

    Raises:
        UserError: It cannot be read, is not UTF-8, or no character of it is in the alphabet.
    """
    text = fold(read_text(path, LARGEST), path.name)
    if not text.text.strip():
        raise UserError(f"{path} has no letter that the network knows; verse in Latin letters is wanted")
    return text


def split(text: str, held_out: float = 0.1) -> tuple[str, str]:
    """The text's beginning for training, and its last part, which is never trained on.

    Args:
        text: The text.
        held_out: The share of its characters at the end that is held out, at least 0 and below 1.

    Raises:
        ValueError: The share is out of range.
    """
    if not 0 <= held_out < 1:
        raise ValueError(f"held_out must be at least 0 and below 1, got {held_out}")
    edge = int(len(text) * (1 - held_out))
    return text[:edge], text[edge:]


_KNOWN = frozenset(ALPHABET)
_PIECE = 1 << 16  # characters


def _is_missed(written: str) -> bool:
    return written not in _KNOWN and unicodedata.category(written) not in ("Mn", "Cf")


def _plain(text: str) -> str:
    """Lower case, without accents and typography; one pass where the text is plain already."""
    text = text.lower()
    if _KNOWN.issuperset(text):
        return text
    for written, plain in _SAME.items():
        text = text.replace(written, plain)
    return unicodedata.normalize("NFKD", text)

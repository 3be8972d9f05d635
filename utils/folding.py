"""Folds what people write into a small alphabet: lower case, plain quotes, no accents."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from utils.vocabulary import REPLACEMENT

# What people type for a plain symbol, and letters that Unicode does not decompose.
_SAME = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "`": "'", "\u00b4": "'",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "--", "\u2015": "--",
    "\u2026": "...", "\t": " ", "\r": "\n", "\u2028": "\n", "\u2029": "\n",
    "&": "and", "\u00e6": "ae", "\u0153": "oe", "\u00f8": "o", "\u00df": "ss", "\u0142": "l",
    "\u00f0": "th", "\u00fe": "th", "\u0131": "i",
}  # fmt: skip
_PIECE = 1 << 16  # characters


@dataclass(frozen=True)
class Text:
    """A text in an alphabet.

    Args:
        name: What it is, for notices.
        text: Its characters, all of them in the alphabet.
        dropped: How often each character occurred that the alphabet does not have.
        fate: What became of those.
    """

    name: str
    text: str
    dropped: Counter[str]
    fate: str = "left out"

    @property
    def unread(self) -> float:
        """The share of the characters that the alphabet does not have; 0 of an empty text."""
        dropped = sum(self.dropped.values())
        kept = len(self.text) if self.fate == "left out" else len(self.text) - dropped
        return dropped / max(1, kept + dropped)

    def notice(self) -> str | None:
        """One sentence about what was dropped, or None."""
        if not self.dropped:
            return None
        total, kinds = sum(self.dropped.values()), len(self.dropped)
        shown = " ".join(repr(symbol) for symbol, _ in self.dropped.most_common(5))
        more = " ..." if kinds > 5 else ""
        noun = "character" if total == 1 else "characters"
        return f"{self.name}: {total} {noun} {self.fate} ({kinds} different: {shown}{more})"


def fold(text: str, alphabet: Iterable[str], name: str = "the text") -> Text:
    """Lower-cases a text and keeps what an alphabet has.

    Typographic quotes, dashes and ligatures become their plain forms, and letters lose their accents;
    whatever is then still unknown is left out and counted. Zero-width marks go without being counted.

    Args:
        text: The text.
        alphabet: The symbols that are kept.
        name: What the text is, for notices.

    Example:
        >>> fold("Na\u00efve \u2014 no?", "aeinov -").text
        'naive -- no'
    """
    known = frozenset(alphabet)
    text = text.replace("\r\n", "\n")
    folded: list[str] = []
    dropped: Counter[str] = Counter()
    # Piece by piece: some characters are eighteen when they are taken apart.
    for start in range(0, len(text), _PIECE):
        plain = _plain(text[start : start + _PIECE], known)
        folded.append("".join(filter(known.__contains__, plain)))
        for symbol, count in Counter(plain).items():
            if symbol not in known and unicodedata.category(symbol) not in ("Mn", "Cf"):
                dropped[symbol] += count
    return Text(name, "".join(folded), dropped)


def spelled(text: str, alphabet: Iterable[str], name: str = "the text") -> Text:
    """Keeps a text as it is written, in Unicode's composed form, and replaces what an alphabet does not have.

    Args:
        text: The text.
        alphabet: The symbols that are kept. If `REPLACEMENT` is among them, each other character becomes
            that; otherwise it is left out.
        name: What the text is, for notices.

    Example:
        >>> spelled("Na\u0069\u0308ve \u4e00", "Naev\u00ef ").text
        'Na\u00efve '
    """
    known = frozenset(alphabet)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    unknown = Counter(text)
    for symbol in known - {REPLACEMENT}:
        unknown.pop(symbol, None)
    if not unknown:
        return Text(name, text, unknown)
    replaced = REPLACEMENT in known
    table = str.maketrans(dict.fromkeys(unknown, REPLACEMENT if replaced else None))
    return Text(name, text.translate(table), unknown, "not known" if replaced else "left out")


def _plain(text: str, known: frozenset[str]) -> str:
    """Lower case, without accents and typography; one pass where the text is plain already."""
    text = text.lower()
    if known.issuperset(text):
        return text
    for written, plain in _SAME.items():
        text = text.replace(written, plain)
    return unicodedata.normalize("NFKD", text)

"""Scripts that put no spaces between words: each letter of theirs counts as a word."""

import re
import unicodedata

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_OTHERS = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF))  # Thai to kana


def _spaceless() -> str:
    """A pattern for a letter, and its marks, of the scripts that put no spaces between words."""
    others = [chr(code) for first, last in _OTHERS for code in range(first, last + 1)]
    letters, marks = (
        "".join(character for character in others if unicodedata.category(character)[0] == kind)
        for kind in "LM"
    )
    return f"[{_CHINESE}{letters}][{marks}]*"


SPACELESS = _spaceless()  # Python's `re` and the graph of an export read it alike


def letters_apart(text: str) -> str:
    """A text with spaces around the letters of the scripts that have none."""
    return re.sub(SPACELESS, r" \g<0> ", text)

"""The labels of a classifier: emoji or words, each a line of its own."""

import unicodedata

from utils.errors import UserError

_LINE_BREAKS_AND_CONTROLS = ("Cc", "Cs", "Zl", "Zp")


def check_labels(labels: object, source: str) -> tuple[str, ...]:
    """Returns labels, checked to be two or more different printable strings.

    Args:
        labels: A list or tuple.
        source: Where they are from, for the message.

    Raises:
        UserError: They are not; the message begins with the source.
    """
    if not isinstance(labels, tuple | list) or len(labels) < 2:
        raise UserError(f"{source} must name 2 or more labels, got {labels!r:.60}")
    for index, label in enumerate(labels):
        if not isinstance(label, str) or not label.strip() or not _is_printable(label):
            raise UserError(f"{source} has the label {index} as {label!r:.60}, expected an emoji or a word")
    if len(set(labels)) < len(labels):
        raise UserError(f"{source} has the same emoji for two labels")
    return tuple(labels)


def _is_printable(text: str) -> bool:
    return not any(unicodedata.category(character) in _LINE_BREAKS_AND_CONTROLS for character in text)

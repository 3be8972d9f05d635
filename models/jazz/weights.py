"""Bundles of jazz networks, checked once and before anything is built from them."""

from pathlib import Path

from models.shapes import stacked_shapes
from music import grammar
from music.harmony import Chord
from utils import bundle as bundles
from utils.bundle import Bundle, architecture_sizes, require_shapes
from utils.errors import UserError

ChordSet = tuple[float, list[Chord]]  # a measure's length, and its chords from the measure's start

APP = "jazz"
PRETRAINED = Path(__file__).parents[2] / "pretrained" / "jazz"
MAX_SIZES = {"n_a": 4096, "n_values": 65536}
MAX_MEASURES = 2000


def load(path: str | Path | None = None) -> Bundle:
    """Reads a bundle and checks it.

    Args:
        path: The bundle's folder; None: the pretrained network's.

    Raises:
        UserError: There is no such bundle, it is damaged, a size is out of range, an array or the vocabulary
            does not fit the sizes, or a word of the vocabulary is not a token of the grammar.
    """
    folder = PRETRAINED if path is None else Path(path)
    bundle = bundles.load(folder, APP)
    sizes = architecture_sizes(bundle, MAX_SIZES, folder)
    n_values, n_a = sizes["n_values"], sizes["n_a"]
    require_shapes(bundle, stacked_shapes("lstm", n_values, [n_a], n_values), folder)
    if n_values != len(bundle.vocabulary):
        raise UserError(f"the bundle {folder} has {len(bundle.vocabulary)} tokens for {n_values} outputs")
    for token in bundle.vocabulary.symbols:
        try:
            grammar.parse_token(token)
        except UserError as error:
            raise UserError(f"the bundle {folder} has a bad vocabulary: {error}") from None
    return bundle


def chord_sets(bundle: Bundle, folder: str | Path) -> list[ChordSet]:
    """Reads the chords of the piece that a network was trained on.

    Args:
        bundle: The bundle.
        folder: Where it is, for the message.

    Returns:
        A chord set for each measure, at most `MAX_MEASURES`; empty if the bundle has none.

    Raises:
        UserError: They are not valid.
    """
    try:
        found = [
            (float(length), [Chord(float(onset), _pitches(pitches)) for onset, pitches in chords])
            for length, chords in bundle.extra.get("chord_sets", [])
        ]
        if len(found) > MAX_MEASURES:
            raise ValueError(f"expected at most {MAX_MEASURES} measures, got {len(found)}")
        for number, (length, chords) in enumerate(found, 1):
            inside = chords and all(0 <= chord.onset < length for chord in chords)
            if not 0.25 <= length <= 64 or not inside:
                raise ValueError(f"expected chords inside measure {number} of {length} quarter notes")
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"the bundle {folder} has bad chord_sets: {error}") from None
    return found


def _pitches(values: list[int]) -> tuple[int, ...]:
    if not values or not all(isinstance(value, int) and 0 <= value <= 127 for value in values):
        raise ValueError("expected MIDI numbers from 0 to 127")
    return tuple(values)

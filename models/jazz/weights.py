"""Bundles of jazz networks, checked once and before anything is built from them."""

from pathlib import Path

from models.shapes import Shapes, recurrent_shapes, stacked_shapes
from music import grammar
from music.changes import Changes, one_line
from music.harmony import Chord
from music.lines import MOVES, PLACES, Factors
from utils import bundle as bundles
from utils.bundle import Bundle, architecture_sizes, require_shapes
from utils.errors import UserError

APP = "jazz"
FACTORED = "factored"  # the architecture's "softmax" where there is one for each factor
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
    if n_values != len(bundle.vocabulary):
        raise UserError(f"the bundle {folder} has {len(bundle.vocabulary)} tokens for {n_values} outputs")
    try:
        if is_factored(bundle):
            shapes = factored_shapes(Factors.parse(bundle.vocabulary), n_a)
        else:
            shapes = stacked_shapes("lstm", n_values, [n_a], n_values)
            for token in bundle.vocabulary.symbols:
                grammar.parse_token(token)
    except UserError as error:
        raise UserError(f"the bundle {folder} has a bad vocabulary: {error}") from None
    require_shapes(bundle, shapes, folder)
    return bundle


def is_factored(bundle: Bundle) -> bool:
    """Whether a bundle's network has a softmax for each factor, and not the course's one for whole tokens."""
    return bundle.architecture.get("softmax") == FACTORED


def factored_shapes(factors: Factors, n_a: int) -> Shapes:
    """The arrays of a factored network: the LSTM, and for each factor a softmax that reads those before.

    Args:
        factors: The values of the factors.
        n_a: Hidden units.

    Example:
        >>> factored_shapes(Factors((6, 12), (12,)), 64)["kind/kernel"]
        (67, 4)
    """
    shapes, n_x = recurrent_shapes("lstm_1", "lstm", factors.n_values + PLACES, n_a), n_a
    sizes = {"length": factors.n_lengths, "kind": len(grammar.KINDS), "move": len(MOVES)}
    for name, size in sizes.items():
        shapes |= {f"{name}/kernel": (n_x, size), f"{name}/bias": (size,)}
        n_x += size
    return shapes


def changes(bundle: Bundle, folder: str | Path) -> Changes | None:
    """Reads the chords of the piece that a network was trained on.

    Args:
        bundle: The bundle.
        folder: Where it is, for the message.

    Returns:
        The changes, at most `MAX_MEASURES`; None if the bundle has none.

    Raises:
        UserError: They are not valid.
    """
    extra = bundle.extra
    name = "changes" if "changes" in extra else "chord_sets"  # the latter in bundles of 2.0 and before
    if name not in extra:
        return None
    try:
        if name == "changes":
            found = Changes.from_json(extra[name])
        else:
            found = Changes.of(
                [
                    (float(length), [Chord(float(onset), _pitches(pitches)) for onset, pitches in chords])
                    for length, chords in extra[name]
                ],
                one_line(str(extra.get("piece", ""))),
            )
        if len(found.measures) > MAX_MEASURES:
            raise ValueError(f"expected at most {MAX_MEASURES} measures, got {len(found.measures)}")
        if name == "chord_sets" and not all(measure.chords for measure in found.measures):
            raise ValueError("expected chords inside every measure")
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"the bundle {folder} has bad {name}: {error}") from None
    return found


def _pitches(values: list[int]) -> tuple[int, ...]:
    if not values or not all(isinstance(value, int) and 0 <= value <= 127 for value in values):
        raise ValueError("expected MIDI numbers from 0 to 127")
    return tuple(values)

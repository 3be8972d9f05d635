"""Corpora of solos: many pieces read, and training and held-out examples cut from them."""

import logging
import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from data.solos.reading import Solo, read_solo
from utils.errors import UserError
from utils.files import entries, is_folder
from utils.vocabulary import Vocabulary

SUFFIXES = frozenset({".mid", ".midi", ".mxl", ".musicxml", ".xml"})  # of the files of a folder that are read
EXAMPLES_PER_PIECE = 60  # the course's m
HELD_OUT_SHARE = 1 / 10  # of every piece, where the last one is not held out
LARGEST_LAST_PIECE = 1 / 3  # of all tokens, to be held out whole
MOST_VALUES = 1 << 26  # of X where m is not given: 256 MiB

_logger = logging.getLogger("cadenza")
_Floats = NDArray[np.float32]
_Indices = NDArray[np.intp]


class CorpusExamples(NamedTuple):
    """Training and held-out examples; see `corpus_examples`.

    Args:
        X: One-hot inputs, shape (m, T_x, n_values).
        Y: One-hot targets, shape (T_x, m, n_values).
        held_out_X: The same of what was held out; m is 0 if nothing was.
        held_out_Y: Likewise.
        vocabulary: The n_values tokens.
    """

    X: _Floats
    Y: _Floats
    held_out_X: _Floats
    held_out_Y: _Floats
    vocabulary: Vocabulary


def read_pieces(paths: Sequence[str | Path]) -> list[Solo]:
    """Reads solos from files and folders, each file once.

    A folder means its MIDI files and lead sheets, sorted by name, without those of folders in it. A file
    of a folder that cannot be read is left out with a notice, unless it is the only one of all.

    Args:
        paths: Files and folders, read in this order.

    Raises:
        UserError: A file that was named cannot be read, or a folder has no file to read, or none of
            the files can be read.
        ValueError: There are no paths.

    Example:
        >>> from data.solos.reading import BUNDLED
        >>> [solo.name for solo in read_pieces([BUNDLED, BUNDLED.parent / "tunes"])][:3]
        ['Tram Line Nine', 'Coal Hatch Blues', 'Lamps Along the Quay']
    """
    if not paths:
        raise ValueError("paths: expected one file or folder or more, got none")
    files: dict[str, tuple[Path, bool]] = {}  # by what they are: as they were named, and whether they were
    for path in map(Path, paths):
        named = not is_folder(path)
        for file in [path] if named else _music_files(path):
            known, was_named = files.get(key := os.path.realpath(file), (file, False))
            files[key] = known, named or was_named
    solos, first_error = [], None
    for file, named in files.values():
        try:
            solos.append(read_solo(file))
        except UserError as error:
            if named or len(files) == 1:
                raise
            first_error = first_error or error
            _logger.info(f"{error}; it is left out")
    if not solos:
        raise UserError(f"expected one piece or more among {len(files)} files, got none; {first_error}")
    return solos


def corpus_examples(
    solos: Sequence[Solo],
    *,
    m: int | None = None,
    T_x: int = 30,
    held_out: bool = True,
) -> CorpusExamples:
    """Cuts random windows of T_x tokens from many pieces for training, and others to measure with.

    No window has tokens of two pieces, and every possible one is as likely as any other. Of one piece,
    with nothing held out, the examples are those of `training_examples`, bit for bit. The vocabulary is
    that of all pieces, so that a network has a probability for every token that was held out.

    Held out is the last piece. If there is only one, or the last one has more than a third of all tokens
    or too few for a window, it is the last tenth of every piece, and at least one window; a piece with
    2 T_x tokens or fewer is for training alone. Windows to measure with follow each other, each beginning
    with the last token of the one before: every token is predicted once, but for the first and for those
    at the end that fill no window.

    Pieces are not transposed as augmentation: tokens name intervals, so a piece has the same windows in
    semitones in every key. Only their spelling depends on it (a third may be an augmented second), and
    would make a vocabulary larger without other music.

    Args:
        solos: The pieces.
        m: How many windows to train on. None: 60 a piece, or fewer where X would exceed 256 MiB.
        T_x: The length of a window, 2 or more.
        held_out: Whether to hold out anything.

    Returns:
        X and Y as `training_examples` makes them, those held out, and the vocabulary.

    Raises:
        UserError: No piece has more than T_x tokens to train on.
        ValueError: There are no pieces, or m or T_x is too small.
    """
    for name, value, least in (("m", m, 1), ("T_x", T_x, 2), ("solos", len(solos), 1)):
        if value is not None and value < least:
            raise ValueError(f"{name}: expected {least} or more, got {value}")
    vocabulary = Vocabulary.of(chain.from_iterable(solo.flat_tokens for solo in solos))
    pieces = [np.array(vocabulary.encode(solo.flat_tokens), dtype=np.intp) for solo in solos]
    training, measured = split(solos, pieces, T_x) if held_out else (pieces, [])
    most = max(1, MOST_VALUES // (T_x * len(vocabulary)))
    X, Y = _one_hot_examples(training_windows(solos, training, m, T_x, most), len(vocabulary))
    held_out_X, held_out_Y = _one_hot_examples(measured_windows(measured, T_x, most), len(vocabulary))
    return CorpusExamples(X, Y, held_out_X, held_out_Y, vocabulary)


def training_examples(
    tokens: Sequence[str], vocabulary: Vocabulary, m: int = 60, T_x: int = 30
) -> tuple[_Floats, _Floats]:
    """Cuts m random pieces of T_x tokens, one-hot, as the course does.

    Args:
        tokens: The solo's tokens.
        vocabulary: The n_values distinct tokens.
        m: How many examples.
        T_x: The length of each.

    Returns:
        X of shape (m, T_x, n_values), where X[:, 0] is zero, and Y of shape (T_x, m, n_values), where
        Y[t] is X[:, t + 1] and Y[T_x - 1] is zero.

    Raises:
        UserError: There are not more than T_x tokens.
    """
    windows = training_windows([], [np.array(vocabulary.encode(tokens), dtype=np.intp)], m, T_x, m)
    return _one_hot_examples(windows, len(vocabulary))


def _one_hot_examples(windows: _Indices, n_values: int) -> tuple[_Floats, _Floats]:
    """X and Y, as in `training_examples`, of windows of token indices (m, T_x)."""
    m, T_x = windows.shape
    X = np.eye(n_values, dtype=np.float32)[windows]
    X[:, 0] = 0
    Y = np.zeros((T_x, m, n_values), dtype=np.float32)
    Y[:-1] = X[:, 1:].swapaxes(0, 1)
    return X, Y


def _music_files(folder: Path) -> list[Path]:
    """A folder's files of music, sorted by name; hidden ones are not the person's."""
    files = [path for path in entries(folder) if not path.name.startswith(".")]
    solos = [path for path in files if path.suffix.lower() in SUFFIXES]
    if not solos:
        raise UserError(f"{folder}: expected files {', '.join(sorted(SUFFIXES))}, got none")
    return solos


def split(
    solos: Sequence[Solo], pieces: Sequence[_Indices], T_x: int
) -> tuple[list[_Indices], list[_Indices]]:
    """The training and the held-out part; see `corpus_examples`."""
    *others, last = pieces
    is_small = len(last) <= LARGEST_LAST_PIECE * sum(map(len, pieces))
    if is_small and len(last) >= T_x and any(len(piece) > T_x for piece in others):
        _logger.info(f"held out: {solos[-1].name}, the last of {len(pieces)} pieces")
        return others, [last]
    kept = [max(T_x, int(len(piece) * HELD_OUT_SHARE)) if len(piece) > 2 * T_x else 0 for piece in pieces]
    training = [piece[: len(piece) - count] for piece, count in zip(pieces, kept, strict=True)]
    measured = [piece[len(piece) - count :] for piece, count in zip(pieces, kept, strict=True) if count]
    if measured:
        ends = "the end of the piece" if len(pieces) == 1 else f"the ends of {len(measured)} pieces"
        _logger.info(f"held out: {sum(kept)} of {sum(map(len, pieces))} notes, {ends}")
    else:
        _logger.info(f"nothing is held out: no piece has more than {2 * T_x} notes")
    return training, measured


def training_windows(
    solos: Sequence[Solo], pieces: Sequence[_Indices], m: int | None, T_x: int, most: int
) -> _Indices:
    """Random windows of shape (m, T_x), none across two pieces."""
    long = [piece for piece in pieces if len(piece) > T_x]
    if not long:
        longest = max(map(len, pieces))
        who = "the solo has" if len(pieces) == 1 else f"the longest of {len(pieces)} pieces has"
        raise UserError(f"{who} {longest} notes; training needs more than {T_x}")
    for solo, piece in zip(solos, pieces, strict=False):
        if len(piece) <= T_x:
            _logger.info(f"{solo.name}: {len(piece)} notes; training needs more than {T_x}; it is left out")
    ends = np.cumsum([len(piece) for piece in long])  # in their concatenation
    # The course leaves out a piece's last window.
    places = np.concatenate([np.arange(end - len(p), end - T_x) for p, end in zip(long, ends, strict=True)])
    legacy = np.random.RandomState(0)  # the course's windows are tied to this generator
    count = min(EXAMPLES_PER_PIECE * len(long), most) if m is None else m
    starts = places[[int(legacy.choice(len(places))) for _ in range(count)]]
    return np.asarray(np.concatenate(long)[starts[:, None] + np.arange(T_x)])


def measured_windows(pieces: Sequence[_Indices], T_x: int, most: int) -> _Indices:
    """Windows of shape (m, T_x) that follow each other, evenly thinned out to the most there may be."""
    if not pieces:
        return np.empty((0, T_x), dtype=np.intp)
    windows = np.concatenate([sliding_window_view(piece, T_x)[:: T_x - 1] for piece in pieces])
    return windows[:: -(-len(windows) // most)]

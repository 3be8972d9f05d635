"""Harmony and melody from notes alone: the chords that notes imply, and their highest line.

Both are pure functions on notes. `python -m tools.chord_accuracy` measures them.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from music.chord_symbols import ChordSymbol
from music.qualities import QUALITIES, SCALES
from music.score import Note

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# The qualities that are recognised: how likely each is beside a major triad (natural logarithm).
RECOGNISED = {
    **{"": 0.0, "m": -0.45, "7": 0.0, "maj7": -0.6, "m7": -0.7, "m7b5": -1.4, "dim7": -1.5},
    **{"sus4": -2.3, "aug": -2.3},
}
# How often a chord's notes sound: root, third, fifth, seventh, another note of the scale, any other.
SOUNDING = (1.0, 0.7, 0.65, 0.35, 0.06, 0.03)
# The same for the bass note.
BASS = (0.62, 0.25, 0.05, 0.12, 0.015, 0.015)
EVIDENCE = 4.0  # the weight of a quarter note of full sound
FULL_SOUND = 4.0  # voices from which on more of them add no evidence
CONTEXT, CONTEXT_QUARTERS = 0.25, 32.0  # the weight of the surroundings, hence of the key, and their reach
BASS_AT_CHANGE, BASS_LATER = 0.5, 0.1  # a bass plays the root when the chord begins, and walks on from there
HIGHEST_BASS, FULL_BASS = 60, 48  # a lowest note above the first is no bass; below the second it counts fully
BASS_SHARE = 0.05  # of a segment that the lowest note must sound for
# The cost of a change of chord at the start of a measure, in its middle, and on another beat.
CHANGE = (0.3, 1.3, 1.8)

TOGETHER = 0.1  # quarter notes within which notes start together
REGISTER_QUARTERS = 4.0  # before and after a note, where the melody's register is looked for
DIP = 7  # semitones below the register from which on a note is accompaniment
PATIENCE = 4.0  # quarter notes after which the melody has moved to the lower line
_SOUNDING_ON = 8  # how many notes back one is looked for that still sounds


def recognise_chords(
    notes: Sequence[Note], measures: Sequence[tuple[float, float]]
) -> list[tuple[float, ChordSymbol]]:
    """Finds the chords that notes imply.

    A measure is cut at its beats and in its middle. The sounding time of every pitch class in such a
    segment, weighted by velocity, is compared with a template for each root and quality; so is the
    bass. A Viterbi path through the segments prefers to stay, and to change with the measure.

    Matching pitch-class profiles with chord templates follows Fujishima 1999, "Realtime chord
    recognition of musical sound" (ICMC); the hidden Markov model follows Sheh and Ellis 2003, "Chord
    segmentation and recognition using EM-trained hidden Markov models" (ISMIR), and Raphael and
    Stoddard 2004, "Functional harmonic analysis using probabilistic models" (Computer Music Journal
    28). The constants were tuned on the odd-numbered scores that `tools.chord_accuracy` reports on.

    Args:
        notes: Everything that sounds, without drums, in any order.
        measures: The start and the length of every measure, one after the other, in quarter notes.

    Returns:
        Where each chord begins, in quarter notes, and the chord; the first begins with the first
        measure. Nothing if no pitch sounds within the measures.

    Example:
        >>> notes = [Note(0, 4, pitch) for pitch in (48, 52, 55)]
        >>> notes += [Note(4, 4, pitch) for pitch in (50, 53, 57)]
        >>> [(onset, str(symbol)) for onset, symbol in recognise_chords(notes, [(0, 4), (4, 4)])]
        [(0.0, 'C'), (4.0, 'Dm')]
    """
    bounds, levels = _segments(measures)
    sounding = _sounding(notes, bounds)
    if not sounding.any():
        return []
    lengths = np.diff(bounds)[:, None]
    profile, bass = _profile(sounding, lengths), _bass(sounding, lengths)
    symbols, sounding_template, bass_template, priors = _templates()
    fit = EVIDENCE * profile @ sounding_template.T
    fit += np.where(profile.any(axis=1, keepdims=True), lengths, 0) * priors
    bass_fit = bass @ bass_template.T
    path = _best_path(
        fit + BASS_LATER * bass_fit, BASS_AT_CHANGE * bass_fit - np.array(CHANGE)[levels][:, None]
    )
    changes = np.flatnonzero(np.diff(path, prepend=-1))
    return [(float(bounds[place]), symbols[path[place]]) for place in changes]


def skyline(notes: Sequence[Note]) -> list[Note]:
    """The melody of polyphonic music: its highest notes.

    Of the notes that start together the highest is taken, unless a higher one still sounds. Where the
    line falls far below its register for less than `PATIENCE`, the melody rests and the accompaniment
    goes on: those notes are left out. Source: the "all-mono" algorithm of Uitdenbogerd and Zobel 1998,
    "Manipulation of music for melody matching" (ACM Multimedia), with hysteresis.

    Args:
        notes: The notes in any order.

    Returns:
        Notes in onset order, each cut where the next begins.

    Example:
        >>> [note.pitch for note in skyline([Note(0, 2, 72), Note(0, 4, 64), Note(1, 1, 60), Note(2, 2, 71)])]
        [72, 71]
    """
    top = _highest(notes)
    if not top:
        return []
    onsets, pitches = np.array([note.onset for note in top]), np.array([note.pitch for note in top])
    ends = np.append(onsets[1:], top[-1].end)
    durations = np.array([note.duration for note in top])
    register = _register(onsets, np.minimum(durations, ends - onsets), pitches)
    kept = [top[place] for place in np.flatnonzero(~_short_dips(pitches < register - DIP, onsets, ends))]
    return [
        Note(note.onset, min(note.duration, following - note.onset), note.pitch, note.velocity)
        for note, following in zip(kept, [*(note.onset for note in kept[1:]), float("inf")], strict=True)
    ]


def polyphony(notes: Sequence[Note]) -> float:
    """How many notes sound at a time on average, where any does: 1 for a single line; 0 without notes.

    Example:
        >>> polyphony([Note(0, 2, 60), Note(0, 1, 64), Note(8, 1, 67)])
        1.3333333333333333
    """
    spans = sorted((note.onset, note.end) for note in notes)
    covered, reached = 0.0, float("-inf")
    for onset, end in spans:
        covered += max(0.0, end - max(onset, reached))
        reached = max(reached, end)
    return sum(end - onset for onset, end in spans) / covered if covered else float(bool(notes))


@lru_cache(maxsize=1)
def _templates() -> tuple[tuple[ChordSymbol, ...], Floats, Floats, Floats]:
    """All chords, and the logarithms of probabilities of each.

    They are those of every pitch class to sound and to be the bass, shape (chords, 12), and of the chord.
    """
    symbols = tuple(ChordSymbol(root, quality) for quality in RECOGNISED for root in range(12))
    return (
        symbols,
        np.array([_log_shares(symbol, SOUNDING) for symbol in symbols]),
        np.array([_log_shares(symbol, BASS) for symbol in symbols]),
        np.array([RECOGNISED[symbol.quality] for symbol in symbols]),
    )


def _log_shares(symbol: ChordSymbol, levels: Sequence[float]) -> Floats:
    """The logarithms of the pitch classes' shares for one chord, shape (12,)."""
    shares = np.full(12, levels[-1])
    shares[list(SCALES[QUALITIES[symbol.quality].scale])] = levels[-2]
    shares[list(symbol.intervals)] = levels[: len(symbol.intervals)]
    return np.roll(np.log(shares / shares.sum()), symbol.root)


def _segments(measures: Sequence[tuple[float, float]]) -> tuple[Floats, Ints]:
    """The segments' bounds, shape (segments + 1,), and at which of the places of `CHANGE` each begins."""
    bounds, levels = [], []
    for start, length in measures:
        beats = np.arange(0, length - 1e-9).tolist()
        for offset in sorted([*beats, 1.5] if length == 3 else beats):  # 6/8 is as long as 3/4
            bounds.append(start + offset)
            levels.append(0 if offset == 0 else 1 if offset == length / 2 else 2)
    return np.array([*bounds, measures[-1][0] + measures[-1][1]]), np.array(levels)


def _sounding(notes: Sequence[Note], bounds: Floats) -> Floats:
    """How long every pitch sounds in every segment, weighted by velocity; shape (segments, 128).

    The time that a pitch has sounded up to a bound is the sum of (bound - onset) over the onsets
    before it, less the same of the ends: two searches for all bounds of a pitch.
    """
    rows = [(note.onset, note.end, note.pitch, note.velocity) for note in notes]
    table = np.array(rows, dtype=float).reshape(-1, 4)
    table[:, 3] /= table[:, 3].mean() if rows else 1
    sounding = np.zeros((len(bounds) - 1, 128))
    for pitch in np.unique(table[:, 2]).astype(int):
        onsets, ends, _, weights = table[table[:, 2] == pitch].T
        started = _time_since(onsets, weights, bounds) - _time_since(ends, weights, bounds)
        sounding[:, pitch] = np.diff(started)
    return np.where(sounding > 1e-9, sounding, 0)


def _time_since(events: Floats, weights: Floats, bounds: Floats) -> Floats:
    """The weighted sum of (bound - event) over the events before each bound."""
    order = np.argsort(events)
    count = np.concatenate([[0], np.cumsum(weights[order])])
    total = np.concatenate([[0], np.cumsum(weights[order] * events[order])])
    place = np.searchsorted(events[order], bounds, side="right")
    return np.asarray(count[place] * bounds - total[place])


def _profile(sounding: Floats, lengths: Floats) -> Floats:
    """The evidence of every pitch class in every segment, in quarter notes; shape (segments, 12).

    Roots of the weights, so that a doubled note does not drown the others; few voices count less.
    """
    classes = np.stack([sounding[:, number::12].sum(axis=1) for number in range(12)], axis=1)
    voices = np.sqrt(classes / lengths)
    total = voices.sum(axis=1, keepdims=True)
    own = lengths * voices / np.maximum(total, FULL_SOUND)
    middles = np.cumsum(lengths) - lengths[:, 0] / 2
    first = np.searchsorted(middles, middles - CONTEXT_QUARTERS)
    after = np.searchsorted(middles, middles + CONTEXT_QUARTERS, side="right")
    sums = np.concatenate([np.zeros((1, 12)), np.cumsum(own, axis=0)])
    around = sums[after] - sums[first]
    around /= np.maximum(around.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.where(total > 0, own + CONTEXT * lengths * around, 0))


def _bass(sounding: Floats, lengths: Floats) -> Floats:
    """The pitch class of the lowest note in every segment, weighted by its depth; shape (segments, 12)."""
    audible = sounding > BASS_SHARE * lengths
    lowest = audible.argmax(axis=1)
    depth = np.clip((HIGHEST_BASS - lowest) / (HIGHEST_BASS - FULL_BASS), 0, 1) * audible.any(axis=1)
    weights = np.zeros((len(sounding), 12))
    weights[np.arange(len(sounding)), lowest % 12] = depth
    return weights


def _best_path(fit: Floats, change: Floats) -> Ints:
    """The states of the likeliest path, shape (segments,). Source: Viterbi 1967.

    All changes into a state cost the same, so the best of them comes from the best state of all.

    Args:
        fit: The logarithm of the likelihood of every segment in every state, shape (segments, states).
        change: What is added where a state is entered from another, shape (segments, states).
    """
    likelihood = fit[0] + change[0]
    stays = np.ones(fit.shape, dtype=bool)
    origins = np.zeros(len(fit), dtype=np.intp)
    for place in range(1, len(fit)):
        origins[place] = likelihood.argmax()
        entered = likelihood[origins[place]] + change[place]
        stays[place] = likelihood >= entered
        likelihood = np.where(stays[place], likelihood, entered) + fit[place]
    path = np.empty(len(fit), dtype=np.intp)
    path[-1] = likelihood.argmax()
    for place in range(len(fit) - 1, 0, -1):
        path[place - 1] = path[place] if stays[place, path[place]] else origins[place]
    return path


def _highest(notes: Sequence[Note]) -> list[Note]:
    """The highest of the notes that start together, without those under a higher one that still sounds."""
    top: list[Note] = []
    group = float("-inf")
    for note in sorted(notes, key=lambda note: (note.onset, -note.pitch)):
        if note.onset - group > TOGETHER:
            group = note.onset
            top.append(note)
        elif note.pitch > top[-1].pitch:
            top[-1] = note
    melody: list[Note] = []
    for note in top:
        overlap = max(TOGETHER, min(note.duration / 4, 0.5))  # a line played legato overlaps a little
        if not any(
            other.pitch > note.pitch and other.end > note.onset + overlap for other in melody[-_SOUNDING_ON:]
        ):
            melody.append(note)
    return melody


def _register(onsets: Floats, durations: Floats, pitches: Ints) -> Floats:
    """Around every note the pitch above and below which the line is for equally long; shape (notes,)."""
    first = np.searchsorted(onsets, onsets - REGISTER_QUARTERS)
    after = np.searchsorted(onsets, onsets + REGISTER_QUARTERS, side="right")
    medians = np.empty(len(onsets))
    for place, near in enumerate(map(slice, first, after)):
        order = np.argsort(pitches[near])
        reached = np.cumsum(durations[near][order])
        medians[place] = pitches[near][order][np.searchsorted(reached, reached[-1] / 2)]
    return medians


def _short_dips(low: NDArray[np.bool_], onsets: Floats, ends: Floats) -> NDArray[np.bool_]:
    """Which of the low notes belong to a run of them that lasts less than `PATIENCE`."""
    edges = np.flatnonzero(np.diff(low.astype(int), prepend=0, append=0))
    short = np.zeros_like(low)
    for first, after in edges.reshape(-1, 2):
        short[first:after] = ends[after - 1] - onsets[first] < PATIENCE
    return short

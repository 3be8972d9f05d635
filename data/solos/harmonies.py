"""The chords of a solo: as they are given, as a track plays them, or as they are recognised."""

from bisect import bisect_right
from collections.abc import Sequence

from data.solos.pieces import Line, Piece, Spans, note_on_grid, on_grid, span_of
from data.solos.tracks import bass_line, comping_line
from music import harmony, recognition
from music.changes import Changes, voiced
from music.chord_symbols import voicing_with_bass
from music.grammar import GRID
from music.harmony import Chord
from music.score import Note
from utils.errors import UserError

FEWEST_NOTES = 8  # from which chords are recognised
SHOWN_CHORDS = 8  # of those recognised, in a notice
PUSH = 0.5  # quarter notes before a bar line within which a chord that is held over it belongs to it
# How much the recogniser and the bass note say for a chord's root, beside a note that a reading leaves over.
RECOGNISED_VOTE, BASS_VOTE = 0.4, 0.6


def chords_of(
    piece: Piece,
    measures: Spans,
    melody: Line,
    chord_line: Line | None,
    given: Changes | None,
    as_played: bool,
) -> tuple[Sequence[Chord], str]:
    """The chords of a solo, and where they come from, for a notice."""
    if given is not None:
        return _given_chords(given, measures)
    chord_line = chord_line or comping_line(piece, melody, measures)
    if chord_line is None:
        return _recognised_chords(piece, measures)
    source = f"chords from track {chord_line.label}"
    if as_played or not chord_line.notes:
        return chord_line.chords, source
    chords = _on_their_beats(chord_line, measures)
    bass = bass_line(piece, melody, chord_line)
    if bass is None:
        return chords, source
    return _over_bass(chords, bass, measures), f"{source} over the bass of track {bass.label}"


def _given_chords(given: Changes, measures: Spans) -> tuple[list[Chord], str]:
    """Changes laid over the measures, and where they come from, for a notice."""
    form = voiced(given.measures[given.pickups :])
    pickup = int(len(measures) > 1 and measures[0][1].length < form[0].length)
    laid = [(span, form[number % len(form)]) for number, span in enumerate(measures[pickup:])]
    if pickup and given.pickups:
        laid.insert(0, (measures[0], voiced(given.measures)[given.pickups - 1]))
    chords = [
        chord._replace(onset=start + chord.onset)
        for (start, measure), each in laid
        for chord in each.chords
        if chord.onset < measure.length
    ]
    if all(chord.silent for chord in chords):
        raise ValueError(f"chords: expected one in the melody's measures, got none in {len(form)} measures")
    times = "" if len(measures) - pickup <= len(form) else ", repeated"
    return chords, f"{len(given.measures)} measures of chords as given{times}"


def _on_their_beats(track: Line, measures: Spans) -> list[Chord]:
    """A track's chords, each that is struck just before a bar line and held over it moved to the line.

    Before other beats players are early or late: there chords stay where they are struck.
    """
    starts = [start for start, _ in measures]
    ends: dict[float, float] = {}
    for note in track.notes:
        onset = on_grid(note.onset)
        ends[onset] = max(ends.get(onset, 0.0), note.end)
    moved: dict[float, Chord] = {}
    for chord in track.chords:
        start, measure = measures[max(bisect_right(starts, chord.onset) - 1, 0)]
        line = start + measure.length
        held = ends.get(chord.onset, chord.onset) > line + 1e-6
        onset = line if held and line - chord.onset <= PUSH + 1e-6 else chord.onset
        moved[onset] = chord._replace(onset=onset)
    return [moved[onset] for onset in sorted(moved)]


def _over_bass(chords: Sequence[Chord], bass: Line, measures: Spans) -> list[Chord]:
    """Chords named after what they and a bass line imply, where the pitches alone are read otherwise.

    The recogniser hears the chords where they belong, and the bass. Of the roots that it, the pitches and
    the bass note at the chord's start suggest, the one is taken that explains the notes best.
    """
    ends = [*(chord.onset for chord in chords[1:]), span_of(measures)[1]]
    struck = [
        Note(chord.onset, max(end - chord.onset, GRID), pitch, 80)
        for chord, end in zip(chords, ends, strict=True)
        for pitch in chord.pitches
    ]
    spans = [(start, measure.length) for start, measure in measures]
    heard = recognition.recognise_chords([*struck, *bass.notes], spans)
    places = [onset for onset, _ in heard]
    notes = sorted(bass.notes, key=lambda note: note.onset)
    onsets = [note.onset for note in notes]
    spelt = []
    for chord, end in zip(chords, ends, strict=True):
        lowest = notes[max(bisect_right(onsets, chord.onset + GRID / 2) - 1, 0)]
        below = (lowest.pitch,) if chord.onset - GRID < lowest.end and lowest.onset < end else ()
        votes = {harmony.symbol(chord.pitches).root: 0.0}
        if place := bisect_right(places, chord.onset + 1e-6):
            votes[heard[place - 1][1].root] = RECOGNISED_VOTE
        for pitch in below:
            votes[pitch % 12] = votes.get(pitch % 12, 0.0) + BASS_VOTE
        readings = {root: harmony.symbol_on(root, (*below, *chord.pitches)) for root in votes}
        root = min(votes, key=lambda root: readings[root][1] - votes[root])
        if root != harmony.symbol(chord.pitches).root:
            chord = chord._replace(symbol=readings[root][0])
        spelt.append(chord)
    return spelt


def _recognised_chords(piece: Piece, measures: Spans) -> tuple[list[Chord], str]:
    """The chords that all tracks together imply, and where they come from, for a notice."""
    notes = [note_on_grid(note) for line in piece.lines for note in line.notes]
    if len(notes) < FEWEST_NOTES:
        raise UserError(
            f"no chords in {piece.path}, and {len(notes)} notes; expected {FEWEST_NOTES} or more to "
            f"recognise chords from; its tracks: {piece.listing()}"
        )
    chords: list[Chord] = []
    pitches: tuple[int, ...] | None = None
    spans = [(start, measure.length) for start, measure in measures]
    for onset, symbol in recognition.recognise_chords(notes, spans):
        pitches = voicing_with_bass(symbol, pitches)
        chords.append(Chord(onset, pitches, symbol))
    names = " ".join(str(chord.symbol) for chord in chords[:SHOWN_CHORDS])
    return chords, f"chords recognised from all tracks: {names}{' ...' if len(chords) > SHOWN_CHORDS else ''}"

"""python -m tools.chord_accuracy: measure the recognition of chords and melodies on known scores.

The known chords are hidden, recognised from the notes alone, and compared by time with what was
recognised: the share in which the root is right, the triad too, the seventh or its absence too. Four
collections, the first three from music21's corpus:

- chorales: by Bach in full parts, analysed in Roman numerals; the chords change every beat.
- madrigals: by Monteverdi, likewise. Of both those whose analysis fits the edition of the score.
- lead sheets: the four tunes with chord symbols throughout. A melody alone does not determine its
  chords, so the symbols are played under it in randomised voicings and rhythms, with and without bass.
- own tunes: those of data/bundled, melody and piano merged in one track, read with `read_solo`.

A fifth has comping tracks: the bundled tunes' charts in all keys, a melody, rootless voicings of which half
are struck before the bar line that they announce, and a bass. What `read_solo` makes of it stands beside
the pitch stacks as they are struck, which it took for the chords before it listened to the bass.

The constants of music/recognition.py were tuned on the odd-numbered pieces of the first three and
on made-up accompaniments of common progressions. The even-numbered pieces were left for checking, and
the own tunes, but for the weight of a major seventh against a major triad. Chords without a third are
left out; the last column also leaves out chords of whose triad a note does not sound while they last.

Of the melodies of the last two collections the notes that `skyline` finds again are counted, among all
that sounds: precision is the share of the found notes that are the melody's, recall the share of the
melody's notes that are found.
"""

import argparse
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.solos import reading
from data.solos.pieces import from_midi
from music import harmony
from music.changes import starts, symbol_of
from music.chord_symbols import ChordSymbol, close_position
from music.midi import parse_midi
from music.midi_writer import to_midi
from music.recognition import recognise_chords, skyline
from music.score import Note, Part, Score
from tools.bundled.compose import TUNES
from tools.bundled.phrases import Tune, compose
from utils import cli

LEAD_SHEETS = ("leadSheet/berlinAlexandersRagtime.mxl", "leadSheet/fosterBrownHair.mxl")
TUNE_BOOK = "nottingham-dataset/reelsa-c.abc"
CHORALES, MADRIGALS = "bach/choraleAnalyses", "monteverdi"
FITTING = 0.8  # of the notes' time that an analysis must explain, or it is of another edition
SHORTEST = 16.0  # quarter notes that an analysis must fit
RHYTHMS = ("held", "half notes", "quarter notes", "off-beats", "syncopated", "arpeggio")
BASSES = ("none", "root", "root and fifth", "walking")
_Found = list[tuple[float, ChordSymbol]]
_STEP = 0.25  # quarter notes between the places that are compared


@dataclass(frozen=True)
class KnownChord:
    """A chord of an analysis or a chord symbol: onset and end in quarter notes, root, semitones above it."""

    onset: float
    end: float
    root: int
    intervals: frozenset[int]


@dataclass(frozen=True)
class Example:
    """Notes, their measures as (start, length) in quarter notes, and the chords and melody that are known."""

    name: str
    notes: Sequence[Note]
    measures: Sequence[tuple[float, float]]
    chords: Sequence[KnownChord]
    melody: Sequence[Note] = ()


def triad(intervals: Iterable[int]) -> frozenset[int]:
    """The third, or the second or fourth in its place, and the fifth of a chord, with the root's 0.

    Example:
        >>> sorted(triad(ChordSymbol(0, "m7b5").intervals))
        [0, 3, 6]
    """
    above = {interval % 12 for interval in intervals}
    third = [step for step in (4, 3, 5, 2) if step in above][:1]
    fifth = [step for step in (7, 6, 8) if step in above][:1]
    return frozenset({0, *third, *(fifth or [7])})


def seventh(intervals: Iterable[int]) -> int | None:
    """The seventh of a chord, if it has one; a sixth is one only over a diminished triad."""
    above = {interval % 12 for interval in intervals}
    return next((step for step in (11, 10, 9) if step in above and (step > 9 or {3, 6} <= above)), None)


def compare(example: Example, found: Sequence[tuple[float, ChordSymbol]]) -> NDArray[np.int_]:
    """Compares known chords with recognised ones.

    Returns:
        Shape (6,), counts of places: all, those with the right root, with the right triad too, with the
        right seventh or none too; those where the notes allow the triad, and of these the right ones.
    """
    onsets = [onset for onset, _ in found]
    counts = np.zeros(6, dtype=int)
    for known in example.chords:
        sounding = {note.pitch for note in example.notes if note.onset < known.end and note.end > known.onset}
        above = {(pitch - known.root) % 12 for pitch in sounding}
        allowed = triad(known.intervals) <= above
        places = np.arange(known.onset + _STEP / 2, known.end, _STEP)
        for index in np.maximum(np.searchsorted(onsets, places, side="right") - 1, 0):
            symbol = found[index][1]
            root = symbol.root == known.root
            right = root and triad(symbol.intervals) == triad(known.intervals)
            whole = right and seventh(symbol.intervals) == seventh(known.intervals)
            counts += np.array([1, root, right, whole, allowed, allowed and right])
    return counts


def compare_melody(example: Example) -> NDArray[np.int_]:
    """Shape (3,), counts of notes: the melody's that `skyline` finds, all that it finds, all the melody's."""
    heard = {(note.onset, note.pitch) for note in skyline(example.notes)}
    known = {(note.onset, note.pitch) for note in example.melody}
    return np.array([len(heard & known), len(heard), len(known)])


def analysed_scores(folder: str) -> Iterator[Example]:
    """The scores of a folder of music21's corpus with their analyses in Roman numerals.

    An analysis is used as far as its measures begin where the score's do, in the key in which it fits
    the notes best, and only if it explains `FITTING` of their time.
    """
    from music21 import corpus

    bwv = corpus.chorales.ChoraleListRKBWV().byRiemenschneider
    for path in sorted((_corpus() / folder).glob("*.rntxt")):
        name = f"{MADRIGALS}/{path.stem}.mxl"
        if folder == CHORALES:
            name = f"bach/bwv{bwv[int(path.stem[-3:])]['bwv']}.mxl"
        score, analysis = _parsed(name), _parsed(f"{folder}/{path.name}")
        starts = {number: start for number, start, _ in reversed(_measures(score))}
        end = 0.0
        for number, start, length in _measures(analysis):
            if starts.get(number) != start:
                break
            end = start + length
        numerals = analysis.flatten().getElementsByClass("RomanNumeral")
        known = [_known(numeral, numeral.offset + numeral.quarterLength) for numeral in numerals]
        known = _in_best_key([chord for chord in known if chord.end <= end], _notes(score))
        if known and end >= SHORTEST:
            yield Example(name, _notes(score), _spans(score), known)


def lead_sheets(seeds: int) -> Iterator[list[Example]]:
    """The lead sheets of music21's corpus, each accompanied as many times as there are seeds."""
    scores = [(name, _parsed(name)) for name in LEAD_SHEETS]
    scores += [(score.metadata.title, score) for score in _parsed(TUNE_BOOK).scores]
    for name, score in scores:
        melody = _notes(score)
        by_onset = {float(s.getOffsetInHierarchy(score)): s for s in score.recurse() if _is_symbol(s)}
        onsets = sorted(by_onset)
        ends = [*onsets[1:], max(note.end for note in melody)]
        known = [_known(by_onset[onset], end, onset) for onset, end in zip(onsets, ends, strict=True)]
        played = [accompaniment(known, np.random.default_rng(seed)) for seed in range(seeds)]
        yield [Example(name, [*melody, *notes], _spans(score), known, melody) for notes in played]


def accompaniment(chords: Sequence[KnownChord], generator: np.random.Generator) -> Iterator[Note]:
    """Plays chords in a rhythm and over a bass that are drawn once, in voicings near one another."""
    rhythm, bass = str(generator.choice(RHYTHMS)), str(generator.choice(BASSES))
    rootless = bass != "none" and generator.random() < 0.5
    lowest = int(generator.integers(48, 57))  # below most melodies
    for chord in chords:
        above = [step for step in chord.intervals if step or not (rootless and len(chord.intervals) > 3)]
        voices = sorted(lowest + (chord.root + step - lowest) % 12 for step in above)
        lengths = _rhythm(rhythm, chord.end - chord.onset, generator)
        for number, (offset, length) in enumerate(lengths):
            struck = voices if rhythm != "arpeggio" else [voices[number % len(voices)]]
            yield from (Note(chord.onset + offset, length, pitch, 65) for pitch in struck)
        yield from _bass(bass, chord, generator)


def own_tune(tune: Tune) -> tuple[Example, list[tuple[float, ChordSymbol]]]:
    """A bundled tune with its chart, and what `read_solo` recognises in it as one track."""
    score = compose(tune)
    notes = tuple(note for part in score.parts for note in part.notes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tune.mid"
        path.write_bytes(to_midi(Score((Part("Piano", notes),), score.tempo, score.beats)))
        solo = reading.read_solo(path)
    chords_read = [(chord.onset, chord.symbol) for chords in solo.chords for chord in chords if chord.symbol]
    known = []
    for number, measure in enumerate(tune.measures()):
        ends = [*(chord.onset for chord in measure.chords[1:]), score.beats]
        for (onset, _, symbol, _), end in zip(measure.chords, ends, strict=True):
            if symbol is not None:
                start, intervals = number * score.beats, _folded(symbol.intervals)
                known.append(KnownChord(start + onset, start + end, symbol.root, intervals))
    return Example(score.title, notes, [], known, score.parts[0].notes), chords_read


def comping_track(tune: Tune, key: int, generator: np.random.Generator) -> tuple[Example, _Found, _Found]:
    """A chart's chorus played by a band, its chords as they are struck, and as `read_solo` reads the file.

    Args:
        tune: The tune, of whose chart one chorus is played.
        key: Semitones by which it is transposed.
        generator: For voicings, anticipations, bass and melody.
    """
    chart = tune.read_chart().transposed(key)
    events, end = chart.events(), starts(chart.measures)[-1]
    spans = list(zip(events, [*(onset for onset, _ in events[1:]), end], strict=True))
    known = [
        KnownChord(onset, until, symbol.root, _folded(symbol.intervals))
        for (onset, symbol), until in spans
        if symbol is not None
    ]
    piano, lead, bass = list[Note](), list[Note](), list[Note]()
    voices: tuple[int, ...] = ()
    walk = str(generator.choice(BASSES[1:]))
    measures = set(starts(chart.measures)[1:-1])
    for chord in known:
        voices = close_position(_rootless(chord, generator), voices)
        early = chord.onset in measures and generator.random() < 0.5
        push = float(generator.choice((1 / 3, 0.5))) if early else 0.0
        piano += [Note(chord.onset - push, 0.9 * (chord.end - chord.onset) + push, p, 65) for p in voices]
        bass += _bass(walk, chord, generator)
        tones = [p for p in range(72, 85) if (p - chord.root) % 12 in chord.intervals]
        beats = np.arange(chord.onset, chord.end, 0.5)
        lead += [Note(float(beat), 0.5, int(generator.choice(tones)), 90) for beat in beats]
    parts = (
        Part("Lead", tuple(lead), 65, 0),
        Part("Piano", tuple(piano), 0, 1),
        Part("Bass", tuple(bass), 32, 2),
    )
    score = Score(parts, 160, chart.measures[0].length)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "band.mid"
        path.write_bytes(to_midi(score))
        solo = reading.read_solo(path)
        piece = from_midi(parse_midi(path.read_bytes(), path), path)
    struck = [(chord.onset, harmony.symbol(chord.pitches)) for chord in piece.line("Piano").chords]
    chords = [chord for measure in solo.chords for chord in measure]
    read = [(chord.onset, symbol) for chord in chords if (symbol := symbol_of(chord))]
    notes = [note for part in parts for note in part.notes]
    return Example(chart.title, notes, [], known), struck, read


def main(argv: Sequence[str]) -> int:
    """Prints the table."""
    summary, _, about = (__doc__ or "").partition("\n\n")
    parser = cli.Parser(
        prog="python -m tools.chord_accuracy",
        description=summary.split(": ")[1],
        epilog=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--seeds", type=cli.positive_int, default=20, help="accompaniments of each lead sheet (default: 20)"
    )
    options = parser.parse_args(argv)
    sheets, tunes = list(lead_sheets(options.seeds)), [own_tune(tune) for tune in TUNES.values()]
    print(f"{'chords':28}pieces     root    triad  seventh  triad where notes allow")
    for title, folder in (("chorales", CHORALES), ("madrigals", MADRIGALS)):
        _print_halves(title, [_recognised([example]) for example in analysed_scores(folder)])
    _print_halves("lead sheets", [_recognised(examples) for examples in sheets])
    _print_row("own tunes", [compare(tune, found) for tune, found in tunes])
    bands = [
        comping_track(tune, key, np.random.default_rng([key + 5, number]))
        for number, tune in enumerate(TUNES.values())
        for key in range(-5, 7)
    ]
    _print_row("comping tracks, as struck", [compare(tune, struck) for tune, struck, _ in bands])
    _print_row("comping tracks, as read", [compare(tune, read) for tune, _, read in bands])
    print(f"{'melody':28}pieces  precision  recall")
    for title, pieces in (("lead sheets", sheets), ("own tunes", [[tune] for tune, _ in tunes])):
        same, notes, known = np.sum([compare_melody(each) for each in chain(*pieces)], axis=0)
        print(f"{title:28}{len(pieces):6}{same / notes:11.1%}{same / known:8.1%}")
    return 0


def _recognised(examples: Sequence[Example]) -> NDArray[np.int_]:
    """The counts of `compare` for what is recognised in each, in all."""
    counts = [compare(each, recognise_chords(each.notes, each.measures)) for each in examples]
    return np.asarray(np.sum(counts, axis=0))


def _print_halves(title: str, counts: Sequence[NDArray[np.int_]]) -> None:
    _print_row(f"{title}, odd (tuned on)", counts[::2])
    _print_row(f"{title}, even", counts[1::2])


def _print_row(title: str, counts: Sequence[NDArray[np.int_]]) -> None:
    places, root, right, whole, allowed, right_where_allowed = np.sum(counts, axis=0)
    shares = (root / places, right / places, whole / places, right_where_allowed / allowed)
    print(f"{title:28}{len(counts):6}" + "".join(f"{share:9.1%}" for share in shares))


def _rootless(chord: KnownChord, generator: np.random.Generator) -> frozenset[int]:
    """The pitch classes of a voicing without its root, with a ninth; a triad's has the root."""
    tones = sorted(chord.intervals - {0})
    if len(tones) < 3:
        return frozenset((chord.root + tone) % 12 for tone in (0, *tones))
    ninth = [2] if not {1, 2, 3} & (set(tones) - {3}) and 6 not in tones and generator.random() < 0.7 else []
    return frozenset((chord.root + tone) % 12 for tone in [*tones, *ninth][:4])


def _rhythm(name: str, length: float, generator: np.random.Generator) -> list[tuple[float, float]]:
    """Where a chord of that length is struck, and how long each time."""
    step = {"half notes": 2.0, "quarter notes": 1.0, "arpeggio": 0.5}.get(name, length)
    hits = [(float(offset), min(step, length - offset)) for offset in np.arange(0, length, step)]
    if name == "off-beats":
        hits = [(float(offset), min(0.9, length - offset)) for offset in np.arange(1, length, 2)] or hits
    if name == "syncopated":
        eighths = np.arange(0, length, 0.5)
        chosen = generator.choice(eighths, size=-(-len(eighths) // 4), replace=False)
        hits = [(float(offset), min(0.6, length - offset)) for offset in sorted(chosen)]
    return hits


def _bass(name: str, chord: KnownChord, generator: np.random.Generator) -> Iterator[Note]:
    """The bass notes under a chord."""
    pitch, length = 36 + chord.root % 12, chord.end - chord.onset
    if name == "root":
        yield Note(chord.onset, length, pitch, 80)
    if name == "root and fifth":
        yield Note(chord.onset, min(2.0, length), pitch, 80)
        if length > 2:
            fifth = max(triad(chord.intervals))
            yield Note(chord.onset + 2, length - 2, pitch + fifth - 12 * (pitch > 43), 80)
    if name == "walking":
        for offset in np.arange(0, length):
            yield Note(chord.onset + float(offset), min(1.0, length - offset), pitch, 80)
            tones = [p for p in range(28, 53) if (p - chord.root) % 12 in chord.intervals]
            near = [p for p in [*tones, pitch - 2, pitch - 1, pitch + 1, pitch + 2] if 0 < abs(p - pitch) < 6]
            pitch = int(generator.choice(near))


def _in_best_key(chords: list[KnownChord], notes: Sequence[Note]) -> list[KnownChord]:
    """The chords in the key in which they hold most of the notes' time; none if they explain too little."""
    held, total = np.zeros(12), 0.0
    for chord in chords:
        for note in notes:
            overlap = min(note.end, chord.end) - max(note.onset, chord.onset)
            if overlap > 0:
                total += overlap
                held[[(note.pitch - chord.root - interval) % 12 for interval in chord.intervals]] += overlap
    key = int(held.argmax())
    if held[key] < FITTING * total:
        return []
    moved = [KnownChord(chord.onset, chord.end, (chord.root + key) % 12, chord.intervals) for chord in chords]
    return [chord for chord in moved if chord.intervals & {2, 3, 4, 5}]


def _known(element: Any, end: float, onset: float | None = None) -> KnownChord:
    """A music21 chord, such as a Roman numeral or a chord symbol."""
    root = element.root().pitchClass
    intervals = _folded(pitch.pitchClass - root for pitch in element.pitches)
    return KnownChord(float(element.offset if onset is None else onset), float(end), root, intervals)


def _folded(intervals: Iterable[int]) -> frozenset[int]:
    return frozenset(interval % 12 for interval in intervals)


def _is_symbol(element: Any) -> bool:
    return "ChordSymbol" in element.classes and bool(element.pitches)


def _notes(score: Any) -> list[Note]:
    """All notes but chord symbols and grace notes."""
    return [
        Note(float(element.offset), float(element.quarterLength), int(pitch.midi))
        for part in score.parts
        for element in part.stripTies().flatten().notes
        if "ChordSymbol" not in element.classes and not element.duration.isGrace
        for pitch in element.pitches
    ]


def _measures(score: Any) -> list[tuple[int, float, float]]:
    """The measures of the first part: number, start and length."""
    measures = score.parts[0].getElementsByClass("Measure")
    return [(each.number, float(each.offset), float(each.duration.quarterLength)) for each in measures]


def _spans(score: Any) -> list[tuple[float, float]]:
    return [(start, length) for _, start, length in _measures(score) if length > 0]


def _parsed(name: str) -> Any:
    """A score of music21's corpus; parsed anew, for its converter would keep pickles."""
    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return converter.parse(_corpus() / name, forceSource=True, storePickle=False)


def _corpus() -> Path:
    from music21 import common

    return Path(common.getCorpusFilePath())


if __name__ == "__main__":
    sys.exit(cli.run(main))

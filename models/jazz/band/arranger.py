"""The band: its styles, its accompaniment of chords, and the performance of a written score."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.jazz.band import bass, chart, drums, latin, piano, slow, stops
from models.jazz.band.chart import ChordSet
from models.jazz.band.drums import PROGRAM as JAZZ_KIT
from models.jazz.band.listening import Cues, SoloHeard
from models.jazz.band.swing import swing_ratio, swung
from music.score import DRUM_CHANNEL, Note, Part, Score
from music.styles import DEFAULT

Player = Callable[[Cues], list[Note]]  # writes one instrument's notes for all measures, in even eighths


@dataclass(frozen=True, slots=True)
class Style:
    """How a band plays.

    Args:
        piano: Writes the piano's notes.
        bass: Writes the bass's.
        drums: Writes the drums'.
        swings: Whether second eighths are delayed.
        kit: The drums' General MIDI program.
    """

    piano: Player
    bass: Player
    drums: Player
    swings: bool
    kit: int = JAZZ_KIT

    def swing_ratio(self, tempo: float) -> float:
        """The usual swing ratio of the style at a tempo, in quarter notes a minute; 1 is even."""
        return swing_ratio(tempo) if self.swings else 1.0


SOLO = "Solo"  # the soloist's part

STYLES = {
    "swing": Style(piano.comping, bass.walking_line, drums.swing_drums, True),
    "bossa": Style(piano.bossa_comping, bass.bossa_line, drums.bossa_drums, False),
    "ballad": Style(slow.ballad_comping, slow.ballad_line, slow.brushes, True, slow.BRUSHES),
    "waltz": Style(piano.comping, bass.walking_line, drums.swing_drums, True),  # swing in three
    "two": Style(slow.two_comping, slow.two_line, slow.two_drums, True),
    "latin": Style(latin.montuno, latin.tumbao, latin.latin_drums, False),
}
_BUSIEST, _SPAREST = 130.0, 300.0  # tempi from which on, and at which, ornaments grow rare
_FEWEST = 0.2


def accompany(
    chord_sets: Sequence[ChordSet],
    *,
    style: str = "swing",
    seed: int | np.random.Generator = 0,
    tempo: float = DEFAULT.tempo,
    solo: Sequence[Note] = (),
    chorus_starts: Sequence[int] = (0,),
    held: bool = True,
) -> tuple[Part, ...]:
    """Writes piano, bass and drums over chords, in even eighths; `perform` plays them swung.

    Each player has a generator of its own, so that leaving one out changes nothing for the others.

    Args:
        chord_sets: For each measure its length in quarter notes and its chords, with onsets from the
            measure's start. In N.C., in measures without any chord, and after a stop all rest.
        style: A key of `STYLES`. For a solo without a band, as the course has it, do not call this: the
            improviser's own score holds the chords, and `perform` takes it with a swing of 1.
        seed: For every choice.
        tempo: Quarter notes a minute: at fast tempi there are fewer ornaments.
        solo: What the soloist plays, in even eighths: the band listens to it.
        chorus_starts: The numbers of the measures that open a chorus, rising, the first being 0.
        held: Whether the last measure is held; if not, all play on as before it.

    Returns:
        The parts Piano, Bass and Drums, with General MIDI programs, on channels 1, 2 and `DRUM_CHANNEL`;
        channel 0 is left to the solo. Every note lies within its measure.

    Raises:
        ValueError: The style is unknown, or a measure's length is not above 0.

    Example:
        >>> from music.chord_symbols import parse_symbol
        >>> from music.harmony import Chord
        >>> parts = accompany([(4.0, [Chord(0, (), parse_symbol(name))]) for name in ("G7", "Cmaj7")])
        >>> [part.name for part in parts]
        ['Piano', 'Bass', 'Drums']
        >>> parts[1].notes[-1].onset, parts[1].notes[-1].pitch % 12  # the last C, held
        (4.0, 0)
    """
    if style not in STYLES:
        raise ValueError(f"expected a style of {', '.join(STYLES)}, got {style!r}")
    played = chord_sets if held else [*chord_sets, *chord_sets[:1]]
    playing, measures = STYLES[style], chart.read(played, chorus_starts)
    heard = SoloHeard.of(solo, measures)
    ornaments = float(np.clip((_SPAREST - tempo) / (_SPAREST - _BUSIEST), _FEWEST, 1))
    parts = (
        ("Piano", playing.piano, piano.PROGRAM, piano.CHANNEL),
        ("Bass", playing.bass, bass.PROGRAM, bass.CHANNEL),
        ("Drums", playing.drums, playing.kit, DRUM_CHANNEL),
    )
    generators = np.random.default_rng(seed).spawn(len(parts))
    spans, struck = stops.rests(measures), stops.stabs(measures)
    accompaniment = []
    for (name, play, program, channel), generator in zip(parts, generators, strict=True):
        notes = stops.rested(play(Cues(measures, generator, ornaments, heard)), spans)
        if not held:  # they play on into a measure that no one hears
            notes = stops.rested(notes, [(measures[-1].start, measures[-1].end)])
        accompaniment.append(Part(name, (*notes, *struck[name]), program, channel))
    return tuple(accompaniment)


def perform(
    written: Score,
    *,
    swing: float = 1.0,
    soloists_swing: float | None = None,
    count_in: bool = False,
    mute: Collection[str] = (),
    measure_starts: Sequence[float] = (),
) -> Score:
    """Turns a written score into what is played: parts muted, eighths swung, a measure counted in.

    Args:
        written: The score in even eighths, as it is notated.
        swing: The swing ratio, 1 (even) to 4; `Style.swing_ratio` has the usual one.
        soloists_swing: The ratio of the part Solo; None: that of all.
        count_in: Whether a measure of stick clicks, a part named Count-in, comes first; everything else
            starts after it.
        mute: Names of parts that do not play, whatever their case.
        measure_starts: Where measures begin, in quarter notes; none: all have the score's length.

    Raises:
        UserError: There is no part of a name in `mute`.
        ValueError: The swing ratio is out of range.

    Example:
        >>> written = Score((Part("Solo", (Note(0, 0.5, 60), Note(0.5, 0.5, 62))),))
        >>> played = perform(written, swing=2, count_in=True)
        >>> [(part.name, len(part.notes)) for part in played.parts], played.length
        ([('Solo', 2), ('Count-in', 4)], 5.0)
    """

    def play(part: Part) -> Part:
        own = soloists_swing if soloists_swing is not None and part.name == SOLO else swing
        (moved,) = swung(replace(written, parts=(part,)), own, measure_starts).parts
        return replace(moved, notes=tuple(map(sounded, moved.notes)))

    heard = written.without(mute)
    played = replace(heard, parts=tuple(map(play, heard.parts)))
    if not count_in:
        return played
    length = measure_starts[1] - measure_starts[0] if len(measure_starts) > 1 else written.beats
    shifted = played.shifted(length)
    return replace(shifted, parts=(*shifted.parts, drums.count_in(length)))


def sounded(note: Note) -> Note:
    """The note as long as it sounds."""
    return note if note.sounding == 1 else replace(note, duration=note.duration * note.sounding, sounding=1.0)

"""Sheet music: scores as MusicXML, written with music21.

music21 takes seconds to import: import this module where something is written. Notes come to it with
their values, ties, tuplets, beams and accidentals (`rhythm`, `spelling`), so that its own makeNotation,
whose time grows with the square of a piece's length, has nothing to do.

Source of the format: "MusicXML 4.0" (W3C Community Group Report, 2021).
"""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from xml.etree import ElementTree

import music21
from music21 import (
    chord,
    duration,
    harmony,
    instrument,
    interval,
    layout,
    note,
    percussion,
    pitch,
    stream,
    tie,
)
from music21.musicxml.m21ToXml import ScoreExporter

from music import rhythm, spelling
from music import sheet as sheets
from music.chord_symbols import ChordSymbol
from music.limits import Reader
from music.qualities import QUALITIES
from music.rhythm import FULL_MEASURE, TICKS, Written
from music.score import DRUM_CHANNEL, Score
from music.sheet import Sheet, Staff
from utils.files import printable

MEASURES_A_LINE = 4
# The kinds of MusicXML by their semitones above the root, the simplest first.
_KINDS = {
    quality.kind: tuple(sorted({*quality.intervals, *quality.kind_adds}))
    for quality in QUALITIES.values()
    if quality.kind
}
_KINDS["augmented-seventh"] = (0, 4, 8, 10)
# Semitones above the root as degrees and their alteration, which counts from a dominant thirteenth.
_DEGREES = {
    **{2: (2, 0), 3: (3, -1), 4: (3, 0), 5: (4, 0), 6: (5, -1), 7: (5, 0), 8: (5, 1), 9: (6, 0)},
    **{10: (7, 0), 11: (7, 1), 13: (9, -1), 14: (9, 0), 15: (9, 1), 17: (11, 0), 18: (11, 1)},
    **{20: (13, -1), 21: (13, 0)},
}
# General MIDI drums: their names, where they stand in the treble clef, and their note heads.
# Source: Weinberg, "Guidelines for Drumset Notation", Percussive Notes, 1994.
_DRUMS = {
    35: ("Acoustic Bass Drum", "F4", "normal"),
    36: ("Bass Drum", "F4", "normal"),
    37: ("Side Stick", "C5", "x"),
    38: ("Snare", "C5", "normal"),
    40: ("Electric Snare", "C5", "normal"),
    41: ("Low Floor Tom", "A4", "normal"),
    42: ("Closed Hi-Hat", "G5", "x"),
    43: ("High Floor Tom", "A4", "normal"),
    44: ("Pedal Hi-Hat", "D4", "x"),
    45: ("Low Tom", "D5", "normal"),
    46: ("Open Hi-Hat", "G5", "circle-x"),
    47: ("Low-Mid Tom", "D5", "normal"),
    48: ("High-Mid Tom", "E5", "normal"),
    49: ("Crash Cymbal", "A5", "x"),
    50: ("High Tom", "E5", "normal"),
    51: ("Ride Cymbal", "F5", "x"),
    52: ("Chinese Cymbal", "B5", "x"),
    53: ("Ride Bell", "F5", "diamond"),
    55: ("Splash Cymbal", "B5", "x"),
    57: ("Crash Cymbal 2", "A5", "x"),
    59: ("Ride Cymbal 2", "F5", "x"),
}
_OTHER_DRUM = ("Percussion", "E5", "triangle")
_STAFF_HEIGHT = 5.2  # millimetres
_HOOKS = {"forward": ("partial", "right"), "backward": ("partial", "left")}
_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def to_musicxml(
    score: Score,
    *,
    chord_symbols: Sequence[tuple[float, ChordSymbol | None]] = (),
    measure_starts: Sequence[float] = (),
    swing: bool = False,
    sharps: int | None = None,
    transpose_for: Reader = "C",
) -> str:
    """A score as the text of a MusicXML file; the same text for the same score.

    Notes move to fourths or thirds of a beat; each staff is one voice of notes and chords
    (`rhythm.quantise`). Parts on `DRUM_CHANNEL` are unpitched percussion; pianos and organs have two
    staves where they need them. Every measure is full, and there are four measures a line.

    Args:
        score: The score; the first part is the solo. Its changes give measures, chords and key.
        chord_symbols: Without changes: onsets in quarter notes and chords, which move to the nearest beats;
            None is no chord, N.C.
        measure_starts: Without changes: where the measures start, in quarter notes; none: one after the
            other from 0, as long as the score says.
        swing: Writes "Swing" beside the tempo. The notes themselves stay even.
        sharps: The key signature at sounding pitch, -7 to 7, flats negative; None: that of the changes, or
            else estimated.
        transpose_for: Who reads the solo. It is written a whole tone higher for B flat instruments, a
            major sixth higher for E flat ones, in the bass clef and octaves lower for a bass. The
            file sounds the same, and the other parts are written as they sound.

    Raises:
        ValueError: `sharps` or `transpose_for` is none of those above.

    Example:
        >>> from music.score import Note, Part
        >>> solo = Part("Solo", (Note(0, 2, 65), Note(2, 2, 69)), program=26)
        >>> text = to_musicxml(Score((solo,)), chord_symbols=[(0, ChordSymbol(5, "maj7"))])
        >>> "<type>half</type>" in text
        True
    """
    sheet = sheets.layout(
        score,
        chord_symbols=chord_symbols,
        measure_starts=measure_starts,
        sharps=sharps,
        transpose_for=transpose_for,
    )
    whole = music21.stream.Score()
    whole.metadata = music21.metadata.Metadata(title=printable(score.title))
    for number, staves in enumerate(sheet.parts):
        parts = [_part(staff, number, staves, sheet) for staff in staves]
        for part in parts:
            whole.insert(0, part)
        if len(parts) > 1:
            whole.insert(0, music21.layout.StaffGroup(parts, name=parts[0].partName, symbol="brace"))
        if number == 0:
            _add_lead(parts[0], staves[0], sheet, ((0.0, score.tempo), *score.tempos))
    whole.insert(0, _page())
    root = ScoreExporter(whole, makeNotation=False).parse()
    _postprocess(root, sheet, swing)
    ElementTree.indent(root)
    return _HEADER + ElementTree.tostring(root, encoding="unicode") + "\n"


def _part(staff: Staff, number: int, staves: Sequence[Staff], sheet: Sheet) -> stream.Part:
    """A staff as music21's part."""
    part = music21.stream.PartStaff() if len(staves) > 1 else music21.stream.Part()
    part.partName = printable(staff.name)
    part.atSoundingPitch = False  # music21 is given what is written
    part.insert(0, _instrument(staff, number))
    names = _Names(staff, sheet)
    written = rhythm.write(staff.events, sheet.measures)
    elements: dict[int, list[note.GeneralNote]] = {}  # by the tick at which they begin to sound
    meter = None
    for index, (bar, values) in enumerate(zip(sheet.measures, written, strict=True)):
        measure = music21.stream.Measure(number=max(index + 1 - sheet.pickups, 0))
        if index == 0:
            measure.insert(0, music21.clef.clefFromString(staff.clef))
            if staff.clef != "percussion":
                measure.insert(0, music21.key.KeySignature(names.sharps))
        if sheet.meters[index] != meter:
            meter = sheet.meters[index]
            measure.insert(0, music21.meter.TimeSignature("{}/{}".format(*meter)))
        names.bar_line()
        for value in values:
            element = _element(value, staff, names)
            measure.coreInsert(Fraction(value.start, TICKS), element)
            if value.pitches:
                elements.setdefault(value.sounds_from, []).append(element)
        measure.coreElementsChanged()
        part.coreInsert(Fraction(bar.start - sheet.measures[0].start, TICKS), measure)
    measure.rightBarline = music21.bar.Barline("final")
    part.coreElementsChanged()
    for run in names.octave_lines:
        first, last = elements[run[0].start][0], elements[run[-1].start][-1]
        part.insert(0, music21.spanner.Ottava(first, last, type="8va", transposing=False, placement="above"))
    return part


def _add_lead(part: stream.Part, staff: Staff, sheet: Sheet, tempos: Sequence[tuple[float, float]]) -> None:
    """Adds what stands above the first staff: tempi and chord symbols, and where its lines begin."""
    measures = list(part.getElementsByClass(music21.stream.Measure))
    starts = [measure.start for measure in sheet.measures]
    for onset, tempo in tempos:
        mark = music21.tempo.MetronomeMark(number=int(tempo) if tempo % 1 == 0 else tempo)
        measures[max(0, bisect_right(starts, onset * TICKS) - 1)].insert(0, mark)
    for measure in measures[MEASURES_A_LINE::MEASURES_A_LINE]:
        measure.insert(0, music21.layout.SystemLayout(isNew=True))
    sharps = spelling.wrapped(sheet.sharps + 7 * staff.semitones)
    for symbol in sheet.symbols:
        index = bisect_right(starts, symbol.tick) - 1
        offset = Fraction(symbol.tick - starts[index], TICKS)
        if symbol.chord is None:
            measures[index].insert(offset, music21.harmony.NoChord())
        else:
            chord = symbol.chord
            if staff.semitones % 12 or not chord.text:
                chord = spelling.transposed(chord, staff.semitones, sharps)
            measures[index].insert(offset, _harmony(chord))


class _Names:
    """The names of a staff's notes, and the accidentals that are written before them."""

    def __init__(self, staff: Staff, sheet: Sheet) -> None:
        self.sharps = spelling.wrapped(sheet.sharps + 7 * staff.semitones)
        self.octave_lines = staff.octave_lines()
        self._lowered = {event.start for run in self.octave_lines for event in run}
        self._semitones, self._sheet = staff.semitones, sheet
        self._key = dict(spelling.letter_of(position) for position in range(self.sharps - 1, self.sharps + 6))
        self._written: dict[tuple[str, int], int] = {}  # by letter and octave on the staff

    def bar_line(self) -> None:
        """Begins a measure, in which only the key signature counts."""
        self._written.clear()

    def note(self, sounding: int, tick: int, tied_back: bool) -> note.Note:
        """A note without a duration.

        Args:
            sounding: The MIDI number at sounding pitch.
            tick: Where it begins to sound, for the chord that goes with it.
            tied_back: The note goes on and needs no accidental.
        """
        chord = self._sheet.chord_at(tick)
        if chord is not None:
            chord = chord.transposed(self._semitones)
        octave, above = divmod(sounding + self._semitones, 12)
        written = 12 * min(max(octave, 1), 10) + above  # MusicXML has the octaves 0 to 9
        letter, alteration, octave = spelling.spell(written, self.sharps, chord)
        place = letter, octave - (tick in self._lowered)
        shown = alteration != self._written.get(place, self._key[letter]) and not tied_back
        named = pitch.Pitch(step=letter, octave=octave)
        named.accidental = pitch.Accidental(alteration)  # naturals too: music21 joins only equal tied notes
        named.accidental.displayStatus = shown
        if shown:
            self._written[place] = alteration
        return note.Note(named)


def _element(value: Written, staff: Staff, names: _Names) -> note.GeneralNote:
    """A note value as music21's note, chord or rest."""
    element: note.GeneralNote
    if not value.pitches:
        element = note.Rest()
        element.fullMeasure = value.kind == FULL_MEASURE
        if value.kind == FULL_MEASURE:
            element.duration.quarterLength = Fraction(value.length, TICKS)
            return element
    elif staff.clef == "percussion":
        heads = [_drum(pitch) for pitch in value.pitches]
        element = heads[0] if len(heads) == 1 else percussion.PercussionChord(heads)
        element.stemDirection = "up"
    else:
        heads = [names.note(pitch, value.sounds_from, value.tied_back) for pitch in value.pitches]
        element = heads[0] if len(heads) == 1 else chord.Chord(heads)
    element.duration = _duration(value)
    if value.tied_back or value.tied_on:
        kind = "start" if not value.tied_back else "continue" if value.tied_on else "stop"
        for head in heads:
            head.tie = tie.Tie(kind)
    for beam in value.beams:
        element.beams.append(*_HOOKS.get(beam, (beam,)))
    return element


def _duration(value: Written) -> duration.Duration:
    lasting = duration.Duration(type=value.kind, dots=value.dots)
    if value.tuplet:
        tuplet = duration.Tuplet(3, 2, value.tuplet)
        if value.edge:
            tuplet.type, tuplet.bracket = value.edge, value.bracket
        lasting.appendTuplet(tuplet)
    return lasting


def _drum(pitch: int) -> note.Unpitched:
    _, place, head = _DRUMS.get(pitch, _OTHER_DRUM)
    drum = note.Unpitched(place)
    drum.notehead = head
    return drum


def _page() -> layout.ScoreLayout:
    """An A4 page with staves small enough for four measures of sixteenths a line."""
    tenths = 40 / _STAFF_HEIGHT  # in a millimetre
    page = layout.PageLayout(pageWidth=round(210 * tenths), pageHeight=round(297 * tenths))
    page.leftMargin = page.rightMargin = page.topMargin = page.bottomMargin = round(12 * tenths)
    return layout.ScoreLayout(scalingMillimeters=_STAFF_HEIGHT, scalingTenths=40, pageLayout=page)


def _instrument(staff: Staff, number: int) -> instrument.Instrument:
    """The instrument of a part, with what MusicXML needs to play and transpose it."""
    if staff.clef == "percussion":
        player = instrument.UnpitchedPercussion()
        player.midiChannel = DRUM_CHANNEL
    else:
        player = instrument.Instrument()
        player.midiProgram = staff.program
        player.midiChannel = number if number < DRUM_CHANNEL else number % 6 + DRUM_CHANNEL + 1
    player.partId = f"P{number + 1}"
    player.instrumentId = f"{player.partId}-I1"
    player.instrumentName = printable(staff.name)
    if staff.semitones:
        octaves, rest = divmod(abs(staff.semitones), 12)
        steps = 7 * octaves + {0: 0, 2: 1, 9: 5}[rest]
        sign = "-" if staff.semitones > 0 else ""  # from what is written to what sounds
        player.transposition = interval.Interval(f"{'M' if rest else 'P'}{sign}{steps + 1}")
    return player


def _harmony(chord: ChordSymbol) -> harmony.ChordSymbol:
    """A chord symbol as written. Its pitches are not set, which would take music21 a millisecond each."""

    def named(name: str) -> pitch.Pitch:
        tone = pitch.Pitch(step=name[0], octave=3)
        alteration = name.count("#") - name.count("b")
        if alteration:
            tone.accidental = pitch.Accidental(alteration)
        return tone

    root, quality, bass = chord.written
    kind, changes = _kind(chord.intervals)
    written = harmony.ChordSymbol()
    written.root(named(root))
    written.bass(named(bass or root), allow_add=True)
    written.chordKind, written.chordKindStr = kind, printable(quality)
    for change, degree, alteration in changes:
        modification = harmony.ChordStepModification(change, degree, alteration)
        written.addChordStepModification(modification, updatePitches=False)
    return written


@lru_cache(maxsize=1024)
def _kind(intervals: tuple[int, ...]) -> tuple[str, list[tuple[str, int, int]]]:
    """The kind of a chord, and the degrees to add to it, alter in it or take away: the fewest."""
    degrees = _DEGREES | ({8: (13, -1)} if 7 in intervals else {})

    def changes(kind: tuple[int, ...]) -> list[tuple[str, int, int]]:
        extra = [degrees[interval] for interval in intervals if interval not in kind]
        missing = dict(_DEGREES[interval] for interval in kind if interval not in intervals)
        modifications = []
        for degree, alteration in extra:
            if degree in missing:
                modifications.append(("alter", degree, alteration - missing.pop(degree)))
            else:
                modifications.append(("add", degree, alteration))
        return modifications + [("subtract", degree, 0) for degree in missing]

    def cost(item: tuple[str, list[tuple[str, int, int]]]) -> int:
        # music21 reads a seventh that is added as a major one.
        return sum(3 if change[:2] == ("add", 7) else 1 for change in item[1])

    return min(((kind, changes(notes)) for kind, notes in _KINDS.items()), key=cost)


def _postprocess(root: ElementTree.Element, sheet: Sheet, swing: bool) -> None:
    """Adds elements that music21 does not write, and removes those that other programs misread."""
    for staves, part, head in zip(sheet.parts, root.iter("part"), root.iter("score-part"), strict=True):
        if staves[0].clef == "percussion":
            written = rhythm.write(staves[0].events, sheet.measures)
            drums = [pitch for values in written for value in values for pitch in value.pitches]
            _add_drums(drums, part, head)
    for parent in root.iter("encoding"):
        for date in parent.findall("encoding-date"):  # the same score gives the same text on any day
            parent.remove(date)
    for parent in root.iter("identification"):
        for creator in parent.findall("creator"):  # music21 names itself as the composer
            parent.remove(creator)
    for parent in (*root.iter("root"), *root.iter("bass")):
        for alter in (*parent.findall("root-alter"), *parent.findall("bass-alter")):
            if alter.text == "0":  # Verovio would draw a natural
                parent.remove(alter)
    for part in root.iter("part"):
        for measure in list(part.iter("measure"))[: sheet.pickups]:
            measure.set("implicit", "yes")
    tick = int(root.findtext(".//divisions", "")) // TICKS
    for offset in root.iter("offset"):
        offset.text = str(tick * round(int(offset.text or 0) / tick))  # music21 cuts thirds off
    for degree in root.iter("degree"):
        degree.set("print-object", "no")  # the kind's text has it
    for direction in root.iter("direction"):
        if direction.find("direction-type/metronome") is not None:
            direction.set("placement", "above")
            if swing:
                words = ElementTree.Element("direction-type")
                ElementTree.SubElement(words, "words", {"font-weight": "bold"}).text = "Swing\u2002"
                direction.insert(0, words)


def _add_drums(drums: Sequence[int], part: ElementTree.Element, head: ElementTree.Element) -> None:
    """Names the drum of each note, which music21 does for one instrument of a kind only."""
    part_id = str(head.get("id"))
    for tag in ("part-abbreviation", "score-instrument", "midi-instrument"):
        for element in head.findall(tag):
            head.remove(element)
    for key in sorted(set(drums)):
        sound = ElementTree.SubElement(head, "score-instrument", {"id": f"{part_id}-I{key}"})
        ElementTree.SubElement(sound, "instrument-name").text = _DRUMS.get(key, _OTHER_DRUM)[0]
    for key in sorted(set(drums)):
        sound = ElementTree.SubElement(head, "midi-instrument", {"id": f"{part_id}-I{key}"})
        for tag, number in (("channel", DRUM_CHANNEL + 1), ("program", 1), ("unpitched", key + 1)):
            ElementTree.SubElement(sound, f"midi-{tag}").text = str(number)
    notes = (element for element in part.iter("note") if element.find("unpitched") is not None)
    for element, key in zip(notes, drums, strict=True):
        place = [child.tag for child in element].index("duration") + 1
        element.insert(place, ElementTree.Element("instrument", {"id": f"{part_id}-I{key}"}))

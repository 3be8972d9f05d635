"""Between music21's streams, which the course's cells hold, and this project's notes and chords."""

from collections.abc import Iterable

from music21 import chord as m21_chord
from music21 import note as m21_note
from music21 import pitch as m21_pitch
from music21 import stream as m21_stream

from music import intervals
from music.harmony import Chord
from music.score import Note


def pitch_of(number: int) -> m21_pitch.Pitch:
    """A MIDI number as a pitch with the one spelling of its class: C C# D E- E F F# G G# A B- B."""
    return m21_pitch.Pitch(f"{intervals.NAMES[number % 12]}{number // 12 - 1}")


def note_of(note: Note) -> m21_note.Note:
    """A note; its onset is its offset."""
    written = m21_note.Note(pitch_of(note.pitch), quarterLength=note.duration)
    written.offset = note.onset
    return written


def chord_of(chord: Chord) -> m21_chord.Chord:
    """A chord, each pitch spelled by itself; its onset is its offset."""
    written = m21_chord.Chord([pitch_of(pitch) for pitch in chord.pitches])
    written.offset = chord.onset
    return written


def voice_of(notes: Iterable[Note]) -> m21_stream.Voice:
    """Notes as a voice."""
    voice = m21_stream.Voice()
    for note in notes:
        voice.insert(note.onset, note_of(note))
    return voice


def notes_in(elements: Iterable[object]) -> list[Note]:
    """The single notes of a voice or a list, in their order; rests and chords are passed over."""
    return [
        Note(float(element.offset), float(element.quarterLength), element.pitch.midi)
        for element in elements
        if isinstance(element, m21_note.Note)
    ]


def chords_in(elements: Iterable[object]) -> list[Chord]:
    """The chords of a voice or a list, in their order."""
    return [
        Chord(float(element.offset), tuple(pitch.midi for pitch in element.pitches))
        for element in elements
        if isinstance(element, m21_chord.Chord)
    ]

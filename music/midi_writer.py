"""Writing Standard MIDI Files: a score as bytes, the same bytes for the same score.

Source of the format: "Standard MIDI Files 1.0" (MIDI Manufacturers Association, RP-001).
"""

from itertools import groupby

from music import changes
from music.score import Note, Part, Score
from utils.errors import UserError
from utils.files import utf_8

SLOWEST, FASTEST = 4.0, 1000.0  # quarter notes a minute; a file can say no less than 3.6
TICKS = 480  # in a quarter note: halves, thirds and fifths of one are whole
_LONGEST = 1 << 28  # ticks: a time between two events has four bytes of seven bits
_NAME, _END, _TEMPO, _METER, _KEY = 0x03, 0x2F, 0x51, 0x58, 0x59
_OFF, _ON, _PROGRAM = 0x80, 0x90, 0xC0


def to_midi(score: Score) -> bytes:
    """Writes a score as a MIDI file of type 1: a track with title, tempo, key and meters, then one a part.

    Two notes of one pitch in one part cannot sound at once on a MIDI channel: the earlier ends where
    the later begins, and of two that start together the longer stays.

    Args:
        score: The score.

    Returns:
        The file's bytes.

    Raises:
        UserError: The tempo is not one that a file can hold.
        ValueError: A number is out of the format's range.
    """
    tracks = [_track(_heading(score))]
    tracks += [_track(_opening(part) + _note_events(part)) for part in score.parts]
    header = b"".join(number.to_bytes(2, "big") for number in (1, len(tracks), TICKS))
    return b"".join([_chunk(b"MThd", header), *tracks])


_Event = tuple[int, bytes]  # its tick and its content


def _heading(score: Score) -> list[_Event]:
    title = [(0, _meta(_NAME, utf_8(score.title)))] if score.title else []
    first, *later = [_tempo(onset, tempo) for onset, tempo in ((0.0, score.tempo), *score.tempos)]
    return [*title, first, *sorted([*_meters(score), *_key(score), *later])]


def _tempo(onset: float, tempo: float) -> _Event:
    if not SLOWEST <= tempo <= FASTEST:
        raise UserError(f"tempo: expected {SLOWEST:g} to {FASTEST:g} quarter notes a minute, got {tempo:g}")
    return round(onset * TICKS), _meta(_TEMPO, round(60_000_000 / tempo).to_bytes(3, "big"))


def _meters(score: Score) -> list[_Event]:
    """The time signatures, each where it is new."""
    if score.changes is None:
        return [(0, _time_signature(*_meter(score.beats)))]
    measures = score.changes.measures
    heard = zip(changes.starts(measures), map(changes.heard_meter, measures), strict=False)
    signatures = []
    for (count, value), same in groupby(heard, key=lambda item: item[1]):
        start, _ = next(same)
        signatures.append((round(start * TICKS), _time_signature(count, value.bit_length() - 1)))
    return signatures


def _time_signature(numerator: int, power: int) -> bytes:
    return _meta(_METER, bytes([numerator, power, 24, 8]))  # a metronome click each quarter note


def _key(score: Score) -> list[_Event]:
    if score.changes is None or score.changes.key is None:
        return []
    minor = score.changes.mode in ("minor", "dorian", "phrygian", "aeolian", "locrian")
    return [(0, _meta(_KEY, bytes([score.changes.key % 256, minor])))]


def _meter(beats: float) -> tuple[int, int]:
    """A time signature of so many quarter notes: the numerator, and the power of 2 below it."""
    for power in (2, 3, 4, 1, 0, *range(5, 17)):  # quarters and eighths before rarer ones
        numerator = beats * 2**power / 4
        if numerator.is_integer() and 1 <= numerator <= 255:
            return int(numerator), power
    raise ValueError(f"beats: expected quarter notes that a time signature can name, got {beats}")


def _opening(part: Part) -> list[_Event]:
    _require("channel", part.channel, 0, 15)
    _require("program", part.program, 0, 127)
    program = bytes([_PROGRAM | part.channel, part.program])
    return [(0, _meta(_NAME, utf_8(part.name))), (0, program)]


def _note_events(part: Part) -> list[_Event]:
    """Note-ons and note-offs in time order; at one tick the offs come first."""
    events = []
    for start, end, pitch, velocity in _without_overlaps(part.notes):
        events.append((start, bytes([_ON | part.channel, pitch, velocity])))
        events.append((end, bytes([_OFF | part.channel, pitch, 0])))
    return sorted(events)  # at one tick an off, 0x80, sorts before an on, 0x90


def _without_overlaps(notes: tuple[Note, ...]) -> list[tuple[int, int, int, int]]:
    """(start, end, pitch, velocity) with ticks, such that no pitch sounds twice at once."""
    by_pitch: dict[int, dict[int, tuple[int, int]]] = {}  # pitch -> start -> (end, velocity)
    for note in notes:
        _require("pitch", note.pitch, 0, 127)
        _require("velocity", note.velocity, 1, 127)
        _require("onset", note.onset * TICKS, 0, _LONGEST)
        _require("note end", note.end * TICKS, 0, _LONGEST)
        start = round(note.onset * TICKS)
        end = max(round(note.end * TICKS), start + 1)  # a note of no length is dropped by readers
        of_pitch = by_pitch.setdefault(note.pitch, {})
        of_pitch[start] = max(of_pitch.get(start, (0, 0)), (end, note.velocity))
    spans = []
    for pitch, of_pitch in by_pitch.items():
        starts = sorted(of_pitch)
        for start, following in zip(starts, [*starts[1:], _LONGEST + 1], strict=True):
            end, velocity = of_pitch[start]
            spans.append((start, min(end, following), pitch, velocity))
    return spans


def _track(events: list[_Event]) -> bytes:
    content, now = [], 0
    for tick, event in events:
        content += [_variable(tick - now), event]
        now = tick
    return _chunk(b"MTrk", b"".join([*content, _variable(0), _meta(_END, b"")]))


def _meta(kind: int, content: bytes) -> bytes:
    return bytes([0xFF, kind]) + _variable(len(content)) + content


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "big") + content


def _variable(number: int) -> bytes:
    """A number of 7 bits a byte, the highest first, each byte but the last with its top bit set."""
    content = [number & 0x7F]
    while number := number >> 7:
        content.append(number & 0x7F | 0x80)
    return bytes(reversed(content))


def _require(name: str, value: float, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name}: expected {least} to {most}, got {value}")

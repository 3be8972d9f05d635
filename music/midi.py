"""Reading Standard MIDI Files: note events with their ticks, track by track.

Why a reader of our own: music21's takes time that grows with the square of a track's length,
refuses type 2, and reads a file that was cut off as if it were whole. This one reads what a broken file
still says, as players do, and reports where it breaks. Source of the format: "Standard MIDI Files 1.0" (MIDI
Manufacturers Association, RP-001).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from music.score import DRUM_CHANNEL
from utils.errors import UserError

LARGEST_FILE = 16 << 20  # bytes
MOST_NOTES = 50_000
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_TRACK_NAME, _TEMPO, _METER, _KEY, _END = 0x03, 0x51, 0x58, 0x59, 0x2F
_TRACK = b"MTrk"


@dataclass(frozen=True, slots=True)
class TickNote:
    """A sounding note: onset and end in ticks, MIDI number, velocity 1 to 127."""

    onset: int
    end: int
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """A time signature, the tick from which it holds, and the length of a measure in quarter notes."""

    tick: int
    quarters: float
    signature: tuple[int, int] = (4, 4)


@dataclass(frozen=True, slots=True)
class KeySignature:
    """A key signature: the tick from which it holds, its sharps, flats being negative, and its mode."""

    tick: int
    sharps: int
    minor: bool


@dataclass(frozen=True, slots=True)
class MidiTrack:
    """The notes of one channel of one track, in the order of their note-ons.

    Args:
        name: The track's name, perhaps empty.
        channel: The channel, 0 to 15.
        notes: The notes that end.
        hanging: How many note-ons have no note-off.
        program: The channel's first General MIDI program in this track; None: it sets none.
    """

    name: str
    channel: int
    notes: tuple[TickNote, ...]
    hanging: int = 0
    program: int | None = None

    @property
    def is_drums(self) -> bool:
        """Whether the notes are drum sounds, not pitches."""
        return self.channel == DRUM_CHANNEL


@dataclass(frozen=True)
class MidiFile:
    """The notes, meters and title of a MIDI file.

    Args:
        ticks_per_quarter: Ticks in a quarter note.
        tracks: The tracks with notes; a track that plays on several channels is split by channel.
        meters: The time signatures by tick; none means 4/4.
        title: The name of the first track, where it plays nothing: by custom the piece's; perhaps empty.
        tempos: Ticks and quarter notes a minute, by tick.
        keys: The key signatures by tick.
        faults: What is wrong with the file, though it can be read.
    """

    ticks_per_quarter: int
    tracks: tuple[MidiTrack, ...]
    meters: tuple[TimeSignature, ...]
    title: str = ""
    tempos: tuple[tuple[int, float], ...] = ()
    keys: tuple[KeySignature, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def hanging(self) -> int:
        """How many note-ons have no note-off; they are left out."""
        return sum(track.hanging for track in self.tracks)


def parse_midi(content: bytes, path: Path) -> MidiFile:
    """Reads the bytes of a MIDI file of type 0, 1 or 2.

    Args:
        content: The bytes.
        path: The file, for messages.

    A file that is cut off, or whose lengths, counts or events are wrong, is read as far as it says anything;
    the result's `faults` say what is wrong.

    Raises:
        UserError: The content is no MIDI file, is so broken that no note can be read, or holds more than
            `MOST_NOTES` notes. A sound file without notes is read; it has no tracks.
    """
    if not content:
        raise UserError(f"{path} is empty, expected a MIDI file")
    if content[:4] == b"RIFF" and content[8:12] == b"RMID":
        content = _riff_data(content)
    if content[:4] != b"MThd":
        raise UserError(f"{path} is not a MIDI file: it does not begin with MThd")
    try:
        return _parse(content, path)
    except _Broken as error:
        raise UserError(f"{path} is a broken MIDI file: {error}") from None


class _Broken(Exception):
    """A broken file: the message says what is wrong, and where."""


class _Reader:
    """A position in bytes that never runs past `end`."""

    def __init__(self, content: bytes, position: int, end: int) -> None:
        self.content, self.position, self.end = content, position, end

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        start = self.position
        if start + count > self.end:
            raise _Broken(f"it is cut off at byte {self.end}, where {start + count - self.end} more are due")
        self.position = start + count
        return self.content[start : start + count]

    def number(self, count: int) -> int:
        """The next `count` bytes as one big-endian number."""
        return int.from_bytes(self.take(count), "big")

    def variable_number(self) -> int:
        """A number of 7 bits a byte, the last byte below 128, of at most four bytes."""
        value = 0
        for _ in range(4):
            byte = self.take(1)[0]
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise _Broken(f"byte {self.position}: expected a number of at most four bytes, got a longer one")


def _riff_data(content: bytes) -> bytes:
    """The MIDI file in a RIFF wrapper: what its chunk "data" holds."""
    place = 12
    while place + 8 <= len(content) and content[place : place + 4] != b"data":
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        place += 8 + size + size % 2
    return content[place + 8 :]


def _parse(content: bytes, path: Path) -> MidiFile:
    file = _Reader(content, 4, len(content))
    header = _Reader(file.take(file.number(4)), 0, 6)
    kind, count, division = header.number(2), header.number(2), header.number(2)
    if kind > 2:
        raise _Broken(f"expected type 0, 1 or 2, got {kind}")
    events = _FileEvents(_ticks_per_quarter(division))
    number = 0
    while file.position + 8 <= len(content):
        name, length = file.take(4), file.number(4)
        if name == _TRACK:
            number += 1
            end = _track_end(content, file.position, length, number, events)
            silent_name = _read_track(_Reader(content, file.position, end), events, path, number)
            events.title = silent_name if number == 1 else events.title
        else:  # the format asks readers to pass over other chunks
            end = min(file.position + length, len(content))
            if not name.isalnum():
                events.faults.append(f"{len(content) - file.position + 8} bytes after the last track")
                break
        file.position = end
    if number != count:
        events.faults.append(f"the header says {_tracks(count)}, there are {number}")
    if events.faults and not events.notes:
        raise _Broken(events.faults[0])
    meters = tuple(sorted(events.meters, key=lambda meter: meter.tick))
    return MidiFile(
        events.ticks_per_quarter,
        tuple(events.tracks),
        meters,
        events.title,
        tuple(sorted(events.tempos)),
        tuple(sorted(events.keys, key=lambda key: key.tick)),
        tuple(events.faults),
    )


def _tracks(count: int) -> str:
    return f"{count} track{'s' * (count != 1)}"


def _track_end(content: bytes, start: int, length: int, number: int, events: "_FileEvents") -> int:
    """Where a track ends: as its chunk says if that can be, else before the next track or with the file."""
    end = start + length
    if end == len(content) or content[end : end + 4].isalnum() and end + 8 <= len(content):
        return end
    following = content.find(_TRACK, start)
    real = len(content) if following < 0 else following
    if end > len(content):
        events.faults.append(f"track {number} is cut off: {end - len(content)} bytes are missing")
    elif end + 8 > len(content):  # what follows is too short for a chunk
        events.faults.append(f"{len(content) - end} bytes after the last track")
        return end
    else:
        events.faults.append(f"track {number} has another length than the {length} bytes that it says")
    return real


def _ticks_per_quarter(division: int) -> int:
    """Ticks in a quarter note; a division in frames a second is taken at 120 quarter notes a minute."""
    if division & 0x8000:
        frames, ticks = 256 - (division >> 8), division & 0xFF
        return max(1, frames * ticks // 2)
    if division == 0:
        raise _Broken("expected a quarter note of 1 tick or more, got 0")
    return division


@dataclass
class _FileEvents:
    """The contents of the tracks read so far."""

    ticks_per_quarter: int
    tracks: list[MidiTrack] = field(default_factory=list)
    meters: list[TimeSignature] = field(default_factory=list)
    tempos: list[tuple[int, float]] = field(default_factory=list)
    keys: list[KeySignature] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: int = 0
    title: str = ""


@dataclass
class _Channel:
    """The notes of one channel while its track is read.

    Args:
        notes: In the order of their note-ons; None as long as one sounds.
        sounding: By pitch the notes that sound: their places in `notes`, onsets and velocities.
    """

    notes: list[TickNote | None] = field(default_factory=list)
    sounding: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def start(self, tick: int, pitch: int, velocity: int) -> None:
        self.sounding.setdefault(pitch, []).append((len(self.notes), tick, velocity))
        self.notes.append(None)

    def stop(self, tick: int, pitch: int) -> None:
        """Ends every sounding note of the pitch: each note-on goes with the first later note-off."""
        for place, onset, velocity in self.sounding.pop(pitch, ()):
            self.notes[place] = TickNote(onset, tick, pitch, velocity)

    def track(self, name: str, number: int, program: int | None) -> MidiTrack:
        ended = tuple(note for note in self.notes if note is not None)
        return MidiTrack(name, number, ended, len(self.notes) - len(ended), program)


def _read_track(reader: _Reader, events: _FileEvents, path: Path, track: int) -> str:
    """Reads one track's events, adds what it plays to `events`, and returns its name if it plays nothing."""
    channels: dict[int, _Channel] = {}
    programs: dict[int, int] = {}
    name = ""
    try:
        for tick, status, data in _events(reader, events, track):
            kind, number = status & 0xF0, status & 0x0F
            if status == _TRACK_NAME and not name:
                name = data.decode("utf-8", "replace").strip("\0 ")
            elif status < 0x80:
                _read_meta(tick, status, data, events)
            elif kind == 0x90 and data[1] > 0:
                channels.setdefault(number, _Channel()).start(tick, data[0], data[1])
                events.notes += 1
                if events.notes > MOST_NOTES:
                    raise UserError(f"{path}: expected at most {MOST_NOTES} notes, got more")
            elif kind in (0x80, 0x90) and number in channels:
                channels[number].stop(tick, data[0])
            elif kind == 0xC0:
                programs.setdefault(number, data[0])
    except _Broken as error:
        if not any(fault.startswith(f"track {track} is cut off") for fault in events.faults):
            events.faults.append(f"track {track}: {error}")
    for number, channel in sorted(channels.items()):
        label = name if len(channels) == 1 else f"{name} channel {number + 1}".strip()
        events.tracks.append(channel.track(label, number, programs.get(number)))
    return "" if channels else name


def _read_meta(tick: int, kind: int, data: bytes, events: _FileEvents) -> None:
    """Reads a tempo, a meter or a key; one that says nothing possible is passed over."""
    if kind == _METER and len(data) >= 2:
        events.meters.append(TimeSignature(tick, *_measure(data[0], data[1])))
    elif kind == _TEMPO and len(data) == 3 and any(data):
        events.tempos.append((tick, 60_000_000 / int.from_bytes(data, "big")))
    elif kind == _KEY and len(data) == 2:
        sharps = (data[0] + 128) % 256 - 128
        if -7 <= sharps <= 7:
            events.keys.append(KeySignature(tick, sharps, data[1] == 1))


def _events(reader: _Reader, events: _FileEvents, track: int) -> Iterator[tuple[int, int, bytes]]:
    """Yields (tick, status, data) up to the end of the track.

    A channel's event has its status byte, 0x80 or more; a meta event has its type, below 0x80.
    """
    tick, running, masked = 0, 0, False
    while reader.position < reader.end:
        tick += reader.variable_number()
        status = reader.take(1)[0]
        if status < 0x80:  # a data byte: the status of the event before holds on
            if running == 0:
                raise _Broken(f"byte {reader.position - 1}: expected a status of 128 or more, got {status}")
            reader.position -= 1
            status = running
        if status == 0xFF:
            kind = reader.take(1)[0]
            content = reader.take(reader.variable_number())
            if kind == _END:
                if left := reader.end - reader.position:
                    events.faults.append(f"track {track}: {left} bytes after its end")
                return
            yield tick, kind & 0x7F, content
        elif status in (0xF0, 0xF7):
            reader.take(reader.variable_number())
        elif status < 0xF0:
            running = status
            data = reader.take(_DATA_BYTES[status & 0xF0])
            if max(data) > 0x7F and not masked:
                place = reader.position - 1
                events.faults.append(f"byte {place}: expected data below 128, got {max(data)}")
                masked = True
            yield tick, status, bytes(min(value, 0x7F) for value in data)
        else:
            raise _Broken(f"byte {reader.position - 1}: expected a status that files may hold, got {status}")
    events.faults.append(f"track {track} has no end")


def _measure(numerator: int, power: int) -> tuple[float, tuple[int, int]]:
    """The length of a measure in quarter notes, and the time signature."""
    signature = numerator, 2 ** min(power, 16)
    length = numerator * 4.0 / signature[1]
    if not 0.25 <= length <= 64:
        raise _Broken(f"expected a measure of 1/16 to 16 whole notes, got {numerator}/{signature[1]}")
    return length, signature

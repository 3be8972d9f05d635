"""The MIDI reader: events with ticks, and a clear line for every way in which a file can be broken."""

from pathlib import Path

import pytest

from music import midi
from music.midi import TickNote, TimeSignature, parse_midi
from utils.errors import UserError

PATH = Path("tune.mid")
END = b"\x00\xff\x2f\x00"


def track(events: bytes, end: bytes = END) -> bytes:
    return b"MTrk" + (len(events) + len(end)).to_bytes(4, "big") + events + end


def song(*tracks: bytes, kind: int = 1, division: int = 96) -> bytes:
    header = b"".join(number.to_bytes(2, "big") for number in (kind, len(tracks), division))
    return b"MThd\x00\x00\x00\x06" + header + b"".join(tracks)


def error_of(content: bytes) -> str:
    with pytest.raises(UserError) as caught:
        parse_midi(content, PATH)
    assert caught.value.exit_code == 2
    return str(caught.value)


TWO_NOTES = b"\x00\x90\x3c\x40\x30\x3e\x50\x30\x3c\x00\x00\x80\x3e\x00"  # running status, both ends


def test_notes_have_their_ticks_pitches_and_velocities() -> None:
    file = parse_midi(song(track(b"\x00\xff\x03\x04Solo\x00\xc0\x1a" + TWO_NOTES)), PATH)
    assert file.ticks_per_quarter == 96
    assert [(part.name, part.channel, part.program) for part in file.tracks] == [("Solo", 0, 26)]
    assert file.tracks[0].notes == (TickNote(0, 96, 60, 64), TickNote(48, 96, 62, 80))


def test_the_name_of_a_silent_first_track_is_the_title() -> None:
    named = b"\x00\xff\x03\x04Blue"
    assert parse_midi(song(track(named), track(TWO_NOTES)), PATH).title == "Blue"
    assert parse_midi(song(track(named + TWO_NOTES), track(named)), PATH).title == ""


def test_a_note_on_goes_with_the_first_later_note_off_of_its_pitch() -> None:
    events = b"\x00\x90\x3c\x40\x10\x3c\x40\x10\x80\x3c\x00\x10\x80\x3c\x00"
    assert parse_midi(song(track(events)), PATH).tracks[0].notes == (
        TickNote(0, 32, 60, 64),
        TickNote(16, 32, 60, 64),
    )


def test_notes_that_never_end_are_counted_and_left_out() -> None:
    file = parse_midi(song(track(TWO_NOTES + b"\x00\x90\x40\x40")), PATH)
    assert (len(file.tracks[0].notes), file.hanging) == (2, 1)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_all_types_are_read(kind: int) -> None:
    assert len(parse_midi(song(track(TWO_NOTES), kind=kind), PATH).tracks) == 1


def test_a_track_on_several_channels_is_split_and_drums_are_known() -> None:
    events = b"\x00\x90\x3c\x40\x00\x99\x24\x40\x30\x80\x3c\x00\x00\x89\x24\x00"
    tracks = parse_midi(song(track(b"\x00\xff\x03\x03All" + events), kind=0), PATH).tracks
    assert [part.name for part in tracks] == ["All channel 1", "All channel 10"]
    assert [part.is_drums for part in tracks] == [False, True]


def test_meters_are_read_and_everything_else_is_passed_over() -> None:
    events = (
        b"\x00\xff\x58\x04\x03\x02\x18\x08"  # 3/4
        b"\x00\xf0\x03\x01\x02\xf7"  # system exclusive
        b"\x00\xc0\x1a\x00\xb0\x07\x64\x00\xe0\x00\x40"  # program, volume, bend
        b"\x81\x00\xff\x58\x04\x06\x03\x18\x08"  # 6/8 at tick 128
    )
    content = song(b"XFIH\x00\x00\x00\x02ab" + track(events), track(TWO_NOTES))
    file = parse_midi(content, PATH)
    assert len(file.tracks) == 1
    assert file.meters == (TimeSignature(0, 3.0, (3, 4)), TimeSignature(128, 3.0, (6, 8)))


def test_a_division_in_frames_is_read_at_120() -> None:
    assert parse_midi(song(track(TWO_NOTES), division=0xE728), PATH).ticks_per_quarter == 500


def test_a_riff_wrapper_is_opened() -> None:
    wrapped = b"RIFF\x00\x00\x00\x00RMIDdata\x00\x00\x00\x00" + song(track(TWO_NOTES))
    assert len(parse_midi(wrapped, PATH).tracks[0].notes) == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b"#!/bin/sh\n", "does not begin with MThd"),
        (b"MThd\x00\x00", "cut off"),
        (song(track(TWO_NOTES))[:14], "the header says 1 track, there are 0"),
        (song(track(TWO_NOTES), kind=3), "expected type 0, 1 or 2, got 3"),
        (song(track(TWO_NOTES), division=0), "expected a quarter note of 1 tick or more, got 0"),
        (song(track(b"\x00\x40\x40\x40")), "expected a status of 128 or more, got 64"),
        (song(track(b"\x00\xf4")), "expected a status that files may hold, got 244"),
        (song(track(b"\xff\xff\xff\xff\x00")), "expected a number of at most four bytes"),
        (song(track(b"\x00\xff\x58\x04\x00\x02\x18\x08")), "16 whole notes, got 0/4"),
        (song(track(b"\x00\x90\x3c", end=b"")), "cut off"),
    ],
)
def test_files_in_which_nothing_can_be_read_are_refused(content: bytes, expected: str) -> None:
    message = error_of(content)
    assert expected in message
    assert "tune.mid" in message
    assert "\n" not in message


def stating(content: bytes, length: int) -> bytes:
    """A track whose chunk says that it has another length."""
    return content[:4] + length.to_bytes(4, "big") + content[8:]


WHOLE = track(TWO_NOTES)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (song(WHOLE)[:-3], "track 1 is cut off: 3 bytes are missing"),
        (song(stating(WHOLE, 90)), "track 1 is cut off: 72 bytes are missing"),
        (
            song(stating(WHOLE, 90), WHOLE, WHOLE, WHOLE, WHOLE, WHOLE),
            "track 1 has another length than the 90",
        ),
        (song(track(TWO_NOTES, end=b"")), "track 1 has no end"),
        (song(track(TWO_NOTES, end=END + b"abc")), "track 1: 3 bytes after its end"),
        (song(WHOLE) + b"\x00\x01\x02", "3 bytes after the last track"),
        (song(WHOLE, WHOLE).replace(b"\x00\x01\x00\x02", b"\x00\x01\x00\x01"), "says 1 track, there are 2"),
        (song(WHOLE).replace(b"\x00\x01\x00\x01", b"\x00\x01\x00\x05"), "says 5 tracks, there are 1"),
        (song(track(b"\x00\xb0\x07\xff" + TWO_NOTES)), "byte 25: expected data below 128, got 255"),
        (song(track(TWO_NOTES + b"\x00\xf4")), "expected a status that files may hold, got 244"),
    ],
)
def test_broken_files_are_read_as_far_as_they_say_anything(content: bytes, fault: str) -> None:
    file = parse_midi(content, PATH)
    assert [note.pitch for note in file.tracks[0].notes] == [60, 62]
    assert any(fault in found for found in file.faults), file.faults


def test_a_sound_file_has_no_faults() -> None:
    assert parse_midi(song(WHOLE, WHOLE), PATH).faults == ()


def test_the_data_of_a_riff_file_need_not_come_first() -> None:
    chunk = b"DISP\x03\x00\x00\x00abc\x00"
    wrapped = b"RIFF\x00\x00\x00\x00RMID" + chunk + b"data\x00\x00\x00\x00" + song(WHOLE)
    assert len(parse_midi(wrapped, PATH).tracks[0].notes) == 2


def test_tempi_and_keys_are_read() -> None:
    events = b"\x00\xff\x51\x03\x03\xa9\x80\x00\xff\x59\x02\xfd\x01\x60\xff\x51\x03\x07\xa1\x20"
    file = parse_midi(song(track(events), WHOLE), PATH)
    assert file.tempos == ((0, 250.0), (96, 120.0))
    assert [(key.sharps, key.minor) for key in file.keys] == [(-3, True)]


def test_too_many_notes_are_refused() -> None:
    many = b"\x00\x90\x3c\x40\x01\x3c\x00" * (midi.MOST_NOTES + 1)
    assert "expected at most 50000 notes, got more" in error_of(song(track(many)))

import pytest
from hypothesis import given
from hypothesis import strategies as st
from music21 import midi

from music.midi_writer import to_midi
from music.score import Note, Part, Score
from utils.errors import UserError


def read(content):
    """What music21 reads: the file, and for every track its events as (tick, type, ...) in order."""
    file = midi.MidiFile()
    file.readstr(content)
    tracks = []
    for track in file.tracks:
        tick, events = 0, []
        for event in track.events:
            if event.isDeltaTime():
                tick += event.time
            else:
                events.append((tick, event))
        tracks.append(events)
    return file, tracks


def played(events):
    """(start, end, pitch, velocity) of one track's notes; fails when one hangs or restarts."""
    sounding, notes = {}, []
    for tick, event in events:
        if event.isNoteOn():
            assert event.pitch not in sounding
            sounding[event.pitch] = (tick, event.velocity)
        elif event.isNoteOff():
            start, velocity = sounding.pop(event.pitch)
            notes.append((start, tick, event.pitch, velocity))
    assert not sounding
    return sorted(notes)


def meta(events, kind):
    return [event.data for _, event in events if event.type == kind]


def one_part(*notes, **score):
    return Score((Part("Melody", notes, program=26, channel=3),), **score)


TWO_PARTS = Score(
    (
        Part("Melody", (Note(0, 2 / 3, 60, 100), Note(2 / 3, 1 / 3, 64), Note(1, 4, 67)), program=26),
        Part("Piano", (Note(0, 4, 48, 60), Note(0, 4, 52, 61)), channel=1),
    ),
    tempo=132,
    beats=3,
    title="Études",
)


def test_each_part_is_a_track_after_the_one_with_tempo_and_meter():
    file, tracks = read(to_midi(TWO_PARTS))
    assert (file.format, file.ticksPerQuarterNote, len(tracks)) == (1, 480, 3)
    heading, melody, piano = tracks
    assert meta(heading, midi.MetaEvents.SEQUENCE_TRACK_NAME) == ["Études".encode()]
    assert meta(heading, midi.MetaEvents.SET_TEMPO) == [round(60e6 / 132).to_bytes(3, "big")]
    assert meta(heading, midi.MetaEvents.TIME_SIGNATURE)[0][:2] == bytes([3, 2])
    assert meta(melody, midi.MetaEvents.SEQUENCE_TRACK_NAME) == [b"Melody"]
    assert meta(piano, midi.MetaEvents.SEQUENCE_TRACK_NAME) == [b"Piano"]
    for events, program, channel in ((melody, 26, 1), (piano, 0, 2)):
        changes = [e for _, e in events if e.type == midi.ChannelVoiceMessages.PROGRAM_CHANGE]
        assert [(e.data, e.channel) for e in changes] == [(program, channel)]  # music21 counts from 1


def test_the_notes_are_there_with_onset_end_pitch_and_velocity():
    _, (_, melody, piano) = read(to_midi(TWO_PARTS))
    assert played(melody) == [(0, 320, 60, 100), (320, 480, 64, 90), (480, 2400, 67, 90)]
    assert played(piano) == [(0, 1920, 48, 60), (0, 1920, 52, 61)]


def test_a_note_off_comes_before_a_note_on_at_the_same_tick():
    _, (_, events) = read(to_midi(one_part(Note(0, 1, 60), Note(1, 1, 60), Note(1, 1, 50))))
    at_480 = [event.isNoteOff() for tick, event in events if tick == 480 and hasattr(event, "pitch")]
    assert at_480[:3] == [True, False, False]


def test_a_note_ends_where_the_next_of_its_pitch_begins():
    notes = (Note(0, 4, 60), Note(1, 1, 60), Note(0.5, 3, 64))
    _, (_, events) = read(to_midi(one_part(*notes)))
    assert played(events) == [(0, 480, 60, 90), (240, 1680, 64, 90), (480, 960, 60, 90)]


def test_of_two_equal_onsets_the_longer_note_stays():
    _, (_, events) = read(to_midi(one_part(Note(0, 1, 60, 70), Note(0, 2, 60, 50))))
    assert played(events) == [(0, 960, 60, 50)]


def test_a_note_of_no_length_gets_a_tick():
    _, (_, events) = read(to_midi(one_part(Note(1, 0, 60))))
    assert played(events) == [(480, 481, 60, 90)]


@pytest.mark.parametrize(
    ("beats", "numerator", "power"),
    [(4, 4, 2), (3, 3, 2), (1.5, 3, 3), (3.5, 7, 3), (0.25, 1, 4), (64, 64, 2), (33 / 32, 33, 7)],
)
def test_the_meter_has_the_length_of_the_measure(beats, numerator, power):
    _, (heading, _) = read(to_midi(one_part(Note(0, 1, 60), beats=beats)))
    assert meta(heading, midi.MetaEvents.TIME_SIGNATURE)[0][:2] == bytes([numerator, power])


def test_the_same_score_gives_the_same_bytes_whatever_the_order_of_its_notes():
    part = TWO_PARTS.parts[0]
    turned = Score((Part(part.name, part.notes[::-1], part.program),))
    assert to_midi(turned) == to_midi(Score((part,)))


def test_an_empty_score_is_a_file_without_notes():
    _, tracks = read(to_midi(Score((Part("rest", ()),))))
    assert [played(events) for events in tracks] == [[], []]


@pytest.mark.parametrize("tempo", [0.5, 3.9, 1001, 1e9])
def test_a_tempo_that_no_file_can_hold_is_the_users_mistake(tempo):
    with pytest.raises(UserError, match="tempo: expected 4 to 1000 quarter notes a minute, got "):
        to_midi(one_part(Note(0, 1, 60), tempo=tempo))


@pytest.mark.parametrize(
    ("note", "name"),
    [
        (Note(0, 1, 128), "pitch"),
        (Note(0, 1, -1), "pitch"),
        (Note(0, 1, 60, 0), "velocity"),
        (Note(0, 1, 60, 128), "velocity"),
        (Note(-0.1, 1, 60), "onset"),
        (Note(float("nan"), 1, 60), "onset"),
        (Note(1e9, 1, 60), "onset"),
        (Note(0, float("inf"), 60), "note end"),
        (Note(1, -2, 60), "note end"),
    ],
)
def test_numbers_out_of_the_formats_range_are_refused(note, name):
    with pytest.raises(ValueError, match=f"{name}: expected .* got "):
        to_midi(one_part(note))


@pytest.mark.parametrize(("name", "value"), [("channel", 16), ("program", 128)])
def test_channels_and_programs_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}: expected .* got {value}"):
        to_midi(Score((Part("a", (), **{name: value}),)))


def test_meters_that_have_no_name_are_refused():
    with pytest.raises(ValueError, match="beats: expected quarter notes that a time signature can name"):
        to_midi(Score((), beats=1 / 3))


times = st.integers(0, 400).map(lambda number: number / 12)
notes = st.builds(Note, times, times, st.integers(40, 44), st.integers(1, 127))


@given(st.lists(notes, max_size=12))
def test_no_note_hangs_or_restarts_and_none_is_lost(notes):
    _, (_, events) = read(to_midi(one_part(*notes)))
    expected = {(round(note.onset * 480), note.pitch) for note in notes}
    assert {(start, pitch) for start, _, pitch, _ in played(events)} == expected

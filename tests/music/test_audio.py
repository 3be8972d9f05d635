import wave

import numpy as np
import pytest

from music import audio, tones
from music.audio import RING
from music.score import DRUM_CHANNEL, Note, Part, Score
from tests.music.scores import band_score
from tests.music.sounds import decibels, loudest_frequency
from utils.errors import UserError

RATE = 44_100
GUITAR, PIANO, BASS = 26, 0, 33


def one_part(*notes, program=GUITAR, tempo=60.0):
    return Score((Part("Melody", notes, program),), tempo=tempo)


def read_wav(path):
    with wave.open(str(path)) as file:
        form = (file.getframerate(), file.getsampwidth(), file.getnchannels())
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    return form, frames


def sides(samples):
    """The energy on the left and on the right."""
    left, right = np.sum(samples.astype(float) ** 2, axis=0)
    return left, right


@pytest.mark.parametrize(
    ("program", "pitch"), [(PIANO, 69), (BASS, 69), *((GUITAR, pitch) for pitch in (45, 57, 69, 76, 88))]
)
def test_every_pitch_is_in_tune_within_two_cents(program, pitch):
    found = loudest_frequency(audio.render(one_part(Note(0, 3, pitch), program=program)), RATE)
    cents = 1200 * np.log2(found / (440 * 2 ** ((pitch - 69) / 12)))
    octave = round(cents / 1200) * 1200  # a low string's octave may be louder than its fundamental
    assert abs(cents - octave) < 2


def test_the_wav_has_44100_hertz_16_bits_and_two_sides_that_differ(tmp_path):
    path = tmp_path / "deep" / "solo.wav"
    audio.write_wav(path, band_score())
    form, frames = read_wav(path)
    assert form == (44_100, 2, 2)
    assert (frames[:, 0] != frames[:, 1]).any()
    assert [entry.name for entry in path.parent.iterdir()] == ["solo.wav"]
    assert path.read_bytes() == audio.to_wav(band_score())  # the same again


def test_samples_are_written_as_they_are_and_clipped_beyond_full_scale(tmp_path):
    samples = np.array([[0.0, 0.5], [-1.0, 1.0], [-3.0, 3.0]])
    audio.write_wav(tmp_path / "s.wav", samples, 8000)
    form, frames = read_wav(tmp_path / "s.wav")
    assert form == (8000, 2, 2)
    np.testing.assert_array_equal(frames, [[0, 16384], [-32767, 32767], [-32767, 32767]])


def with_a_crash(crash=True):
    """Ten seconds of one tone; many drums struck at second 5 go beyond full scale."""
    parts = [Part("Piano", tuple(Note(second, 1, 60, 60) for second in range(10)), PIANO)]
    if crash:
        parts.append(
            Part("Drums", tuple(Note(5, 0.1, key, 127) for key in (36, 38, 41, 50)), 0, DRUM_CHANNEL)
        )
    return Score(tuple(parts), tempo=60)


def test_stems_are_as_long_as_the_mix_and_sum_to_it():
    for score in (band_score(), with_a_crash()):
        mix = audio.render(score)
        stems = dict(audio.render_stems(score))
        assert list(stems) == [part.name for part in score.parts]
        assert {stem.shape for stem in stems.values()} == {mix.shape}
        np.testing.assert_allclose(sum(stems.values()), mix, atol=1e-6)
        assert all(stem.any() for stem in stems.values())


def test_stems_of_one_name_are_numbered():
    parts = tuple(Part("Horn", (Note(0, 1 + number, 60),), GUITAR, number) for number in range(3))
    names = [name for name, stem in audio.render_stems(Score(parts)) if len(stem) == (1.5 + RING) * RATE]
    assert names == ["Horn", "Horn 2", "Horn 3"]


def largest_jumps(score, order, spread=0.002, around=0.08):
    """The largest step between samples within 2 ms of a note's start or end, as a share of those around it.

    With order 4 differences are taken four times: clicks stand out, the tone itself hardly shows.
    """
    jumps = np.abs(np.diff(audio.render(score), order, axis=0)).max(axis=1)
    shares = []
    for edge in [edge for note in score.parts[0].notes[:-1] for edge in (note.onset, note.end)]:
        first, start, end, last = (
            max(0, round((edge + at) * RATE)) for at in (-around, -spread, spread, around)
        )
        shares.append(jumps[start:end].max() / max(jumps[first:start].max(initial=0), jumps[end:last].max()))
    return max(shares)


@pytest.mark.parametrize("program", [GUITAR, PIANO, BASS])
@pytest.mark.parametrize("pitch", [45, 57, 69, 81])
def test_notes_begin_and_end_without_clicks(program, pitch, monkeypatch):
    notes = [Note(0.0, 0.51, pitch), Note(0.7013, 0.25, pitch + 3), Note(1.2, 1.0, pitch), Note(3, 1, pitch)]
    score = one_part(*notes, program=program)
    assert largest_jumps(score, order=1) < 1
    assert largest_jumps(score, order=4) < 1
    # The measurement detects a click: it fails where notes stop abruptly.
    monkeypatch.setattr(tones, "with_release", lambda wave, *_: wave.copy())
    assert largest_jumps(score, order=4) > 3


@pytest.mark.parametrize(("pitch", "channel"), [(60, 0), (36, DRUM_CHANNEL)])
def test_velocity_sets_the_loudness(pitch, channel):
    notes = (Note(0, 1, pitch, 120), Note(2, 1, pitch, 40))
    samples = np.abs(audio.render(Score((Part("Melody", notes, GUITAR, channel),), tempo=60)))
    assert 0.1 < samples[2 * RATE :].max() / samples[: 2 * RATE].max() < 0.35


SAXOPHONE = 65


def below(samples, share=0.95):
    """The frequency below which a share of the energy lies."""
    power = np.abs(np.fft.rfft(samples.sum(axis=1))) ** 2
    return np.fft.rfftfreq(len(samples), 1 / RATE)[np.searchsorted(np.cumsum(power) / power.sum(), share)]


@pytest.mark.parametrize("program", [PIANO, GUITAR])
def test_pianos_and_solos_are_as_bright_as_sampled_ones(program):
    """Of two octaves in which they play 95 % of the energy lies below 2,000 to 2,700 Hz."""
    lowest = 50 if program == PIANO else 57
    notes = [Note(number / 4, 0.25, lowest + 5 * number % 25) for number in range(25)]
    assert 2000 < below(audio.render(one_part(*notes, program=program))[: round(6.25 * RATE)]) < 2700


@pytest.mark.parametrize("program", [PIANO, GUITAR])
def test_an_attack_is_brighter_than_what_follows(program):
    samples = audio.render(one_part(Note(0, 2, 60), program=program))
    assert below(samples[: RATE // 20]) > 1.3 * below(samples[RATE : 2 * RATE])


def test_the_last_notes_ring_on_past_the_score():
    notes = (Note(0, 2, 72), Note(2, 1.9, 60))  # a last note may be played a little short
    rung, kept = (audio.render(one_part(*notes, program=program)) for program in (PIANO, SAXOPHONE))
    assert len(rung) == len(kept) == round((3.9 + RING) * RATE)
    last, after, late = (slice(round(at * RATE), round((at + 0.2) * RATE)) for at in (3.5, 4.1, 4.5))
    assert -6 < decibels(rung[after]) - decibels(rung[last]) < -1
    assert decibels(kept[after]) - decibels(kept[last]) < -15  # a saxophone stops, the room is heard
    assert -20 < decibels(rung[late]) - decibels(rung[last]) < -5
    assert np.abs(rung[-10:]).max() < 1e-4


def one_drum(key, seconds=3.0):
    return Score(
        (Part("Drums", (Note(0, 0.1, key), Note(seconds - 0.1, 0.1, 44, 1)), 0, DRUM_CHANNEL),), tempo=60
    )


def test_drums_sound_and_ring_on_after_their_notes():
    samples = {key: audio.render(one_drum(key)) for key in (36, 42, 51)}
    assert {len(mix) for mix in samples.values()} == {(3 + RING) * RATE}
    late = {key: decibels(mix[RATE // 2 : RATE]) - decibels(mix[: RATE // 4]) for key, mix in samples.items()}
    assert late[42] < -40 < late[51] < -5  # a closed hi-hat is short, a ride cymbal rings
    alone = audio.render(Score((Part("Drums", (Note(0, 3, 36),), 0, DRUM_CHANNEL),), tempo=60))
    assert alone.shape == ((3 + RING) * RATE, 2)


def placed(score):
    """The share of the energy that is on the right, before the room is heard: 0 left, 0.5 middle."""
    left, right = sides(audio.render(score)[: round(0.011 * RATE)])
    return right / (left + right)


@pytest.mark.parametrize(
    ("score", "pan"),
    [
        (one_part(Note(0, 2, 60), program=GUITAR), 0.0),
        (one_part(Note(0, 2, 72), program=GUITAR), 0.06),  # an octave above middle C
        (one_part(Note(0, 2, 60), program=PIANO), -0.35),
        (one_part(Note(0, 2, 48), program=PIANO), -0.35 - 0.15),
        (one_part(Note(0, 2, 0), program=PIANO), -0.8),  # no further
        (one_part(Note(0, 2, 40), program=BASS), 0.0),
        (one_drum(51), 0.35),
        (one_drum(42), -0.3),
        (one_drum(36), 0.0),
    ],
)
def test_every_instrument_has_its_place(score, pan):
    """The equal-power law: the right side's share is sin^2 of an angle from 0, left, to 90 degrees."""
    assert placed(score) == pytest.approx(np.sin((1 + pan) * np.pi / 4) ** 2, abs=1e-5)


@pytest.mark.parametrize("onset", [1.0, 2.2, 2.5, 4.6])
def test_the_room_is_the_same_at_all_times(onset):
    tails = []
    for start in (0.0, onset):
        samples = audio.render(one_part(Note(start, 0.1, 69), Note(6, 0.1, 69)))
        tails.append(samples[round((start + 0.11) * RATE) : round((start + 0.5) * RATE)])
    assert decibels(tails[1]) == pytest.approx(decibels(tails[0]), abs=0.2)


def test_the_room_sounds_on_after_a_note_and_dies_away():
    score = one_part(Note(0, 0.5, 69), Note(1.6, 0.1, 69, 1))
    samples = audio.render(score).astype(float)
    spans = [samples[round(at * RATE) : round((at + 0.1) * RATE)] for at in (0.2, 0.52, 0.8, 1.15)]
    note, first, second, last = map(decibels, spans)
    assert -20 < first - note < -15
    assert -35 < second - first < -24
    assert last < -100
    tail = samples[round(0.52 * RATE) : round(0.9 * RATE)]
    assert abs(np.corrcoef(tail.T)[0, 1]) < 0.8  # another echo on each side: the room is wide
    left, right = sides(tail)
    assert 0.3 < left / right < 3


def test_zero_length_notes_and_empty_scores_are_silent(tmp_path):
    assert audio.render(Score(())).shape == (0, 2)
    samples = audio.render(one_part(Note(0, 0, 60), Note(1, 0, 62)))
    assert samples.shape == ((1 + RING) * RATE, 2)
    assert not samples.any()
    audio.write_wav(tmp_path / "empty.wav", Score(()))
    assert len(read_wav(tmp_path / "empty.wav")[1]) == 0


@pytest.mark.parametrize(("tempo", "end"), [(112.0, 43.5), (216.0, 8.75)])
def test_a_score_that_ends_between_two_samples_is_cut_and_not_overrun(tempo, end):
    score = one_part(Note(end - 1, 1, 69), tempo=tempo)
    assert len(audio.render(score)) == round((score.seconds + RING) * RATE)


def test_a_note_longer_than_any_tone_dies_away():
    samples = audio.render(one_part(Note(0, 15, 60)), 8000)
    assert samples.shape == ((15 + RING) * 8000, 2)
    assert np.abs(samples[round((tones.LONGEST_TONE + 1) * 8000) :]).max() < 1e-9


def test_too_long_or_too_many_notes_are_refused_before_memory_is_taken():
    with pytest.raises(UserError, match="expected at most 3600 seconds to render as sound, got 1000000001"):
        audio.render(one_part(Note(1e9, 1, 60)))
    with pytest.raises(UserError, match="expected at most 100000 notes to render as sound, got 100001"):
        audio.render(one_part(*[Note(0, 1, 60)] * 100_001))


@pytest.mark.parametrize(
    "note",
    [Note(-1, 2, 60), Note(0, -1, 60), Note(float("nan"), 1, 60), Note(0, 1, 128), Note(0, 1, 60, 128)],
)
def test_notes_that_cannot_be_played_are_a_programmers_mistake(note):
    with pytest.raises(ValueError, match="notes: expected times of 0 or more"):
        audio.render(one_part(note))


def test_other_sample_rates_and_shapes_are_refused(tmp_path):
    with pytest.raises(ValueError, match="sample_rate: expected 8000 to 192000, got 0"):
        audio.render(Score(()), 0)
    with pytest.raises(ValueError, match=r"sound: expected the shape \(samples, 2\), got \(7,\)"):
        audio.write_wav(tmp_path / "x.wav", np.zeros(7))
    with pytest.raises(ValueError, match="sound: expected finite numbers"):
        audio.write_wav(tmp_path / "x.wav", np.full((3, 2), np.nan))
    assert not list(tmp_path.iterdir())


def fake_ffmpeg(folder, line):
    """A program named ffmpeg that runs one line of shell; $last is the file it should write."""
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\nfor last; do :; done\n{line}\n")
    program.chmod(0o755)


def test_mp3_goes_through_ffmpeg_or_leaves_nothing(tmp_path, monkeypatch):
    path, silence = tmp_path / "out" / "solo.mp3", np.zeros((9, 2))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UserError, match=r"solo.mp3: MP3 needs the program ffmpeg, which is not inst"
    ) as error:
        audio.write_mp3(path, silence)
    assert error.value.exit_code == 2
    assert not list(tmp_path.iterdir())
    fake_ffmpeg(tmp_path, 'echo half > "$last"; echo no encoder >&2; exit 3')
    with pytest.raises(UserError, match="ffmpeg failed: no encoder") as error:
        audio.write_mp3(path, silence)
    assert error.value.exit_code == 1
    assert not list(path.parent.iterdir())
    fake_ffmpeg(tmp_path, 'printf "%s" "$*" > "$last"')
    for bitrate, options in ((192, {}), (40, {"bitrate": 40})):
        audio.write_mp3(path, silence, **options)
        assert f"-b:a {bitrate}k" in path.read_text()
    assert [entry.name for entry in path.parent.iterdir()] == ["solo.mp3"]

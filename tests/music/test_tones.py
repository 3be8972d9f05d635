import numpy as np
import pytest

from music import tones

RATE = 44_100
TIMBRES = {"guitar": tones.GUITAR, "piano": tones.PIANO, "bass": tones.BASS}
each_timbre = pytest.mark.parametrize("timbre", TIMBRES.values(), ids=TIMBRES.keys())


def test_pitches_are_tempered_around_a_of_440_hertz():
    assert tones.hertz(69) == 440
    assert tones.hertz(81) == pytest.approx(880)
    assert tones.hertz(60) == pytest.approx(261.6256, abs=1e-4)


def test_the_tone_is_the_sum_of_its_damped_harmonics():
    timbre = tones.Timbre((1.0, 0.5, 0.25), 0.8, 0.3, 1e9, 0.0, 0.0, 1.0, 0.0)
    f, t = tones.hertz(57), np.arange(2000) / RATE
    faster = (f / 261.6) ** 0.4
    expected = sum(
        amplitude * np.exp(-(0.8 + k * 0.3) * faster * t) * np.sin(2 * np.pi * k * f * t)
        for k, amplitude in enumerate((1.0, 0.5, 0.25), start=1)
    )
    expected /= np.sqrt(1 + 0.5**2 + 0.25**2)
    np.testing.assert_allclose(tones.tone(57, 2000, timbre, RATE), expected, atol=1e-6)


@each_timbre
def test_a_tone_begins_from_silence_and_dies_away(timbre):
    wave = np.abs(tones.tone(60, 4 * RATE, timbre, RATE))
    assert wave[0] < 1e-3
    loudness = [wave[start : start + RATE // 2].max() for start in range(0, 4 * RATE, RATE // 2)]
    assert 0.7 < loudness[0] < 3
    assert loudness == sorted(loudness, reverse=True)
    assert loudness[-1] < 0.1 * loudness[0]


@each_timbre
@pytest.mark.parametrize("pitch", [0, 21, 60, 108, 127])
def test_no_harmonic_folds_back_below_the_fundamental(timbre, pitch):
    wave = tones.tone(pitch, RATE, timbre, 16_000)  # a low rate, where folding would be heard
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(RATE)))
    frequencies = np.fft.rfftfreq(RATE, 1 / 16_000)
    below = spectrum[frequencies < 0.8 * tones.hertz(pitch)].max(initial=0)
    assert below <= 0.02 * spectrum.max()


@each_timbre
def test_an_ended_tone_is_the_tone_with_a_silent_end(timbre):
    wave = tones.tone(60, RATE, timbre, RATE)
    faded = tones.with_release(wave, timbre, RATE)
    fall = round(timbre.release * RATE)
    np.testing.assert_array_equal(faded[:-fall], wave[:-fall])
    assert abs(faded[-1]) < 1e-4
    assert np.abs(faded[-fall // 2 :]).max() < np.abs(wave[-fall // 2 :]).max() * 0.6


def test_a_very_short_tone_fades_over_half_of_itself():
    wave = np.ones(10, dtype=np.float32)
    faded = tones.with_release(wave, tones.GUITAR, RATE)
    np.testing.assert_array_equal(faded[:5], 1)
    assert list(faded[5:]) == sorted(faded[5:], reverse=True)
    assert faded[-1] < 0.05
    assert len(tones.with_release(wave[:0], tones.GUITAR, RATE)) == 0


def test_general_midi_programs_have_their_kind_of_sound():
    assert tones.timbre_of(0) is tones.PIANO
    assert tones.timbre_of(26) is tones.GUITAR
    assert tones.timbre_of(33) is tones.BASS
    assert tones.timbre_of(65) is tones.GUITAR
    assert all(tones.timbre_of(program) in TIMBRES.values() for program in range(128))

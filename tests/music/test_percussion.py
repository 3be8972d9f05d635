import numpy as np
import pytest

from music import percussion

RATE = 44_100


def energy_share(key, low, high, rate=RATE):
    """The share of a stroke's energy between two frequencies."""
    wave = percussion.stroke(key, rate).astype(float)
    power = np.abs(np.fft.rfft(wave)) ** 2
    hertz = np.fft.rfftfreq(len(wave), 1 / rate)
    return power[(hertz >= low) & (hertz < high)].sum() / power.sum()


def seconds(key):
    """How long a stroke stays within 40 dB of its peak."""
    return np.flatnonzero(np.abs(percussion.stroke(key, RATE)) > 0.01)[-1] / RATE


@pytest.mark.parametrize("rate", [8000, RATE])
def test_every_key_has_a_sound_that_begins_and_ends_in_silence(rate):
    for key in range(128):
        wave = percussion.stroke(key, rate)
        assert np.abs(wave).max() == pytest.approx(1)
        assert abs(wave[0]) < 0.01
        assert np.abs(wave[-3:]).max() < 1e-3


@pytest.mark.parametrize(
    ("key", "low", "high", "rate"),
    [
        (36, 30, 150, RATE),
        (38, 150, 10_000, RATE),
        (42, 5000, 15_000, RATE),
        (42, 1400, 3700, 8000),  # at a low rate: what can be heard of it
        (44, 3000, 14_000, RATE),
        (51, 1400, 15_000, RATE),
        (37, 700, 7000, RATE),
        (39, 700, 5500, RATE),
    ],
    ids=["kick", "snare", "hi-hat", "hi-hat, 8000", "pedal hi-hat", "ride", "stick", "clap"],
)
def test_drums_sound_in_their_range(key, low, high, rate):
    assert energy_share(key, low, high, rate) > (0.95 if key in (39, 42) else 0.85)


def test_a_stroke_is_the_sum_of_its_tones():
    """540, 845 and 2160 Hz, which fall by 60 dB in .35, .3 and .15 s; a rise of .8 ms, a fade of 10 ms."""
    time = np.arange(round(1.2 * 0.35 * RATE)) / RATE
    expected = np.zeros(len(time))
    for number, (hertz, fall, amplitude) in enumerate(((540, 0.35, 0.7), (845, 0.3, 0.6), (2160, 0.15, 0.3))):
        expected += amplitude * np.sin(2 * np.pi * hertz * time + 2.4 * number) * 1000 ** (-time / fall)
    expected *= np.clip(time / 0.0008, 0, 1) * np.clip((time[-1] - time) / 0.01, 0, 1)
    np.testing.assert_allclose(percussion.stroke(56, RATE), expected / np.abs(expected).max(), atol=1e-6)


def test_the_kick_falls():
    wave = percussion.stroke(36, RATE)
    crossings = np.flatnonzero(np.diff(np.signbit(wave))) / RATE
    hertz = 0.5 / np.diff(crossings)
    assert hertz[(crossings[1:] > 0.005) & (crossings[1:] < 0.03)].mean() > 70
    assert 48 < hertz[(crossings[1:] > 0.15) & (crossings[1:] < 0.3)].mean() < 56


def test_cymbals_ring_longer_than_drums_and_sticks():
    assert seconds(37) < 0.1 < seconds(38) < 0.3 < seconds(46) < seconds(51) < seconds(49)
    assert seconds(44) < seconds(42) < 0.2


def test_the_same_stroke_is_the_same_sound():
    first = percussion.stroke(51, RATE).copy()
    percussion.stroke.cache_clear()
    np.testing.assert_array_equal(percussion.stroke(51, RATE), first)


def test_keys_without_a_name_sound_like_a_stick():
    assert percussion.drum(3) == percussion.drum(37)
    assert percussion.drum(36) == percussion.drum(35) != percussion.drum(38)

import numpy as np
import pytest

from music.mastering import LOUDNESS, PEAK, Master
from tests.music.sounds import decibels

RATE = 44_100


def mastered(mix):
    """A copy of a mix after mastering."""
    done = mix.copy()
    Master.of(mix, RATE).apply(done)
    return done


def sine(amplitude, seconds=3.0):
    time = np.arange(round(seconds * RATE)) / RATE
    return np.tile(amplitude * np.sin(2 * np.pi * 500 * time), (2, 1)).astype(np.float32)


@pytest.mark.parametrize("amplitude", [0.001, 0.1, 30.0])
def test_every_mix_gets_the_same_loudness(amplitude):
    assert decibels(mastered(sine(amplitude))[:, : 2 * RATE]) == pytest.approx(LOUDNESS, abs=0.05)


def test_rests_do_not_count():
    rested = np.concatenate([sine(0.1, 2.8), np.zeros((2, 20 * RATE), np.float32), 0.01 * sine(0.1)], axis=1)
    assert decibels(mastered(rested)[:, : 2 * RATE]) == pytest.approx(LOUDNESS, abs=0.05)


def test_silence_stays_silent():
    for count in (0, 10, RATE):
        assert not mastered(np.zeros((2, count), np.float32)).any()


def test_the_end_fades():
    done = np.abs(mastered(sine(0.1)))
    assert done[:, -10:].max() < 1e-4
    assert done[:, -round(0.15 * RATE) :].max() < 0.15 * done[:, :RATE].max()
    assert done[:, -round(0.8 * RATE) : -round(0.76 * RATE)].max() > 0.99 * done[:, :RATE].max()


@pytest.mark.parametrize("seed", range(5))
def test_no_sample_passes_the_peak(seed):
    generator = np.random.default_rng(seed)
    mix = sine(0.1)
    for at in generator.integers(0, mix.shape[1] - RATE, size=20):  # before the end fades
        mix[generator.integers(2), at : at + generator.integers(1, 300)] *= generator.uniform(1, 60)
    mix[:, (1 << 16) - 40 : (1 << 16) + 40] *= 50  # where one block of the work ends and the next begins
    assert PEAK - 0.1 < np.abs(mastered(mix)).max() <= PEAK + 1e-6


def test_the_limiter_turns_down_and_up_smoothly():
    mix = sine(0.1)
    mix[:, RATE : RATE + 200] *= 10
    limited = mix.copy()
    Master.of(mix, RATE).apply(limited)
    assert PEAK - 0.02 < np.abs(limited).max() <= PEAK + 1e-6
    loud_enough = np.abs(mix[0]) > 0.05
    loud_enough[-RATE:] = False  # the end fades
    gain, places = limited[0, loud_enough] / mix[0, loud_enough], np.flatnonzero(loud_enough)
    usual, least = float(gain[0]), float(gain.min())
    assert least < 0.7 * usual
    near = np.abs(places - RATE - 100) < 0.06 * RATE
    np.testing.assert_allclose(gain[~near], usual, rtol=1e-3)
    assert np.abs(np.diff(gain)).max() < 0.05 * (usual - least)  # about 20 ms down and 20 ms up

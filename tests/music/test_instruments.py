"""The instruments as samples: they are what the mix is made of."""

import numpy as np
import pytest

from music import audio, instruments, percussion, tones
from music.score import DRUM_CHANNEL, Note, Part, Score
from tests.music.sounds import decibels


@pytest.mark.parametrize("name", ["guitar", "piano", "bass"])
def test_samples_are_the_tones_of_the_mix(name: str) -> None:
    made, program = instruments.instrument(name), {"guitar": 26, "piano": 0, "bass": 33}[name]
    timbre, rate = tones.timbre_of(program), made.sample_rate
    for sound in made.sounds[:: len(made.sounds) - 1]:
        first = round(sound.start * rate)
        wave = made.samples[first : first + rate, 0] * sound.level
        assert np.allclose(wave, timbre.gain * tones.tone(sound.key, rate, timbre, rate), atol=1e-4)
    assert np.diff([sound.key for sound in made.sounds]).max() <= 4


def test_each_drum_is_there_once() -> None:
    kit = instruments.instrument("drums")
    keys = dict(kit.keys)
    assert keys.keys() | {sound.key for sound in kit.sounds} == set(range(128))
    assert keys[35 + 5] == 38
    assert len({percussion.drum(sound.key) for sound in kit.sounds}) == len(kit.sounds)


def test_parts_have_the_instruments_they_sound_with() -> None:
    parts = [
        Part("Solo", (), 26),
        Part("Keys", (), 17),
        Part("Bass", (), 33),
        Part("Kit", (), 0, DRUM_CHANNEL),
    ]
    assert [instruments.name_of(part) for part in parts] == ["guitar", "piano", "bass", "drums"]
    with pytest.raises(ValueError, match=r"^name: expected one of guitar, .*, got 'tuba'$"):
        instruments.instrument("tuba")


def test_the_gain_is_estimated_within_a_decibel() -> None:
    generator = np.random.default_rng(1)
    solo = Part("Solo", tuple(Note(n / 2, 0.4, int(generator.integers(60, 80))) for n in range(32)), 26)
    bass = Part("Bass", tuple(Note(float(n), 0.9, 36 + n % 12, 80) for n in range(16)), 33)
    drums = Part("Drums", tuple(Note(float(n), 0.25, 51) for n in range(16)), 0, DRUM_CHANNEL)
    score = Score((solo, bass, drums), tempo=140)
    parts = score.parts
    mix = audio.mixed(parts, score.tempo, audio.sample_count(score, 22_050), 22_050)
    found = audio.estimated_gain(score) * mix
    assert decibels(found) == pytest.approx(decibels(audio.render(score, 22_050).T), abs=1)
    assert audio.estimated_gain(Score(())) == 1

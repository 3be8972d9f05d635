"""The band listens: chords go into the solo's rests, drums follow its density, choruses are set up."""

from itertools import groupby

import numpy as np
import pytest

from models.jazz import band
from models.jazz.band import drums
from music.score import Note
from tests.models.jazz.band.charts import BLUES, chord_sets

SEEDS = range(40)
MEASURES = chord_sets(BLUES) * 3
BUSY, RESTING = 1, 2  # measures of every four; the others have quarter notes


def solo():
    """Eighths in one measure of four, and silence in the next."""
    steps = {BUSY: np.arange(0, 4, 0.5), RESTING: ()}
    return [
        Note(4 * number + float(onset), 0.5 if number % 4 == BUSY else 0.9, 70)
        for number in range(len(MEASURES))
        for onset in steps.get(number % 4, np.arange(4))
    ]


def accompanied(style, listening=True):
    """The piano's onsets and the drums' mean velocity in every measure, of many seeds."""
    chords, loudness = np.zeros(len(MEASURES)), np.zeros(len(MEASURES))
    for seed in SEEDS:
        notes = solo() if listening else ()
        piano, _, kit = band.accompany(MEASURES, style=style, seed=seed, solo=notes)
        for onset in {note.onset for note in piano.notes}:
            chords[int(onset // 4)] += 1
        for number, group in groupby(kit.notes, key=lambda note: int(note.onset // 4)):
            loudness[number] += np.mean([note.velocity for note in group])
    return chords[1:-1], loudness[1:-1]  # the last measure is held


def of_kind(kind, values):
    return values[[number for number in range(len(values)) if (number + 1) % 4 == kind]]


@pytest.mark.parametrize("style", ["swing", "bossa", "two", "latin", "ballad"])
def test_the_piano_fills_rests_and_thins_under_runs(style):
    chords, _ = accompanied(style)
    alone, _ = accompanied(style, listening=False)
    usual = of_kind(RESTING, alone).sum() / of_kind(BUSY, alone).sum()
    assert of_kind(RESTING, chords).sum() > 1.3 * usual * of_kind(BUSY, chords).sum()
    assert 0.7 < chords.sum() / alone.sum() < 1.3


@pytest.mark.parametrize("style", band.STYLES)
def test_the_drums_are_louder_where_the_solo_is_busier(style):
    _, loudness = accompanied(style)
    assert of_kind(BUSY, loudness).mean() > of_kind(RESTING, loudness).mean() + 5 * len(SEEDS)


def test_a_new_chorus_is_set_up_by_bass_and_drums():
    """The last measure of a blues chorus of twelve, where without choruses a phrase of eight is not over."""
    fills, falls = 0, 0
    for seed in SEEDS:
        _, bass, kit = band.accompany(MEASURES, seed=seed, chorus_starts=(0, 12, 24))
        fills += sum(note.pitch in {drums.SNARE, 45, 47, 50} and 46 <= note.onset < 48 for note in kit.notes)
        crash = [note.onset for note in kit.notes if note.pitch == drums.CRASH]
        assert {32.0, 48.0, 80.0, 96.0} <= set(crash)  # phrases of eight measures, counted from each chorus
        last = [note.pitch for note in bass.notes if 47 <= note.onset <= 48]
        falls += len(last) == 3 and abs(last[1] - last[2]) == 1
    assert fills >= 2 * len(SEEDS)
    assert falls >= 0.9 * len(SEEDS)


def test_without_a_solo_nothing_depends_on_listening():
    assert band.accompany(MEASURES, seed=3) == band.accompany(MEASURES, seed=3, solo=())

"""The jazz rows of the benchmark: both ways of a row do the same work."""

from dataclasses import replace

import numpy as np
import pytest

from data.solos import reading as solos
from music.score import Note, Part, Score
from tools.bench.rows import jazz as bench_jazz


def test_both_ways_read_the_same_notes() -> None:
    row = bench_jazz.reading(solos.BUNDLED)
    assert row.ours() == row.plain() == 384


def test_both_ways_improvise_the_same_number_of_notes() -> None:
    solo = solos.read_solo(solos.BUNDLED)
    row = bench_jazz.improvising(solo.vocabulary, replace(solo.changes, measures=solo.changes.measures[:2]))
    assert row.ours() == row.plain() > 1


def test_an_overlay_for_every_note_is_as_long_and_sounds() -> None:
    score = Score((Part("Solo", (Note(0.0, 1.0, 69), Note(1.0, 1.0, 72)), program=26),))
    mix = bench_jazz.overlay_every_note(score)
    assert len(mix) / 1000 == pytest.approx(score.seconds, abs=0.01)
    assert np.abs(np.array(mix.get_array_of_samples())).max() > 100
    assert bench_jazz.sounding(score).ours() == bench_jazz.sounding(score).plain() == score.seconds


def test_training_counts_its_epochs_and_includes_the_tracing() -> None:
    row = bench_jazz.training(solos.read_solo(solos.BUNDLED), epochs=1)
    assert (row.rounds, row.warm_up) == (1, False)
    assert row.ours() == 1

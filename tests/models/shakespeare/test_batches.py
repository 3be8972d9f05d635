"""Stateful batches: rows that continue, restart at random positions, and become windows."""

from dataclasses import replace

import numpy as np
import pytest

from models.shakespeare.batches import SequenceBatches, StageSettings

OTHER, MAIN = np.arange(1000, 3000), np.arange(5000, 5300)
SETTINGS = StageSettings(
    epochs=4, steps_per_epoch=25, batch_size=8, length=20, window_share=0.25, context=5, restart=0.2
)


def drawn(settings: StageSettings = SETTINGS, seed: int = 1, other: np.ndarray = OTHER) -> list:
    """All batches of all epochs, as `fit` draws them."""
    batches = SequenceBatches(MAIN, other, settings, seed=seed)
    found = []
    for _ in range(settings.epochs):
        batches.on_epoch_begin()
        found += [batches[number] for number in range(len(batches))]
    return found


def test_targets_are_the_next_characters_of_one_text() -> None:
    for (indices, keep), y, weights in drawn():
        assert indices.shape == y.shape == weights.shape == (8, 20)
        assert keep.shape == (8, 1)
        assert (y == indices + 1).all()  # both texts count up, and no row crosses from one to the other
        assert np.isin(indices, np.concatenate((OTHER, MAIN))).all()


def test_a_kept_row_continues_where_it_was() -> None:
    batches = drawn()[:75]
    kept = 0
    assert not batches[0][0].keep.any()
    for ((_, _), before, _), ((indices, keep), _, _) in zip(batches, batches[1:], strict=False):
        continues = keep[:, 0] == 1
        assert (indices[continues, 0] == before[continues, -1]).all()
        kept += continues.sum()
    assert 0.6 < kept / (74 * 8) < 0.85


def test_windows_restart_and_score_characters_with_context() -> None:
    batches = drawn()
    assert all((weights == 1).all() for _, _, weights in batches[:75])
    for (_, keep), _, weights in batches[75:]:
        assert not keep.any()
        assert not weights[:, :5].any() and weights[:, 5:].all()


def test_the_main_text_has_its_share_which_grows_in_windows() -> None:
    settings = replace(
        SETTINGS, epochs=40, restart=1.0, window_share=0.5, main_share=0.2, final_main_share=0.8
    )
    main = [(batch[0].indices[:, 0] >= 5000).mean() for batch in drawn(settings)]
    assert np.mean(main[:500]) == pytest.approx(0.2, abs=0.03)
    assert np.mean(main[500:]) == pytest.approx(0.5, abs=0.05)
    assert np.mean(main[950:]) == pytest.approx(0.8, abs=0.06)


def test_the_main_text_alone_will_do() -> None:
    assert all((inputs.indices >= 5000).all() for inputs, _, _ in drawn(other=OTHER[:0]))


def test_batches_follow_from_the_seed_and_the_step_alone() -> None:
    later = SequenceBatches(MAIN, OTHER, SETTINGS, seed=1, epoch=2)
    for number, ((indices, keep), *_) in enumerate(drawn()[50:75]):
        assert np.array_equal(later[number][0].indices, indices)
        assert np.array_equal(later[number][0].keep, keep)
    assert not np.array_equal(drawn(seed=2)[0][1], drawn()[0][1])


def test_other_numbers_of_steps_are_whole_epochs_and_short_averages() -> None:
    fewer = StageSettings().with_steps(250)
    assert (fewer.epochs, fewer.steps_per_epoch, fewer.steps) == (3, 84, 252)
    assert fewer.ema_momentum == pytest.approx(0.96)
    assert StageSettings().with_steps(16_000) == StageSettings()
    assert StageSettings().with_steps(3).ema_momentum == 0

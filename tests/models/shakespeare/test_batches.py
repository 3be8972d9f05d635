"""Batches: rows that continue, restart at random positions, and become windows; windows in a random order."""

from dataclasses import replace

import numpy as np
import pytest

from models.shakespeare.batches import SequenceBatches, StageSettings, WindowBatches
from models.shakespeare.windows import window_indices

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


def windows_of(batches: WindowBatches) -> tuple[np.ndarray, np.ndarray]:
    x, y = zip(*(batches[number] for number in range(len(batches))), strict=True)
    return np.concatenate(x), np.concatenate(y)


@pytest.mark.parametrize("characters", [41, 42, 43, 44, 500])
def test_every_window_comes_once_an_epoch(characters: int) -> None:
    text = np.arange(characters)
    batches = WindowBatches(text, batch_size=32, seed=1)
    expected, following = window_indices(text)
    for _ in range(2):
        batches.on_epoch_begin()
        x, y = windows_of(batches)
        order = np.argsort(x[:, 0])
        assert np.array_equal(x[order], expected) and np.array_equal(y[order], following)
        assert (x.dtype, y.dtype) == (np.int32, np.int32)


def test_the_order_of_windows_follows_from_seed_and_epoch_alone() -> None:
    text = np.arange(2000)
    batches = WindowBatches(text, batch_size=32, seed=1)
    orders = []
    for _ in range(3):
        batches.on_epoch_begin()
        orders.append(windows_of(batches)[1].tolist())
    later = WindowBatches(text, batch_size=32, seed=1, epoch=2)
    later.on_epoch_begin()
    assert windows_of(later)[1].tolist() == orders[2]
    assert orders[0] != orders[1] and orders[0] != sorted(orders[0])
    assert windows_of(WindowBatches(text, batch_size=32, seed=2))[1].tolist() != orders[0]


@pytest.mark.parametrize("workers", [2, 4])
@pytest.mark.parametrize("characters", [500, 521])
def test_workers_share_every_batch(characters: int, workers: int) -> None:
    text = np.arange(characters)
    whole = WindowBatches(text, batch_size=32, seed=1)
    parts = [
        WindowBatches(text, batch_size=32, seed=1, worker=worker, workers=workers)
        for worker in range(workers)
    ]
    for number in range(len(parts[0])):
        shares = [part[number][1].tolist() for part in parts]
        expected = whole[number][1].tolist()
        assert sum(shares, []) == expected[: len(expected) - len(expected) % workers]
        assert len({len(share) for share in shares}) == 1
    assert len(parts[0]) == -(-(whole.windows - whole.windows % workers) // 32)
    assert {part.workers for part in parts} == {1}  # threads of Keras


def test_rows_of_a_stateful_batch() -> None:
    for rows in (slice(0, 3), slice(3, 8)):
        whole = SequenceBatches(MAIN, OTHER, SETTINGS, seed=1)
        part = SequenceBatches(MAIN, OTHER, SETTINGS, seed=1, rows=rows)
        for _ in range(2):
            whole.on_epoch_begin()
            part.on_epoch_begin()
            for number in (0, 24):
                (indices, keep), y, weights = part[number]
                assert np.array_equal(indices, whole[number][0].indices[rows])
                assert np.array_equal(keep, whole[number][0].keep[rows])
                assert np.array_equal(y, whole[number][1][rows]) and y.shape == weights.shape


def test_rows_restart_where_a_record_begins() -> None:
    text = np.array(([0, 1, 2, 3, 4] + [0, 5, 6] + [0, 7, 8, 9]) * 20)
    batches = SequenceBatches(text, text[:0], StageSettings(batch_size=16, length=8), seed=1, start=0)
    for number in range(5):
        (indices, keep), _, _ = batches[number]
        assert (indices[keep[:, 0] == 0, 0] == 0).all() and (keep == 0).any()

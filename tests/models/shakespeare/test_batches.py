"""What the rows of a batch read: text that goes on, places where a row starts anew, windows."""

from dataclasses import replace

import numpy as np
import pytest

from models.shakespeare.batches import Recipe, RunningRows, WindowRecipe, WindowRows

OTHER, MAIN = np.arange(1000, 3000, dtype=np.int32), np.arange(5000, 5300, dtype=np.int32)
RECIPE = Recipe(steps=100, batch=8, length=20, windows=0.25, settle=5, restart=0.2, warmup=10)


def test_the_rate_rises_and_falls_as_half_a_cosine() -> None:
    rates = [RECIPE.learning_rate(step) for step in range(101)]
    assert rates[0] == pytest.approx(RECIPE.peak / 10)
    assert max(rates) == rates[9] == pytest.approx(RECIPE.peak)
    assert rates[55] == pytest.approx(RECIPE.peak * (1 + RECIPE.floor) / 2)
    assert rates[100] == pytest.approx(RECIPE.peak * RECIPE.floor)
    assert all(a > b for a, b in zip(rates[10:], rates[11:], strict=False))


def test_windows_come_at_the_end_with_more_and_more_of_the_main_text() -> None:
    assert [RECIPE.in_windows(step) for step in (0, 74, 75, 99)] == [False, False, True, True]
    shares = [RECIPE.share(step) for step in (0, 74, 87.5, 100)]
    first, last = RECIPE.main_share
    assert shares == pytest.approx([first, first, (first + last) / 2, last])


def test_targets_are_the_next_characters() -> None:
    rows = RunningRows(MAIN, OTHER, RECIPE)
    for step in range(100):
        x, y, weights, keep = rows.batch(step)
        assert x.shape == y.shape == weights.shape == (8, 20)
        assert keep.shape == (8, 1)
        assert (y == x + 1).all()  # both texts count up, and no row crosses from one to the other
        assert np.isin(x, np.concatenate((OTHER, MAIN))).all()


def test_a_kept_row_goes_on_where_it_was() -> None:
    rows = RunningRows(MAIN, OTHER, RECIPE)
    before, kept = rows.batch(0)[1], 0
    for step in range(1, 75):
        x, y, _, keep = rows.batch(step)
        goes_on = keep[:, 0] == 1
        assert (x[goes_on, 0] == before[goes_on, -1]).all()
        before, kept = y, kept + goes_on.sum()
    assert 0.6 < kept / (74 * 8) < 0.85


def test_windows_start_at_zero_and_settle_first() -> None:
    rows = RunningRows(MAIN, OTHER, RECIPE)
    assert (rows.batch(74).weights == 1).all()
    batch = rows.batch(75)
    assert (batch.keep == 0).all()
    assert (batch.weights[:, :5] == 0).all() and (batch.weights[:, 5:] == 1).all()


def test_the_main_text_has_its_share() -> None:
    rows = RunningRows(MAIN, OTHER, replace(RECIPE, restart=1.0, main_share=(0.4, 0.4)))
    main = [(rows.batch(step).x[:, 0] >= 5000).mean() for step in range(100)]
    assert np.mean(main) == pytest.approx(0.4, abs=0.06)


def test_the_main_text_alone_will_do() -> None:
    rows = RunningRows(MAIN, OTHER[:0], RECIPE)
    assert all((rows.batch(step).x >= 5000).all() for step in range(100))


def test_a_batch_follows_from_seed_step_and_places() -> None:
    first, second = RunningRows(MAIN, OTHER, RECIPE), RunningRows(MAIN, OTHER, RECIPE)
    for step in range(10):
        first.batch(step)
    second.places = first.places.copy()
    assert np.array_equal(first.batch(10).x, second.batch(10).x)
    other = RunningRows(MAIN, OTHER, replace(RECIPE, seed=2))
    assert not np.array_equal(RunningRows(MAIN, OTHER, RECIPE).batch(0).x, other.batch(0).x)


def test_an_epoch_reads_every_window_once() -> None:
    text = np.arange(100, dtype=np.int32)
    recipe = WindowRecipe(windows=20, epochs=2, batch=8, length=40, stride=3)
    assert (recipe.batches, recipe.steps, recipe.learning_rate(0)) == (3, 6, 1e-3)
    rows = WindowRows(text, recipe)
    orders = []
    for epoch in range(2):
        read = []
        for step in range(epoch * 3, epoch * 3 + 3):
            x, y, weights, keep = rows.batch(step)
            assert (y == x + 1).all() and (keep == 0).all() and (weights[:, :-1] == 0).all()
            read += y[weights[:, -1] == 1, -1].tolist()
        assert sorted(read) == list(range(40, 100, 3))
        orders.append(read)
    assert orders[0] != orders[1]

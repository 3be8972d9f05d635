"""An order without memory: every item once, in another order for another key, without a pattern."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.permutation import permute

COUNT = 20_000


@given(st.integers(1, 3000), st.integers(0, 1 << 32), st.integers(0, 100))
def test_every_item_comes_once(count: int, seed: int, epoch: int) -> None:
    assert sorted(permute(np.arange(count), count, (seed, epoch))) == list(range(count))


def test_a_position_has_its_item_whatever_else_is_looked_up() -> None:
    whole = permute(np.arange(COUNT), COUNT, (1, 2))
    some = np.array([7, 0, COUNT - 1])
    assert permute(some, COUNT, (1, 2)).tolist() == whole[some].tolist()


@pytest.mark.parametrize("other", [(1, 3), (2, 2)])
def test_another_key_gives_another_order(other: tuple[int, int]) -> None:
    one, two = (permute(np.arange(COUNT), COUNT, key) for key in ((1, 2), other))
    assert (one == two).sum() < 10  # 1 is expected of random orders


def test_an_order_has_no_pattern() -> None:
    """Neighbours, and the places of the items of each tenth, are as those of random orders."""
    for seed in range(5):
        items = permute(np.arange(COUNT), COUNT, (seed, 0))
        assert abs(np.corrcoef(items[:-1], items[1:])[0, 1]) < 4 / COUNT**0.5
        steps = np.diff(items)
        assert len(np.unique(steps)) > 0.6 * COUNT  # of random orders about 0.65
        counts, *_ = np.histogram2d(np.arange(COUNT), items, bins=10)
        assert np.square(counts - COUNT / 100).sum() / (COUNT / 100) < 130  # 81 degrees of freedom


def test_orders_of_billions_are_looked_up_at_once() -> None:
    count = 333_000_000_000
    items = permute(np.arange(1000), count, (1, 0))
    assert len(set(items.tolist())) == 1000
    assert 0.4 < items.mean() / count < 0.6
    assert items.min() >= 0 and items.max() < count

"""Places in batches: decided by the id alone, every row in one batch, similar sizes together."""

from hypothesis import given
from hypothesis import strategies as st

from models.engine import lanes


@given(st.lists(st.integers(0, 1 << 62), max_size=300), st.randoms())
def test_every_row_has_the_place_of_its_id(ids, random) -> None:
    sizes = [random.randrange(10) for _ in ids]
    batches = list(lanes.batches(ids, sizes))
    for batch in batches:
        assert len(batch) == lanes.LANES and any(row is not None for row in batch)
        assert all(row is None or ids[row] % lanes.LANES == place for place, row in enumerate(batch))
    assert sorted(row for batch in batches for row in batch if row is not None) == list(range(len(ids)))


def test_consecutive_ids_fill_the_batches_and_the_longest_come_first() -> None:
    ids = list(range(5, 5 + 3 * lanes.LANES))
    batches = list(lanes.batches(ids, [row // lanes.LANES for row in range(len(ids))]))
    assert len(batches) == 3 and not any(None in batch for batch in batches)
    assert [min(row // lanes.LANES for row in batch if row is not None) for batch in batches] == [2, 1, 0]

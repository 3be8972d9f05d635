"""How several workers share a batch; tests/scale trains with them."""

import pytest

from models.workers import require_divisor
from utils.errors import UserError


@pytest.mark.parametrize("workers", [3, 5, 128, 0])
def test_workers_that_do_not_divide_the_batch_are_refused(workers: int) -> None:
    message = f"workers: expected a divisor of the batch of 64 rows, got {workers}"
    with pytest.raises(UserError, match=message):
        require_divisor(workers, 64)
    require_divisor(4, 64)

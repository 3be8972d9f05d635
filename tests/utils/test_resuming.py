from pathlib import Path
from typing import Any

import pytest

from tests.utils.bundles import made
from utils import resuming
from utils.bundle import Bundle
from utils.errors import UserError

WHERE = Path("my bundle")


def trained(**training: Any) -> Bundle:
    return made(training=training)


def test_what_is_good_is_returned() -> None:
    bundle = trained(seconds=3, losses=[2, 1.5], seed=2**32 - 1)
    assert resuming.figure(bundle, "seconds", WHERE) == 3.0
    assert resuming.figure(bundle, "decay", WHERE) == 0.0
    assert resuming.losses(bundle, WHERE) == [2.0, 1.5]
    assert resuming.seed(bundle, WHERE) == resuming.seed(bundle, WHERE, 2**32 - 1) == 2**32 - 1


def test_another_seed_than_it_was_begun_with_is_refused() -> None:
    with pytest.raises(UserError, match="the bundle my bundle was begun with seed 5, not 0"):
        resuming.seed(trained(seed=5), WHERE, 0)


@pytest.mark.parametrize("value", [None, "1", True, -1, float("nan"), float("inf"), 10**400, [1]])
def test_a_figure_that_is_none(value: object) -> None:
    for read in (
        lambda: resuming.figure(trained(seconds=value), "seconds", WHERE),
        lambda: resuming.losses(trained(losses=[1.0, value]), WHERE),
    ):
        with pytest.raises(UserError, match="the bundle my bundle has .* a number of 0 or more is wanted"):
            read()


@pytest.mark.parametrize("value", [None, 3.0, {"1": 1}])
def test_losses_that_are_no_list(value: object) -> None:
    with pytest.raises(UserError, match="the bundle my bundle does not say how it was trained"):
        resuming.losses(trained(losses=value), WHERE)


@pytest.mark.parametrize("value", [None, "1", True, -1, 2**32, 1.0])
def test_a_seed_that_is_none(value: object) -> None:
    with pytest.raises(UserError, match="a whole number from 0 to 4294967295 is wanted"):
        resuming.seed(trained(seed=value), WHERE)

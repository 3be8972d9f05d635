"""How the benchmark measures: ways take turns, medians are compared, exponents are fitted."""

import pytest

from tools.bench import harness
from tools.bench.harness import Growth, Row, exponent, measure, measure_growth


def row(order: list[str], name: str = "ours", **more: object) -> Row:
    """A row whose implementations add their name to a list when they are called."""

    def way(name: str) -> float:
        order.append(name)
        return 6.0

    return Row("adding", "items", lambda: way(name), lambda: way("plain"), "at once", "singly", 2.0, **more)  # type: ignore[arg-type]


def ticking(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """Sets the clock: the measurements take these seconds, one after another."""
    clock = iter([reading for value in seconds for reading in (0.0, value)])
    monkeypatch.setattr(harness.time, "perf_counter", lambda: next(clock))


def test_the_ways_take_turns_after_one_to_warm_up() -> None:
    order: list[str] = []
    (figures,) = measure("app", [row(order)], rounds=3)
    assert order == ["ours", "plain"] * 4
    assert figures.ratio == pytest.approx(figures.ours / figures.plain)
    assert (figures.app, figures.name, figures.unit, figures.target) == ("app", "adding", "items", 2.0)
    assert (figures.ours_description, figures.plain_description, figures.drawn) == (
        "at once",
        "singly",
        True,
    )


def test_a_row_may_want_its_own_rounds_and_no_warming_up() -> None:
    order: list[str] = []
    measure("app", [row(order, warm_up=False, rounds=2)], rounds=5)
    assert order == ["ours", "plain"] * 2


def test_rows_together_share_the_turns_of_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    ticking(monkeypatch, 1, 2, 6)
    first, second = measure(
        "app", [row(order, "first", warm_up=False), row(order, "second", warm_up=False)], 1
    )
    assert order == ["first", "second", "plain"]
    assert (first.ours, second.ours, first.plain, second.plain) == (6, 3, 1, 1)
    assert (first.ratio, second.ratio) == (6, 3)


def test_a_median_is_not_moved_by_one_slow_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking(monkeypatch, 1, 2, 9, 2, 1, 2)
    (figures,) = measure("app", [row([])], rounds=3)
    assert (figures.ours, figures.plain, figures.ratio) == (6.0, 3.0, 2.0)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_its_power(power: float) -> None:
    sizes = (10, 40, 160)
    assert exponent(sizes, [0.003 * size**power for size in sizes]) == pytest.approx(power)


def test_the_exponent_is_the_best_line_through_the_logarithms() -> None:
    assert exponent((1, 4, 16), (1.0, 2.0, 16.0)) == pytest.approx(1.0)


def test_a_growth_is_measured_at_three_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def prepare(size: int):
        return lambda: sizes.append(size)

    ticking(monkeypatch, 1, 4, 16, 9, 5, 17, 1, 3, 15)
    found = measure_growth(Growth("adding", "items", 5, prepare), rounds=3)
    assert sizes == [5, 20, 80] * 4
    assert (found.name, found.unit, found.sizes) == ("adding", "items", (5, 20, 80))
    assert found.seconds == (1, 4, 16)
    assert found.exponent == pytest.approx(1.0)

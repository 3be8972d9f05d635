import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils import sampling

HALF = np.array([0.5, 0.25, 0.125, 0.125])

weights = st.lists(st.integers(0, 1000), min_size=1, max_size=40).filter(any)
distributions = weights.map(lambda w: np.array(w) / sum(w))
temperatures = st.floats(0.01, 100)
uniforms = st.floats(0, 1, exclude_max=True)


def test_temper_is_the_softmax_of_the_scaled_logarithms() -> None:
    squared = HALF**2 / (HALF**2).sum()
    assert np.allclose(sampling.temper(HALF, 0.5), squared, rtol=1e-14, atol=0)
    assert np.allclose(sampling.temper(HALF), HALF, rtol=1e-14, atol=0)


@given(distributions, temperatures)
def test_temper_gives_a_distribution_of_the_same_order_and_zeros(p, temperature) -> None:
    q = sampling.temper(p, temperature)
    assert abs(q.sum() - 1) < 1e-12
    assert ((q == 0) | (p > 0)).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= 0).all()
    if temperature >= 1:
        assert ((q > 0) == (p > 0)).all()
        assert q.max() <= p.max() + 1e-12
    else:
        assert q.max() >= p.max() - 1e-12


@given(distributions, st.floats(5e-324, 1e-5))
def test_a_tiny_temperature_leaves_only_the_likeliest(p, temperature) -> None:
    best = p == p.max()
    assert np.allclose(sampling.temper(p, temperature), best / best.sum(), rtol=0, atol=1e-12)


@given(distributions, st.floats(1e6, 1.7e308))
def test_a_huge_temperature_makes_the_possible_ones_equal(p, temperature) -> None:
    possible = p > 0
    assert np.allclose(sampling.temper(p, temperature), possible / possible.sum(), rtol=0, atol=1e-5)


def test_of_many_equals_the_first_are_kept() -> None:
    p = np.tile([0.01, 0.03], 25)
    kept = np.where(np.arange(50) < 6, np.tile([0, 1 / 3], 25), 0)
    np.testing.assert_allclose(sampling.keep_top_k(p, 3), kept, rtol=1e-14)
    np.testing.assert_allclose(sampling.keep_top_p(p, 0.08), kept, rtol=1e-14)


def test_single_precision_is_computed_in_double() -> None:
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], np.float32)
    ways = ((sampling.temper, np.float32(0.3)), (sampling.keep_top_k, 2), (sampling.keep_top_p, 0.8))
    for way, value in ways:
        np.testing.assert_array_equal(way(p, value), way(p.astype(float), np.float64(value)), strict=True)
    assert sampling.draw(np.full(100_000, 1e-5, np.float32), 0.750005) == 75_000


@given(distributions, st.integers(1, 50))
def test_top_k_keeps_the_k_likeliest(p, k) -> None:
    q = sampling.keep_top_k(p, k)
    kept = q > 0
    assert abs(q.sum() - 1) < 1e-12
    assert kept.sum() == min(k, (p > 0).sum())
    assert p[kept].min() >= (p[~kept].max() if (~kept).any() else 0)
    assert np.allclose(q[kept] / q[kept].sum(), p[kept] / p[kept].sum())


@pytest.mark.parametrize(("mass", "kept"), [(0.01, 1), (0.5, 1), (0.51, 2), (0.75, 2), (0.8, 3), (1.0, 4)])
def test_top_p_keeps_the_fewest_that_reach_the_mass(mass: float, kept: int) -> None:
    expected = np.where(np.arange(4) < kept, HALF, 0)
    assert np.allclose(sampling.keep_top_p(HALF, mass), expected / expected.sum(), rtol=1e-15, atol=0)


@given(distributions, st.floats(0.01, 1))
def test_top_p_reaches_the_mass_and_not_without_its_least(p, mass) -> None:
    q = sampling.keep_top_p(p, mass)
    kept = p[q > 0]
    assert abs(q.sum() - 1) < 1e-12
    assert kept.sum() >= mass - 1e-9
    assert kept.sum() - kept.min() < mass + 1e-9
    assert kept.min() >= p[q == 0].max(initial=0)


@pytest.mark.parametrize(
    ("uniform", "index"), [(0.0, 0), (0.49, 0), (0.5, 1), (0.74, 1), (0.75, 2), (0.875, 3), (1 - 2**-53, 3)]
)
def test_draw_is_where_the_sum_passes_the_number(uniform: float, index: int) -> None:
    assert sampling.draw(HALF, uniform) == index


@given(distributions, uniforms)
def test_draw_never_gives_an_impossible_index(p, uniform) -> None:
    assert p[sampling.draw(p, uniform)] > 0


def test_draw_of_shares_that_do_not_sum_to_one() -> None:
    assert sampling.draw(np.full((3, 3), 0.25), np.array([0.3, 0.5, 0.9])).tolist() == [0, 1, 2]


def test_sample_follows_the_distribution() -> None:
    generator = np.random.default_rng(0)
    drawn = [sampling.sample(HALF, generator) for _ in range(4000)]
    # Four standard deviations of a share of one half.
    assert np.abs(np.bincount(drawn) / 4000 - HALF).max() < 4 * 0.5 / 4000**0.5


def test_sample_is_repeatable_and_uses_one_number() -> None:
    one, two = np.random.default_rng(5), np.random.default_rng(5)
    assert [sampling.sample(HALF, one) for _ in range(50)] == [sampling.sample(HALF, two) for _ in range(50)]
    two.random()
    sampling.sample(HALF, one, 0.8)
    assert one.random() == two.random()
    assert {sampling.sample(HALF, one, 1e-320) for _ in range(200)} == {0}


def test_greedy_takes_the_first_of_equals() -> None:
    assert sampling.greedy(np.array([0.2, 0.4, 0.4])) == 1


@given(
    st.lists(st.tuples(weights, temperatures, st.integers(1, 9), st.floats(0.01, 1)), min_size=1, max_size=5)
)
def test_an_option_for_each_distribution_is_that_of_each_alone(given_rows) -> None:
    p = np.zeros((len(given_rows), 40))
    for row, (w, *_) in zip(p, given_rows, strict=True):
        row[: len(w)] = np.array(w) / sum(w)
    for way, values in (
        (sampling.temper, np.array([row[1] for row in given_rows])),
        (sampling.keep_top_k, np.array([row[2] for row in given_rows])),
        (sampling.keep_top_p, np.array([row[3] for row in given_rows])),
    ):
        alone = [way(row, value) for row, value in zip(p, values.tolist(), strict=True)]
        np.testing.assert_array_equal(way(p, values), alone)


@pytest.mark.parametrize(
    ("way", "values", "rule"),
    [
        (sampling.temper, [0.0, -1.0, float("inf"), float("nan")], "temperature: expected a number above 0"),
        (sampling.keep_top_k, [0, -1], "k: expected 1 or more"),
        (sampling.keep_top_p, [0.0, -0.1, 1.1, float("nan")], "mass: expected above 0 and at most 1"),
    ],
)
def test_options_out_of_range_are_refused_alone_and_among_others(way, values, rule) -> None:
    for value in values:
        with pytest.raises(ValueError, match=f"{rule}, got {value}"):
            way(HALF, value)
        with pytest.raises(ValueError, match=rule):
            way(np.array([HALF, HALF]), np.array([1, value]))


@pytest.mark.parametrize("bad", [[np.nan, 1], [0, 0], [np.inf, 0], [-0.5, 1.5], [[1, 0], [0, 0]]])
def test_temper_refuses_what_is_no_distribution(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="probabilities: expected finite numbers, none negative and not all"):
        sampling.temper(np.array(bad))

"""Intervals, paired tests and the number of further seeds, on samples whose answer is known."""

import math

import numpy as np
import pytest

from engine.search.statistics import compare_paired, mean_interval, permutation_p, seeds_that_would_tell


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_mean_interval_holds_the_mean_and_repeats_with_its_generator() -> None:
    found = mean_interval([1.0, 2.0, 3.0, 4.0], rng())
    assert found.low < found.value == 2.5 < found.high
    assert found == mean_interval([1.0, 2.0, 3.0, 4.0], rng())


def test_a_ninety_percent_interval_covers_about_ninety_percent_of_the_true_means() -> None:
    draw = rng()
    hits = 0
    for _ in range(300):
        found = mean_interval(draw.normal(0, 1, 20), draw, resamples=300)
        hits += found.low <= 0 <= found.high
    assert 0.84 <= hits / 300 <= 0.95


def test_one_value_gives_no_interval_and_none_is_refused() -> None:
    assert math.isnan(mean_interval([1.0], rng()).low)
    with pytest.raises(ValueError, match="at least one"):
        mean_interval([], rng())


def test_with_few_pairs_every_sign_is_tried() -> None:
    assert permutation_p([1.0, 2.0, 3.0, 4.0], rng()) == 2 / 16
    assert permutation_p([1.0], rng()) == 1.0
    assert permutation_p([0.0, 0.0, 0.0], rng()) == 1.0


def test_with_many_pairs_the_p_is_close_to_the_exact_one() -> None:
    differences = np.random.default_rng(3).normal(0.4, 1.0, 30)
    t = differences.mean() / (differences.std(ddof=1) / math.sqrt(30))
    normal = math.erfc(abs(t) / math.sqrt(2))
    assert permutation_p(differences, rng()) == pytest.approx(normal, abs=0.02)


def test_no_difference_is_called_one_at_most_at_the_level() -> None:
    draw = rng()
    called = [permutation_p(draw.normal(0, 1, 8), draw) <= 0.05 for _ in range(400)]
    assert 0.02 <= np.mean(called) <= 0.08


def test_a_clear_difference_on_shared_seeds_is_shown() -> None:
    found = compare_paired([0.95, 0.96, 0.955, 0.965, 0.95, 0.96], [0.90, 0.91, 0.91, 0.90, 0.90, 0.91], rng())
    assert found.is_shown
    assert found.pairs == 6
    assert found.difference.low > 0


def test_what_four_pairs_cannot_show_gets_the_number_of_seeds_that_could() -> None:
    found = compare_paired([0.960, 0.966, 0.958, 0.969], [0.957, 0.958, 0.960, 0.961], rng())
    assert not found.is_shown
    assert found.more is not None
    assert 1 <= found.more <= 20


def test_more_noise_asks_for_more_seeds_and_no_difference_for_none() -> None:
    few = seeds_that_would_tell([0.01, 0.02, 0.005, 0.012], 0.125)
    many = seeds_that_would_tell([0.01, 0.05, -0.04, 0.012], 0.5)
    assert few is not None
    assert many is not None
    assert few < many
    assert seeds_that_would_tell([0.01, -0.01], 1.0) is None
    assert seeds_that_would_tell([0.01], 1.0) is None


def test_about_so_many_seeds_really_tell() -> None:
    draw = rng()
    wanted = seeds_that_would_tell(np.array([-1.0, 1.0] * 50) * 0.995 + 0.5, 1.0)
    assert wanted is not None
    shown = [permutation_p(draw.normal(0.5, 1.0, wanted + 100), draw, resamples=500) <= 0.05 for _ in range(40)]
    assert np.mean(shown) > 0.7


def test_unpaired_values_are_refused() -> None:
    with pytest.raises(ValueError, match="do not pair"):
        compare_paired([1.0], [1.0, 2.0], rng())

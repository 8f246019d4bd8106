"""Who stands before whom, and who must not be called the winner yet."""

import math
from itertools import pairwise, permutations

import pytest

from engine.search.ranking import Merit, count_equal, finalists, mean_merit, rank

FIRST = {
    1: Merit(0.97, 0.30),
    2: Merit(0.99, 0.50),
    3: Merit(0.96, 0.10),
    4: Merit(0.99, math.nan),
    5: Merit(0.95, 0.20),
}
IN_ORDER = [
    Merit(0.9, 0.8),
    Merit(0.8, 0.1),
    Merit(0.8, 0.2),
    Merit(0.0, 0.1),
    Merit(0.0, 7.0),
    Merit(-3e9, 0.1),
    Merit(math.nan, 0.1),
    Merit(-math.inf, 0.2),
    Merit(0.99, math.inf),
]


def test_the_score_ranks_and_the_cost_decides_between_equal_scores() -> None:
    for order in ([0, 1, 2, 3, 4, 5, 6, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1, 0], [4, 1, 8, 0, 5, 2, 7, 6, 3]):
        found = rank({place: IN_ORDER[place] for place in order}, {})
        assert [each.trial for each in found] == list(range(9))


def test_means_of_equal_shares_are_equal_however_they_are_summed() -> None:
    hits = {1: (102, 102, 107), 2: (102, 104, 105)}
    fresh = {
        trial: [Merit(each / 114, 0.9 - 0.8 * (trial == 2)) for each in several] for trial, several in hits.items()
    }
    first = {trial: several[0] for trial, several in fresh.items()}
    assert mean_merit(fresh[1]).score != mean_merit(fresh[2]).score
    assert [each.trial for each in rank(first, fresh)] == [2, 1]


def test_equal_trials_stand_by_number() -> None:
    assert [each.trial for each in rank({2: Merit(0.5, 0.5), 1: Merit(0.5, 0.5)}, {})] == [1, 2]


def test_the_guide_of_samplers_and_pruners_goes_in_the_order_of_the_ranking() -> None:
    guides = [each.guide for each in IN_ORDER]
    assert math.isnan(guides[-1])
    assert all(before < after for before, after in pairwise(guides[:-1]))
    for one, other in permutations([Merit(2.5e-7, 0.9), Merit(2.4e-7, 0.1), Merit(2.4e-7, 0.2)], 2):
        assert (one.guide < other.guide) == (one.key < other.key)


def test_confirmed_trials_stand_first_by_their_fresh_mean() -> None:
    fresh = {2: [Merit(0.94, 1.0), Merit(0.96, 1.0)], 3: [Merit(0.96, 1.0), Merit(0.97, 1.0), Merit(0.95, 4.0)]}
    found = rank(FIRST, fresh)
    assert [each.trial for each in found] == [3, 2, 1, 5, 4]
    assert found[0].merit == (pytest.approx(0.96), 2.0)
    assert found[0].spread == pytest.approx(0.01)
    assert [each.is_confirmed for each in found] == [True, True, False, False, False]
    assert math.isnan(found[2].spread)


def test_a_trial_whose_fresh_seed_diverged_stands_last() -> None:
    assert rank(FIRST, {2: [Merit(0.99, 0.1), Merit(math.nan, math.nan)]})[-2:][0].trial in (2, 4)
    assert rank(FIRST, {2: [Merit(0.99, 0.1), Merit(math.nan, math.nan)]})[0].trial == 1


def test_the_finalists_are_the_best_that_are_not_lost() -> None:
    assert finalists(FIRST, 2) == (2, 1)
    assert finalists(FIRST) == (2, 1, 3, 5)


def test_others_are_equal_to_the_first_by_what_both_have() -> None:
    alike, worse = Merit(0.9, 0.2), Merit(0.9, 0.3)
    first = {1: alike, 2: alike, 3: worse, 4: alike}
    assert count_equal(rank(first, {}), first) == 2
    confirmed = {1: [alike, worse], 2: [alike, alike], 3: [alike, worse]}
    ranked = rank(first, confirmed)
    assert ranked[0].trial == 2
    assert count_equal(ranked, first) == 0
    assert count_equal(rank(first, {2: [alike, worse]}), first) == 2
    assert count_equal(rank(first, confirmed | {2: [alike, worse]}), first) == 3

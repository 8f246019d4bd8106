"""Who leads a sweep, and who must not be called the winner yet."""

import math

from engine.search.ranking import finalists, rank, winner

FIRST = {1: 0.97, 2: 0.99, 3: 0.96, 4: math.nan, 5: 0.95}


def test_confirmed_trials_stand_first_by_their_fresh_mean() -> None:
    found = rank(FIRST, {2: [0.94, 0.96, 0.95], 3: [0.96, 0.97, 0.95]}, greater_is_better=True)
    assert [each.trial for each in found] == [3, 2, 1, 5, 4]
    assert found[0].value == 0.96
    assert [each.is_confirmed for each in found] == [True, True, False, False, False]
    assert math.isnan(found[2].spread)
    assert found[0].fits == 3


def test_costs_rank_the_other_way_round() -> None:
    found = rank({1: 0.2, 2: 0.1, 3: math.inf}, {}, greater_is_better=False)
    assert [each.trial for each in found] == [2, 1, 3]


def test_a_single_training_is_never_the_winner() -> None:
    assert winner(rank(FIRST, {}, greater_is_better=True)) is None
    won = winner(rank(FIRST, {5: [0.94, 0.95]}, greater_is_better=True))
    assert won is not None
    assert won.trial == 5


def test_a_trial_whose_fresh_seed_diverged_does_not_win() -> None:
    assert winner(rank(FIRST, {2: [0.99, math.nan]}, greater_is_better=True)) is None


def test_the_finalists_are_the_best_that_are_numbers() -> None:
    assert finalists(FIRST, 2, greater_is_better=True) == (2, 1)
    assert finalists(FIRST, greater_is_better=False) == (5, 3, 1, 2)

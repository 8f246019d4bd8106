"""Pruners on made-up curves: who goes, who stays, and the hint to stop searching."""

import math

import pytest

from engine.search.pruning import Pruner, brackets, is_pruned, rungs, stop_hint

CURVES = {trial: [2.0 - 0.01 * epoch * (10 - trial) for epoch in range(13)] for trial in range(9)}


def test_without_a_pruner_nobody_goes() -> None:
    assert not any(is_pruned(Pruner.NONE, trial, CURVES, epochs=30) for trial in CURVES)


def test_the_median_lets_the_worse_half_go() -> None:
    assert [trial for trial in CURVES if is_pruned(Pruner.MEDIAN, trial, CURVES, epochs=30)] == [5, 6, 7, 8]


def test_the_median_waits_for_the_first_epochs_and_for_enough_trials() -> None:
    young = {trial: costs[:4] for trial, costs in CURVES.items()}
    assert not is_pruned(Pruner.MEDIAN, 8, young, epochs=30)
    few = {trial: CURVES[trial] for trial in (0, 1, 8)}
    assert not is_pruned(Pruner.MEDIAN, 8, few, epochs=30)


def test_a_past_best_counts_not_the_last_value() -> None:
    curves = {**CURVES, 0: [*CURVES[0][:-1], 9.0]}
    assert not is_pruned(Pruner.MEDIAN, 0, curves, epochs=30)


def test_halving_keeps_the_best_third_at_each_rung_and_judges_nowhere_else() -> None:
    assert rungs(30) == (1, 3, 9, 27)
    at_rung = {trial: costs[:10] for trial, costs in CURVES.items()}
    assert [trial for trial in CURVES if not is_pruned(Pruner.ASHA, trial, at_rung, epochs=30)] == [0, 1, 2]
    assert not any(is_pruned(Pruner.ASHA, trial, CURVES, epochs=30) for trial in CURVES)


def test_the_first_at_a_rung_goes_on() -> None:
    assert not is_pruned(Pruner.ASHA, 8, {8: CURVES[8][:4], 0: CURVES[0][:2]}, epochs=30)


def test_hyperband_has_a_bracket_that_never_prunes_and_one_as_eager_as_halving() -> None:
    found = brackets(30)
    assert found[0] == rungs(30)
    assert found[-1] == ()
    curves = {trial: [9.0, 1.0 + trial / 120] for trial in range(120)}
    pruned = sum(is_pruned(Pruner.HYPERBAND, trial, curves, epochs=30) for trial in curves)
    assert 20 < pruned < 80


@pytest.mark.parametrize("pruner", [Pruner.MEDIAN, Pruner.ASHA, Pruner.HYPERBAND])
def test_what_is_no_number_goes_at_once_and_a_finished_trial_never(pruner: Pruner) -> None:
    assert is_pruned(pruner, 0, {0: [2.0, math.nan]}, epochs=30)
    assert not is_pruned(pruner, 8, CURVES, epochs=12)
    assert not is_pruned(pruner, 0, {0: [2.0]}, epochs=30)


def test_the_hint_comes_when_the_last_trials_bought_nothing() -> None:
    scores = [0.1, 0.2, 0.6, *[0.5] * 30]
    assert stop_hint(scores).startswith("The last 30 trials bought nothing")
    assert stop_hint([*scores, 0.7]) == ""
    assert stop_hint([*scores, 0.601]) != ""
    assert stop_hint([each - 50 for each in scores]) == stop_hint(scores)
    assert stop_hint(scores[:20]) == ""
    assert stop_hint([math.nan] * 60) == ""
    assert stop_hint([]) == ""

"""Importance and Pareto front on costs whose cause is known."""

import math
from random import Random

import numpy as np

from engine.hyperparameters import Hyperparameters
from engine.search.importance import importances, pareto_front
from engine.search.space import Point, Space, sample

SPACE = Space.from_text(
    {"learning_rate": "0.001..1", "l2": "1e-6..0.1", "optimizer": "momentum|sgd|adam", "momentum": "0..0.9"},
    Hyperparameters(),
)


def drawn(count: int) -> list[Point]:
    rng = Random(0)
    return [sample(SPACE, rng) for _ in range(count)]


def test_the_hyperparameter_that_makes_the_cost_is_the_most_important() -> None:
    points = drawn(150)
    costs = [(math.log10(point.to_mapping()["learning_rate"]) + 1.5) ** 2 for point in points]  # type: ignore[arg-type]
    found = importances(SPACE, points, costs, np.random.default_rng(0))
    assert found[0].name == "learning_rate"
    assert found[0].share > 0.5
    assert found[0].is_reliable
    assert (
        sum(each.share for each in found) == np.float64(1).item() or abs(sum(each.share for each in found) - 1) < 1e-9
    )


def test_a_choice_that_makes_the_cost_is_the_most_important() -> None:
    points = drawn(150)
    costs = [float(point.to_mapping()["optimizer"] != "adam") + 0.01 * i / 150 for i, point in enumerate(points)]
    found = importances(SPACE, points, costs, np.random.default_rng(0))
    assert found[0].name == "optimizer"


def test_few_trials_are_not_to_be_relied_on_and_none_are_no_error() -> None:
    points = drawn(5)
    assert not importances(SPACE, points, [1.0, math.nan, 2.0, 3.0, math.inf], np.random.default_rng(0))[0].is_reliable
    assert len(importances(SPACE, [], [], np.random.default_rng(0))) == 4


def test_equal_costs_make_nothing_important_by_much() -> None:
    found = importances(SPACE, drawn(60), [1.0] * 60, np.random.default_rng(0))
    assert all(abs(each.share - 0.25) < 1e-9 for each in found)


def test_the_front_holds_what_nothing_beats_in_both() -> None:
    scores = [0.9, 0.95, 0.94, 0.99, math.nan, 0.9]
    seconds = [1.0, 2.0, 3.0, 9.0, 0.5, 1.5]
    assert pareto_front(scores, seconds) == (0, 1, 3)
    assert pareto_front([], []) == ()

"""Scores against values worked by hand, and on the edges where they are not defined."""

import math

import numpy as np
import pytest

from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters
from engine.records import Task
from engine.scores import all_scores, check_score, default_score, score
from engine.training import train

PROBABILITIES = np.array([0.9, 0.8, 0.3, 0.6, 0.1])
CLASSES = np.array([1, 0, 0, 1, 1])


def test_scores_of_two_classes_by_hand() -> None:
    found = all_scores(Task.BINARY, PROBABILITIES, CLASSES)
    assert found["accuracy"] == pytest.approx(3 / 5)
    assert found["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found["f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert found["roc_auc"] == pytest.approx(3 / 6)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.2, 0.7, 0.6, 0.1]).mean())


def test_scores_of_three_classes_by_hand() -> None:
    probabilities = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]])
    found = all_scores(Task.MULTICLASS, probabilities, np.array([0, 1, 1, 2]))
    assert found["accuracy"] == pytest.approx(3 / 4)
    assert found["balanced_accuracy"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    assert found["f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert found["roc_auc"] == pytest.approx(1.0)


def test_tied_probabilities_count_half_in_the_area_under_the_curve() -> None:
    found = all_scores(Task.BINARY, np.array([0.5, 0.5, 0.5, 0.5]), np.array([0, 1, 0, 1]))
    assert found["roc_auc"] == pytest.approx(0.5)


def test_scores_of_values_by_hand_are_in_the_unit_of_the_target() -> None:
    values, y = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0])
    found = all_scores(Task.REGRESSION, values, y, scale=10.0)
    assert found["r2"] == pytest.approx(1 - 5 / 2)
    assert found["mae"] == pytest.approx(10.0)
    assert found["rmse"] == pytest.approx(10 * math.sqrt(5 / 3))


def test_a_score_that_chooses_is_always_better_when_greater() -> None:
    y = np.array([0.0, 1.0])
    near, far = np.array([0.1, 0.9]), np.array([0.5, 0.5])
    for name in ("r2", "mae", "rmse"):
        assert score(name, Task.REGRESSION, near, y) > score(name, Task.REGRESSION, far, y)


def test_the_area_is_unknown_where_only_one_class_occurs() -> None:
    assert math.isnan(all_scores(Task.BINARY, np.array([0.2, 0.7]), np.array([1, 1]))["roc_auc"])


def test_there_is_no_score_without_rows_or_with_predictions_that_are_not_finite() -> None:
    assert math.isnan(score("f1", Task.BINARY, np.empty(0), np.empty(0, np.intp)))
    assert math.isnan(score("f1", Task.BINARY, np.array([math.nan]), np.array([1])))


def test_a_score_of_another_task_is_refused_with_those_that_fit() -> None:
    with pytest.raises(UsageError, match="use one of r2, mae, rmse"):
        check_score("accuracy", Task.REGRESSION)


@pytest.mark.parametrize("task", list(Task))
def test_the_scores_of_a_record_are_those_of_its_predictions(task, make_data) -> None:
    data = make_data(task, 120, 5, 80)
    h = Hyperparameters(epochs=3, dtype="float64", monitor="full")
    names = ("r2", "mae", "rmse") if task is Task.REGRESSION else ("accuracy", "balanced_accuracy", "f1", "roc_auc")
    for name in names:
        last = list(train(h, data, score=name))[-1]
        assert math.isfinite(last.train_score)
        assert last.validation_score != last.train_score
    default = list(train(h, data))[-1]
    assert default == list(train(h, data, score=default_score(task)))[-1] or default.health is not None

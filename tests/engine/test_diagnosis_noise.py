"""The verdict on trainings on which there is nothing to learn: a target that has nothing to do with the features."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.diagnosis import CostCurve, baseline_cost, diagnose
from engine.hyperparameters import Hyperparameters
from engine.records import Task, VerdictKind
from engine.training import train


def heavy_tails(random: np.random.Generator) -> NDArray:
    return random.standard_t(2, 150)


def six_in_a_hundred(random: np.random.Generator) -> NDArray:
    """How many of them are for training is luck, as in a fold."""
    return random.permutation(150) < 9


@pytest.mark.parametrize(("task", "draw"), [(Task.REGRESSION, heavy_tails), (Task.BINARY, six_in_a_hundred)])
def test_a_linear_model_on_noise_is_never_said_to_have_learned_or_to_learn(
    make_dataset: Callable[..., Dataset], task: Task, draw: Callable[[np.random.Generator], NDArray]
) -> None:
    linear = Hyperparameters(epochs=60, hidden_units=(), batch_size=8)
    for seed in range(20):
        random = np.random.default_rng(seed)
        data = make_dataset(task, random.standard_normal((150, 1)), draw(random), train=90)
        baseline = baseline_cost(
            task,
            class_shares=data.class_shares,
            validation_shares=data.validation_shares,
            variance=data.target_variance,
            validation_spread=data.validation_spread,
        )
        points = [(at.epoch, at.train_cost, at.validation_cost) for at in train(linear.replace(seed=seed), data)]
        verdict = diagnose(CostCurve(*zip(*points, strict=True)), linear, baseline=baseline)
        assert verdict.kind in {VerdictKind.STUCK, VerdictKind.UNDERFITTING}

"""The verdict on a curve of ours."""

from dataclasses import dataclass
from typing import Self

from engine.diagnosis import CostCurve, baseline_cost, diagnose
from engine.hyperparameters import Hyperparameters
from engine.records import Task, Verdict
from sessions.records import Curve

__all__ = ["Rows", "judge"]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a verdict must know of the rows trained on."""

    n_train: int
    """How many there are."""
    baseline: float
    """Cost of the best constant prediction, taking the classes as equally frequent."""

    @classmethod
    def of(cls, n_train: int, task: Task, n_classes: int) -> Self:
        """From a session's or a data set's description."""
        return cls(n_train, baseline_cost(task, [1 / n_classes] * n_classes if n_classes else ()))


def judge(curve: Curve | CostCurve, hyperparameters: Hyperparameters, about: Rows, *, is_over: bool) -> Verdict:
    """What the curve shows so far, and what to try next."""
    costs = CostCurve(curve.epoch, curve.train_cost, curve.validation_cost)
    return diagnose(costs, hyperparameters, baseline=about.baseline, n_train=about.n_train, is_over=is_over)

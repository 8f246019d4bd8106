"""The verdict on a curve of ours."""

from engine.diagnosis import CostCurve, diagnose
from engine.hyperparameters import Hyperparameters
from engine.records import Verdict
from sessions.records import Curve

__all__ = ["judge"]


def judge(curve: Curve, hyperparameters: Hyperparameters, *, is_over: bool) -> Verdict:
    """What the curve shows so far, and what to try next."""
    costs = CostCurve(curve.epoch, curve.train_cost, curve.validation_cost)
    return diagnose(costs, hyperparameters, is_over=is_over)

"""The verdict on a curve of ours, and what it must know of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine.diagnosis import Baseline, CostCurve, baseline_cost, diagnose
from engine.hyperparameters import Hyperparameters
from engine.records import Verdict
from sessions.fits.fit_folder import FitSpec
from sessions.records import Curve, SessionInfo

if TYPE_CHECKING:
    from engine.data import Dataset

__all__ = ["Rows", "judge"]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a verdict must know of the rows of a fit."""

    n_train: int
    """How many it is trained on."""
    baseline: Baseline
    """What the constant that fits them best costs, on them and on the validation rows."""

    @classmethod
    def of(cls, data: Dataset, hyperparameters: Hyperparameters) -> Self:
        """From the data, once, by the worker that trains on them: its spec tells everybody else."""
        baseline = baseline_cost(
            data.task,
            class_shares=data.class_shares,
            validation_shares=data.validation_shares,
            variance=data.target_variance,
            validation_spread=data.validation_spread,
            balanced=hyperparameters.class_weight == "balanced",
        )
        return cls(len(data.train.y), baseline)

    @classmethod
    def of_fit(cls, spec: FitSpec | None, info: SessionInfo) -> Self:
        """Without the data. A spec of an older version does not tell: then the classes count as equally frequent."""
        if spec is not None and spec.baseline:
            return cls(spec.n_train, Baseline(*spec.baseline))
        shares = [1 / len(info.classes) for _ in info.classes]
        return cls(info.train_rows, baseline_cost(info.task, class_shares=shares))


def judge(curve: Curve | CostCurve, hyperparameters: Hyperparameters, about: Rows, *, is_over: bool) -> Verdict:
    """What the curve shows so far, and what to try next."""
    costs = CostCurve(curve.epoch, curve.train_cost, curve.validation_cost)
    return diagnose(costs, hyperparameters, baseline=about.baseline, n_train=about.n_train, is_over=is_over)

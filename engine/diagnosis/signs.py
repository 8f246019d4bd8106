"""The measured signs of one curve: levels, falls, jumps and rises, from the epochs and two columns of costs.

Judges nothing: `engine.diagnosis.rules` does. Never imports NumPy.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from engine.records import Task

__all__ = ["Baseline", "CostCurve", "Signs", "baseline_cost", "measure"]

_WIDEST_WINDOW = 50
_FEWEST_LATE = 7
_MOST_LATE = 200
_TOLD_RISE = 0.05
_TOLD_OF_REFERENCE = 0.002
_LARGE_RISE = 0.5
_LARGE_OF_REFERENCE = 0.1


@dataclass(frozen=True, slots=True)
class CostCurve:
    """The columns of a curve that a verdict rests on, all of equal length."""

    epoch: Sequence[int]
    """Rising."""
    train_cost: Sequence[float]
    """Non-finite once the training has diverged."""
    validation_cost: Sequence[float]
    """NaN where it was not measured."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the constant that fits the training rows best costs, without penalties; 0 if there is nothing to learn."""

    training: float
    """On the training rows, weighted as they are trained on."""
    validation: float
    """On the validation rows, which are never weighted."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be measured of a curve that has at least one finite training cost."""

    points: int
    """Points of the curve, the first one included."""
    start: float
    """First training cost."""
    reference: float
    """Training cost of a network that has learned nothing: the start, or the best constant prediction if lower."""
    judged_reference: float
    """The same for the judged column, whose rows are others and may be weighted otherwise."""
    level: float
    """Median of the last training costs."""
    lowest: float
    """Smallest training cost."""
    peak: float
    """Largest finite training cost."""
    last_epoch: int
    judged: str
    """`validation`, or `training` where there is no validation cost; the costs below are of this column."""
    is_weighted: bool
    """Whether the training cost weighs its rows, as the validation cost never does."""
    first: float
    """First cost of the judged column."""
    best: float
    """Smallest cost of the judged column."""
    best_epoch: int
    is_best_late: bool
    """Whether that is within the last quarter of the judged column."""
    train_at_best: float
    """Training cost at the best epoch."""
    final: float
    """Median of the last costs of the judged column."""
    risen_to: float
    """Median of the last costs from the best one on: the best cost itself if it is the last."""
    noise: float
    """Median change, up or down, from one epoch to the next in the later half of the judged column."""
    fall: float
    """How far the judged level fell from the window before to the last window; negative when it rose."""
    train_fall: float
    """The same for the training cost."""
    jump: float
    """Mean rise from one epoch to the next in the later half of the training costs."""
    jumps: int
    """Rises of more than a tenth of the reference in that half."""

    @property
    def is_start_reference(self) -> bool:
        """Whether nothing lower than the first cost is known to cost a network that has learned nothing."""
        return self.reference == self.start

    @property
    def gap(self) -> float:
        """Validation minus training cost at the best epoch; zero without validation, or where rows weigh unlike."""
        return self.best - self.train_at_best if self.judged == "validation" and not self.is_weighted else 0.0

    @property
    def rise(self) -> float:
        """How far the judged cost stands above its best at the end."""
        return self.risen_to - self.best

    @property
    def has_risen_much(self) -> bool:
        """Whether that is a good part of the best cost and of all there was to learn."""
        return self.rise > max(_LARGE_RISE * abs(self.best), _LARGE_OF_REFERENCE * abs(self.judged_reference))

    @property
    def has_risen(self) -> bool:
        """Whether that is large, or enough to be told and more than the luck of the lowest of so many noisy points."""
        luck = (2.0 + math.sqrt(2.0 * math.log(self.points))) * self.noise
        least = max(_TOLD_RISE * abs(self.best), _TOLD_OF_REFERENCE * abs(self.judged_reference), luck)
        return self.has_risen_much or self.rise > least

    def is_above(self, share: float) -> bool:
        """Whether both costs stand above a share of what they cost a network that has learned nothing."""
        pairs = ((self.level, self.reference), (self.final, self.judged_reference))
        return all(cost > reference - (1.0 - share) * abs(reference) for cost, reference in pairs)

    def has_trained_on(self, share: float) -> bool:
        """Whether the training cost has fallen by more than a share of what it was at the best epoch."""
        return self.level < self.train_at_best - share * abs(self.train_at_best)


def baseline_cost(
    task: Task,
    *,
    class_shares: Sequence[float] = (),
    validation_shares: Sequence[float] = (),
    variance: float = 1.0,
    validation_spread: float = math.nan,
    balanced: bool = False,
) -> Baseline:
    """Costs of the best constant prediction: half the target's variance, or the entropy of the class shares.

    `validation_spread` is the mean squared distance of the validation target from the training target's mean. Where
    the validation rows are unknown, or have a class that the training rows lack, they count as like the training rows.
    `balanced` weights make the training rows of all classes weigh alike, whatever their shares.
    """
    if task is Task.REGRESSION:
        training = plain = variance / 2.0
        validation = validation_spread / 2.0
    else:
        shares = class_shares or (0.5, 0.5)
        plain = _cross_entropy(shares, shares)
        training = math.log(len(shares)) if balanced else plain
        validation = _cross_entropy(shares, validation_shares) if validation_shares else math.nan
    return Baseline(training, validation if math.isfinite(validation) else plain)


def _cross_entropy(told: Sequence[float], found: Sequence[float]) -> float:
    """Mean cost of telling these shares to rows with those; infinite where one that is found was told to be none."""
    pairs = [(share, weight) for share, weight in zip(told, found, strict=True) if weight > 0.0]
    return -sum(weight * math.log(share) if share > 0.0 else -math.inf for share, weight in pairs)


def measure(curve: CostCurve, baseline: Baseline | None, *, is_weighted: bool = False) -> Signs:
    """Measure a curve whose training costs, of weighted rows or not, are finite. Raises ValueError for an empty one."""
    train = curve.train_cost
    seen = [place for place, cost in enumerate(curve.validation_cost) if math.isfinite(cost)]
    judged = [curve.validation_cost[place] for place in seen] if seen else train
    places = seen or range(len(train))
    best = min(range(len(judged)), key=judged.__getitem__)
    reference, judged_reference = _references(train[0], baseline)
    rises = [max(change, 0.0) for change in _late_changes(train)]
    return Signs(
        points=len(train),
        start=train[0],
        reference=reference,
        judged_reference=judged_reference if seen else reference,
        level=_level(train),
        lowest=min(train),
        peak=max(train),
        last_epoch=curve.epoch[-1],
        judged="validation" if seen else "training",
        is_weighted=is_weighted,
        first=judged[0],
        best=judged[best],
        best_epoch=curve.epoch[places[best]],
        is_best_late=best >= len(judged) - max(len(judged) // 4, 2),
        train_at_best=train[places[best]],
        final=_level(judged),
        risen_to=median(judged[max(best, len(judged) - _window(len(judged))) :]),
        noise=median(map(abs, _late_changes(judged) or [0.0])),
        fall=_fall(judged),
        train_fall=_fall(train),
        jump=sum(rises) / max(len(rises), 1),
        jumps=sum(rise > 0.1 * abs(reference) for rise in rises),
    )


def _references(start: float, baseline: Baseline | None) -> tuple[float, float]:
    """Of the training and the validation cost. A baseline of 0 tells nothing: the target is the same in every row."""
    if baseline is None or not (baseline.training and baseline.validation):
        return start, start
    return min(start, baseline.training), min(start, baseline.validation)


def _window(points: int) -> int:
    return max(1, min(points // 8, _WIDEST_WINDOW))


def _level(costs: Sequence[float]) -> float:
    return median(costs[-_window(len(costs)) :])


def _fall(costs: Sequence[float]) -> float:
    """Level of the window before the last one minus the level of the last; zero with fewer than three points."""
    if len(costs) < 3:
        return 0.0
    width = _window(len(costs))
    return median(costs[-2 * width : -width]) - median(costs[-width:])


def _late_changes(costs: Sequence[float]) -> list[float]:
    late = costs[-min(max(len(costs) // 2, _FEWEST_LATE), _MOST_LATE) :]
    return [after - before for before, after in pairwise(late)]

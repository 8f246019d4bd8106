"""The rules that turn a curve's signs into a verdict. The thresholds and what they were measured on: docs/diagnosis.md.

A rule fires on levels (medians of windows), not on single points, so that a growing curve does not flicker.
"""

import math

from engine.diagnosis.advice import advise
from engine.diagnosis.signs import Baseline, CostCurve, Signs, measure
from engine.diagnosis.words import figure, sentence
from engine.hyperparameters import Hyperparameters
from engine.records import Verdict, VerdictKind

__all__ = ["ALARMS", "diagnose"]

ALARMS = frozenset(
    {
        VerdictKind.DIVERGED,
        VerdictKind.OVERFITTING,
        VerdictKind.STUCK,
        VerdictKind.UNDERFITTING,
        VerdictKind.UNSTABLE,
    }
)
"""The kinds that mark trouble; the others describe a stage."""

_FAR_ABOVE = 3.0
_FEWEST_POINTS = 4
_FIRST_JUDGED_POINT = 6
_FIRST_UNSTABLE_POINT = 8


def diagnose(
    curve: CostCurve,
    hyperparameters: Hyperparameters | None = None,
    *,
    baseline: Baseline | None = None,
    n_train: int | None = None,
    is_over: bool = True,
) -> Verdict:
    """The verdict on a curve, finished or still growing.

    `baseline` is what the best constant prediction costs (`baseline_cost`), `n_train` the number of training rows;
    both sharpen the verdict and may be unknown. Without hyperparameters the advice names a direction, not values.
    """
    if not curve.epoch:
        return Verdict(VerdictKind.LEARNING, "no point of the curve yet")
    lost = _lost_at(curve)
    if lost is not None:
        return _not_finite(curve, lost, hyperparameters)
    is_weighted = hyperparameters is not None and hyperparameters.class_weight != "none"
    signs = measure(curve, baseline, is_weighted=is_weighted)
    kind = _kind(signs, hyperparameters, is_over)
    if kind is VerdictKind.CONVERGED and signs.points < _FEWEST_POINTS:
        kind = VerdictKind.TOO_SHORT
        text = f"{signs.points} {'point is' if signs.points == 1 else 'points are'} too few to tell where it goes"
        return Verdict(kind, text)
    return Verdict(kind, sentence(kind, signs), advise(kind, signs, hyperparameters, n_train))


def _lost_at(curve: CostCurve) -> int | None:
    """Place of the first training cost, or of a last validation cost, that is not a number."""
    if not all(map(math.isfinite, curve.train_cost)):
        return next(place for place, cost in enumerate(curve.train_cost) if not math.isfinite(cost))
    if any(map(math.isinf, curve.validation_cost)):
        return next(place for place, cost in enumerate(curve.validation_cost) if math.isinf(cost))
    last = len(curve.validation_cost) - 1
    measured_always = last > 0 and all(map(math.isfinite, curve.validation_cost[:last]))
    return last if measured_always and math.isnan(curve.validation_cost[last]) else None


def _not_finite(curve: CostCurve, lost: int, hyperparameters: Hyperparameters | None) -> Verdict:
    which = "training" if not math.isfinite(curve.train_cost[lost]) else "validation"
    cost = curve.train_cost[lost] if which == "training" else curve.validation_cost[lost]
    text = f"the {which} cost is {cost} at epoch {curve.epoch[lost]}"
    if lost:
        text += f", after {figure(curve.train_cost[0])} at epoch {curve.epoch[0]}"
    whole = CostCurve(curve.epoch[: max(lost, 1)], curve.train_cost[: max(lost, 1)], ())
    signs = measure(whole, None) if lost else None
    return Verdict(VerdictKind.DIVERGED, text, advise(VerdictKind.DIVERGED, signs, hyperparameters, None))


def _kind(signs: Signs, hyperparameters: Hyperparameters | None, is_over: bool) -> VerdictKind:
    """The first rule that fires, gravest first."""
    ripe = is_over or signs.points >= _FIRST_JUDGED_POINT
    if ripe and signs.points > 1:
        if signs.level > _FAR_ABOVE * abs(signs.start):
            return VerdictKind.DIVERGED
        if _is_unstable(signs):
            return VerdictKind.UNSTABLE
        if _is_stuck(signs, hyperparameters, is_over):
            return VerdictKind.STUCK
        if _is_overfitting(signs):
            return VerdictKind.OVERFITTING
    if not is_over:
        return VerdictKind.LEARNING
    if _is_falling(signs):
        return VerdictKind.TOO_SHORT
    return VerdictKind.UNDERFITTING if _is_underfitting(signs) else VerdictKind.CONVERGED


def _is_unstable(signs: Signs) -> bool:
    """The training cost keeps jumping up by a good part of all there is to learn."""
    return signs.points >= _FIRST_UNSTABLE_POINT and signs.jumps >= 3 and signs.jump > 0.04 * abs(signs.reference)


def _is_stuck(signs: Signs, hyperparameters: Hyperparameters | None, is_over: bool) -> bool:
    """Hardly below a network that has learned nothing; while it runs, only after a good part of its epochs."""
    if not is_over:
        planned = hyperparameters.epochs if hyperparameters else 0
        if signs.last_epoch < max(5.0, 0.2 * planned):
            return False
    return signs.points > 2 and signs.is_above(0.9)


def _is_overfitting(signs: Signs) -> bool:
    """The validation cost has risen clearly since its best epoch while the training cost fell on."""
    return (
        signs.judged == "validation"
        and signs.points >= _FIRST_JUDGED_POINT
        and signs.has_risen_much
        and signs.has_trained_on(0.25)
    )


def _is_falling(signs: Signs) -> bool:
    """More epochs would help: the last window still brought something, to where no earlier epoch was better."""
    least = max(0.02 * abs(signs.final), 0.002 * abs(signs.judged_reference))
    return signs.fall > least and signs.is_best_late and not signs.has_risen


def _is_underfitting(signs: Signs) -> bool:
    """Flat, with both costs high and close to each other."""
    high = signs.reference > 0 and signs.is_above(0.6)
    return signs.points >= _FIRST_JUDGED_POINT and high and signs.gap < 0.2 * signs.best

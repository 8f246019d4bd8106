"""When a trial is not worth going on with: pure functions of what its epochs were worth so far; less is better.

Median stopping (Golovin et al. 2017), asynchronous successive halving (Li et al. 2020), Hyperband (Li et al. 2018).
No NumPy.
"""

import math
from collections.abc import Mapping, Sequence
from enum import Enum
from statistics import median

__all__ = ["Pruner", "brackets", "is_pruned", "rungs", "stop_hint"]

Curves = Mapping[int, Sequence[float]]
"""Trial number -> the costs of its epochs 0, 1, … (or what else is to be made small); NaN where there is none."""

_REDUCTION = 3
_FEWEST_TRIALS = 5
_NOTHING = 0.02


class Pruner(Enum):
    """Ways to end trials early."""

    NONE = "none"
    MEDIAN = "median"
    ASHA = "asha"
    HYPERBAND = "hyperband"


def is_pruned(pruner: Pruner, trial: int, curves: Curves, *, epochs: int) -> bool:
    """Whether a trial should end after the last epoch it has in `curves`; `epochs` is its planned number."""
    own = curves[trial]
    if pruner is Pruner.NONE or len(own) < 2 or len(own) > epochs:
        return False
    if not math.isfinite(own[-1]):
        return True
    match pruner:
        case Pruner.MEDIAN:
            return _is_worse_than_median(trial, curves, warmup=max(2, epochs // 6))
        case Pruner.ASHA:
            return _is_halved(trial, curves, rungs(epochs))
        case _:
            group = brackets(epochs)
            mine = _bracket(trial, epochs)
            peers = {number: costs for number, costs in curves.items() if _bracket(number, epochs) == mine}
            return _is_halved(trial, peers, group[mine])


def rungs(epochs: int, first: int | None = None) -> tuple[int, ...]:
    """The epochs at which a trial must be among the best third: first, 3·first, 9·first … below `epochs`."""
    start = max(1, first or epochs // 27 or 1)
    steps = []
    while start < epochs:
        steps.append(start)
        start *= _REDUCTION
    return tuple(steps)


def brackets(epochs: int) -> tuple[tuple[int, ...], ...]:
    """Hyperband's brackets: the rungs of each, from the most eager to none at all."""
    eager = rungs(epochs)
    return tuple(eager[skip:] for skip in range(len(eager) + 1))


def _bracket(trial: int, epochs: int) -> int:
    """Brackets in turn, the eager ones more often: bracket s of S gets about 3^(S-s) / (S-s+1) shares."""
    count = len(brackets(epochs))
    shares = [max(1, round(_REDUCTION ** (count - 1 - place) / (count - place))) for place in range(count)]
    place = (trial * 7919) % sum(shares)
    for bracket, share in enumerate(shares):
        if place < share:
            return bracket
        place -= share
    return count - 1


def _is_worse_than_median(trial: int, curves: Curves, warmup: int) -> bool:
    """Its best so far is worse than the median of the others' bests up to the same epoch."""
    seen = len(curves[trial])
    if seen <= warmup:
        return False
    others = [_best(costs[:seen]) for number, costs in curves.items() if number != trial and len(costs) >= seen]
    return len(others) >= _FEWEST_TRIALS and _best(curves[trial]) > median(others)


def _is_halved(trial: int, curves: Curves, steps: Sequence[int]) -> bool:
    """It stands on a rung and is not among the best third of those that reached it."""
    epoch = len(curves[trial]) - 1
    if epoch not in steps:
        return False
    bests = sorted(_best(costs[: epoch + 1]) for costs in curves.values() if len(costs) > epoch)
    if len(bests) < _REDUCTION:
        return False
    return _best(curves[trial]) > bests[max(len(bests) // _REDUCTION, 1) - 1]


def _best(costs: Sequence[float]) -> float:
    return min((cost for cost in costs if math.isfinite(cost)), default=math.inf)


def stop_hint(scores: Sequence[float], *, patience: int | None = None) -> str:
    """A sentence when the last trials bought nothing, else an empty string.

    `scores` are the trials' in their order, greater is better; `patience` is by default a third of them, at least 15.
    Nothing is less than a fiftieth of the best one's lead over the median trial.
    """
    wait = patience or max(15, len(scores) // 3)
    finite = [score if math.isfinite(score) else -math.inf for score in scores]
    if len(finite) < 2 * wait:
        return ""
    before, now = max(finite[:-wait]), max(finite)
    if not math.isfinite(before):
        return ""
    nothing = _NOTHING * (now - median(score for score in finite if math.isfinite(score)))
    if now - before > nothing:
        return ""
    last = next(place for place, score in enumerate(finite, start=1) if now - score <= nothing)
    return f"The last {len(finite) - last} trials bought nothing: stop, or widen a range that is best at its edge."

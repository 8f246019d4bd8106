"""Which hyperparameters mattered (PED-ANOVA), and which trials are worth their time (Pareto front)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.declaration import Value
from engine.search.ranges import Range
from engine.search.space import Point, Space

__all__ = ["Importance", "importances", "pareto_front"]

_FEWEST = 20
_GRID = 50
_BEST_SHARE = 0.1
_RESAMPLES = 20


@dataclass(frozen=True, slots=True)
class Importance:
    """How much one hyperparameter decided who came out best."""

    name: str
    share: float
    """Of 1 over all that is varied."""
    spread: float
    """Standard deviation of the share over bootstrap resamples of the trials."""
    is_reliable: bool
    """False when there are too few trials to tell; show it greyed."""


def importances(
    space: Space, points: Sequence[Point], costs: Sequence[float], rng: np.random.Generator
) -> tuple[Importance, ...]:
    """The share of every varied hyperparameter, greatest first (Watanabe et al. 2023, arXiv:2304.10255).

    `costs[i]` is what `points[i]` is ranked by, less is better; one that is not finite counts as worst. The distance
    is the Pearson divergence between the values of the best tenth and those of all trials.
    """
    worst = max((cost for cost in costs if math.isfinite(cost)), default=0.0)
    ranked = np.array([cost if math.isfinite(cost) else worst for cost in costs])
    columns = [_shares(each, [point.to_mapping().get(each.name) for point in points]) for each in space.ranges]
    found = _normalised(columns, space.ranges, ranked)
    drawn = [rng.integers(0, len(ranked), len(ranked)) for _ in range(_RESAMPLES if len(ranked) >= 2 else 0)]
    again = [_normalised([column[rows] for column in columns], space.ranges, ranked[rows]) for rows in drawn]
    spread = np.std(again, axis=0) if again else np.zeros(len(found))
    enough = len(ranked) >= max(_FEWEST, 5 * len(space.ranges))
    each = [Importance(one.name, float(found[i]), float(spread[i]), enough) for i, one in enumerate(space.ranges)]
    return tuple(sorted(each, key=lambda one: -one.share))


def _shares(each: Range, values: Sequence[Value | None]) -> NDArray[np.float64]:
    """Values as places in their range from 0 to 1, or as numbers of their choices; NaN where they had no effect."""
    if each.choices:
        places: dict[Value, int] = {value: place for place, value in enumerate(each.choices)}
        return np.array([np.nan if value is None else places.get(value, np.nan) for value in values])
    numbers = np.array([np.nan if value is None else float(value) for value in values])  # type: ignore[arg-type]
    if each.is_log:
        return np.log(numbers / each.low) / math.log(each.high / each.low)
    return (numbers - each.low) / (each.high - each.low)


def _normalised(
    columns: Sequence[NDArray[np.float64]], ranges: Sequence[Range], costs: NDArray[np.float64]
) -> NDArray[np.float64]:
    if len(costs) < 2:
        return np.full(len(columns), 1 / len(columns))
    is_best = costs <= np.quantile(costs, max(_BEST_SHARE, min(1.0, 3 / len(costs))))
    distances = np.array([_divergence(*pair, is_best) for pair in zip(columns, ranges, strict=True)])
    total = distances.sum()
    return distances / total if total > 0 else np.full(len(columns), 1 / len(columns))


def _divergence(column: NDArray[np.float64], each: Range, is_best: NDArray[np.bool_]) -> float:
    """Pearson divergence of the best trials' values from all trials' values."""
    density = _frequencies if each.choices else _kernel
    size = len(each.choices) if each.choices else _GRID
    known = np.isfinite(column)
    if not (known & is_best).any():
        return 0.0
    best, every = density(column[known & is_best], size), density(column[known], size)
    return float((every * (best / every - 1) ** 2).sum())


def _frequencies(places: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    counts = np.bincount(places.astype(np.intp), minlength=size) + 1 / size
    return np.asarray(counts / counts.sum())


def _kernel(shares: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Gaussian kernel density on a grid over [0, 1], by Scott's rule, with a little of the uniform mixed in."""
    grid = (np.arange(size) + 0.5) / size
    width = max(1.059 * float(shares.std()) * len(shares) ** -0.2, 0.5 / size)
    density = np.exp(-0.5 * ((grid[:, None] - shares) / width) ** 2).sum(axis=1)
    return np.asarray(density / density.sum() * 0.95 + 0.05 / size)


def pareto_front(scores: Sequence[float], seconds: Sequence[float]) -> tuple[int, ...]:
    """Indices of the trials that none beats in both score (greater is better) and seconds, quickest first."""
    order = sorted(range(len(scores)), key=lambda place: (seconds[place], -scores[place]))
    front: list[int] = []
    for place in order:
        if math.isfinite(scores[place]) and (not front or scores[place] > scores[front[-1]]):
            front.append(place)
    return tuple(front)

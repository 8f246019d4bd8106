"""CMA-ES (Hansen 2016) by the package cmaes: generations of points around a mean that moves and a covariance that
adapts. The search is replayed from the history each time, so that nothing is lost with the process.

Choices have no order to adapt to: they are drawn at random.
"""

import math
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
from cmaes import CMA  # type: ignore[import-untyped]

from engine.search.ranges import Range
from engine.search.space import Point, Space
from sessions.search.points import Told
from sessions.search.records import Sweep

__all__ = ["next_generation"]

_MOST_GENERATIONS = 1000


def next_generation(sweep: Sweep, told: Sequence[Told], wanted: int) -> list[Point]:
    """The points of the present generation that are not known yet; none while its results are awaited."""
    costs = {each.point: each.cost for each in told}
    moving = [each for each in sweep.space.ranges if not each.choices]
    rng = Random(f"cmaes {sweep.seed}")
    cma = _begin(max(len(moving), 1), sweep.seed)
    for _ in range(_MOST_GENERATIONS):
        asked = [cma.ask() for _ in range(cma.population_size)]
        points = [_point(sweep.space, moving, vector.tolist(), rng) for vector in asked]
        new = list(dict.fromkeys(point for point in points if point not in costs))
        if new:
            return new[:wanted]
        if any(costs[point] is None for point in points):
            return []
        cma.tell(_paired(asked, points, costs))
        if cma.should_stop():
            break
    return []


def _begin(dimensions: int, seed: int) -> CMA:
    """A search on the unit cube. cmaes wants two dimensions at least: a second one is then without effect."""
    size = max(dimensions, 2)
    return CMA(mean=np.full(size, 0.5), sigma=0.25, bounds=np.tile([0.0, 1.0 - 1e-9], (size, 1)), seed=seed % 2**32)


def _point(space: Space, moving: Sequence[Range], shares: Sequence[float], rng: Random) -> Point:
    by_name = {each.name: share for each, share in zip(moving, shares, strict=False)}
    return space.from_unit([by_name[each.name] if each in moving else rng.random() for each in space.ranges])


def _paired(
    asked: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.float64]]],
    points: Sequence[Point],
    costs: Mapping[Point, float | None],
) -> list[tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], float]]:
    """What was asked with what it cost; a failed trial costs as much as the worst."""
    known = [cost for point in points if (cost := costs[point]) is not None and math.isfinite(cost)]
    worst = max(known, default=0.0)
    found = (costs[point] for point in points)
    return [
        (vector, cost if cost is not None and math.isfinite(cost) else worst)
        for vector, cost in zip(asked, found, strict=True)
    ]

"""From experiments to the points of a space and back, and the proposals that need no results. Never imports NumPy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from engine.declaration import Value
from engine.hyperparameters import Hyperparameters
from engine.search.ranges import SHAPE_NAMES
from engine.search.sequences import halton
from engine.search.space import Point, Space, sample
from sessions.leading import first_state, merit_of
from sessions.records import Experiment, State
from sessions.search.budget import is_grid_cut_off
from sessions.search.records import Sampler, Sweep

__all__ = ["Told", "Walk", "has_own_values", "is_all_tried", "point_of", "told_of", "walk"]

_MOST_REPEATS = 5000
"""So many proposals in a row that were there before mean that nothing is left."""


@dataclass(frozen=True, slots=True)
class Told:
    """One trial as a sampler is told of it."""

    point: Point
    cost: float | None
    """What the sampler makes small: sorts as the session ranks. None while awaited, NaN if failed or changed."""


def point_of(space: Space, hyperparameters: Hyperparameters) -> Point:
    """Where a trial lies in the space, also in one whose ranges have been widened since."""
    units = hyperparameters.hidden_units
    shape: dict[str, Value] = {"hidden_layers": len(units), "units_per_layer": units[0] if units else 1}
    values = {
        each.name: shape[each.name] if each.name in SHAPE_NAMES else getattr(hyperparameters, each.name)
        for each in space.ranges
    }
    return space.point(values)


def told_of(space: Space, trials: Sequence[Experiment]) -> list[Told]:
    """What is known of each trial, in their order."""
    return [Told(point_of(space, each.hyperparameters), _cost(each)) for each in trials]


def is_all_tried(sweep: Sweep, trials: Sequence[Experiment]) -> bool:
    """Whether there is no configuration left that the sweep could still try."""
    known = {point_of(sweep.space, each.hyperparameters) for each in trials}
    if sweep.sampler is Sampler.GRID:
        return known.issuperset(sweep.space.grid())
    return len(known) >= sweep.space.count()


def has_own_values(trial: Experiment) -> bool:
    """Whether it trained with the values it was submitted with: its figures say nothing of them if it was changed."""
    return not trial.changes


def _cost(trial: Experiment) -> float | None:
    state = first_state(trial)
    if not state.is_over or state is State.INTERRUPTED:  # one cut short may have figures, and is trained on
        return None
    return merit_of(trial.best).guide if trial.best is not None and has_own_values(trial) else float("nan")


def walk(sampler: Sampler, space: Space, seed: int, *, is_cut_off: bool = False) -> Iterator[Point]:
    """The points that a sampler proposes without knowing results; a grid ends. Raises UsageError for a huge grid.

    A grid that the budget cuts off comes in random order: in its own, the high end of its first range is never tried.
    """
    if sampler is Sampler.GRID:
        return space.shuffled_grid(Random(f"grid {seed}")) if is_cut_off else space.grid()
    return _drawn(space, seed) if sampler is Sampler.RANDOM else _even(space, seed)


def _drawn(space: Space, seed: int) -> Iterator[Point]:
    rng = Random(f"random search {seed}")
    while True:
        yield sample(space, rng)


def _even(space: Space, seed: int) -> Iterator[Point]:
    index = 0
    while True:
        yield space.from_unit(halton(index, len(space.ranges), seed))
        index += 1


class Walk:
    """Takes new points from a sampler's sequence, leaving out those that were there before."""

    def __init__(self, sweep: Sweep, sampler: Sampler | None = None) -> None:
        self._sampler = sampler or sweep.sampler
        self._begin(sweep)

    def take(self, sweep: Sweep, known: set[Point], count: int) -> list[Point]:
        """Up to `count` points that are not known; fewer when nothing new is left.

        Follows a changed space, and a budget that now covers the whole grid.
        """
        if (sweep.space, self._is_cut_off(sweep)) != self._way:
            self._begin(sweep)
        taken: dict[Point, None] = {}
        repeats = 0
        while len(taken) < count and (repeats < _MOST_REPEATS or self._sampler is Sampler.GRID):
            point = next(self._points, None)
            if point is None:
                break
            if point in known or point in taken:
                repeats += 1
            else:
                taken[point] = None
                repeats = 0
        return list(taken)

    def _begin(self, sweep: Sweep) -> None:
        self._way = sweep.space, self._is_cut_off(sweep)
        self._points = walk(self._sampler, sweep.space, sweep.seed, is_cut_off=self._way[1])

    def _is_cut_off(self, sweep: Sweep) -> bool:
        return self._sampler is Sampler.GRID and is_grid_cut_off(sweep)

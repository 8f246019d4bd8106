"""Which queued fits go to which worker, and which of them train together as populations. Decides, does nothing."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from engine.grouping import about_seconds, population_shape, worthwhile_size
from sessions.paths import FitKey
from sessions.records import Experiment, Fit, SessionInfo

__all__ = ["Queued", "share_out"]

_WINDOW = 256
"""So many fits at the front of the queue are looked at, however long it is."""
_QUICK_S = 0.5
"""A worker gets this much work at once: trainings of milliseconds must not wait for their conductor one by one.

No more than this for each worker is handed out whole, so that all end together."""
_LEAST_S = 0.12
"""So much even if it leaves nothing for the others: it is soon done, and waiting for the next costs as much."""


@dataclass(frozen=True, slots=True)
class Queued:
    """One fit that waits."""

    experiment: Experiment
    fit: Fit

    @property
    def key(self) -> FitKey:
        """Names it."""
        return FitKey(self.experiment.number, self.fit.number)


def share_out(
    queued: Sequence[Queued], free: int, workers: int, info: SessionInfo, position: Callable[[FitKey], Hashable]
) -> list[list[list[Queued]]]:
    """For each of at most `free` of the `workers` the populations to train one after another, from the queue's front.

    Something is left for the busy ones. `position` tells the update at which a fit stands: those of one population
    stand at the same.
    """
    shares: list[list[list[Queued]]] = []
    left = list(queued[:_WINDOW])
    shapes = {each.key: _shape(each, info, position) for each in left}
    while left and len(shares) < free:
        takers = max(workers, free) - len(shares)
        most = _most(left, takers, info)
        share: list[list[Queued]] = []
        spent = 0.0
        while left and (spent < _LEAST_S or (spent < _QUICK_S and sum(map(len, share)) < most)):
            group = _group(left, shapes, takers, info)
            share.append(group)
            spent += len(group) * _seconds(group[0], info)
            taken = {each.key for each in group}
            left = [each for each in left if each.key not in taken]
        shares.append(share)
    return shares


def _most(left: Sequence[Queued], takers: int, info: SessionInfo) -> int:
    """Fits for one of them: half of its part, so that it comes again, or all of it if that is little."""
    is_little = len(left) * _seconds(left[0], info) <= takers * _QUICK_S
    return -(-len(left) // (takers if is_little else 2 * takers))


def _group(left: Sequence[Queued], shapes: dict[FitKey, Hashable], takers: int, info: SessionInfo) -> list[Queued]:
    """The first and others of its shape: a fair part of them, and no more than train faster together."""
    first = left[0]
    alike = [each for each in left if shapes[each.key] == shapes[first.key]]
    fair = max(-(-len(alike) // takers), math.ceil(_LEAST_S / _seconds(first, info)))
    return alike[: max(1, min(fair, _most_together(first, info)))]


def _shape(queued: Queued, info: SessionInfo, position: Callable[[FitKey], Hashable]) -> Hashable:
    """What members of one population share."""
    values = queued.experiment.hyperparameters_now
    return position(queued.key), _train_rows(queued, info), population_shape(values)


def _most_together(queued: Queued, info: SessionInfo) -> int:
    return worthwhile_size(queued.experiment.hyperparameters, _sizes(queued, info), _train_rows(queued, info))


def _seconds(queued: Queued, info: SessionInfo) -> float:
    return about_seconds(queued.experiment.hyperparameters, _sizes(queued, info), _train_rows(queued, info))


def _sizes(queued: Queued, info: SessionInfo) -> tuple[int, ...]:
    return info.features, *queued.experiment.hyperparameters.hidden_units, info.outputs


def _train_rows(queued: Queued, info: SessionInfo) -> int:
    if queued.fit.fold is None:
        return info.train_rows
    rows = info.train_rows + info.validation_rows
    return rows - len(range(queued.fit.fold - 1, rows, queued.experiment.folds))

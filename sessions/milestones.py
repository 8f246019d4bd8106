"""The experiments with which a session's best validation cost improved. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sessions.records import Best, Experiment, State

__all__ = ["Milestone", "milestones"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """An experiment that was better than all before it."""

    experiment: Experiment
    best: Best
    """Its figures; the cost is finite."""


def milestones(experiments: Iterable[Experiment]) -> tuple[Milestone, ...]:
    """In the order of the experiments' numbers; each has a lower validation cost than the one before."""
    found: list[Milestone] = []
    for each in sorted(experiments, key=lambda experiment: experiment.number):
        best = each.best
        if best is None or each.state is State.FAILED or not math.isfinite(best.validation_cost):
            continue
        if not found or best.validation_cost < found[-1].best.validation_cost:
            found.append(Milestone(each, best))
    return tuple(found)

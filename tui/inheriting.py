"""What a new experiment takes over from another one of its session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.declaration import format_value
from engine.hyperparameters import Hyperparameters, suit_to_task

if TYPE_CHECKING:
    from engine.records import Task
    from sessions.records import Experiment

__all__ = ["inherit"]


def inherit(experiment: Experiment, task: Task) -> tuple[Hyperparameters, list[str]]:
    """Its values, the default for each without effect in the session's task, and a sentence about each of those."""
    values = suit_to_task(experiment.hyperparameters, task)
    notes = [
        f"{name}={format_value(before)} of #{experiment.number} has no effect in a {task.value}: "
        f"{format_value(after)} takes its place."
        for name, (before, after) in experiment.hyperparameters.differences(values).items()
    ]
    return values, notes

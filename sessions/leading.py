"""Which experiment leads a session: by its best validation cost, on what is known so far."""

import math
from collections.abc import Iterable

from sessions.records import Experiment, State

__all__ = ["leader"]


def leader(experiments: Iterable[Experiment]) -> Experiment | None:
    """The one with the lowest validation cost among those that have one; None if none has."""
    known = [
        (each.best.validation_cost, each.number, each)
        for each in experiments
        if each.best is not None and each.state is not State.FAILED and math.isfinite(each.best.validation_cost)
    ]
    return min(known, key=lambda entry: entry[:2])[2] if known else None

"""A new experiment as it is before the history gives it a number: what is to be trained, and why."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from engine.hyperparameters import Hyperparameters
from sessions.records import Experiment, Fit
from sessions.states import State

__all__ = ["draft"]


def _fits_for(hyperparameters: Hyperparameters, repeats: int, folds: int) -> tuple[Fit, ...]:
    """The fits that make up one experiment: one per repeat (seed, seed + 1, …) or one per fold."""
    nothing = float("nan")
    plan = (
        [(hyperparameters.seed, fold) for fold in range(1, folds + 1)]
        if folds
        else [((hyperparameters.seed + repeat) % 2**32, None) for repeat in range(repeats)]
    )
    return tuple(
        Fit(number, State.QUEUED, seed, fold, 0, 0, nothing, nothing, nothing, 0.0)
        for number, (seed, fold) in enumerate(plan, 1)
    )


def draft(
    hyperparameters: Hyperparameters,
    *,
    idea: str = "",
    tags: tuple[str, ...] = (),
    repeats: int = 1,
    folds: int = 0,
    parent: int | None = None,
    sweep: int | None = None,
    trial: int | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Experiment:
    """A queued experiment without a number yet."""
    return Experiment(
        number=0,
        uid=uuid.uuid4().hex,
        state=State.QUEUED,
        hyperparameters=hyperparameters,
        created=now(),
        idea=idea,
        tags=tags,
        fits=_fits_for(hyperparameters, repeats, folds),
        parent=parent,
        sweep=sweep,
        trial=trial,
    )


# Most sessions have no sweep, and reading one loads half of the search: 15 ms of every command.

"""A sweep before it is launched: checked, counted, and timed by what past trainings took."""

import math
import statistics
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters, check_task
from engine.search.pruning import Pruner
from engine.search.space import Space
from sessions.records import Experiment, SessionInfo, State
from sessions.search.budget import (
    FEWEST_CONFIRMED,
    Shares,
    different_configurations,
    grid_budget,
    is_grid_cut_off,
    longest_trial,
    shares,
    shares_to_train,
)
from sessions.search.points import Walk
from sessions.search.proposing import STARTUP
from sessions.search.records import Budget, Sampler, Sweep

__all__ = ["DEFAULT_TRIALS", "Preview", "draft_sweep", "preview"]

DEFAULT_TRIALS = 60
_MOST_DIMENSIONS = 26
_MOST_SHOWN = 10_000


def draft_sweep(
    space: Space,
    info: SessionInfo,
    *,
    sampler: Sampler = Sampler.TPE,
    pruner: Pruner = Pruner.NONE,
    budget: Budget | None = None,
    is_confirming: bool = True,
    repeats: int = 1,
    folds: int = 0,
    seed: int = 0,
    idea: str = "",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Sweep:
    """A sweep without a number yet; a grid is walked whole unless the budget says otherwise. Raises UsageError."""
    if not info.validation_rows and not folds:
        raise UsageError(
            f"The session {info.name!r} has no validation rows to compare trials on: use --folds, or a session "
            "with a split such as 0.6,0.2,0.2."
        )
    check_task(space.base, info.task, [each.name for each in space.ranges])
    _check_sampler(space, sampler)
    budget = budget or Budget()
    if budget == Budget():
        trials = grid_budget(space.grid_size(), is_confirming=is_confirming) if sampler is Sampler.GRID else None
        budget = Budget(trials=trials or DEFAULT_TRIALS)
    return Sweep(
        number=0,
        uid=uuid.uuid4().hex,
        state=State.RUNNING,
        space=space,
        sampler=sampler,
        pruner=pruner,
        budget=budget,
        is_confirming=is_confirming,
        repeats=repeats,
        folds=folds,
        seed=seed,
        created=now(),
        idea=idea,
    )


def _check_sampler(space: Space, sampler: Sampler) -> None:
    if sampler is Sampler.GRID:
        space.grid()
    if sampler is Sampler.CMAES and all(each.choices for each in space.ranges):
        raise UsageError("cmaes searches intervals and this space has choices only: use grid, random or tpe.")
    if len(space.ranges) > _MOST_DIMENSIONS and sampler in (Sampler.QMC, Sampler.TPE):
        raise UsageError(
            f"{len(space.ranges)} hyperparameters are varied and {sampler.value} takes at most {_MOST_DIMENSIONS}: "
            "vary fewer, or use random."
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a sweep would do."""

    configurations: tuple[Hyperparameters, ...]
    """Those that are known before any result, in order."""
    later: int
    """How many more will be proposed from results; 0 where all are known."""
    different: float
    """Configurations there are to try: of the grid, or of the space; inf for an interval of real numbers."""
    trainings: int | None
    """Altogether, repeats, folds and confirmation included; None where the budget is epochs or minutes."""
    confirming: int
    """How many of the trainings are kept to confirm the best with fresh seeds."""
    seconds: float | None
    """About how long it takes; None without past trainings in this session."""
    is_at_most: bool
    """Whether it may well be over sooner: pruned trials are short, and another budget may end it."""
    notes: tuple[str, ...]
    """What a person should know before launching."""


def preview(sweep: Sweep, past: Sequence[Experiment], sweeps: Sequence[Sweep], workers: int) -> Preview:
    """What the sweep would do, and about how long it would take."""
    planned, different = shares_to_train(sweep), different_configurations(sweep)
    search = planned.search if planned else int(min(different, _MOST_SHOWN))
    known = min(search, STARTUP if sweep.sampler.learns else _MOST_SHOWN)
    walk = Walk(sweep, Sampler.QMC if sweep.sampler is Sampler.TPE else None)
    if sweep.sampler is Sampler.CMAES:
        from sessions.search.evolution import next_generation

        points = next_generation(sweep, [], known)
    else:
        points = walk.take(sweep, set(), known)
    configurations = tuple(map(sweep.space.to_hyperparameters, points))
    trainings = planned.total * sweep.fits_per_trial if planned else None
    return Preview(
        configurations=configurations,
        later=max(search - len(points), 0) if sweep.sampler.learns and planned else 0,
        different=different,
        trainings=trainings,
        confirming=planned.finalists * planned.fresh * sweep.fits_per_trial if planned else 0,
        seconds=_seconds(sweep.budget, configurations, trainings, _seconds_per_work(past, sweeps, workers)),
        is_at_most=sweep.pruner is not Pruner.NONE or sweep.budget != Budget(trials=sweep.budget.trials),
        notes=_notes(sweep),
    )


def _seconds(
    budget: Budget, configurations: Sequence[Hyperparameters], trainings: int | None, rate: float | None
) -> float | None:
    limits = [] if budget.minutes is None else [60 * budget.minutes]
    if rate is not None and configurations:
        epochs = statistics.fmean(each.epochs for each in configurations)
        work = statistics.fmean(each.epochs * _work(each) for each in configurations)
        limits += [] if trainings is None else [rate * work * trainings]
        limits += [] if budget.epochs is None else [rate * work * budget.epochs / epochs]
    return min(limits, default=None)


def _seconds_per_work(past: Sequence[Experiment], sweeps: Sequence[Sweep], workers: int) -> float | None:
    """What a unit of work, an epoch's updates and parameters, takes while `workers` are busy; None if nothing is known.

    By the last sweep that is over, whose trials trained together as the next one's will; else by the median training.
    """
    for sweep in reversed(sweeps):
        done = math.fsum(_work_done(each) for each in past if each.sweep == sweep.number)
        if sweep.halted and sweep.state.is_over and done:
            return sweep.worked_s(sweep.halted) / done
    rates = [each.seconds / done for each in past if each.seconds > 0 and (done := _work_done(each))]
    return statistics.median(rates) / workers if rates else None


def _work_done(experiment: Experiment) -> float:
    return sum(fit.epochs for fit in experiment.fits) * _work(experiment.hyperparameters)


def _work(hyperparameters: Hyperparameters) -> float:
    """Of one epoch: mostly calls, whose number goes with the updates and layers, and a little with the units."""
    units = sum(hyperparameters.hidden_units)
    return (1 + len(hyperparameters.hidden_units) + units / 100) / math.sqrt(max(hyperparameters.batch_size, 1))


def _notes(sweep: Sweep) -> tuple[str, ...]:
    found = []
    if sweep.sampler is Sampler.CMAES and any(each.choices for each in sweep.space.ranges):
        found.append("cmaes draws choices at random: it adapts to intervals only.")
    if sweep.sampler is Sampler.CMAES and sweep.space.has_conditions:
        found.append("cmaes cannot adapt to a hyperparameter while another one leaves it without effect.")
    planned = shares(sweep)
    if sweep.sampler is Sampler.GRID and is_grid_cut_off(sweep):
        found.append(_cut_off(sweep, planned))
    if sweep.budget.epochs is not None and sweep.budget.epochs < longest_trial(sweep):
        takes = f"{'up to ' if 'epochs' in sweep.space else ''}{longest_trial(sweep):,} epochs"
        budget = f"the whole budget of {sweep.budget.epochs:,}"
        found.append(f"One trial takes {takes}, more than {budget}: one is trained all the same.")
    if sweep.is_confirming and planned and not planned.finalists:
        found.append(
            f"Too few trials to confirm the best with fresh seeds: --trials {FEWEST_CONFIRMED} has room for it."
        )
    return tuple(found)


def _cut_off(sweep: Sweep, planned: Shares | None) -> str:
    size = sweep.space.grid_size()
    if planned and sweep.budget == Budget(trials=sweep.budget.trials):
        return f"The budget covers {planned.search:,} of {size:,} grid points, in random order."
    return f"The budget may end before all {size:,} grid points are tried: they come in random order."

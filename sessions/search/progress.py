"""How far a sweep is, and how long it will still take. Pure, no NumPy."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import fmean

from sessions.records import Experiment, Fit, State
from sessions.search.budget import shares
from sessions.search.records import Sweep

__all__ = ["done", "seconds_left", "trainings"]


def trainings(sweep: Sweep, trials: Sequence[Experiment]) -> int | None:
    """Fits that the sweep takes altogether; None while a budget of epochs or minutes leaves it open.

    From the confirmation on they all stand in the trials: there may be fewer configurations than trials were allowed,
    and trials that were added bring finalists of their own.
    """
    if sweep.finalists or sweep.state is State.FINISHED:
        return sum(len(each.fits) for each in trials)
    planned = shares(sweep)
    return planned.total * sweep.fits_per_trial if planned else None


def done(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> float:
    """Share of the planned work that is done, 0 to 1; of several budgets the one that is nearest to its end counts."""
    if sweep.state is State.FINISHED:
        return 1.0
    found = [0.0]
    if planned := trainings(sweep, trials):
        found.append(sum(fit.state.is_over for each in trials for fit in each.fits) / planned)
    if sweep.budget.epochs is not None and not sweep.finalists:
        found.append(_epochs(fit for each in trials for fit in each.fits) / sweep.budget.epochs)
    if sweep.budget.minutes is not None and not sweep.finalists:
        found.append(sweep.worked_s(now) / (60 * sweep.budget.minutes))
    return min(max(found), 1.0)


def seconds_left(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> float | None:
    """At the pace of the epochs so far, pauses left out; None before the first result."""
    if sweep.state.is_over:
        return 0.0
    worked = sweep.worked_s(now)
    minutes = [] if sweep.budget.minutes is None else [max(60 * sweep.budget.minutes - worked, 0.0)]
    epochs = _epochs_left(sweep, trials)
    trained = _epochs(fit for each in trials for fit in each.fits)
    work = [] if epochs is None or not trained else [epochs * worked / trained]
    return min([*minutes, *work], default=None)


def _epochs_left(sweep: Sweep, trials: Sequence[Experiment]) -> float | None:
    """Epochs still to be trained. Pruned trials are short, and the confirmation prunes none: each has its own mean."""
    first = [fit for each in trials for fit in each.first_fits]
    fresh = [fit for each in trials for fit in each.fresh_fits]
    over = [fit for fit in first if fit.state.is_over]
    if not over:
        return None
    left = []
    if planned := shares(sweep):
        whole = [fit.epochs for fit in over if fit.state is State.FINISHED]
        whole = whole or [each.hyperparameters.epochs for each in trials]
        search = len(first) if sweep.finalists else planned.search * sweep.fits_per_trial
        again = len(fresh) if sweep.finalists else planned.finalists * planned.fresh * sweep.fits_per_trial
        left.append(_rest(search, first, fmean(fit.epochs for fit in over)) + _rest(again, fresh, fmean(whole)))
    if sweep.budget.epochs is not None:
        left.append(max(sweep.budget.epochs - _epochs([*first, *fresh]), 0))
    return min(left, default=None)


def _rest(count: int, fits: Sequence[Fit], each: float) -> float:
    """Epochs of those among `count` trainings that are not over, if each takes so many."""
    over = sum(fit.state.is_over for fit in fits)
    begun = sum(fit.epochs for fit in fits if not fit.state.is_over)
    return max((count - over) * each - begun, 0.0)


def _epochs(fits: Iterable[Fit]) -> int:
    return sum(fit.epochs for fit in fits)

"""How far a sweep is, and how long it will still take. Pure, no NumPy."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import fmean

from sessions.records import Experiment, Fit, State
from sessions.search.budget import shares_to_train
from sessions.search.records import Sweep

__all__ = ["done", "seconds_left", "trainings"]


def trainings(sweep: Sweep, trials: Sequence[Experiment]) -> int | None:
    """Fits that the sweep takes altogether; None while a budget of epochs or minutes leaves it open.

    From the confirmation on they all stand in the trials: there may be fewer configurations than trials were allowed,
    and trials that were added bring finalists of their own.
    """
    if sweep.finalists or sweep.state is State.FINISHED:
        return sum(len(each.fits) for each in trials)
    planned = shares_to_train(sweep)
    return planned.total * sweep.fits_per_trial if planned else None


def done(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> float:
    """Share of the planned work that is done, 0 to 1; of several budgets the one that is nearest to its end counts.

    Those in training count by the epochs they have made: they may all train together, and end together.
    """
    if sweep.state is State.FINISHED:
        return 1.0
    found = [0.0]
    if planned := trainings(sweep, trials):
        found.append(sum(_share_made(each, fit) for each in trials for fit in each.fits) / planned)
    if sweep.budget.epochs is not None and not sweep.finalists:
        found.append(_epochs(fit for each in trials for fit in each.fits) / sweep.budget.epochs)
    if sweep.budget.minutes is not None and not sweep.finalists:
        found.append(sweep.worked_s(now) / (60 * sweep.budget.minutes))
    return min(max(found), 1.0)


def _share_made(trial: Experiment, fit: Fit) -> float:
    is_done = fit.state.is_over and fit.state is not State.INTERRUPTED
    return 1.0 if is_done else min(fit.epochs / max(trial.hyperparameters.epochs, 1), 1.0)


def seconds_left(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> float | None:
    """At the pace of the epochs so far, pauses left out; None before the first epoch, and where nobody goes on."""
    if sweep.state is State.INTERRUPTED:
        return None
    if sweep.state.is_over:
        return 0.0
    worked = sweep.worked_s(now)
    minutes = [] if sweep.budget.minutes is None else [max(60 * sweep.budget.minutes - worked, 0.0)]
    trained = _epochs(fit for each in trials for fit in each.fits)
    epochs = _epochs_left(sweep, trials) if trained else None
    work = [] if epochs is None else [epochs * worked / trained]
    return min([*minutes, *work], default=None)


def _epochs_left(sweep: Sweep, trials: Sequence[Experiment]) -> float | None:
    """Epochs still to be trained. Pruned trials are short, and the confirmation prunes none: each has its own mean.

    Before the first trial is over, all take as many as they may.
    """
    first = [fit for each in trials for fit in each.first_fits]
    fresh = [fit for each in trials for fit in each.fresh_fits]
    over = [fit for fit in first if fit.state.is_over]
    left = []
    if planned := shares_to_train(sweep):
        most = [each.hyperparameters.epochs for each in trials]
        whole = [fit.epochs for fit in over if fit.state is State.FINISHED] or most
        usual = [fit.epochs for fit in over] or most
        search = len(first) if sweep.finalists else planned.search * sweep.fits_per_trial
        again = len(fresh) if sweep.finalists else planned.finalists * planned.fresh * sweep.fits_per_trial
        left.append(_rest(search, first, fmean(usual)) + _rest(again, fresh, fmean(whole)))
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

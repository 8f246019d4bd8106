"""What the fits of an experiment say together: its state, its best figures, its verdict.

Pure functions from record to record; folding the same result in twice changes nothing.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace

from engine.records import Verdict
from sessions.fits.fit_folder import FitResult
from sessions.records import Best, Curve, Experiment, Fit, State

__all__ = ["best_of", "state_of", "verdict_of_fit", "with_figures", "with_fit_state", "with_result"]

_WORST_FIRST = (
    State.RUNNING,
    State.PAUSED,
    State.QUEUED,
    State.FAILED,
    State.INTERRUPTED,
    State.STOPPED,
    State.PRUNED,
    State.FINISHED,
)


def state_of(fits: Sequence[Fit]) -> State:
    """An experiment runs while any fit runs, and has finished only when all have."""
    states = {fit.state for fit in fits}
    return next(state for state in _WORST_FIRST if state in states)


def with_result(experiment: Experiment, result: FitResult) -> Experiment:
    """The experiment with one fit's result folded in."""
    if result.uid != experiment.uid:
        return experiment
    over = replace(result.fit, curve_is_complete=result.curve_is_complete)
    fits = tuple(over if fit.number == over.number else fit for fit in experiment.fits)
    return replace(
        experiment,
        fits=fits,
        state=state_of(fits),
        best=best_of(fits[: len(fits) - experiment.fresh]),
        confirmed=_confirmed_by(fits[len(fits) - experiment.fresh :]),
        verdict=_verdict_with(experiment, result),
        n_parameters=result.n_parameters or experiment.n_parameters,
        seconds=sum(fit.seconds for fit in fits),
        error=_first_error(fits),
    )


def _verdict_with(experiment: Experiment, result: FitResult) -> Verdict | None:
    """The verdict of the first fit; another one's only until that is known."""
    verdict = result.verdict
    if verdict is None or (result.fit.number > 1 and experiment.verdict is not None):
        return experiment.verdict
    return verdict_of_fit(verdict, result.fit.number, experiment)


def verdict_of_fit(verdict: Verdict, number: int, experiment: Experiment) -> Verdict:
    """The verdict, saying first which fit it is of where there are several: the figures beside it are their mean."""
    of = len(experiment.fits)
    return verdict if of == 1 else replace(verdict, text=f"fit {number} of {of}: {verdict.text}")


def with_fit_state(
    experiment: Experiment, number: int, state: State, error: str = "", *, at_once: bool = False
) -> Experiment:
    """The experiment with one fit in another state."""
    fits = tuple(
        replace(fit, state=state, error=error, at_once=at_once, ended=fit.ended if state.is_over else None)
        if fit.number == number
        else fit
        for fit in experiment.fits
    )
    return replace(experiment, fits=fits, state=state_of(fits), error=error or _first_error(fits))


def with_figures(fit: Fit, curve: Curve) -> Fit:
    """The fit with what its curve shows by now; as it is before the first point."""
    if not curve.epoch:
        return fit
    place = _best_place(curve)
    return replace(
        fit,
        epochs=curve.epoch[-1],
        best_epoch=curve.epoch[place],
        train_cost=curve.train_cost[place],
        validation_cost=curve.validation_cost[place],
        validation_score=curve.validation_score[place],
        seconds=max(fit.seconds, curve.seconds[-1]),
    )


def _best_place(curve: Curve) -> int:
    """Index of the point that counts: lowest validation cost, or training cost where there is none; NaN never."""
    costs = curve.validation_cost if any(cost == cost for cost in curve.validation_cost) else curve.train_cost
    return min(range(len(costs)), key=lambda place: (costs[place] != costs[place], costs[place]))


def _first_error(fits: Sequence[Fit]) -> str:
    return next((fit.error for fit in fits if fit.error), "")


def _confirmed_by(fresh: Sequence[Fit]) -> Best | None:
    """Mean over the fresh fits once all of them have finished; one cut short leaves it unconfirmed."""
    is_known = all(fit.state is State.FINISHED for fit in fresh)
    return best_of(fresh) if is_known else None


def best_of(fits: Sequence[Fit]) -> Best | None:
    """Mean over the fits that have figures; the epoch is their median. None if none has."""
    over = [fit for fit in fits if fit.epochs > 0 and not math.isnan(fit.train_cost)]
    if not over:
        return None
    return Best(
        epoch=int(statistics.median_low([fit.best_epoch for fit in over])),
        validation_cost=statistics.fmean(fit.validation_cost for fit in over),
        validation_score=statistics.fmean(fit.validation_score for fit in over),
    )

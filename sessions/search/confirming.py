"""Training the best trials again with fresh seeds, so that the winner is not the luckiest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import nan

from engine.search.ranking import finalists
from sessions.folding import state_of
from sessions.records import Experiment, Fit, State
from sessions.search.budget import FEWEST_CONFIRMED, confirmation, shares
from sessions.search.records import Sweep
from sessions.search.standing import first_merits

__all__ = ["Chosen", "choose_finalists", "why_unconfirmed", "with_fresh_fits"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which trials are confirmed, and how often."""

    finalists: tuple[int, ...]
    """Numbers of the experiments, best first; empty if nothing is to be confirmed."""
    fresh: int
    """Fresh seeds for each."""


def choose_finalists(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> Chosen:
    """The best by the one training they have had, as many as the rest of the budget allows."""
    planned = confirmation(sweep, trials, now)
    if not planned.finalists:
        return Chosen((), 0)
    merits = first_merits([each for each in trials if each.state is State.FINISHED])
    return Chosen(finalists(merits, planned.finalists), planned.fresh)


def with_fresh_fits(trial: Experiment, sweep: Sweep, times: int) -> Experiment:
    """The trial with `times` more trainings queued, each with a seed it has not had (all folds again, or repeats)."""
    if trial.fresh:
        return trial
    used = {fit.seed for fit in trial.fits}
    each = sweep.fits_per_trial
    seeds = _fresh_seeds(used, times if sweep.folds else times * each)
    folds = range(1, each + 1) if sweep.folds else [0]
    plan = [(seed, fold) for seed in seeds for fold in folds]
    first = len(trial.fits) + 1
    fresh = tuple(
        Fit(first + place, State.QUEUED, seed, fold or None, 0, 0, nan, nan, nan, 0.0)
        for place, (seed, fold) in enumerate(plan)
    )
    fits = (*trial.fits, *fresh)
    return replace(trial, fits=fits, state=state_of(fits), fresh=len(fresh))


def why_unconfirmed(sweep: Sweep, trials: Sequence[Experiment]) -> str:
    """Why no trial of a sweep that is over was confirmed, one sentence."""
    if not sweep.is_confirming:
        return "Not confirmed: the sweep was not asked to train the best again with fresh seeds."
    if sweep.state is State.STOPPED:
        return "Not confirmed: the sweep was stopped before fresh seeds had finished."
    fresh = {fit.state for each in trials for fit in each.fresh_fits}
    planned = shares(sweep)
    if not fresh and planned is not None and not planned.finalists:
        return (
            "Not confirmed: too few trials to train the best again with fresh seeds; "
            f"a sweep with --trials {FEWEST_CONFIRMED} has room for it."
        )
    if not fresh:
        return f"Not confirmed: {_budget_words(sweep)} left too little to train the best again with fresh seeds."
    if fresh == {State.FINISHED}:
        return "Not confirmed: fresh seeds diverged, or were trained with other values."
    if fresh & {State.FAILED, State.INTERRUPTED}:
        return "Not confirmed: trainings with fresh seeds failed; --retry runs them again."
    if sweep.budget.minutes is None:
        return "Not confirmed: trainings with fresh seeds were stopped."
    return f"Not confirmed: {_budget_words(sweep)} were over before fresh seeds had finished; give it more."


def _budget_words(sweep: Sweep) -> str:
    """The part of the budget that was most likely used up first."""
    budget = sweep.budget
    if budget.minutes is not None:
        return f"the {budget.minutes:g} minutes"
    return f"the {budget.epochs} epochs" if budget.epochs is not None else f"the {budget.trials} trials"


def _fresh_seeds(used: set[int], count: int) -> list[int]:
    """The same for every finalist that had the same seeds, so that they can be compared in pairs."""
    start = max(used) + 1
    return [(start + place) % 2**32 for place in range(count)]

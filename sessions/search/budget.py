"""How a sweep's budget is spent: how many trials, when the search is through, what is left to confirm the best."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sessions.records import Experiment
from sessions.search.records import Budget, Sampler, Sweep

__all__ = [
    "FEWEST_CONFIRMED", "Shares", "confirmation", "different_configurations", "grid_budget", "is_grid_cut_off",
    "is_out_of_time", "is_search_out_of_time", "is_spent", "left_to_search", "longest_trial", "shares",
    "shares_to_train", "split",
]  # fmt: skip

_MOST_FINALISTS = 5
_FEWEST_FRESH = 2
_MOST_FRESH = 10
_USUAL_FRESH = 3
_SEARCH_SHARE = 0.75
FEWEST_CONFIRMED = 4 * _FEWEST_FRESH
"""Trials whose last quarter confirms one of them."""
_RESERVE = 0.7
"""Fewer trainings than in the search keep the workers less busy."""


@dataclass(frozen=True, slots=True)
class Shares:
    """A budget of trials, shared out."""

    search: int
    """Configurations to try."""
    finalists: int
    """How many of the best are confirmed; 0: none."""
    fresh: int
    """Fresh seeds for each of them."""

    @property
    def total(self) -> int:
        """Trainings of one configuration altogether."""
        return self.search + self.finalists * self.fresh


def split(trials: int, *, is_confirming: bool) -> Shares:
    """The last quarter goes to the five best; to fewer where that would give each a single fresh seed."""
    found = _shared_out(trials, trials // 4 if is_confirming else 0)
    return Shares(trials - found.finalists * found.fresh, found.finalists, found.fresh)


def _shared_out(search: int, rest: int) -> Shares:
    """What is left for confirming, among the finalists."""
    finalists = max(min(_MOST_FINALISTS, rest // _FEWEST_FRESH), 0)
    return Shares(search, finalists, rest // finalists if finalists else 0)


def grid_budget(configurations: int, *, is_confirming: bool) -> int:
    """Trials that leave room for a whole grid and for the confirmation of its best."""
    extra = min(_MOST_FINALISTS * _USUAL_FRESH, -(-configurations // 3)) if is_confirming else 0
    total = configurations + extra
    while split(total, is_confirming=is_confirming).search < configurations:
        total += 1
    return total


def shares(sweep: Sweep) -> Shares | None:
    """The shares of a budget of trials; None where the budget is epochs or minutes alone."""
    trials = sweep.budget.trials
    return None if trials is None else split(trials, is_confirming=sweep.is_confirming)


def different_configurations(sweep: Sweep) -> float:
    """How many there are to try: of the grid, or of the space; inf for an interval of real numbers."""
    return sweep.space.grid_size() if sweep.sampler is Sampler.GRID else sweep.space.count()


def shares_to_train(sweep: Sweep) -> Shares | None:
    """`shares`, less where there are not so many configurations to try."""
    planned = shares(sweep)
    if planned is None:
        return None
    search = int(min(planned.search, different_configurations(sweep)))
    return Shares(search, min(planned.finalists, search), planned.fresh)


def is_grid_cut_off(sweep: Sweep) -> bool:
    """Whether the budget may end a grid before all of it has been tried; of minutes nobody knows how far they reach."""
    size, planned, epochs = sweep.space.grid_size(), shares(sweep), sweep.budget.epochs
    if sweep.budget.minutes is not None or (planned is not None and planned.search < size):
        return True
    return epochs is not None and _search_share(sweep) * epochs < size * longest_trial(sweep)


def is_spent(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> bool:
    """Whether the search has used its part of the budget and proposes nothing more."""
    budget = sweep.budget
    planned = shares(sweep)
    if planned is not None and len(trials) >= planned.search:
        return True
    if budget.epochs is not None and _epochs(trials) >= _search_share(sweep) * budget.epochs:
        return True
    return is_search_out_of_time(sweep, now)


def left_to_search(sweep: Sweep, trials: Sequence[Experiment]) -> float:
    """For how many more trials the search has budget: at least one unless it is spent, inf if only minutes count."""
    planned = shares(sweep)
    left = math.inf if planned is None else planned.search - len(trials)
    if sweep.budget.epochs is None:
        return left
    epochs = _search_share(sweep) * sweep.budget.epochs - _epochs(trials)
    return min(left, math.ceil(epochs / longest_trial(sweep)))


def longest_trial(sweep: Sweep) -> int:
    """Epochs of the longest trial there may be, all its repeats or folds together."""
    if "epochs" not in sweep.space:
        return sweep.space.base.epochs * sweep.fits_per_trial
    epochs = sweep.space["epochs"]
    longest = max(int(str(each)) for each in epochs.choices) if epochs.choices else int(epochs.high)
    return longest * sweep.fits_per_trial


def is_search_out_of_time(sweep: Sweep, now: datetime) -> bool:
    """Whether the rest of its minutes belongs to the confirmation: what waits would only eat it up."""
    return _is_used_up(sweep, now, _search_share(sweep))


def is_out_of_time(sweep: Sweep, now: datetime) -> bool:
    """Whether all of its minutes are over."""
    return _is_used_up(sweep, now, 1.0)


def _is_used_up(sweep: Sweep, now: datetime, share: float) -> bool:
    minutes = sweep.budget.minutes
    return minutes is not None and sweep.worked_s(now) >= 60 * share * minutes


def _search_share(sweep: Sweep) -> float:
    return _SEARCH_SHARE if sweep.is_confirming else 1.0


def _epochs(trials: Sequence[Experiment]) -> int:
    """Trained so far, and still to be trained by those that are under way."""
    return sum(fit.epochs if fit.state.is_over else each.hyperparameters.epochs for each in trials for fit in each.fits)


def confirmation(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> Shares:
    """How many of the best to confirm, and how often, with what is left of the budget.

    What was spent on confirming before trials were added is spent; what the search found nothing new for stays unspent.
    """
    planned = shares(sweep)
    spent = sum(each.fresh for each in trials) // sweep.fits_per_trial
    if planned is not None and (not spent or not planned.finalists):
        return planned
    if planned is not None:
        return _shared_out(len(trials), planned.total - max(len(trials), planned.search) - spent)
    if not sweep.is_confirming or not trials:
        return Shares(len(trials), 0, 0)
    affordable = min(_by_epochs(sweep.budget, trials), _by_minutes(sweep, trials, now))
    return _shared_out(len(trials), int(min(affordable, _MOST_FINALISTS * _MOST_FRESH)))


def _by_epochs(budget: Budget, trials: Sequence[Experiment]) -> float:
    if budget.epochs is None:
        return math.inf
    return (budget.epochs - _epochs(trials)) / _longest(trials)


def _longest(trials: Sequence[Experiment]) -> int:
    """Epochs of one configuration that nothing ended early."""
    return max(1, *(sum(fit.epochs for fit in trial.fits) for trial in trials))


def _by_minutes(sweep: Sweep, trials: Sequence[Experiment], now: datetime) -> float:
    """At the pace of the search, with a reserve: a confirmation that is cut short confirms nothing."""
    if sweep.budget.minutes is None:
        return math.inf
    left = 60 * sweep.budget.minutes - sweep.worked_s(now)
    pace = max(_epochs(trials), 1) / max(sweep.worked_s(now), 1e-3)
    return _RESERVE * max(left, 0.0) * pace / _longest(trials)

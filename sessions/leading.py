"""Which experiment leads a session, by the ranking that sweeps use too. Pure, no NumPy."""

from collections.abc import Iterable
from math import isfinite, nan
from statistics import fmean

from engine.errors import UsageError
from engine.search.ranking import Merit, spread
from sessions.folding import state_of
from sessions.records import Best, Experiment, Fit, State

__all__ = [
    "COUNTED", "LeadKey", "best_first", "counted", "counted_fits", "first_state", "is_confirmed",
    "is_sure", "lead_key", "leader", "merit_of", "rests_on", "spread_of", "train_cost_of", "trained_fits",
]  # fmt: skip

COUNTED = (State.FINISHED, State.STOPPED)
"""States whose figures compete."""

LeadKey = tuple[bool, tuple[bool, float, float]]
"""Less is better; the number of the experiment decides between equal ones."""


def merit_of(figures: Best) -> Merit:
    """What figures are ranked by."""
    return Merit(figures.validation_score, figures.validation_cost)


def counted(experiment: Experiment) -> Best | None:
    """The figures it is ranked by: of its fresh trainings where they confirmed it, else of the first."""
    confirmed = experiment.confirmed
    return confirmed if confirmed is not None and merit_of(confirmed).is_known else experiment.best


def is_confirmed(experiment: Experiment) -> bool:
    """Whether fresh trainings give the figures it is ranked by."""
    return experiment.confirmed is not None and counted(experiment) is experiment.confirmed


def counted_fits(experiment: Experiment) -> tuple[Fit, ...]:
    """Those whose mean its figures are."""
    chosen = experiment.fresh_fits if is_confirmed(experiment) else experiment.first_fits
    return tuple(each for each in chosen if each.epochs)


def trained_fits(experiment: Experiment) -> tuple[Fit, ...]:
    """Those behind its figures, whose parameters are there to be applied. Raises UsageError if there are none."""
    over = tuple(fit for fit in counted_fits(experiment) if fit.has_parameters)
    if not over:
        raise UsageError(
            f"#{experiment.number} is {experiment.state.value} and has no learned parameters: "
            "choose an experiment that has been trained."
        )
    return over


def train_cost_of(experiment: Experiment) -> float:
    """Mean over the trainings behind its figures; NaN if none has one."""
    costs = [fit.train_cost for fit in counted_fits(experiment) if isfinite(fit.train_cost)]
    return fmean(costs) if costs else nan


def spread_of(experiment: Experiment) -> float:
    """Standard deviation of the score over the trainings whose mean its figures are; NaN of a single one."""
    return spread([each.validation_score for each in counted_fits(experiment)])


def rests_on(experiment: Experiment) -> str:
    """What its figures are the mean of, in words; nothing of a single training."""
    fits = len(counted_fits(experiment))
    return f"mean of {fits} {'fresh fits' if is_confirmed(experiment) else 'fits'}" if fits > 1 else ""


def first_state(experiment: Experiment) -> State:
    """Before it was confirmed: fresh trainings that run or fail do not undo the first one."""
    return state_of(experiment.first_fits) if experiment.fresh else experiment.state


def is_sure(experiment: Experiment) -> bool:
    """Whether its figures rest on more than the training that chose it: fresh seeds, or repeats a person asked for."""
    has_repeats = experiment.sweep is None and len(experiment.fits) > 1
    return has_repeats or is_confirmed(experiment)


def lead_key(experiment: Experiment) -> LeadKey | None:
    """Its place among experiments that are over; None if it does not compete.

    What is sure stands before what rests on one training.
    """
    figures = counted(experiment)
    if figures is None or not isfinite(figures.validation_cost) or first_state(experiment) not in COUNTED:
        return None
    return not is_sure(experiment), merit_of(figures).key


def leader(experiments: Iterable[Experiment]) -> Experiment | None:
    """The best of those that are over; None if none has a validation cost."""
    lead, lead_place, lead_score = None, None, nan
    for each in experiments:
        best = each.best
        if best is None or (each.confirmed is None and best.validation_score < lead_score and len(each.fits) == 1):
            continue  # nearly all of 100,000: to place each of them would take 0.1 s
        key = lead_key(each)
        if key is not None and (lead_place is None or (key, each.number) < lead_place):
            lead, lead_place, lead_score = each, (key, each.number), -key[1][1]
    return lead


def best_first(experiments: Iterable[Experiment]) -> list[Experiment]:
    """All of them, the leader first: those that compete, then the others by their figures, then those without any."""

    def place(each: Experiment) -> tuple[bool, LeadKey, int]:
        key, figures = lead_key(each), counted(each)
        others = (True, merit_of(figures).key if figures else (True, 0.0, 0.0))
        return key is None, key or others, each.number

    return sorted(experiments, key=place)

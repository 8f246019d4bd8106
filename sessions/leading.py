"""Which experiment leads a session, by the ranking that sweeps use too. Pure, no NumPy."""

from collections.abc import Iterable
from math import isfinite, nan

from engine.search.ranking import Merit
from sessions.folding import state_of
from sessions.records import Best, Experiment, State

__all__ = ["LeadKey", "best_first", "counted", "first_state", "lead_key", "leader", "merit_of"]

_COUNTED = (State.FINISHED, State.STOPPED)

LeadKey = tuple[bool, tuple[bool, float, float]]
"""Less is better; the number of the experiment decides between equal ones."""


def merit_of(figures: Best) -> Merit:
    """What figures are ranked by."""
    return Merit(figures.validation_score, figures.validation_cost)


def counted(experiment: Experiment) -> Best | None:
    """The figures it is ranked by: of its fresh trainings where they confirmed it, else of the first."""
    confirmed = experiment.confirmed
    return confirmed if confirmed is not None and merit_of(confirmed).is_known else experiment.best


def first_state(experiment: Experiment) -> State:
    """Before it was confirmed: fresh trainings that run or fail do not undo the first one."""
    first = experiment.fits[: len(experiment.fits) - experiment.fresh]
    return state_of(first) if experiment.fresh else experiment.state


def lead_key(experiment: Experiment) -> LeadKey | None:
    """Its place among experiments that are over; None if it does not compete.

    What was confirmed with fresh seeds, or repeated without having been chosen for its figures, stands before what
    rests on one training.
    """
    figures = counted(experiment)
    if figures is None or not isfinite(figures.validation_cost) or first_state(experiment) not in _COUNTED:
        return None
    is_sure = figures is experiment.confirmed or (experiment.sweep is None and len(experiment.fits) > 1)
    return not is_sure, merit_of(figures).key


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
    """All of them by the figures that count of each; those without a validation cost last."""

    def place(each: Experiment) -> tuple[tuple[bool, float, float], int]:
        figures = counted(each)
        return merit_of(figures).key if figures else (True, 0.0, 0.0), each.number

    return sorted(experiments, key=place)

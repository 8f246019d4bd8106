"""The experiments that took the lead of a session, one after another, as their figures became known. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sessions.leading import LeadKey, counted, lead_key
from sessions.records import Best, Experiment, Fit

__all__ = ["Milestone", "known_since", "milestones"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """An experiment that was better than all that was known when its figures came."""

    experiment: Experiment
    best: Best
    """The figures by which it took the lead."""
    at: datetime
    """When they were known."""


def known_since(experiment: Experiment) -> datetime:
    """When the figures of its first trainings were known; when it was made, where that is not written down."""
    return _end_of(experiment, experiment.first_fits)


def milestones(experiments: Iterable[Experiment]) -> tuple[Milestone, ...]:
    """In the order of time; the last one is the leader, or its equal.

    An experiment comes once with its first trainings and once more with the fresh seeds that confirmed it.
    """
    found: list[Milestone] = []
    lead: LeadKey | None = None
    for at, _, each in sorted(_figures_as_they_came(experiments), key=lambda event: event[:2]):
        key, figures = lead_key(each), counted(each)
        if key is not None and figures is not None and (lead is None or key < lead):
            found.append(Milestone(each, figures, at))
            lead = key
    return tuple(found)


def _figures_as_they_came(experiments: Iterable[Experiment]) -> Iterator[tuple[datetime, int, Experiment]]:
    for each in experiments:
        yield known_since(each), each.number, replace(each, confirmed=None)
        if each.confirmed is not None:
            yield _end_of(each, each.fresh_fits), each.number, each


def _end_of(experiment: Experiment, fits: Sequence[Fit]) -> datetime:
    return max((fit.ended for fit in fits if fit.ended), default=experiment.created)

"""The experiments that took the lead of a session, one after another. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from sessions.leading import LeadKey, counted, lead_key
from sessions.records import Best, Experiment

__all__ = ["Milestone", "milestones"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """An experiment that was better than all before it."""

    experiment: Experiment
    best: Best
    """The figures by which it took the lead."""


def milestones(experiments: Iterable[Experiment]) -> tuple[Milestone, ...]:
    """In the order of the experiments' numbers; the last one is the leader."""
    found: list[Milestone] = []
    lead: LeadKey | None = None
    for each in sorted(experiments, key=lambda experiment: experiment.number):
        key, figures = lead_key(each), counted(each)
        if key is not None and figures is not None and (lead is None or key < lead):
            found.append(Milestone(each, figures))
            lead = key
    return tuple(found)

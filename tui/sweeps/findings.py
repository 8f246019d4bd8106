"""What a sweep has shown so far, drawn up once for all panes.

Takes tens of milliseconds: to be called off the event loop.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.declaration import Value
from engine.search.importance import Importance, importances, pareto_front
from engine.search.ranges import Range
from sessions.leading import merit_of
from sessions.records import Experiment, Snapshot
from sessions.search.points import point_of
from sessions.search.records import Sweep
from sessions.search.standing import SweepStanding, stand
from sessions.search.winners import looks_in_session

__all__ = ["Dot", "Edge", "Findings", "find", "find_in"]


@dataclass(frozen=True, slots=True)
class Dot:
    """One trial that has a figure."""

    trial: Experiment
    score: float
    """Of its first training, so that all trials stand alike; not finite where it diverged."""
    seconds: float
    """Of its first training."""
    values: dict[str, Value]
    """What was varied and had an effect."""
    is_on_front: bool
    """No other trial is both better and quicker."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The best trial lies where its range ends."""

    name: str
    before: Range
    after: Range


@dataclass(frozen=True, slots=True)
class Findings:
    """One sweep at one moment."""

    standing: SweepStanding
    dots: tuple[Dot, ...]
    """In the order of the trials."""
    importances: tuple[Importance, ...]
    """Greatest first; empty before the second figure."""
    edges: tuple[Edge, ...]


def find_in(snapshot: Snapshot, sweep: Sweep, now: datetime) -> Findings:
    """What a sweep of a snapshot has shown."""
    trials = [each for each in snapshot.experiments if each.sweep == sweep.number]
    return find(sweep, trials, now, looks_in_session(snapshot.experiments))


def find(sweep: Sweep, trials: Sequence[Experiment], now: datetime, session_looks: int = 0) -> Findings:
    """Everything the panes show of a sweep but its curves."""
    import numpy as np

    standing = stand(sweep, trials, now, session_looks)
    ranked = {each.trial for each in standing.leaders}
    known = [each for each in trials if each.number in ranked]
    merits = [merit_of(each.best) for each in known if each.best]
    scores = [each.score if each.is_known else math.nan for each in merits]
    seconds = [sum(fit.seconds for fit in each.first_fits) for each in known]
    front = set(pareto_front(scores, seconds))
    points = [point_of(sweep.space, each.hyperparameters) for each in known]
    dots = tuple(
        Dot(each, scores[place], seconds[place], points[place].to_mapping(), place in front)
        for place, each in enumerate(known)
    )
    shares: tuple[Importance, ...] = ()
    if len(known) > 1:
        rng = np.random.default_rng([sweep.seed, len(known)])
        shares = importances(sweep.space, points, [each.guide for each in merits], rng)
    return Findings(standing, dots, shares, _edges(sweep, standing.best))


def _edges(sweep: Sweep, best: Experiment | None) -> tuple[Edge, ...]:
    if best is None:
        return ()
    values = point_of(sweep.space, best.hyperparameters).to_mapping()
    return tuple(
        Edge(each.name, each, each.widen(values[each.name]))
        for each in sweep.space.ranges
        if each.name in values and each.is_at_edge(values[each.name])
    )

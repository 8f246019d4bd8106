"""How a sweep stands: its leaderboard, its best trial, how far it is, and what a person should know. No NumPy."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.declaration import format_value
from engine.search.pruning import stop_hint
from engine.search.ranking import Merit, Standing, rank
from sessions.leading import COUNTED, first_state, merit_of
from sessions.records import Experiment, State
from sessions.search.points import has_own_values, point_of
from sessions.search.progress import done, seconds_left
from sessions.search.records import Sweep
from sessions.search.winners import looks_in_session

__all__ = ["SweepStanding", "first_merits", "fresh_merits", "stand"]


@dataclass(frozen=True, slots=True)
class SweepStanding:
    """One sweep at one moment."""

    sweep: Sweep
    trials: tuple[Experiment, ...]
    """By number."""
    counts: Mapping[State, int]
    """Trials by state; states that do not occur are left out."""
    leaders: tuple[Standing, ...]
    """Best first; `trial` is the experiment's number."""
    best: Experiment | None
    """The winner: the best confirmed trial, or the best one while none is confirmed."""
    promised: float | None
    """The winner's validation score: over its fresh seeds where it is confirmed."""
    done: float
    """Share of the planned work that is done, 0 to 1."""
    eta_s: float | None
    """Seconds it will still take at the present pace; None before the first epoch."""
    hint: str
    """A sentence where the last trials bought nothing and more are to come, else empty."""
    warnings: tuple[str, ...]
    """Best at an edge, trials that failed, trials that buy nothing; a sentence each."""
    session_looks: int
    """Experiments of the whole session that were judged on the validation rows, those of this sweep included."""


def stand(
    sweep: Sweep,
    trials: Sequence[Experiment],
    now: datetime,
    session_looks: int = 0,
    by_now: Sequence[Experiment] | None = None,
) -> SweepStanding:
    """The sweep as its trials show it, in a session of so many `looks_in_session`.

    `by_now` are the trials with the epochs of this moment, where `trials` have only those of fits that are over.
    """
    by_now = trials if by_now is None else by_now
    leaders = rank(first_merits(trials), fresh_merits(trials))
    by_number = {each.number: each for each in trials}
    first = leaders[0] if leaders and leaders[0].merit.is_known else None
    best = by_number[first.trial] if first else None
    return SweepStanding(
        sweep=sweep,
        trials=tuple(trials),
        counts=Counter(each.state for each in trials),
        leaders=leaders,
        best=best,
        promised=_promised(best, is_confirmed=bool(first and first.is_confirmed)),
        done=done(sweep, by_now, now),
        eta_s=seconds_left(sweep, by_now, now),
        hint=(hint := _hint(sweep, trials)),
        warnings=_warnings(sweep, trials, best, hint),
        session_looks=max(session_looks, looks_in_session(trials)),
    )


def first_merits(trials: Sequence[Experiment]) -> dict[int, Merit]:
    """What each trial's first training is ranked by.

    Those that are not over, failed, were pruned or interrupted, or trained with other values than their own do not
    compete: where a training stands on its way says little of where it ends, and no range is widened for it.
    """
    return {
        each.number: merit_of(each.best)
        for each in trials
        if each.best and has_own_values(each) and first_state(each) in COUNTED
    }


def fresh_merits(trials: Sequence[Experiment]) -> dict[int, list[Merit]]:
    """What ranks the fresh trainings of each confirmed trial, each repeat and fold by itself.

    Left out where a fresh training has no finite cost: such a trial stands by its first training.
    """
    known = {
        each.number: [Merit(fit.validation_score, fit.validation_cost) for fit in each.fresh_fits]
        for each in trials
        if each.confirmed
    }
    return {number: merits for number, merits in known.items() if all(each.is_known for each in merits)}


def _promised(best: Experiment | None, *, is_confirmed: bool) -> float | None:
    figures = None if best is None else best.confirmed if is_confirmed else best.best
    return None if figures is None or not math.isfinite(figures.validation_score) else figures.validation_score


def _hint(sweep: Sweep, trials: Sequence[Experiment]) -> str:
    """Pruned and failed trials are tries that bought nothing; of those that were changed nothing can be told."""
    if sweep.state.is_over or sweep.finalists:
        return ""
    merits = first_merits(trials)
    unknown = (State.RUNNING, State.INTERRUPTED)
    over = (each for each in trials if each.best and each.state not in unknown and has_own_values(each))
    return stop_hint([merits[each.number].score if each.number in merits else math.nan for each in over])


def _warnings(sweep: Sweep, trials: Sequence[Experiment], best: Experiment | None, hint: str) -> tuple[str, ...]:
    found = [] if best is None else _edges(sweep, best)
    undone = (State.FAILED,) if sweep.state is State.INTERRUPTED else (State.FAILED, State.INTERRUPTED)
    if failed := sum(each.state in undone for each in trials):
        found.append(f"{failed} of {len(trials)} trials failed or were interrupted: --retry runs them again.")
    return (*found, hint) if hint else tuple(found)


def _edges(sweep: Sweep, best: Experiment) -> list[str]:
    """One sentence for each range at whose end the best trial lies."""
    values = point_of(sweep.space, best.hyperparameters).to_mapping()
    at_edge = [each for each in sweep.space.ranges if each.name in values and each.is_at_edge(values[each.name])]
    return [
        f"The best {each.name}, {format_value(values[each.name])}, lies at the edge of {each.text()}: "
        f"--widen {each.name} makes it {each.widen(values[each.name]).text()}."
        for each in at_edge
    ]

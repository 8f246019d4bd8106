"""Which trials a sweep wants next. Holds nothing that could not be made again from the history.

Optuna and cmaes are loaded only when a sampler that needs them has results to learn from.
"""

from collections.abc import Sequence

from engine.grouping import worthwhile_size
from engine.search.space import Point
from sessions.records import Experiment, SessionInfo
from sessions.search.budget import left_to_search, shares
from sessions.search.points import Told, Walk, told_of
from sessions.search.records import Sampler, Sweep

__all__ = ["Proposer"]

STARTUP = 10
"""Trials spread evenly before TPE has something to learn from."""
_MOST_WAITING = 500
_USUAL_SEARCH = 45
"""Trials that a budget of epochs or minutes is taken for when it is decided how many to ask for at once."""
_BATCHES = 11
"""TPE learns at least so often in a sweep, however many trials fit one population."""


class Proposer:
    """Proposes for one sweep."""

    def __init__(self, sweep: Sweep, info: SessionInfo) -> None:
        self._info = info
        self._walk = Walk(sweep, Sampler.QMC if sweep.sampler.learns else None)
        self._spare = Walk(sweep, Sampler.RANDOM)

    def propose(self, sweep: Sweep, trials: Sequence[Experiment], workers: int) -> list[Point] | None:
        """The next trials; an empty list while results are awaited, None if there is nothing new left to try.

        With one worker what is proposed depends on the seed alone, not on how fast trials come back.
        """
        waiting = sum(not each.state.is_over for each in trials)
        left = int(min(left_to_search(sweep, trials), _MOST_WAITING))
        wanted = self._wanted(sweep, left, len(trials), waiting, workers)
        if wanted <= 0:
            return []
        told = told_of(sweep.space, trials)
        points = self._points(sweep, told, wanted)
        return None if not points and not waiting else points

    def _wanted(self, sweep: Sweep, left: int, made: int, waiting: int, workers: int) -> int:
        planned = shares(sweep)
        if not sweep.sampler.learns:
            return min(left, _MOST_WAITING - waiting if planned else 16 * workers - waiting)
        if made < STARTUP and sweep.sampler is Sampler.TPE:
            return min(left, STARTUP - made)
        together = self._together(sweep, planned.search if planned else _USUAL_SEARCH)
        if workers == 1:
            return min(left, together) if waiting == 0 else 0
        return min(left, together) if waiting <= workers * together else 0

    def _together(self, sweep: Sweep, search: int) -> int:
        """Trials to ask for at once for each worker: as many as train faster together, but few next to the budget.

        So many again wait in the queue, for a worker that is done must not wait for a proposal. They are asked for one
        worker after the other: each has its own while the next ones are thought of.
        """
        base, info = sweep.space.base, self._info
        sizes = (info.features, *base.hidden_units, info.outputs)
        return max(1, min(worthwhile_size(base, sizes, info.train_rows), search // _BATCHES))

    def _points(self, sweep: Sweep, told: Sequence[Told], wanted: int) -> list[Point]:
        known = {each.point for each in told}
        match sweep.sampler:
            case Sampler.CMAES:
                from sessions.search.evolution import next_generation

                return next_generation(sweep, told, wanted)
            case Sampler.TPE if len(told) >= STARTUP:
                from sessions.search.bayes import propose

                spare = self._spare
                return propose(sweep, told, wanted, lambda taken: spare.take(sweep, known | taken, 1))
            case _:
                return self._walk.take(sweep, known, wanted)

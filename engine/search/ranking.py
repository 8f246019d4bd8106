"""The leaderboard of a sweep: confirmed trials first, single trainings marked as such. No NumPy."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

__all__ = ["Standing", "finalists", "rank", "winner"]

_FEWEST_FRESH = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """One trial's place on the leaderboard."""

    trial: int
    value: float
    """Mean of the fresh seeds' best values if confirmed, else the one best value."""
    spread: float
    """Standard deviation over the fresh seeds; NaN if not confirmed."""
    fits: int
    """Trainings behind the value."""
    is_confirmed: bool
    """False: it rests on one training, may be luck, and is never called the winner while another is confirmed."""


def rank(
    first: Mapping[int, float], fresh: Mapping[int, Sequence[float]], *, greater_is_better: bool
) -> tuple[Standing, ...]:
    """Trials best first. `first` is each trial's best value, `fresh` those of its trainings with fresh seeds.

    The first training is left out of a confirmed mean, since it was chosen for its value. Values are those of the
    best epoch, never the last; a trial whose values are not finite stands last.
    """
    sign = -1.0 if greater_is_better else 1.0
    standings = [_standing(trial, value, fresh.get(trial, ())) for trial, value in first.items()]

    def place(each: Standing) -> tuple[bool, bool, float, int]:
        is_lost = not math.isfinite(each.value)
        return is_lost, not each.is_confirmed, 0.0 if is_lost else sign * each.value, each.trial

    return tuple(sorted(standings, key=place))


def _standing(trial: int, value: float, fresh: Sequence[float]) -> Standing:
    if len(fresh) < _FEWEST_FRESH:
        return Standing(trial, value, math.nan, 1, False)
    if not all(map(math.isfinite, fresh)):
        return Standing(trial, math.nan, math.nan, len(fresh), True)
    return Standing(trial, fmean(fresh), stdev(fresh), len(fresh), True)


def finalists(first: Mapping[int, float], count: int = 5, *, greater_is_better: bool) -> tuple[int, ...]:
    """The trials worth confirming with fresh seeds: the best by their one value, finite ones only."""
    sign = -1.0 if greater_is_better else 1.0
    known = [trial for trial, value in first.items() if math.isfinite(value)]
    return tuple(sorted(known, key=lambda trial: (sign * first[trial], trial))[:count])


def winner(standings: Sequence[Standing]) -> Standing | None:
    """The best confirmed trial; None while none is confirmed."""
    return next((each for each in standings if each.is_confirmed and math.isfinite(each.value)), None)

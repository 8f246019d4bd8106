"""Who is better than whom: by the session's score, then by the lower cost. The one home of ranking. No NumPy.

Leaderboards, leaders, finalists, samplers and pruners all ask here, so that none of them can disagree.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import NamedTuple

__all__ = ["DECIMALS", "Merit", "Standing", "count_equal", "finalists", "mean_merit", "rank", "spread"]

_FEWEST_FRESH = 2
_TIE = 1e-9
_UNSCORED = 1e300
DECIMALS = 12
"""Of a score: what differs behind them is rounding, so that the ties of a share are ties."""


class Merit(NamedTuple):
    """What a trial is ranked by, both at the epoch of its lowest cost."""

    score: float
    """Greater is better (errors come negated); may be NaN where the rows do not define it."""
    cost: float
    """Decides between equal scores: less is better. Not finite: the trial is lost."""

    @property
    def is_known(self) -> bool:
        """Whether it can be ranked at all."""
        return math.isfinite(self.cost)

    @property
    def key(self) -> tuple[bool, float, float]:
        """Sorts the best first and what is lost last."""
        if not self.is_known:
            return True, 0.0, 0.0
        return False, -round(self.score, DECIMALS) if math.isfinite(self.score) else math.inf, self.cost

    @property
    def guide(self) -> float:
        """One number in the order of `key`, for those who can only compare numbers: less is better, NaN if lost.

        Scores that differ by less than a billionth count as equal.
        """
        if not self.is_known:
            return math.nan
        tie = self.cost / (1 + abs(self.cost))
        if not math.isfinite(self.score):
            return _UNSCORED * (1 + _TIE * tie)
        return _TIE * max(abs(self.score), 1e-6) * tie - self.score


@dataclass(frozen=True, slots=True)
class Standing:
    """One trial's place on the leaderboard."""

    trial: int
    merit: Merit
    """Mean over the fresh trainings if confirmed, else what it was compared by."""
    spread: float
    """Of the score over the fresh trainings; NaN if not confirmed."""
    is_confirmed: bool
    """False: it rests on what it was compared by, may be luck, and is never the winner while another is confirmed."""


def spread(scores: Sequence[float]) -> float:
    """Standard deviation over trainings of one configuration; NaN for fewer than two, and where one has no score."""
    return stdev(scores) if len(scores) > 1 and all(map(math.isfinite, scores)) else math.nan


def mean_merit(several: Sequence[Merit]) -> Merit:
    """Of several trainings together."""
    return Merit(fmean(each.score for each in several), fmean(each.cost for each in several))


def rank(first: Mapping[int, Merit], fresh: Mapping[int, Sequence[Merit]]) -> tuple[Standing, ...]:
    """Trials best first; equal ones by number. `fresh` are the merits of trainings with fresh seeds.

    The first training is left out of a confirmed mean, since it was chosen for its figures; a trial with a merit that
    is lost stands last.
    """
    standings = [_standing(trial, merit, fresh.get(trial, ())) for trial, merit in first.items()]
    return tuple(sorted(standings, key=_place))


def count_equal(ranked: Sequence[Standing], first: Mapping[int, Merit]) -> int:
    """How many others came out like the first of those ranked: only their numbers put them behind it.

    Beside a confirmed one, those that are not are told by their first training, unless fresh seeds parted others alike.
    """
    best, *others = ranked
    rivals = [each for each in others if each.is_confirmed is best.is_confirmed]
    equal = [each for each in rivals if each.merit.key == best.merit.key]
    alike = [each for each in others if first[each.trial].key == first[best.trial].key]
    if any(each in rivals and each not in equal for each in alike):
        return len(equal)
    return len(equal) + sum(each not in rivals for each in alike)


def _place(standing: Standing) -> tuple[bool, bool, tuple[bool, float, float], int]:
    return not standing.merit.is_known, not standing.is_confirmed, standing.merit.key, standing.trial


def _standing(trial: int, merit: Merit, fresh: Sequence[Merit]) -> Standing:
    if len(fresh) < _FEWEST_FRESH:
        return Standing(trial, merit, math.nan, False)
    return Standing(trial, mean_merit(fresh), spread([each.score for each in fresh]), True)


def finalists(first: Mapping[int, Merit], count: int = 5) -> tuple[int, ...]:
    """The trials worth confirming with fresh seeds: the best by their one training, those that are lost left out."""
    known = [trial for trial, merit in first.items() if merit.is_known]
    return tuple(sorted(known, key=lambda trial: (first[trial].key, trial))[:count])

"""What of a figure is worth its room: where a few values lie so far off that all others would fall into one line.

Pure. What lies beyond is drawn as a mark at the edge, never left out.
"""

import math
from collections.abc import Iterable, Sequence

from tui.plot import Line

__all__ = ["telling_costs", "telling_scores"]

_FEWEST = 4
"""Scores below which all are shown: among so few it is not told who lies far off."""
_BETTER_SHARE = 3
"""The better third decides what is near."""
_REACH = 8.0
"""How many times the span of the better third is shown: of scores on a hill nearly all, of failed trials none."""
_LITTLE = 1.5
"""How many times that span all scores may take without any being left at the edge: little would be gained."""
_CLIMB = 2.0
"""A cost that climbs to so many times the highest start has gone astray; how far does not matter."""


def telling_scores(scores: Sequence[float]) -> tuple[float, float]:
    """From the lowest score worth looking at to the best. Greater is better: errors come negated."""
    ranked = sorted((each for each in scores if math.isfinite(each)), reverse=True)
    if len(ranked) < _FEWEST:
        return -math.inf, math.inf
    best = ranked[0]
    third = ranked[(len(ranked) - 1) // _BETTER_SHARE]
    near = third if third < best else next((each for each in ranked if each < best), best)
    reach = _REACH * (best - near)
    if best - ranked[-1] <= _LITTLE * reach:
        return ranked[-1], best
    return min(each for each in ranked if best - each <= reach), best


def telling_costs(lines: Iterable[Line]) -> tuple[float, float]:
    """Up to somewhat above where the curves begin: one that left for the skies must not press the others flat."""
    starts = [line.y[0] for line in lines if len(line.y) and 0 < line.y[0] < math.inf]
    return -math.inf, _CLIMB * max(starts, default=math.inf)

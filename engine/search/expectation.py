"""What the winner of a search is worth on new rows: its promised score, freed of the luck of having been chosen.

Bootstrap bias correction after Tsamardinos, Greasidou & Borboudakis 2018 (BBC-CV), on the rows of a hold-out or of
pooled folds. How it was worked out and what it reaches: docs/expectation.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from engine.search.ranking import DECIMALS
from engine.search.row_scores import Figures, Matrix, RowScore

__all__ = ["Candidates", "Expectation", "epoch_luck", "expected_score", "noise_of_difference", "resamples"]

_Numbers = NDArray[np.intp]
_LEVEL = 0.8
_EPOCHS_BESIDE, _FEWEST_EPOCHS = 3, 3
_LOST_SHARE, _LOST_SHARE_UNBOUNDED = 0.5, 0.25
_UNSURE = 0.5
_REACH = 4.0
_MOST_RESAMPLES, _FEWEST_RESAMPLES = 300, 40
_WORK, _CELLS = 4e8, 1e7
"""Multiplications that all resamples of one choice may take, 0.1 s; weights that more than the fewest may be."""
_AT_ONCE = 3_000_000
"""Weights, and figures, that are held as float64 at one time: 24 MB each, however many rows there are."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """Trials that were compared on the same validation rows."""

    figures: Sequence[Figures]
    """Of each trial (F, m) or (F, m, C): `RowScore.figures` of its fits at their chosen epochs. A trial's score is the
    mean of its fits' scores."""
    costs: Sequence[Figures] | None = None
    """Of each trial (m,): the cost of each row; its mean decides between equal scores. None: the first of them is
    taken."""

    @property
    def rows(self) -> int:
        """Validation rows, m."""
        return int(self.figures[0].shape[1])

    @property
    def size(self) -> int:
        """All figures of all trials."""
        return sum(each.shape[0] * each.shape[1] for each in self.figures)

    def scores(self, score: RowScore, weights: Matrix) -> Matrix:
        """(B, T) under the weightings (B, m)."""
        counts = [len(each) for each in self.figures]
        starts = np.cumsum([0, *counts[:-1]])
        found = np.concatenate([score.weigh(some, weights) for some in self._by_and_by()], axis=1)
        return np.asarray(np.add.reduceat(found, starts, axis=1) / counts)

    def _by_and_by(self) -> Iterator[Matrix]:
        """All fits' figures (N, m) or (N, m, C), as many at once as there is room for."""
        fits = [fit for trial in self.figures for fit in trial]
        together = max(_AT_ONCE // fits[0].size, 1)
        for start in range(0, len(fits), together):
            yield np.stack(fits[start : start + together], dtype=np.float64)

    def ranked(self, scores: Matrix, weights: Matrix) -> _Numbers:
        """(B, T) numbers of the trials, best first, by their scores under the weightings."""
        ties = np.zeros_like(scores)
        for place, costs in enumerate(self.costs or ()):
            ties[:, place] = weights @ costs
        return np.asarray(np.lexsort((ties, -np.round(scores, DECIMALS)), axis=1))

    def only(self, places: Sequence[int]) -> "Candidates":
        """Some of them."""
        costs = None if self.costs is None else [self.costs[place] for place in places]
        return Candidates([self.figures[place] for place in places], costs)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A winner's score, promised and to be expected."""

    promised: float
    """As measured on the validation rows that also chose it."""
    value: float
    """To be expected on new rows."""
    low: float
    """An 80 % interval of the score on new rows."""
    high: float
    looks: int
    """Configurations that were compared on these rows."""
    rows: int
    winner: int
    """The winner's number among the candidates."""
    luck: float
    """Share of its lead over the median trial that is luck with these rows, 0 to 1; 1 where it has no lead."""


def epoch_luck(scores: Sequence[float], best: int, noise: float) -> float:
    """How much of a fit's score at its chosen epoch is luck with the validation rows, one epoch being like another.

    Scores of neighbouring epochs differ because the networks do and because the rows are few. The share of the rows in
    that variance, times the lead over the up to six epochs beside it, is what other rows would take back. `noise` is
    the `noise_of_difference` between two epochs.
    """
    first = max(best - _EPOCHS_BESIDE, 1)
    around = np.array(scores[first : best + 1 + _EPOCHS_BESIDE], dtype=np.float64)
    around = around[np.isfinite(around)]
    if best < first or len(around) < _FEWEST_EPOCHS or not np.isfinite(scores[best] + noise):
        return 0.0
    lead = (scores[best] - around.mean()) * len(around) / (len(around) - 1)
    differences = 2 * float(around.var(ddof=1))
    return float(lead) * noise / max(differences, noise) if noise > 0 else 0.0


def noise_of_difference(score: RowScore, one: Matrix, other: Matrix, rng: np.random.Generator) -> float:
    """Variance of the difference of two networks' scores from one set of rows to another; both are figures of rows."""
    found = _resampled(score, Candidates([one[None], other[None]]), rng)
    return float((found[:, 0] - found[:, 1]).var())


def expected_score(
    score: RowScore,
    trials: Candidates,
    rng: np.random.Generator,
    *,
    finalists: Sequence[int] = (),
    confirmed: Candidates | None = None,
    epoch_lucks: Sequence[float] = (),
) -> Expectation:
    """The expected score of the trial that wins among `trials`, or among the `finalists` by their fresh seeds.

    `finalists` are numbers of trials, `confirmed` their fresh fits in the same order. The winner is the one of highest
    score, of equal ones the one of lowest mean cost. `epoch_lucks` are the `epoch_luck` of the finalists' fresh fits,
    or of some of the better trials where there are no finalists; their median counts. Trials with a figure that is not
    finite take no part. Raises ValueError if none is left.
    """
    first, kept = _finite(trials)
    stage, numbers = first, kept
    optimism = max(float(np.median(epoch_lucks)), 0.0) if len(epoch_lucks) else 0.0
    if confirmed is not None and len(finalists):
        stage, places = _finite(confirmed)
        numbers = [finalists[place] for place in places]
        entered = [kept.index(number) for number in numbers if number in kept]
        if len(entered) == len(numbers):
            share = _shared(score, first.only(entered), stage, rng)
            optimism += share * _optimism(score, first, rng, len(numbers))
    optimism += _optimism(score, stage, rng, 1)
    even = _even(stage)
    found = stage.scores(score, even)
    best = int(stage.ranked(found, even)[0, 0])
    promised = round(float(found[0, best]), DECIMALS)
    winner = stage.only([best])
    again = _resampled(score, winner, rng)[:, 0]
    value = promised - optimism - (0.0 if score.is_share else float(again.mean()) - promised)
    low, high = _interval(score, promised, value, float(again.std()), stage.rows, optimism)
    lead = promised - float(np.median(first.scores(score, even)))
    luck = optimism / max(lead, optimism, 1e-12)
    return Expectation(promised, value, low, high, len(trials.figures), stage.rows, numbers[best], luck)


def _finite(candidates: Candidates) -> tuple[Candidates, list[int]]:
    """The candidates whose figures (and costs) are all finite, and their numbers."""
    usable = [
        place
        for place, figures in enumerate(candidates.figures)
        if np.isfinite(figures).all() and (candidates.costs is None or np.isfinite(candidates.costs[place]).all())
    ]
    if not usable:
        raise ValueError("No trial has finite figures on all rows: there is nothing to choose from.")
    return candidates.only(usable), usable


def _optimism(score: RowScore, among: Candidates, rng: np.random.Generator, winners: int) -> float:
    """How much better the `winners` best look on these rows than they are, on average.

    Two estimates from one bootstrap of the rows, against the winners on all rows, so that a curved score adds no bias:
    what the winners of a resample gain on its own rows is too little when the trials are about equally good (by 29 %),
    what they lose on the rows left out is too much when they differ (by up to 50 %). Shares take their mean;
    unbounded scores, whose trials differ more next to their noise, lean to the first.
    """
    among = _contenders(score, among, rng, winners)
    if len(among.figures) <= winners:
        return 0.0
    even = _even(among)
    whole = among.scores(score, even)
    real = among.ranked(whole, even)[0, :winners]
    gained, lost = [], []
    for bags in resamples(score, among, rng):
        left_out = (bags == 0).astype(np.float64)
        left_out /= np.maximum(left_out.sum(axis=1, keepdims=True), 1)
        usable = left_out.any(axis=1)
        inside, outside = (among.scores(score, weights)[usable] for weights in (bags, left_out))
        chosen = among.ranked(inside, bags[usable])[:, :winners]
        gained.append(_mean_of(inside - whole, chosen) - (inside - whole)[:, real].mean(axis=1))
        lost.append(outside[:, real].mean(axis=1) - _mean_of(outside, chosen))
    share = _LOST_SHARE if score.is_share else _LOST_SHARE_UNBOUNDED
    return max(float((1 - share) * np.concatenate(gained).mean() + share * np.concatenate(lost).mean()), 0.0)


def _contenders(score: RowScore, among: Candidates, rng: np.random.Generator, winners: int) -> Candidates:
    """Those within four standard errors of the last winner.

    Others cannot be chosen on other rows, but one giant error in a few rows could make a resample choose them.
    """
    even = _even(among)
    whole = among.scores(score, even)
    order = among.ranked(whole, even)[0]
    last = int(order[min(winners, len(order)) - 1])
    alone = among.only([last])
    noise = float(_resampled(score, alone, rng).std())
    near = np.isin(np.arange(len(order)), order[:winners]) | (whole[0] >= whole[0, last] - _REACH * noise)
    return among.only(np.flatnonzero(near).tolist())


def _mean_of(scores: Matrix, chosen: _Numbers) -> Matrix:
    return np.asarray(np.take_along_axis(scores, chosen, axis=1).mean(axis=1))


def resamples(score: RowScore, among: Candidates, rng: np.random.Generator) -> Iterator[Matrix]:
    """Weights of bootstrap resamples of the rows, some (b, m) after others; fewer of them where each takes longer.

    The same ones however many come at once: they are drawn one after another.
    """
    rows = among.rows
    affordable = min(_WORK / (score.products * among.size), _CELLS / rows)
    count = int(min(max(affordable, _FEWEST_RESAMPLES), _MOST_RESAMPLES))
    together = max(_AT_ONCE // rows, 1)
    for start in range(0, count, together):
        yield _drawn(min(together, count - start), rows, rng)


def _drawn(count: int, rows: int, rng: np.random.Generator) -> Matrix:
    """(count, m) weights of as many resamples."""
    drawn = rng.integers(0, rows, (count, rows))
    drawn += rows * np.arange(count)[:, None]
    return np.bincount(drawn.ravel(), minlength=count * rows).reshape(count, rows) / rows


def _resampled(score: RowScore, among: Candidates, rng: np.random.Generator) -> Matrix:
    """(B, T) scores under resamples of the rows."""
    return np.concatenate([among.scores(score, bags) for bags in resamples(score, among, rng)])


def _even(candidates: Candidates) -> Matrix:
    return np.full((1, candidates.rows), 1.0 / candidates.rows)


def _shared(score: RowScore, first: Candidates, fresh: Candidates, rng: np.random.Generator) -> float:
    """Share of a trial's luck with the rows that its fresh seeds inherit: rows that suit the configuration itself.

    The regression of the fresh fits' scores on the first fits' over the same resamples, both against the mean trial.
    """
    both = [(first.scores(score, bags), fresh.scores(score, bags)) for bags in resamples(score, fresh, rng)]

    def lucks(found: Matrix) -> Matrix:
        found = found - found.mean(axis=0)
        return np.asarray(found - found.mean(axis=1, keepdims=True))

    then, now = (lucks(np.concatenate(each)) for each in zip(*both, strict=True))
    own = float((then * then).sum())
    return min(max(float((then * now).sum()) / own, 0.0), 1.0) if own else 0.0


def _interval(
    score: RowScore, promised: float, value: float, noise: float, rows: int, optimism: float
) -> tuple[float, float]:
    """Noise of these rows (Wilson 1927 for a share), and a correction that is known to half of itself."""
    z = NormalDist().inv_cdf(0.5 + _LEVEL / 2)
    extra = z * _UNSURE * optimism
    if not score.is_share:
        reach = sqrt((z * noise) ** 2 + extra**2)
        return value - reach, value + reach
    inner = min(max(promised, 0.5 / rows), 1 - 0.5 / rows)
    count = min(inner * (1 - inner) / noise**2, 4.0 * rows) if noise > 1e-9 else float(rows)
    share = min(max(value, 0.0), 1.0)
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    reach = sqrt(reach**2 + extra**2)
    return max(centre - reach, 0.0), min(centre + reach, 1.0)

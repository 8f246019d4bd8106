"""What the winner of a search is worth on new rows: its promised score, freed of the luck of having been chosen.

Bootstrap bias correction after Tsamardinos, Greasidou & Borboudakis 2018 (BBC-CV), on the rows of a hold-out or of
pooled folds. How it was tuned and what it reaches: docs/expectation.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from engine.search.row_scores import Matrix, RowScore

__all__ = ["Candidates", "Expectation", "epoch_luck", "expected_score"]

_LEVEL = 0.8
_EPOCH_SHARE, _EPOCH_SHARE_UNBOUNDED = 0.3, 0.2
_EPOCHS_BESIDE = 3
_LOST_SHARE, _LOST_SHARE_UNBOUNDED = 0.5, 0.25
_UNSURE = 0.5
_REACH = 4.0
_DECIMALS = 12
"""Of a score: what differs behind them is rounding, so that the ties of a share are ties."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """Trials that were compared on the same validation rows."""

    figures: Matrix
    """(T, m): `RowScore.figures` of each trial at its chosen epoch; of several fits of one trial their mean."""
    costs: Matrix | None = None
    """(T, m): the cost of each row; its mean decides between equal scores. None: the first of them is taken."""


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
    sense: str
    """A sentence: whether more experiments on these rows still make sense."""


def epoch_luck(scores: Sequence[float], best: int) -> float:
    """How far the score at the chosen epoch lies above the median of the up to six epochs beside it; never negative.

    A fifth to a third of this was luck with the validation rows, the rest real (measured on eight data sets).
    """
    if best == 0:
        return 0.0
    beside = [*scores[max(best - _EPOCHS_BESIDE, 1) : best], *scores[best + 1 : best + 1 + _EPOCHS_BESIDE]]
    known = [each for each in beside if np.isfinite(each)]
    return max(float(scores[best] - np.median(known)), 0.0) if known else 0.0


def expected_score(
    score: RowScore,
    trials: Candidates,
    rng: np.random.Generator,
    *,
    finalists: Sequence[int] = (),
    confirmed: Candidates | None = None,
    epoch_lucks: Sequence[float] = (),
    resamples: int = 300,
) -> Expectation:
    """The expected score of the trial that wins among `trials`, or among the `finalists` by their fresh seeds.

    `finalists` are numbers of trials, `confirmed` their fresh fits in the same order (means over the seeds). The
    winner is the one of highest score, of equal ones the one of lowest mean cost. `epoch_lucks` are the `epoch_luck`
    of the finalists' fresh fits, or of the five best trials where there are no finalists; their median counts. Trials
    with a figure that is not finite take no part. Raises ValueError if none is left.
    """
    first, kept = _finite(trials)
    stage = first
    numbers = kept
    optimism = _luck_of_epochs(score, epoch_lucks)
    if confirmed is not None and len(finalists):
        stage, places = _finite(confirmed)
        numbers = [finalists[place] for place in places]
        entered = [kept.index(number) for number in numbers if number in kept]
        if len(entered) == len(numbers):
            optimism += _shared(first, stage, entered) * _optimism(score, first, rng, len(numbers), resamples)
    optimism += _optimism(score, stage, rng, 1, resamples)
    best = int(_ranked(score, stage, _even(stage))[0, 0])
    figures = stage.figures[best : best + 1]
    promised = float(score.score(figures)[0])
    weights = _bags(rng, figures.shape[1], resamples)
    again = score.weigh(figures, weights)
    value = promised - optimism - (0.0 if score.is_share else float(again.mean()) - promised)
    low, high = _interval(score, promised, value, float(again.std()), figures.shape[1], optimism)
    lead = promised - float(np.median(score.score(first.figures)))
    return Expectation(
        promised, value, low, high, len(trials.figures), figures.shape[1], numbers[best],
        _sense(len(kept), optimism, lead),
    )  # fmt: skip


def _luck_of_epochs(score: RowScore, epoch_lucks: Sequence[float]) -> float:
    share = _EPOCH_SHARE if score.is_share else _EPOCH_SHARE_UNBOUNDED
    return share * float(np.median(epoch_lucks)) if len(epoch_lucks) else 0.0


def _finite(candidates: Candidates) -> tuple[Candidates, list[int]]:
    """The candidates whose figures (and costs) are all finite, and their numbers."""
    usable = np.isfinite(candidates.figures).all(axis=1)
    if candidates.costs is not None:
        usable &= np.isfinite(candidates.costs).all(axis=1)
    if not usable.any():
        raise ValueError("No trial has finite figures on all rows: there is nothing to choose from.")
    costs = None if candidates.costs is None else candidates.costs[usable].astype(np.float64)
    return Candidates(candidates.figures[usable].astype(np.float64), costs), np.flatnonzero(usable).tolist()


def _optimism(score: RowScore, among: Candidates, rng: np.random.Generator, winners: int, resamples: int) -> float:
    """How much better the `winners` best look on these rows than they are, on average.

    Two estimates from one bootstrap of the rows, against the winners on all rows, so that a curved score adds no bias:
    what the winners of a resample gain on its own rows is too little when the trials are about equally good (by 29 %),
    what they lose on the rows left out is too much when they differ (by up to 50 %). Shares take their mean;
    unbounded scores, whose trials differ more next to their noise, lean to the first.
    """
    bags = _bags(rng, among.figures.shape[1], resamples)
    among = _contenders(score, among, bags, winners)
    if len(among.figures) <= winners:
        return 0.0
    left_out = (bags == 0).astype(np.float64)
    usable = left_out.sum(axis=1) > 0
    bags, left_out = bags[usable], left_out[usable] / left_out[usable].sum(axis=1, keepdims=True)
    chosen = _ranked(score, among, bags)[:, :winners]
    real = _ranked(score, among, _even(among))[0, :winners]
    inside, outside = score.weigh(among.figures, bags), score.weigh(among.figures, left_out)
    whole = score.score(among.figures)
    gained = _mean_of(inside, chosen) - inside[:, real].mean(axis=1) - whole[chosen].mean(axis=1) + whole[real].mean()
    lost = outside[:, real].mean(axis=1) - _mean_of(outside, chosen)
    share = _LOST_SHARE if score.is_share else _LOST_SHARE_UNBOUNDED
    return max(float((1 - share) * gained.mean() + share * lost.mean()), 0.0)


def _contenders(score: RowScore, among: Candidates, bags: Matrix, winners: int) -> Candidates:
    """Those within four standard errors of the last winner.

    Others cannot be chosen on other rows, but one giant error in a few rows could make a resample choose them.
    """
    order = _ranked(score, among, _even(among))[0]
    whole = score.score(among.figures)
    last = order[min(winners, len(order)) - 1]
    noise = float(score.weigh(among.figures[last : last + 1], bags).std())
    near = np.isin(np.arange(len(order)), order[:winners]) | (whole >= whole[last] - _REACH * noise)
    return Candidates(among.figures[near], None if among.costs is None else among.costs[near])


def _mean_of(scores: Matrix, chosen: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Matrix:
    return np.asarray(np.take_along_axis(scores, chosen, axis=1).mean(axis=1))


def _bags(rng: np.random.Generator, rows: int, resamples: int) -> Matrix:
    drawn = rng.integers(0, rows, (resamples, rows)) + rows * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * rows).reshape(resamples, rows) / rows


def _even(candidates: Candidates) -> Matrix:
    rows = candidates.figures.shape[1]
    return np.full((1, rows), 1.0 / rows)


def _ranked(score: RowScore, among: Candidates, weights: Matrix) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Numbers of the candidates (B, T), best first, under each weighting of the rows."""
    scores = np.round(score.weigh(among.figures, weights), _DECIMALS)
    ties = np.zeros_like(scores) if among.costs is None else weights @ among.costs.T
    return np.asarray(np.lexsort((ties, -scores), axis=1))


def _shared(first: Candidates, fresh: Candidates, entered: list[int]) -> float:
    """Share of a trial's luck with the rows that its fresh seeds inherit: rows that suit the configuration itself."""

    def deviations(figures: Matrix) -> Matrix:
        centred = figures - figures.mean(axis=1, keepdims=True)
        return np.asarray(centred - centred.mean(axis=0))

    then, now = deviations(first.figures[entered]), deviations(fresh.figures)
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


def _sense(looks: int, optimism: float, lead: float) -> str:
    if looks < 2:
        return "Nothing was chosen yet: more experiments make sense."
    luck = optimism / max(lead, optimism, 1e-12)
    if luck < 0.25:
        return "The lead is mostly real: more experiments on these validation rows still make sense."
    percent = f"{min(luck, 1.0) * 100:.0f} %"
    share = f"About {percent} of the winner's lead over the median trial is luck with these validation rows"
    if luck < 0.6:
        return f"{share}: confirm with fresh seeds, or use folds, before searching on."
    return f"{share}: more experiments on them will mostly fit them; get more rows or use folds."

"""Intervals and paired tests by resampling: how sure a mean or a difference between two experiments is.

NumPy only; every function that resamples takes its generator.
"""

import math
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Comparison",
    "Interval",
    "compare_paired",
    "fewest_pairs",
    "mean_interval",
    "permutation_p",
    "seeds_that_would_tell",
]

_EXACT_PAIRS = 14
_MOST_SEEDS = 1000


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and how far it can be trusted."""

    value: float
    low: float
    """NaN where one single value gives no interval."""
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two experiments on shared seeds (or folds): first minus second."""

    difference: Interval
    """Mean of the paired differences with a 90 % interval."""
    p: float
    """Two-sided, of no difference; 1 for a single pair."""
    pairs: int
    more: int | None
    """About so many further seeds would tell; 0 if it is told, None if no feasible number would."""

    @property
    def is_shown(self) -> bool:
        """Whether the difference is shown at the level that was asked for."""
        return self.more == 0


def mean_interval(
    values: ArrayLike, rng: np.random.Generator, *, level: float = 0.9, resamples: int = 2000
) -> Interval:
    """Mean of `values` (n,) with a bootstrap interval, widened by √(n/(n-1)). Raises ValueError if there are none."""
    sample = np.asarray(values, dtype=np.float64)
    if sample.size == 0:
        raise ValueError("A mean needs at least one value.")
    mean = float(sample.mean())
    if sample.size == 1:
        return Interval(mean, math.nan, math.nan)
    drawn = rng.integers(0, sample.size, (resamples, sample.size))
    spread = (sample[drawn].mean(axis=1) - mean) * math.sqrt(sample.size / (sample.size - 1))
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    return Interval(mean, mean + float(low), mean + float(high))


def permutation_p(differences: ArrayLike, rng: np.random.Generator, *, resamples: int = 20_000) -> float:
    """Two-sided p of a zero mean by flipping signs (Fisher 1935): all 2ⁿ of them up to 14 pairs, else drawn."""
    found = np.asarray(differences, dtype=np.float64)
    observed = abs(found.sum()) * (1 - 1e-12)
    if found.size <= _EXACT_PAIRS:
        sums = np.abs(_all_signs(found.size) @ found)
        return float((sums >= observed).mean())
    sums = np.abs(rng.choice([-1.0, 1.0], (resamples, found.size)) @ found)
    return float(((sums >= observed).sum() + 1) / (resamples + 1))


def _all_signs(count: int) -> NDArray[np.float64]:
    return np.array(list(product((-1.0, 1.0), repeat=count)), dtype=np.float64).reshape(2**count, count)


def compare_paired(first: ArrayLike, second: ArrayLike, rng: np.random.Generator, *, level: float = 0.05) -> Comparison:
    """Compare scores (n,) reached with the same n seeds, to be shown if p is at most `level`.

    Raises ValueError if the lengths differ or are zero.
    """
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.shape != other.shape or one.size == 0:
        raise ValueError(f"Pairs are needed: {one.size} and {other.size} values do not pair.")
    differences = one - other
    p = permutation_p(differences, rng)
    return Comparison(mean_interval(differences, rng), p, one.size, seeds_that_would_tell(differences, p, level=level))


def seeds_that_would_tell(differences: ArrayLike, p: float, *, level: float = 0.05, power: float = 0.8) -> int | None:
    """How many further pairs would show a difference of this size: n = ((z₁ + z₂) s/d)², and enough for the test.

    The standard deviation is widened for few pairs. 0 if `p` shows it already; None beyond a thousand or from one pair.
    """
    found = np.asarray(differences, dtype=np.float64)
    if p <= level:
        return 0
    mean = abs(float(found.mean()))
    if found.size < 2 or mean == 0.0:
        return None
    spread = float(found.std(ddof=1)) * (1 + 1 / (2 * (found.size - 1)))
    normal = NormalDist()
    reach = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)
    needed = max(math.ceil((reach * spread / mean) ** 2), fewest_pairs(level))
    return max(needed - found.size, 1) if needed <= _MOST_SEEDS else None


def fewest_pairs(level: float = 0.05) -> int:
    """Pairs below which the test cannot show anything: of 2ⁿ signs at least two are as far out as those found."""
    return math.ceil(1 - math.log2(level))

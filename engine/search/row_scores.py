"""Scores as functions of the rows: a figure for each row, and the score of any weighting of the rows.

What resampling needs. Not every score is made of rows: F1 and ROC AUC are not, and have no entry here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.records import Task

__all__ = ["Matrix", "RowScore", "row_score"]

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RowScore:
    """One score on one set of rows. Greater is better; what is an error by nature comes negated."""

    name: str
    figures: Callable[[ArrayLike], Matrix]
    """Predictions ((m, C) probabilities, (m,) probability of class 1, or (m,) values) to a figure for each row (m,)."""
    weigh: Callable[[Matrix, Matrix], Matrix]
    """Figures (T, m) and row weights (B, m), each summing to 1, to scores (B, T)."""
    is_share: bool
    """True if it lies between 0 and 1."""

    def score(self, figures: Matrix) -> Matrix:
        """Scores (T,) of figures (T, m) with every row counting the same."""
        m = figures.shape[1]
        return np.asarray(self.weigh(figures, np.full((1, m), 1.0 / m))[0])


def row_score(name: str, task: Task, y: ArrayLike, scale: float = 1.0) -> RowScore | None:
    """The score `name` on rows with targets `y` (m,); None where it is not made of rows.

    `scale` turns scaled regression values into the target's unit.
    """
    target = np.asarray(y)
    if task is Task.REGRESSION:
        return _of_values(name, target.astype(np.float64), scale)
    match name:
        case "accuracy":
            return RowScore(name, lambda out: _hits(out, target), _mean, True)
        case "balanced_accuracy":
            return RowScore(name, lambda out: _hits(out, target), _balanced(target), True)
        case "log_loss":
            return RowScore(name, lambda out: _log_likelihood(out, target), _mean, False)
    return None


def _of_values(name: str, y: Matrix, scale: float) -> RowScore | None:
    def squared(out: ArrayLike) -> Matrix:
        return np.asarray((np.asarray(out, dtype=np.float64) - y) ** 2)

    match name:
        case "r2":
            return RowScore(name, squared, _r2(y), False)
        case "rmse":
            return RowScore(name, squared, lambda figures, weights: -scale * np.sqrt(_mean(figures, weights)), False)
        case "mae":
            return RowScore(name, lambda out: -scale * np.sqrt(squared(out)), _mean, False)
    return None


def _both(out: ArrayLike) -> Matrix:
    """(m, C) probabilities, also of a binary task."""
    probabilities = np.asarray(out, dtype=np.float64)
    return probabilities if probabilities.ndim == 2 else np.stack([1 - probabilities, probabilities], axis=1)


def _hits(out: ArrayLike, y: NDArray[np.generic]) -> Matrix:
    return np.asarray(_both(out).argmax(axis=1) == y, dtype=np.float64)


def _log_likelihood(out: ArrayLike, y: NDArray[np.generic]) -> Matrix:
    own = np.take_along_axis(_both(out), y.astype(np.intp)[:, None], axis=1)[:, 0]
    return np.asarray(np.log(np.maximum(own, np.finfo(np.float64).tiny)))


def _mean(figures: Matrix, weights: Matrix) -> Matrix:
    return np.asarray(weights @ figures.T)


def _balanced(y: NDArray[np.generic]) -> Callable[[Matrix, Matrix], Matrix]:
    members = [(y == label).astype(np.float64) for label in np.unique(y)]

    def weigh(figures: Matrix, weights: Matrix) -> Matrix:
        total = np.zeros((len(weights), len(figures)))
        present = np.zeros((len(weights), 1))
        for member in members:
            share = (weights @ member)[:, None]
            total += np.where(share > 0, (weights * member) @ figures.T / np.where(share > 0, share, 1.0), 0.0)
            present += share > 0
        return np.asarray(total / present)

    return weigh


def _r2(y: Matrix) -> Callable[[Matrix, Matrix], Matrix]:
    def weigh(figures: Matrix, weights: Matrix) -> Matrix:
        centre = weights @ y
        spread = weights @ y**2 - centre**2
        return np.asarray(1.0 - _mean(figures, weights) / np.maximum(spread, 1e-300)[:, None])

    return weigh

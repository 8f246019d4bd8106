"""Scores as functions of the rows: figures for each row, and the score of any weighting of the rows.

What resampling needs. Accuracy and errors are means over rows, F1 a ratio of such means. ROC AUC is a mean over pairs
of rows; its part that is a sum over rows is taken, which leaves out a term of the order 1/rows (Hájek projection;
DeLong, DeLong & Clarke-Pearson 1988).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Figures", "Matrix", "RowScore", "row_score"]

Matrix = NDArray[np.float64]
Figures = Matrix | NDArray[np.float32]
"""Figures of rows as fits keep them: half as large, reckoned with as a `Matrix`."""
_Labels = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class RowScore:
    """One score on one set of rows. Greater is better; what is an error by nature comes negated."""

    name: str
    figures: Callable[[ArrayLike], Matrix]
    """Predictions ((m, C) probabilities, (m,) probability of class 1, or (m,) values) to a figure for each row (m,),
    or several (m, C); NaN where the predictions are."""
    weigh: Callable[[Matrix, Matrix], Matrix]
    """Figures (N, m) or (N, m, C) of N fits and row weights (B, m), each summing to 1, to scores (B, N)."""
    is_share: bool
    """True if it lies between 0 and 1."""
    products: int = 1
    """Products of weights and figures that `weigh` takes."""

    def score(self, figures: Matrix) -> Matrix:
        """Scores (N,) of figures with every row counting the same."""
        m = figures.shape[1]
        return np.asarray(self.weigh(figures, np.full((1, m), 1.0 / m))[0])


def row_score(name: str, n_classes: int, y: ArrayLike, scale: float = 1.0) -> RowScore:
    """The score `name` of `engine.scores` on rows with targets `y` (m,), which are values where there are no classes.

    Of two classes F1 and ROC AUC are those of class 1, whether one output tells them apart or two. `scale` turns
    scaled regression values into the target's unit. Raises KeyError if there is no such score.
    """
    target = np.asarray(y)
    if not n_classes:
        return _of_values(target.astype(np.float64), scale)[name]
    return _of_classes(target, are_two=n_classes == 2)[name]


def _of_classes(y: _Labels, *, are_two: bool) -> dict[str, RowScore]:
    occurring = np.unique(y).tolist()
    chosen = [1] if are_two else occurring
    return {
        "accuracy": RowScore("accuracy", lambda out: _hits(out, y), _mean, True),
        "balanced_accuracy": RowScore(
            "balanced_accuracy", lambda out: _hits(out, y), _balanced(y), True, len(occurring)
        ),
        "f1": RowScore("f1", _predicted, _f1(y, are_two=are_two), True, 2 * len(chosen)),
        "roc_auc": RowScore("roc_auc", lambda out: _placements(out, y), _areas(y, chosen), True, 2 * len(chosen)),
        "log_loss": RowScore("log_loss", lambda out: _log_likelihood(out, y), _mean, False),
    }


def _of_values(y: Matrix, scale: float) -> dict[str, RowScore]:
    def squared(out: ArrayLike) -> Matrix:
        return np.asarray((np.asarray(out, dtype=np.float64) - y) ** 2)

    def root(figures: Matrix, weights: Matrix) -> Matrix:
        return -scale * np.sqrt(_mean(figures, weights))

    return {
        "r2": RowScore("r2", squared, _r2(y), False),
        "rmse": RowScore("rmse", squared, root, False),
        "mae": RowScore("mae", lambda out: -scale * np.sqrt(squared(out)), _mean, False),
    }


def _both(out: ArrayLike) -> Matrix:
    """(m, C) probabilities, also of a binary task."""
    probabilities = np.asarray(out, dtype=np.float64)
    return probabilities if probabilities.ndim == 2 else np.stack([1 - probabilities, probabilities], axis=1)


def _where_finite(both: Matrix, figures: NDArray[np.generic]) -> Matrix:
    return np.where(np.isfinite(both).all(axis=1), figures.astype(np.float64), np.nan)


def _predicted(out: ArrayLike) -> Matrix:
    both = _both(out)
    return _where_finite(both, both.argmax(axis=1))


def _hits(out: ArrayLike, y: _Labels) -> Matrix:
    both = _both(out)
    return _where_finite(both, both.argmax(axis=1) == y)


def _log_likelihood(out: ArrayLike, y: _Labels) -> Matrix:
    own = np.take_along_axis(_both(out), y.astype(np.intp)[:, None], axis=1)[:, 0]
    return np.asarray(np.log(np.maximum(own, np.finfo(np.float64).tiny)))


def _placements(out: ArrayLike, y: _Labels) -> Matrix:
    """(m, C): for each class the share of the rows on the other side that a row stands right of; (m, 1) for two."""
    both = _both(out)
    classes = [1] if both.shape[1] == 2 else range(both.shape[1])
    placed = np.stack([_placed(both[:, label], y == label) for label in classes], axis=1)
    return np.where(np.isfinite(both).all(axis=1, keepdims=True), placed, np.nan)


def _placed(values: Matrix, positive: NDArray[np.bool_]) -> Matrix:
    """Ties count half; half everywhere if one side has no rows."""
    placed = np.full(len(values), 0.5)
    if positive.all() or not positive.any():
        return placed
    placed[positive] = _share_below(values[positive], values[~positive])
    placed[~positive] = 1 - _share_below(values[~positive], values[positive])
    return placed


def _share_below(values: Matrix, others: Matrix) -> Matrix:
    """Of the others, for each value."""
    ordered = np.sort(others)
    twice = ordered.searchsorted(values, "left") + ordered.searchsorted(values, "right")
    return np.asarray(twice / (2 * len(others)))


def _mean(figures: Matrix, weights: Matrix) -> Matrix:
    return np.asarray(weights @ figures.T)


def _mean_among(figures: Matrix, weights: Matrix, member: NDArray[np.bool_], instead: Matrix | float) -> Matrix:
    """(B, N): weighted mean of the figures (N, m) of the members; `instead` where these have no weight."""
    among = weights[:, member]
    share = among.sum(axis=1, keepdims=True)
    found = among @ figures[:, member].T
    return np.where(share > 0, found / np.where(share > 0, share, 1.0), instead)


def _balanced(y: _Labels) -> Callable[[Matrix, Matrix], Matrix]:
    members = [y == label for label in np.unique(y)]

    def weigh(figures: Matrix, weights: Matrix) -> Matrix:
        present = sum(weights[:, member].any(axis=1, keepdims=True).astype(int) for member in members)
        return np.asarray(sum(_mean_among(figures, weights, member, 0.0) for member in members) / present)

    return weigh


def _f1(y: _Labels, *, are_two: bool) -> Callable[[Matrix, Matrix], Matrix]:
    """Of class 1 for two classes, else the mean over the classes that occur or are predicted under the weights."""

    def weigh(figures: Matrix, weights: Matrix) -> Matrix:
        labels = [1] if are_two else np.union1d(np.unique(y), np.unique(figures)).tolist()
        total = np.zeros((len(weights), len(figures)))
        present = np.zeros_like(total)
        for label in labels:
            predicted, member = (figures == label).astype(np.float64), y == label
            hit = weights[:, member] @ predicted[:, member].T
            either = weights @ predicted.T + weights[:, member].sum(axis=1, keepdims=True)
            total += 2 * hit / np.where(either > 0, either, 1.0)
            present += either > 0
        return total if are_two else total / np.maximum(present, 1)

    return weigh


def _areas(y: _Labels, classes: list[int]) -> Callable[[Matrix, Matrix], Matrix]:
    """Mean over the classes: what rows of the class reach, plus what the others reach, less the mean of either."""

    def weigh(figures: Matrix, weights: Matrix) -> Matrix:
        total = np.zeros((len(weights), len(figures)))
        for label in classes:
            placed, member = figures[:, :, 0 if figures.shape[2] == 1 else int(label)], y == label
            whole = placed[:, member].mean(axis=1) if member.any() else np.full(len(figures), 0.5)
            total += _mean_among(placed, weights, member, whole) + _mean_among(placed, weights, ~member, whole) - whole
        return total / len(classes)

    return weigh


def _r2(y: Matrix) -> Callable[[Matrix, Matrix], Matrix]:
    def weigh(figures: Matrix, weights: Matrix) -> Matrix:
        centre = weights @ y
        spread = weights @ y**2 - centre**2
        return np.asarray(1.0 - _mean(figures, weights) / np.maximum(spread, 1e-300)[:, None])

    return weigh

"""How good predictions are, in figures a person compares: accuracy and its kin for classes, R² and errors for values.

Works on plain predictions; knows no network. `score` gives the figure that chooses, where greater is always better.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray
from engine.errors import UsageError
from engine.records import Task

__all__ = ["SCORES", "Score", "all_scores", "check_score", "default_score", "score"]


@dataclass(frozen=True, slots=True)
class Score:
    """One figure of merit."""

    function: Callable[[Array, Array], float]
    """(predictions, y) to the figure: classes from (rows, C) probabilities, values in the target's own unit."""
    for_values: bool = False
    """True for regression."""
    greater_is_better: bool = True


def _classes(probabilities: Array) -> IntArray:
    return np.asarray(probabilities.argmax(axis=1))


def _accuracy(probabilities: Array, y: Array) -> float:
    return float(np.mean(_classes(probabilities) == y))


def _confusion(probabilities: Array, y: Array) -> IntArray:
    """(C, C) counts, true classes down, predicted ones across."""
    n = probabilities.shape[1]
    return np.bincount(y * n + _classes(probabilities), minlength=n * n).reshape(n, n)


def _balanced_accuracy(probabilities: Array, y: Array) -> float:
    """Mean recall of the classes that occur."""
    counts = _confusion(probabilities, y)
    occurring = counts.sum(axis=1) > 0
    return float(np.mean(counts.diagonal()[occurring] / counts.sum(axis=1)[occurring]))


def _f1(probabilities: Array, y: Array) -> float:
    """F1 of class 1 for two classes, else the mean over the classes (macro); 0 for a class never right."""
    counts = _confusion(probabilities, y)
    either = counts.sum(axis=0) + counts.sum(axis=1)
    each = np.where(either > 0, 2 * counts.diagonal() / np.maximum(either, 1), 0.0)
    return float(each[1]) if len(each) == 2 else float(each[either > 0].mean())


def _area(values: Array, positive: Array) -> float:
    """Area under the ROC curve (Mann & Whitney 1947); NaN unless both kinds occur."""
    n, n_positive = len(values), int(positive.sum())
    if n_positive in (0, n):
        return float("nan")
    ordered, own = np.sort(values), values[positive]
    ranks_twice = ordered.searchsorted(own, "left") + ordered.searchsorted(own, "right") + 1  # ties share their mean
    rank_sum = float(ranks_twice.sum()) / 2
    return (rank_sum - n_positive * (n_positive + 1) / 2) / (n_positive * (n - n_positive))


def _roc_auc(probabilities: Array, y: Array) -> float:
    """Of class 1 for two classes, else the mean of each class against the rest (macro) over those that occur."""
    if probabilities.shape[1] == 2:
        return _area(probabilities[:, 1], y == 1)
    areas = np.array([_area(probabilities[:, c], y == c) for c in range(probabilities.shape[1])])
    known = areas[~np.isnan(areas)]
    return float(known.mean()) if len(known) else float("nan")


def _log_loss(probabilities: Array, y: Array) -> float:
    """Mean -log p of the true class, p not below the smallest normal number."""
    own = probabilities[np.arange(len(y)), y].astype(np.float64)
    return float(-np.log(np.maximum(own, np.finfo(np.float64).tiny)).mean())


def _r2(values: Array, y: Array) -> float:
    """1 - residual over total sum of squares; 0 where the target is constant and hit, -inf where it is missed."""
    residual = float(np.square(y - values, dtype=np.float64).sum())
    total = float(np.square(y - y.mean(dtype=np.float64), dtype=np.float64).sum())
    if total == 0:
        return 0.0 if residual == 0 else float("-inf")
    return 1 - residual / total


def _mae(values: Array, y: Array) -> float:
    return float(np.abs(y - values).mean(dtype=np.float64))


def _rmse(values: Array, y: Array) -> float:
    return float(np.sqrt(np.square(y - values, dtype=np.float64).mean()))


SCORES: Mapping[str, Score] = {
    "accuracy": Score(_accuracy),
    "balanced_accuracy": Score(_balanced_accuracy),
    "f1": Score(_f1),
    "roc_auc": Score(_roc_auc),
    "log_loss": Score(_log_loss, greater_is_better=False),
    "r2": Score(_r2, for_values=True),
    "mae": Score(_mae, for_values=True, greater_is_better=False),
    "rmse": Score(_rmse, for_values=True, greater_is_better=False),
}


def default_score(task: Task) -> str:
    """The score that chooses unless another one is named."""
    return "r2" if task is Task.REGRESSION else "accuracy"


def check_score(name: str, task: Task) -> str:
    """The name, if it is a score of this task. Raises UsageError."""
    allowed = [each for each, score in SCORES.items() if score.for_values == (task is Task.REGRESSION)]
    if name not in allowed:
        raise UsageError(f"There is no score {name!r} for {task.value} data: use one of {', '.join(allowed)}.")
    return name


def score(name: str, task: Task, predictions: Array, y: Array, scale: float = 1.0) -> float:
    """The figure that chooses: greater is better, so log_loss, mae and rmse come negated. NaN without rows.

    `predictions` as `engine.losses.outputs` gives them; `scale` turns scaled values into the target's unit.
    """
    value = _figure(SCORES[name], task, predictions, y, scale)
    return value if SCORES[name].greater_is_better else -value


def all_scores(task: Task, predictions: Array, y: Array, scale: float = 1.0) -> dict[str, float]:
    """Every score of the task by name, each in its natural sign."""
    chosen = {name: each for name, each in SCORES.items() if each.for_values == (task is Task.REGRESSION)}
    return {name: _figure(each, task, predictions, y, scale) for name, each in chosen.items()}


def _figure(chosen: Score, task: Task, predictions: Array, y: Array, scale: float) -> float:
    if not len(y) or not np.isfinite(predictions).all():
        return float("nan")
    if task is Task.BINARY:
        predictions = np.stack([1 - predictions, predictions], axis=1)
    elif task is Task.REGRESSION:
        predictions, y = predictions * scale, y * scale
    return chosen.function(predictions, y)

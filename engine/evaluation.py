"""Applying networks without training them: all rows through K networks in pieces, and what to say of the result.

Dropout is off here. Pieces of fixed size keep the memory small and the numbers independent of how many members there
are.
"""

from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Call, run
from engine.hyperparameters import Hyperparameters
from engine.layout import Layout, single
from engine.losses import Labels, SoftmaxRows, count_hits, head_calls, head_rows, outputs, row_losses
from engine.network import Buffers, forward_calls
from engine.parameters import Parameters
from engine.records import Task
from engine.scores import score

__all__ = ["Evaluator", "Judge", "Measure", "predict"]

_PIECE = 1024
"""Rows at a time."""
_DOUBLE = np.dtype(np.float64)


class Evaluator:
    """K networks bound to the rows they are judged on; `head` holds the result of the last `run`."""

    def __init__(self, layout: Layout, activation: str, task: Task, parameters: Array, x: Array) -> None:
        """`parameters` is (K, P) and read anew at each run; `x` is (rows, inputs) of the same type."""
        k, rows, dtype = len(parameters), len(x), parameters.dtype.name
        self.head = np.empty((k, head_rows(task, layout.sizes[-1]), rows), dtype)
        """(K, head rows, rows)."""
        self.buffers = Buffers.allocate(layout, activation, k, min(rows, _PIECE), dtype, training=False)
        self._calls: list[Call] = []
        for start in range(0, rows, _PIECE):
            part = slice(start, min(start + _PIECE, rows))
            buffers = self.buffers.first(part.stop - part.start)
            head = single(self.head[..., part])
            self._calls += [call for layer in forward_calls(parameters, buffers, x[part], head) for call in layer]
            self._calls += head_calls(task, head, single(buffers.delta))

    def run(self) -> Array:
        """The head at the parameters as they are now."""
        run(self._calls)
        return self.head


class Measure(NamedTuple):
    """One network on some rows."""

    cost: float
    """Mean loss, NaN without rows."""
    score: float
    """The figure that chooses, NaN without rows."""


_NOTHING = Measure(float("nan"), float("nan"))


class Judge:
    """Says how good one member's head is, as often as it is filled anew."""

    def __init__(self, task: Task, head: Array, labels: Labels, score_name: str, scale: float = 1.0) -> None:
        """`head` is contiguous; `score_name` is the figure that chooses, `scale` the unit of a scaled target."""
        self._task, self._head, self._score, self._scale = task, head, score_name, scale
        self._softmax = SoftmaxRows(head) if task is Task.MULTICLASS else None
        self.labels = labels
        """Of the head's columns: to be set anew when those come in another order."""
        self.weights: Array | None = None
        """Of each row's loss; None if all are 1."""

    def cost(self) -> float:
        """Mean loss of the rows, of which there must be some, weighted."""
        softmax, labels = self._softmax, self.labels
        losses = softmax.losses(labels) if softmax else row_losses(self._task, self._head, labels)
        if self.weights is not None:
            losses = losses * self.weights
        return float(np.add.reduce(losses, 0, _DOUBLE)) / len(losses)

    def measure(self) -> Measure:
        """Cost and unweighted score of what the head holds now."""
        y = self.labels.y
        if not len(y):
            return _NOTHING
        cost = self.cost()
        if self._score == "accuracy":
            hits = self._softmax.count_hits(self.labels) if self._softmax else count_hits(self._head, y)
            return Measure(cost, hits / len(y))
        if self._score == "r2":
            return Measure(cost, _r2(cost, y))
        return Measure(cost, score(self._score, self._task, outputs(self._task, self._head), y, self._scale))


def _r2(half_mean_square: float, y: Array) -> float:
    """1 - residual over total sum of squares; 0 where the target is constant and hit, -inf where it is missed."""
    total = float(y.var(dtype=np.float64))
    if total == 0:
        return 0.0 if half_mean_square == 0 else float("-inf")
    return 1 - 2 * half_mean_square / total


def predict(parameters: Parameters, hyperparameters: Hyperparameters, task: Task, x: Array) -> Array:
    """Outputs for (rows, inputs): (rows, C) probabilities, (rows,) probability of class 1, or (rows,) scaled values."""
    dtype = np.result_type(parameters.weights[0].dtype, np.float32).name
    layout = Layout(parameters.sizes).filled_up(hyperparameters)
    flat = layout.pack(parameters, dtype)[None]
    with np.errstate(all="ignore"):
        evaluator = Evaluator(layout, hyperparameters.activation, task, flat, np.ascontiguousarray(x, dtype))
        return outputs(task, evaluator.run()[0])

"""Applying networks without training them: all rows through K networks in pieces, and what to say of the result.

Dropout is off here. Pieces of fixed size keep the memory small and the numbers independent of how many members there
are.
"""

from typing import NamedTuple

import numpy as np

from engine.arrays import Array, Call, run
from engine.layout import Layout, single
from engine.losses import Labels, count_hits, head_calls, head_rows, outputs, row_losses
from engine.network import Buffers, forward_calls
from engine.parameters import Parameters
from engine.records import Task
from engine.scores import score

__all__ = ["Evaluator", "Measure", "measure", "predict"]

_PIECE = 1024
"""Rows at a time."""


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


def measure(
    task: Task, head: Array, labels: Labels, score_name: str, weights: Array | None = None, scale: float = 1.0
) -> Measure:
    """Cost (rows weighted by `weights`) and unweighted score of one member's head."""
    y = labels.y
    if not len(y):
        return _NOTHING
    own = labels.own_logits(head) if task is Task.MULTICLASS else None
    losses = row_losses(task, head, labels, own)
    cost = float(np.add.reduce(losses if weights is None else losses * weights, dtype=np.float64)) / len(y)
    if score_name == "accuracy":
        return Measure(cost, count_hits(task, head, labels, own) / len(y))
    if score_name == "r2":
        return Measure(cost, _r2(cost, y))
    return Measure(cost, score(score_name, task, outputs(task, head), y, scale))


def _r2(half_mean_square: float, y: Array) -> float:
    """1 - residual over total sum of squares; 0 where the target is constant and hit, -inf where it is missed."""
    total = float(y.var(dtype=np.float64))
    if total == 0:
        return 0.0 if half_mean_square == 0 else float("-inf")
    return 1 - 2 * half_mean_square / total


def predict(parameters: Parameters, activation: str, task: Task, x: Array) -> Array:
    """Outputs for (rows, inputs): (rows, C) probabilities, (rows,) probability of class 1, or (rows,) scaled values."""
    dtype = np.result_type(parameters.weights[0].dtype, np.float32).name
    layout = Layout(parameters.sizes)
    flat = layout.pack(parameters, dtype)[None]
    with np.errstate(all="ignore"):
        evaluator = Evaluator(layout, activation, task, flat, np.ascontiguousarray(x, dtype))
        return outputs(task, evaluator.run()[0])

"""The three costs: what the output layer computes, its gradient, and the loss of each row.

A head is what a network puts out for some rows: (n_outputs, rows) logits or values, and for softmax one row more for
the sum of the exponentials; with a leading member axis in a population.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.activations import sigmoid
from engine.arrays import Array, Call, IntArray
from engine.records import Task

__all__ = ["Labels", "count_hits", "delta_calls", "head_calls", "head_rows", "outputs", "row_losses"]

_LOWEST = -60.0
"""Logits below this have the probability of this, 9e-27, which no sum can tell from theirs: far smaller gradients
would be denormal numbers, on which a processor is a hundred times slower (a converged network took five times as
long)."""


def head_rows(task: Task, n_outputs: int) -> int:
    """Rows of a head."""
    return n_outputs + 1 if task is Task.MULTICLASS else n_outputs


def head_calls(task: Task, head: Array, scratch: Array) -> list[Call]:
    """Complete a head whose first rows are the logits.

    Softmax: subtracts the largest logit of each example, leaves the exponentials in `scratch` (n_outputs, rows) and
    their sum in the head's last row. The other tasks need nothing.
    """
    if task is not Task.MULTICLASS:
        return []
    logits, total = head[..., :-1, :], head[..., -1:, :]
    return [
        partial(np.maximum.reduce, logits, -2, None, total, True),
        partial(np.subtract, logits, total, logits),
        partial(np.maximum, logits, np.array(_LOWEST, logits.dtype), out=scratch),
        partial(np.exp, scratch, scratch),
        partial(np.add.reduce, scratch, -2, None, total, True),
    ]


def delta_calls(task: Task, head: Array, target: Array, delta: Array) -> list[Call]:
    """The gradient of each row's loss with respect to its logits, into `delta` (which `head_calls` had as scratch)."""
    match task:
        case Task.MULTICLASS:
            probabilities = partial(np.divide, delta, head[..., -1:, :], delta)
            return [probabilities, partial(np.subtract, delta, target, delta)]
        case Task.BINARY:
            clamped = partial(np.maximum, head, np.array(_LOWEST, head.dtype), out=delta)
            return [clamped, *sigmoid(delta, delta), partial(np.subtract, delta, target, delta)]
        case Task.REGRESSION:
            return [partial(np.subtract, head, target, delta)]


@dataclass(frozen=True, eq=False, slots=True)
class Labels:
    """Classes or values of some rows, made ready to be looked up."""

    y: Array
    """(rows,): class numbers or values."""
    index: IntArray | None
    """Where the logits of each row's own class lie in a flattened head; None unless there are several."""

    @classmethod
    def of(cls, task: Task, y: Array) -> "Labels":
        """Make ready."""
        return cls(y, y * len(y) + np.arange(len(y)) if task is Task.MULTICLASS else None)

    def own_logits(self, head: Array) -> Array:
        """The shifted logit of each row's own class, (rows,): zero where no class has a larger one."""
        assert self.index is not None
        return head.reshape(-1).take(self.index)


def row_losses(task: Task, head: Array, labels: Labels, own: Array | None = None) -> Array:
    """The loss of each row, (rows,), from one member's head; `own` are its own logits if they are at hand."""
    y = labels.y
    match task:
        case Task.MULTICLASS:
            return np.asarray(np.log(head[-1]) - (labels.own_logits(head) if own is None else own))
        case Task.BINARY:
            z = head[0]
            return np.asarray(np.maximum(z, 0) - z * y.astype(z.dtype) + np.log1p(np.exp(-np.abs(z))))
        case Task.REGRESSION:
            difference = head[0] - y
            return np.asarray(difference * difference * head.dtype.type(0.5))


def outputs(task: Task, head: Array) -> Array:
    """The prediction: (rows, C) probabilities, (rows,) probability of class 1, or (rows,) values."""
    match task:
        case Task.MULTICLASS:
            return np.ascontiguousarray((np.exp(head[:-1]) / head[-1]).T)
        case Task.BINARY:
            return np.asarray(1 / (1 + np.exp(-head[0])))
        case Task.REGRESSION:
            return np.array(head[0])


def count_hits(task: Task, head: Array, labels: Labels, own: Array | None) -> int:
    """Rows whose predicted class is the right one; ties go to the lower class. `own` are a softmax's own logits."""
    if task is Task.BINARY:
        return int(np.count_nonzero((head[0] > 0) == labels.y))
    logits = head[:-1]
    if own is not None and np.count_nonzero(logits) == logits.size - len(labels.y):
        return len(labels.y) - int(np.count_nonzero(own))  # no ties: five times as fast as argmax
    return int(np.count_nonzero(logits.argmax(axis=0) == labels.y))

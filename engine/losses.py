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

__all__ = ["Labels", "SoftmaxRows", "count_hits", "delta_calls", "head_calls", "head_rows", "outputs", "row_losses"]

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


def delta_calls(task: Task, head: Array, scratch: Array, target: Array, delta: Array) -> list[Call]:
    """The gradient of each row's loss with respect to its logits, into `delta`; `scratch` as `head_calls` left it."""
    match task:
        case Task.MULTICLASS:
            probabilities = partial(np.divide, scratch, head[..., -1:, :], scratch)
            return [probabilities, partial(np.subtract, scratch, target, delta)]
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


class SoftmaxRows:
    """The rows of one softmax head, bound to its arrays: judged after every epoch, they may cost few calls only."""

    def __init__(self, head: Array) -> None:
        """`head` is contiguous, (classes + 1, rows), and read anew each time."""
        rows, bits = head.shape[-1], f"i{head.itemsize}"
        self._head, self._flat, self._total = head, head.reshape(-1), head[-1]
        self._losses, self._own = np.empty(rows, head.dtype), np.empty(rows, head.dtype)
        # The largest logit was subtracted from itself, which gives +0: integers are counted twice as fast as floats.
        self._logit_bits, self._own_bits = self._flat[: head.size - rows].view(bits), self._own.view(bits)

    def losses(self, labels: Labels) -> Array:
        """The loss of each row, (rows,), until the next call."""
        assert labels.index is not None
        np.log(self._total, self._losses)
        self._flat.take(labels.index, None, self._own, "clip")
        return np.subtract(self._losses, self._own, self._losses)

    def count_hits(self, labels: Labels) -> int:
        """Rows whose predicted class is the right one, of the labels whose `losses` were taken; ties go to the lower
        class."""
        rows = len(self._own)
        if np.count_nonzero(self._logit_bits) == self._logit_bits.size - rows:
            return rows - int(np.count_nonzero(self._own_bits))  # no ties: much faster than argmax
        return int(np.count_nonzero(self._head[:-1].argmax(axis=0) == labels.y))


def row_losses(task: Task, head: Array, labels: Labels) -> Array:
    """The loss of each row, (rows,), from one member's head."""
    y = labels.y
    match task:
        case Task.MULTICLASS:
            return SoftmaxRows(head).losses(labels)
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


def count_hits(head: Array, y: Array) -> int:
    """Rows of a binary head whose predicted class is the right one; a tie is class 0."""
    return int(np.count_nonzero((head[0] > 0) == y))

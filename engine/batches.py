"""Which rows each mini-batch takes, and the arrays they are gathered into.

Rows are gathered a stretch of some batches at a time, so that a large data set is never copied whole; a stretch is
small enough to stay in the cache. Knows nothing of networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray
from engine.data.dataset import Dataset
from engine.hyperparameters import Hyperparameters
from engine.layout import single
from engine.records import Task
from engine.streams import Purpose, stream

__all__ = ["Batch", "Batches", "class_weights"]

_STRETCH_BYTES = 1 << 20
_MOST_BATCHES = 32


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """One mini-batch: views that hold its rows whenever its stretch has been loaded."""

    columns: slice
    """Its rows, counted from the start of the stretch."""
    rows: int
    x: Array
    """(rows, inputs), or (K, rows, inputs) if members have batches of their own."""
    target: Array
    """One-hot classes, 0 or 1, or values: (outputs, rows), or (K, outputs, rows)."""
    weight: Array | None
    """Weight of each row's loss, (1, rows) or (K, 1, rows); None if all are 1."""


def class_weights(data: Dataset) -> Array:
    """w_c = m / (C · m_c) for each class of the training rows (King & Zeng 2001), float64."""
    n_classes = max(data.n_outputs, 2)
    counts = np.bincount(data.train.y.astype(np.intp), minlength=n_classes)
    return np.asarray(len(data.train.y) / (n_classes * np.maximum(counts, 1)))


class Batches:
    """The mini-batches of K members whose training rows are equally many, in the order each epoch draws."""

    def __init__(self, members: Sequence[Hyperparameters], data: Sequence[Dataset]) -> None:
        first = members[0]
        self._members, self._data = members, data
        self.n_rows = len(data[0].train.y)
        self.size = min(first.batch_size or self.n_rows, self.n_rows)
        self.per_epoch = -(-self.n_rows // self.size)
        self._shuffles = first.shuffle and self.per_epoch > 1
        same_data = all(each is data[0] for each in data)
        same_order = not self._shuffles or all(h.seed == first.seed for h in members)
        self._k = 1 if same_data and same_order else len(data)
        """How many different orders there are."""
        self.orders: list[IntArray] = [np.arange(self.n_rows)] * self._k
        self.stretch = min(self.per_epoch, _MOST_BATCHES, max(1, _STRETCH_BYTES // (self.size * self._row_bytes())))
        """Batches gathered at a time."""
        self._weights = self._member_weights()
        self._allocate()

    def _row_bytes(self) -> int:
        x = self._data[0].train.X
        return int(self._k * x.shape[1] * x.itemsize)

    def _member_weights(self) -> list[Array] | None:
        """(rows,) of each member; None if every row of all counts alike."""
        if self._data[0].task is Task.REGRESSION or all(h.class_weight == "none" for h in self._members):
            return None
        dtype = self._data[0].train.X.dtype
        return [
            class_weights(data)[data.train.y].astype(dtype) if h.class_weight == "balanced"
            else np.ones(self.n_rows, dtype)
            for h, data in zip(self._members, self._data, strict=True)
        ]  # fmt: skip

    @property
    def _is_fixed(self) -> bool:
        """Whether one loading serves for all epochs."""
        return not self._shuffles and self.stretch == self.per_epoch

    def _allocate(self) -> None:
        train = self._data[0].train
        rows, dtype = min(self.stretch * self.size, self.n_rows), train.X.dtype
        as_is = self._is_fixed and self._k == 1
        self._x = train.X[None] if as_is else np.empty((self._k, rows, train.X.shape[1]), dtype)
        self._target = np.empty((self._k, self._data[0].n_outputs, rows), dtype)
        self._weight = None if self._weights is None else np.empty((len(self._members), 1, rows), dtype)
        if self._is_fixed:
            self._gather(slice(0, self.n_rows), x=not as_is)

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order of the rows."""
        if self._shuffles:
            seeds = [h.seed for h in self._members[: self._k]]
            self.orders = [stream(seed, Purpose.SHUFFLE, epoch).permutation(self.n_rows) for seed in seeds]

    def load(self, update: int) -> None:
        """Gather the stretch that holds update 0, 1, … of the epoch."""
        if not self._is_fixed:
            start = update // self.stretch * self.stretch * self.size
            self._gather(slice(start, start + self.stretch * self.size))

    def _gather(self, part: slice, *, x: bool = True) -> None:
        for k in range(self._k):
            rows, train = self.orders[k][part], self._data[k].train
            if x:
                np.take(train.X, rows, axis=0, out=self._x[k, : len(rows)], mode="clip")
            self._fill_target(self._target[k], train.y[rows])
        if self._weight is not None and self._weights is not None:
            for k, weights in enumerate(self._weights):
                rows = self.order(k)[part]
                self._weight[k, 0, : len(rows)] = weights[rows]

    def _fill_target(self, target: Array, y: Array) -> None:
        if self._data[0].task is Task.MULTICLASS:
            target.fill(0)
            target[y, np.arange(len(y))] = 1
        else:
            target[0, : len(y)] = y

    def order(self, k: int) -> IntArray:
        """The order of member k's rows in this epoch."""
        return self.orders[k if self._k > 1 else 0]

    def row_weights(self, k: int, order: IntArray | None) -> Array | None:
        """Weight of each of member k's rows, in the given order; None if all are 1."""
        if self._weights is None:
            return None
        return self._weights[k] if order is None else self._weights[k][order]

    def batch(self, update: int) -> Batch:
        """The batch of update 0, 1, … of an epoch. Those at one place of their stretch share their views."""
        start = update % self.stretch * self.size
        rows = min(self.size, self.n_rows - update * self.size)
        part = slice(start, start + rows)
        weight = None if self._weight is None else single(self._weight[..., part])
        return Batch(part, rows, single(self._x[:, part]), single(self._target[..., part]), weight)

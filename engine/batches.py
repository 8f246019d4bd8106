"""Which rows each mini-batch takes, and the arrays they are gathered into: always the same, and small enough to stay in
the cache, so that an update is bound to them once. Knows nothing of networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array, IntArray
from engine.data.dataset import Dataset
from engine.hyperparameters import Hyperparameters
from engine.records import Task
from engine.streams import Purpose, stream

__all__ = ["Batch", "Batches", "class_weights"]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """The arrays of one mini-batch of so many rows; there is one axis of K in front if members differ, else of 1."""

    rows: int
    x: Array
    """(K, rows, inputs)."""
    target: Array
    """One-hot classes, 0 or 1, or values, (K, outputs, rows)."""
    weight: Array | None
    """Weight of each row's loss, (K, 1, rows); None if all are 1."""

    def first(self, rows: int) -> "Batch":
        """Views of the first so many rows."""
        weight = None if self.weight is None else self.weight[..., :rows]
        return Batch(rows, self.x[:, :rows], self.target[..., :rows], weight)


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
        self.is_shuffled = first.shuffle and self.per_epoch > 1
        """Whether the rows come in another order each epoch."""
        same_data = all(each is data[0] for each in data)
        same_order = not self.is_shuffled or all(h.seed == first.seed for h in members)
        self._k = 1 if same_data and same_order else len(data)
        """How many different orders there are."""
        self._is_as_is = self.per_epoch == 1 and self._k == 1
        """Whether the data are the only batch."""
        self.orders: list[IntArray] = [np.arange(self.n_rows)] * self._k
        self._y: list[Array] = [each.train.y for each in data[: self._k]]
        """Classes or values in the order of the epoch."""
        self._weights = self._member_weights()
        self._one_hot = np.eye(data[0].n_outputs, dtype=data[0].train.X.dtype)
        self._full = self._allocate()
        self._last = self._full.first(self.n_rows - (self.per_epoch - 1) * self.size)
        if self.per_epoch == 1:
            self._gather(slice(self.n_rows), self._full)

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

    def _allocate(self) -> Batch:
        train, dtype = self._data[0].train, self._data[0].train.X.dtype
        return Batch(
            self.size,
            train.X[None] if self._is_as_is else np.empty((self._k, self.size, train.X.shape[1]), dtype),
            np.empty((self._k, self._data[0].n_outputs, self.size), dtype),
            None if self._weights is None else np.empty((len(self._members), 1, self.size), dtype),
        )

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order of the rows."""
        if self.is_shuffled:
            seeds = [h.seed for h in self._members[: self._k]]
            self.orders = [stream(seed, Purpose.SHUFFLE, epoch).permutation(self.n_rows) for seed in seeds]
            self._y = [each.train.y[order] for each, order in zip(self._data, self.orders, strict=False)]

    def load(self, update: int) -> None:
        """Gather the rows of update 0, 1, … of the epoch."""
        if self.per_epoch > 1:
            self._gather(slice(update * self.size, (update + 1) * self.size), self.batch(update))

    def _gather(self, part: slice, batch: Batch) -> None:
        """An array's own `take` saves the microsecond that `np.take` costs beside: there are two at every update."""
        is_multiclass = self._data[0].task is Task.MULTICLASS
        for k, (order, y) in enumerate(zip(self.orders, self._y, strict=True)):
            if not self._is_as_is:
                self._data[k].train.X.take(order[part], 0, batch.x[k], "clip")
            if is_multiclass:
                self._one_hot.take(y[part], 1, batch.target[k], "clip")
            else:
                batch.target[k, 0] = y[part]
        if batch.weight is not None and self._weights is not None:
            for k, weights in enumerate(self._weights):
                batch.weight[k, 0] = weights[self.order(k)[part]]

    def order(self, k: int) -> IntArray:
        """The order of member k's rows in this epoch."""
        return self.orders[k if self._k > 1 else 0]

    def y(self, k: int) -> Array:
        """Classes or values of member k's rows, in the order of the epoch."""
        return self._y[k if self._k > 1 else 0]

    def row_weights(self, k: int, order: IntArray | None) -> Array | None:
        """Weight of each of member k's rows, in the given order; None if all are 1."""
        if self._weights is None:
            return None
        return self._weights[k] if order is None else self._weights[k][order]

    def batch(self, update: int) -> Batch:
        """The arrays of update 0, 1, … of an epoch: those of the last may be shorter, all others are the same."""
        return self._last if update == self.per_epoch - 1 else self._full

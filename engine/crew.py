"""The members of a population that are still training, as one set of arrays and the bound calls of their updates.

A crew never changes its members: when one leaves, or its hyperparameters change, a new crew takes the arrays over.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array, Call, run
from engine.batches import Batch, Batches
from engine.data.dataset import Dataset
from engine.folding import Folding
from engine.hyperparameters import Hyperparameters
from engine.layout import Lay, Layout, single
from engine.losses import delta_calls, head_calls, head_rows
from engine.network import Buffers, backward_calls, forward_calls
from engine.optimizers import Optimizer
from engine.regularization import Dropout, clip_calls, penalty_calls

_HEALTH_EVERY = 40
"""Updates between two samples of health: one costs about half of a small update, and all may cost 2 %."""
_UNIT_OF_WORK = 500_000
"""An update of more than so many rows times parameters counts for several."""
_SETTLE_EVERY = 64
"""Updates; 0.9⁶⁴ is 1e-3, so nothing gets from `_FORGOTTEN` to the denormal numbers in between."""
_FORGOTTEN = {"float32": 1e-30, "float64": 1e-300}

__all__ = ["Crew", "Memory", "empty_head"]


@dataclass(frozen=True, eq=False, slots=True)
class Memory:
    """What the members have learned and remember, a row each; all that outlives a crew."""

    theta: Array
    """Parameters, (K, P)."""
    slots: tuple[Array, ...]
    """The optimizer's own arrays, (K, P) each."""
    head: Array
    """What the networks put out in this epoch's batches so far, (K, head rows, training rows), in the epoch's order."""

    def state(self, row: int, rows: int, own: Lay) -> dict[str, Array]:
        """Copies of what one member has, and of what it put out for the first `rows` training rows of the epoch."""
        slots = {f"slot{i}": own(slot[row]) for i, slot in enumerate(self.slots)}
        return {"theta": own(self.theta[row]), **slots, "head": self.head[row, :, :rows].copy()}

    def restore(self, row: int, state: Mapping[str, NDArray[Any]], filled_up: Lay) -> None:
        """Inverse of `state`."""
        self.theta[row] = filled_up(state["theta"])
        for i, slot in enumerate(self.slots):
            slot[row] = filled_up(state[f"slot{i}"])
        self.head[row, :, : state["head"].shape[1]] = state["head"]

    def rows(self, keep: Sequence[int]) -> "Memory":
        """A copy of some members' rows."""
        index = list(keep)
        return Memory(self.theta[index], tuple(slot[index] for slot in self.slots), self.head[index])


@dataclass(frozen=True, eq=False, slots=True)
class _Step:
    """The update from a batch of so many rows, bound to its arrays."""

    calls: list[Call]
    """Up to the gradient, penalties included."""
    folded: list[Call]
    """The whole update without the weights' gradient; empty where there is no such way."""
    buffers: Buffers


class Crew:
    """K members in one pass."""

    def __init__(
        self,
        members: Sequence[Hyperparameters],
        data: Sequence[Dataset],
        layout: Layout,
        memory: Memory,
        generators: Sequence[np.random.Generator | None],
    ) -> None:
        self.members, self.data, self.layout, self.memory = members, data, layout, memory
        first, self.task = members[0], data[0].task
        k, dtype = len(members), memory.theta.dtype.name
        self.gradient = np.zeros_like(memory.theta)
        """(K, P); after a watched update the step that was subtracted."""
        self._gradients = list(self.gradient)
        self.batches = Batches(members, data)
        self.dropout = Dropout(members, generators) if any(h.dropout for h in members) else None
        self._buffers = Buffers.allocate(
            layout, first.activation, k, self.batches.size, dtype, training=True, dropout=self.dropout is not None
        )
        self._full = self._buffers.first(self.batches.size)
        self._head = memory.head
        """What the networks put out for the batch, (K, head rows, rows)."""
        if self.batches.per_epoch > 1:
            self._head = _side_by_side(k, memory.head.shape[1], self.batches.size, dtype)
        self._exponentials = _side_by_side(k, layout.sizes[-1], self.batches.size, dtype)
        self._steps: dict[int, _Step] = {}
        """By the number of rows."""
        self.norms = [math.nan] * k
        """2-norm of each member's gradient before clipping, where it was asked for or clipped."""
        self._clip = clip_calls(members, self.gradient, self.norms)
        self.optimizer = Optimizer(first.optimizer, memory.theta, self.gradient, memory.slots, layout.n_weights)
        self._folding = None
        if self.batches.per_epoch > 1 and Folding.fits(members, layout, dtype):
            self._folding = Folding(members, layout, memory.theta, memory.slots[0])
        work = self.batches.size * layout.n_parameters / _UNIT_OF_WORK
        self.health_every = math.ceil(_HEALTH_EVERY / (self.batches.per_epoch * max(1.0, work)))
        """Epochs from one sample of health to the next."""

    def begin_epoch(self, epoch: int, learning_rates: list[float], done: Sequence[int]) -> None:
        """Make ready for the updates of epoch 1, 2, …; `done` are each member's updates before it."""
        self.batches.begin_epoch(epoch)
        self.optimizer.begin_epoch(self.members, learning_rates, done, self.batches.per_epoch)
        if self._folding:
            self._folding.begin_epoch(learning_rates)

    def update(self, update: int, *, watched: bool) -> None:
        """One update of all members from batch 0, 1, … of the epoch.

        If it is `watched`, the gradient's norm is taken, and the step is left where the gradient was.
        """
        self.batches.load(update)
        step = self.step(update)
        if step.folded and not watched:
            run(step.folded)
        else:
            self._update_plainly(step, update, watched=watched)
        self._keep_head(update)

    def _update_plainly(self, step: _Step, update: int, *, watched: bool) -> None:
        self.optimizer.turn(update)
        run(step.calls)
        if self._clip:
            run(self._clip)
        elif watched:
            self.norms[:] = [math.sqrt(g.dot(g)) for g in self._gradients]
        run(self.optimizer.calls)

    def step(self, update: int) -> _Step:
        """The bound calls of one update: the same for all batches of an epoch but a last one that is shorter."""
        batch = self.batches.batch(update)
        if batch.rows not in self._steps:
            self._steps[batch.rows] = self._bind(batch)
        return self._steps[batch.rows]

    def _bind(self, batch: Batch) -> _Step:
        buffers = self._full if batch.rows == self.batches.size else self._buffers.first(batch.rows)
        x, head = single(batch.x), single(self._head[..., : batch.rows])
        theta, delta = self.memory.theta, single(buffers.delta)
        drop = self.dropout.calls(buffers) if self.dropout else ()
        units = [h.hidden_units for h in self.members]
        affine = self._folding.affine_calls if self._folding else None
        calls = [call for layer in forward_calls(theta, buffers, x, head, drop, units, affine) for call in layer]
        scratch = single(self._exponentials[..., : batch.rows])
        calls += head_calls(self.task, head, scratch)
        calls += delta_calls(self.task, head, scratch, single(batch.target), delta)
        calls.append(partial(np.multiply, delta, np.array(1 / batch.rows, delta.dtype), delta))
        if batch.weight is not None:
            calls.append(partial(np.multiply, delta, single(batch.weight), delta))
        plain = backward_calls(theta, self.gradient, buffers, x)
        plain += penalty_calls(self.members, theta, self.gradient, self.layout.n_weights)
        folded: list[Call] = []
        if self._folding:
            weigh = partial(self._folding.weigh, self.gradient)
            folded = [*calls, *backward_calls(theta, self.gradient, buffers, x, weigh)]
            folded += self._folding.step_calls(self.gradient, self._clip, self.optimizer)
        return _Step([*calls, *plain], folded, buffers)

    def settle(self, done: int) -> None:
        """After an epoch, `done` updates since the start: put what the optimizer has all but forgotten to zero.

        A dead unit's velocity shrinks until it is a denormal number, never zero, and slows every update down.
        """
        if done // _SETTLE_EVERY == (done - self.batches.per_epoch) // _SETTLE_EVERY:
            return
        for slot in self.memory.slots:
            slot[np.abs(slot) < _FORGOTTEN[slot.dtype.name]] = 0

    def _keep_head(self, update: int) -> None:
        """Copy what the batch put out to its place in the epoch, unless it was written there."""
        if self._head is not self.memory.head:
            start = update * self.batches.size
            place = self.memory.head[..., start : start + self.batches.size]
            place[...] = self._head[..., : place.shape[-1]]


def _side_by_side(k: int, rows: int, columns: int, dtype: str) -> Array:
    """(K, rows, columns) where the members' first rows lie in one stretch, then their second ones, and so on.

    What goes along the columns of a short row is then a few long loops instead of many short ones.
    """
    return np.empty((rows, k, columns), dtype).swapaxes(0, 1)


def empty_head(data: Dataset, k: int, dtype: str) -> Array:
    """Room for what K networks put out in one epoch."""
    return np.zeros((k, head_rows(data.task, data.n_outputs), len(data.train.y)), dtype)

"""Where a training that diverged first left the finite numbers: found by repeating its last updates one by one.

Looking at every update while it is made would cost more than the updates; a copy of the state now and then does not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import Array
from engine.crew import Crew, Memory
from engine.schedules import learning_rate
from engine.streams import Purpose, stream

__all__ = ["Trail"]

_EVERY = 8
"""Updates between two copies, at least."""


@dataclass(frozen=True, eq=False, slots=True)
class _Copy:
    crew: Crew
    epoch: int
    """The epoch that was about to be trained, 1, 2, …"""
    done: int
    """Updates before it."""
    theta: Array
    slots: tuple[Array, ...]


class Trail:
    """The last copy of a population's state at the start of an epoch."""

    def __init__(self) -> None:
        self._copy: _Copy | None = None

    def remember(self, crew: Crew, epoch: int, done: int) -> None:
        """At the start of an epoch: take a copy if the last one is of another crew or long enough ago."""
        last = self._copy
        if last is None or last.crew is not crew or done >= last.done + _EVERY:
            memory = crew.memory
            self._copy = _Copy(crew, epoch, done, memory.theta.copy(), tuple(slot.copy() for slot in memory.slots))

    def first_non_finite(
        self, crew: Crew, row: int, epoch: int, may_go_on: Callable[[], bool]
    ) -> tuple[int, int] | None:
        """(epoch, layer 1, 2, …) where one member's first number that is not finite arose; None if it is not found.

        Repeats the updates from the last copy to the end of `epoch`, as long as it `may_go_on` after each.
        """
        copy = self._copy
        if copy is None or copy.crew is not crew:
            return None
        h, data = crew.members[row], crew.data[row]
        pick: Sequence[int] = [row]
        memory = Memory(copy.theta[pick], tuple(slot[pick] for slot in copy.slots), crew.memory.head[pick])
        generator = stream(h.seed, Purpose.DROPOUT) if h.dropout else None
        again, done = Crew([h], [data], crew.layout, memory, [generator]), copy.done
        for number in range(copy.epoch, epoch + 1):
            if generator is not None:
                generator.bit_generator.state = stream(h.seed, Purpose.DROPOUT, number).bit_generator.state
            again.begin_epoch(number, [learning_rate(h, number - 1)], [done])
            for update in range(again.batches.per_epoch):
                again.update(update, watched=update == again.batches.per_epoch - 1)
                layer = _first_layer(again, update)
                if layer is not None:
                    return number, layer
                if not may_go_on():
                    return None
            done += again.batches.per_epoch
            again.settle(done)
        return None


def _first_layer(crew: Crew, update: int) -> int | None:
    """The layer of the first number of the last update that is not finite, in the order they arose."""
    last, size = crew.layout.n_layers, crew.batches.size
    for layer, activations in enumerate(crew.step(update).buffers.activations, start=1):
        if not np.isfinite(activations).all():
            return layer
    if not np.isfinite(crew.memory.head[..., update * size : (update + 1) * size]).all():
        return last
    # An update that left no gradient has put it into the optimizer's memory.
    arrays = (crew.gradient, *(crew.memory.slots if crew.step(update).folded else ()), crew.memory.theta)
    for layer in range(last, 0, -1):
        for numbers in arrays:
            if not np.isfinite(numbers[0, crew.layout.weight_slice(layer - 1)]).all():
                return layer
    return None

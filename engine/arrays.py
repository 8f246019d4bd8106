"""The few words the numeric modules share: arrays, and calls bound to them ahead of time.

A training step is a list of calls bound once to preallocated arrays and then made over and over: no allocation, no
branch and no attribute look-up is left inside the loop. Holds no formula.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Call", "IntArray", "blocks", "room_for_a_block", "run"]

_BLOCK = 65_536
"""Numbers worked on at a time: the arrays of a longer vector would fall out of the cache between operations."""

Array = NDArray[Any]
"""float32 or float64, the same in all arrays of one training."""
IntArray = NDArray[np.intp]
Call = Callable[[], object]
"""One operation on arrays chosen when it was bound; its result is written into one of them."""


def run(calls: Iterable[Call]) -> None:
    """Make the calls in order."""
    for call in calls:
        call()


def blocks(start: int, stop: int) -> Iterator[slice]:
    """A long vector's part in blocks, the last one first.

    What the backward pass wrote last and the next forward pass reads first is in the cache then.
    """
    for at in reversed(range(start, stop, _BLOCK)):
        yield slice(at, min(at + _BLOCK, stop))


def room_for_a_block(like: Array) -> Array:
    """A new array for any block of a (P,) or (K, P) one."""
    return np.empty((*like.shape[:-1], min(_BLOCK, like.shape[-1])), like.dtype)

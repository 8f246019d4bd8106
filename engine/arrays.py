"""The few words the numeric modules share: arrays, and calls bound to them ahead of time.

A training step is a list of calls bound once to preallocated arrays and then made over and over: no allocation, no
branch and no attribute look-up is left inside the loop. Holds no formula.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Call", "IntArray", "run"]

Array = NDArray[Any]
"""float32 or float64, the same in all arrays of one training."""
IntArray = NDArray[np.intp]
Call = Callable[[], object]
"""One operation on arrays chosen when it was bound; its result is written into one of them."""


def run(calls: Iterable[Call]) -> None:
    """Make the calls in order."""
    for call in calls:
        call()

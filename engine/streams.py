"""Random streams that depend on nothing but (seed, purpose, epoch): no stream notices what another one has drawn.

So a member's numbers are the same alone and in a population, and an epoch can be repeated from its number.
"""

from enum import IntEnum

import numpy as np

__all__ = ["Purpose", "stream"]


class Purpose(IntEnum):
    """What random numbers are for. The values are part of what a seed means: never renumber."""

    INITIALIZATION = 0
    SHUFFLE = 1
    DROPOUT = 2


def stream(seed: int, purpose: Purpose, epoch: int = 0) -> np.random.Generator:
    """A fresh generator for one purpose in one epoch."""
    return np.random.Generator(np.random.PCG64([seed, purpose, epoch]))

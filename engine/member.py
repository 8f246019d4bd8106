"""What is to be trained, and which of it can be trained together. Trains nothing."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from engine import grouping
from engine.data.dataset import Dataset
from engine.errors import UsageError
from engine.grouping import population_shape
from engine.hyperparameters import Hyperparameters
from engine.layout import Layout
from engine.optimizers import slot_count
from engine.parameters import Parameters

__all__ = ["Member", "check_size", "shape_key", "worthwhile_size"]

_MOST_BYTES = 4 << 30


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """One network to be trained."""

    hyperparameters: Hyperparameters
    data: Dataset
    """Members with the very same object share its arrays, and their batches if seed and shuffle agree."""
    initial_parameters: Parameters | None = None
    """None: drawn from the seed."""

    @property
    def layout(self) -> Layout:
        """Sizes of the network."""
        return Layout((self.data.n_features, *self.hyperparameters.hidden_units, self.data.n_outputs))


def shape_key(member: Member) -> Hashable:
    """Members with equal keys can be one population."""
    data = member.data
    rows = len(data.train.y)
    return (population_shape(member.hyperparameters), data.task, data.n_features, data.n_outputs, rows)


def worthwhile_size(member: Member) -> int:
    """How many members of this shape train faster together; 1 if alone is as fast."""
    return grouping.worthwhile_size(member.hyperparameters, member.layout.sizes, len(member.data.train.y))


def check_size(members: Sequence[Member]) -> None:
    """Raises UsageError if training members of this one shape would need more memory than is sensible."""
    layout, h = members[0].layout, members[0].hyperparameters
    copies = slot_count(h.optimizer) + 3
    needed = layout.filled_up(h).n_parameters * copies * np.dtype(h.dtype).itemsize * len(members)
    if needed > _MOST_BYTES:
        raise UsageError(
            f"hidden_units {','.join(map(str, h.hidden_units))} on {layout.sizes[0]} inputs make "
            f"{layout.n_parameters:,} parameters, which need {needed / 2**30:.1f} GiB to train: at most "
            f"{_MOST_BYTES >> 30} GiB is allowed, use fewer units."
        )

"""Which trainings can share a population, and how many of them should. Never imports NumPy."""

from collections.abc import Hashable, Sequence
from itertools import pairwise

from engine.hyperparameters import Hyperparameters, declarations

__all__ = ["about_seconds", "computed_units", "count_parameters", "population_shape", "worthwhile_size"]

_FULL = (16, 32, 64, 80)
"""A narrow layer is filled up to one of these: multiples of 16, as many float32 numbers as a wide register holds.

Few, so that networks of nearby widths meet: 48 would save those below it a twentieth, and part them from wider ones.
"""
_SHORT_BATCH = 64
_MUCH_WORK = 2_000_000
_SOME_WORK = 400_000
_FEW, _MANY = 8, 16
_CALLS_S = 2e-5
"""Of one layer's calls in one update."""
_FLOPS = 4e10


def computed_units(hyperparameters: Hyperparameters) -> tuple[int, ...]:
    """Units each hidden layer is computed with: networks of nearby widths have the same, and can be one population.

    Only where an update is short and calls are most of it: else the additional units cost more than company saves.
    """
    units = hyperparameters.hidden_units
    if not 0 < hyperparameters.batch_size <= _SHORT_BATCH or max(units, default=0) > _FULL[-1]:
        return units
    return tuple(next(full for full in _FULL if each <= full) for each in units)


def population_shape(hyperparameters: Hyperparameters) -> Hashable:
    """What members of one population share, besides the shape of their data."""
    names = [entry.name for entry in declarations() if entry.shapes and entry.name != "hidden_units"]
    shared = tuple(getattr(hyperparameters, name) for name in names)
    return (
        *shared,
        computed_units(hyperparameters),
        hyperparameters.dropout > 0,
        hyperparameters.clip_norm > 0,
    )


def count_parameters(sizes: Sequence[int]) -> int:
    """Weights and biases of a network with these sizes: inputs, units of each hidden layer, outputs."""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def worthwhile_size(hyperparameters: Hyperparameters, sizes: Sequence[int], rows: int) -> int:
    """How many such networks train faster together on `rows` training rows; 1 if alone is as fast.

    What is saved is the cost of a call, so it goes by the work of one update (batch rows times parameters).
    """
    work = min(hyperparameters.batch_size or rows, rows) * count_parameters(sizes)
    if work > _MUCH_WORK:
        return 1
    return _FEW if work > _SOME_WORK else _MANY


def about_seconds(hyperparameters: Hyperparameters, sizes: Sequence[int], rows: int) -> float:
    """Roughly how long one such training takes alone: calls at every update, and products at 40 GFLOP/s."""
    batch = min(hyperparameters.batch_size or rows, rows)
    updates = hyperparameters.epochs * -(-rows // batch)
    return updates * (_CALLS_S * len(sizes) + 6 * batch * count_parameters(sizes) / _FLOPS)

"""How the layers are doing, read off the arrays of the last update: update ratio, dead units, saturated activations."""

import math
from collections.abc import Sequence

import numpy as np

from engine.activations import ACTIVATIONS
from engine.arrays import Array
from engine.layout import Layout
from engine.network import Buffers
from engine.records import Health

__all__ = ["health", "norm"]


def norm(vector: Array) -> float:
    """2-norm of a contiguous vector."""
    return math.sqrt(float(np.dot(vector, vector)))


def health(
    layout: Layout, parameters: Array, step: Array, buffers: Buffers, member: int, units: Sequence[int]
) -> Health:
    """One member's health from its parameters (P,), its last update (P,) and its activations of the last batch.

    `units` are its own in each hidden layer: the layout may be wider.
    """
    ratios = []
    for layer in range(layout.n_layers):
        part = layout.weight_slice(layer)
        size = norm(parameters[part])
        ratios.append(norm(step[part]) / size if size else math.nan)
    activation = ACTIVATIONS[buffers.activation]
    hidden = [each[member, :, :own] for each, own in zip(buffers.activations, units, strict=True)]
    dead = [_dead(each) if activation.can_die else math.nan for each in hidden]
    flat = math.isfinite(activation.flat_from)
    saturated = [_saturated(each, activation.low, activation.flat_from) if flat else math.nan for each in hidden]
    return Health(tuple(ratios), (*dead, math.nan), (*saturated, math.nan))


def _dead(a: Array) -> float:
    """Share of the units that are zero on every row."""
    return float(1 - np.count_nonzero(a.any(axis=0)) / a.shape[1])


def _saturated(a: Array, low: float, share: float) -> float:
    """Share of the activations within (1 - share) / 2 of their range from either end."""
    middle, reach = (low + 1) / 2, (1 - low) / 2 * share
    return float(np.count_nonzero(np.abs(a - middle) > reach) / a.size)

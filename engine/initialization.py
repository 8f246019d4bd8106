"""Initial weights: normal with a variance that keeps activations or gradients of one size through the layers.

Biases start at zero. Drawn in float64 from the seed's own stream, so float32 and float64 start at the same point.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.hyperparameters import Hyperparameters
from engine.parameters import Parameters
from engine.streams import Purpose, stream

__all__ = ["initial_parameters"]

_SATURATING = ("tanh", "sigmoid")


def initial_parameters(hyperparameters: Hyperparameters, sizes: Sequence[int]) -> Parameters:
    """W[l] and b[l] before training, float64; `sizes` are inputs, hidden units, outputs."""
    generator = stream(hyperparameters.seed, Purpose.INITIALIZATION)
    rule = _rule(hyperparameters)
    weights = []
    for n_in, n_out in pairwise(sizes):
        weights.append(generator.standard_normal((n_in, n_out)) * _spread(rule, n_in, n_out))
    return Parameters(tuple(weights), tuple(np.zeros(n_out) for n_out in sizes[1:]))


def _rule(hyperparameters: Hyperparameters) -> str:
    if hyperparameters.initialization != "auto":
        return hyperparameters.initialization
    saturating = hyperparameters.activation in _SATURATING or not hyperparameters.hidden_units
    return "xavier" if saturating else "he"


def _spread(rule: str, n_in: int, n_out: int) -> float:
    """Standard deviation: He et al. 2015, Glorot & Bengio 2010, LeCun et al. 1998."""
    match rule:
        case "he":
            return math.sqrt(2 / n_in)
        case "xavier":
            return math.sqrt(2 / (n_in + n_out))
        case _:
            return math.sqrt(1 / n_in)

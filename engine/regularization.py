"""What keeps a network from fitting noise or running away: L2, L1, dropout, clipping. Each as calls and as figures."""

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from engine.arrays import Array, Call, blocks, room_for_a_block
from engine.hyperparameters import Hyperparameters
from engine.layout import column, single
from engine.network import Buffers

__all__ = ["Dropout", "clip_calls", "penalty", "penalty_calls"]

_CLIP_EPSILON = 1e-6
"""As in torch.nn.utils.clip_grad_norm_."""


def penalty(h: Hyperparameters, weights: Array) -> float:
    """l2/2 · ΣW² + l1 · Σ|W| over the weights (n_weights,); biases are left out."""
    cost = 0.0
    if h.l2:
        cost += h.l2 / 2 * float(np.dot(weights, weights))
    if h.l1:
        cost += h.l1 * float(np.abs(weights).sum())
    return cost


def penalty_calls(members: Sequence[Hyperparameters], theta: Array, gradient: Array, n_weights: int) -> list[Call]:
    """Add l2 · W + l1 · sign(W) to the gradient, (K, P); nothing where no member is penalised."""
    weights, g = single(theta)[..., :n_weights], single(gradient)[..., :n_weights]
    calls: list[Call] = []
    for values, function in (
        ([h.l2 for h in members], np.positive),
        ([h.l1 for h in members], np.sign),
    ):
        if any(values):
            factor = column(np.array(values, theta.dtype)[:, None])
            scratch = room_for_a_block(weights)
            for block in blocks(0, n_weights):
                w, part = weights[..., block], g[..., block]
                calls += _weighted(function, w, factor, part, scratch[..., : w.shape[-1]])
    return calls


def _weighted(function: np.ufunc, weights: Array, factor: Array, g: Array, scratch: Array) -> list[Call]:
    first: list[Call] = [partial(np.multiply, weights, factor, scratch)]
    if function is np.sign:
        first = [partial(np.sign, weights, scratch), partial(np.multiply, scratch, factor, scratch)]
    return [*first, partial(np.add, g, scratch, g)]


def clip_calls(members: Sequence[Hyperparameters], gradient: Array, norms: list[float]) -> list[Call]:
    """Scale each member's gradient (K, P) by min(1, c / (norm + 1e-6)), as PyTorch does; the norms go into `norms`."""
    if not any(h.clip_norm for h in members):
        return []
    return [_clip(h.clip_norm, gradient[row], norms, row) for row, h in enumerate(members)]


def _clip(limit: float, g: Array, norms: list[float], row: int) -> Call:
    """The reference's "at most that 2-norm" differs from this by one part in a million: PyTorch made the references."""

    def clip() -> None:
        norms[row] = math.sqrt(np.dot(g, g))
        factor = limit / (norms[row] + _CLIP_EPSILON)
        if limit and factor < 1:
            np.multiply(g, factor, g)

    return clip


class Dropout:
    """Inverted dropout (Srivastava et al. 2014): each member draws from its own stream and has its own rate."""

    def __init__(self, members: Sequence[Hyperparameters], generators: Sequence[np.random.Generator | None]) -> None:
        self._rates = [h.dropout for h in members]
        self._generators = generators

    def calls(self, buffers: Buffers) -> list[list[Call]]:
        """For each hidden layer the calls that fill its mask: 0, or 1 / (1 - rate) where the unit stays."""
        return [[call for k in range(len(mask)) for call in self._fill(k, mask[k])] for mask in buffers.masks]

    def _fill(self, k: int, mask: Array) -> list[Call]:
        rate, generator = self._rates[k], self._generators[k]
        if not rate or generator is None:
            return [partial(mask.fill, 1)]
        draw: Callable[..., object] = generator.random
        return [
            partial(draw, None, mask.dtype, mask),
            partial(np.greater_equal, mask, rate, mask),
            partial(np.multiply, mask, 1 / (1 - rate), mask),
        ]

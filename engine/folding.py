"""Momentum of large networks without the gradient of their weights: v ← μv + XᵀΔ is one BLAS call.

The arrays of a large network do not fit the cache together. This spares it three of the optimizer's passes over them,
a twelfth of an epoch of 784-256-128-10. The numbers are those of the plain rule but for their last bits.
"""

from collections.abc import Sequence

from engine import blas
from engine.arrays import Array, Call
from engine.hyperparameters import Hyperparameters
from engine.layout import Layout

__all__ = ["Folding"]

_LEAST = 65_536
"""Weights: with fewer, the calls of several members one by one cost more than is saved."""


class Folding:
    """The velocity and parameters of K members, as the calls of such an update take them."""

    def __init__(self, layout: Layout, theta: Array, velocity: Array) -> None:
        """Both (K, P)."""
        k, n, dtype = len(theta), layout.n_weights, theta.dtype.name
        self._layout, self._velocity = layout, velocity
        self._kept = [blas.Factor(dtype) for _ in range(k)]
        self._minus_rate = [blas.Factor(dtype) for _ in range(k)]
        self.step_calls: list[Call] = [
            blas.added_multiple(velocity[row, :n], self._minus_rate[row], theta[row, :n]) for row in range(k)
        ]
        """θ ← θ - αv for the weights."""

    @staticmethod
    def fits(members: Sequence[Hyperparameters], layout: Layout, dtype: str) -> bool:
        """Whether these members, of one shape, are trained so. Clipping has to see the gradient first."""
        return (
            members[0].optimizer == "momentum"
            and layout.n_weights >= _LEAST
            and not any(h.clip_norm for h in members)
            and blas.is_available(dtype)
        )

    def begin_epoch(self, members: Sequence[Hyperparameters], learning_rates: Sequence[float]) -> None:
        """Set the rates of an epoch."""
        for h, alpha, kept, minus_rate in zip(members, learning_rates, self._kept, self._minus_rate, strict=True):
            kept.set(h.momentum)
            minus_rate.set(-alpha)

    def product_calls(self, a: Array, b: Array, layer: int) -> list[Call]:
        """v ← μv + a @ b for the weights of layer 0, 1, …; `a` and `b` may have an axis of K in front."""
        return [
            blas.accumulating_product(a if a.ndim == 2 else a[row], b if b.ndim == 2 else b[row], kept, out)
            for row, (kept, out) in enumerate(zip(self._kept, self._layout.weights(self._velocity, layer), strict=True))
        ]

"""Large networks with momentum, trained without the gradient of their weights: v ← μv + XᵀΔ is one BLAS call.

The arrays of a large network do not fit the cache together. This spares it three of the optimizer's passes over them,
a twelfth of an epoch of 784-256-128-10. The numbers are those of the plain rule but for their last bits.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from engine import blas
from engine.arrays import Array, Call
from engine.hyperparameters import Hyperparameters
from engine.layout import Layout
from engine.network import affine_calls, product_call
from engine.optimizers import Optimizer
from engine.regularization import penalty_calls

__all__ = ["Folding"]

_LEAST = 65_536
"""Weights: with fewer, the calls of several members one by one cost more than is saved."""


class Folding:
    """The velocity and parameters of K members, as the calls of such an update take them."""

    def __init__(self, members: Sequence[Hyperparameters], layout: Layout, theta: Array, velocity: Array) -> None:
        """Both arrays (K, P)."""
        self._members, self._layout, self._theta, self._velocity = members, layout, theta, velocity
        self._kept = [blas.Factor(theta.dtype.name) for _ in members]
        self._minus_rate = [blas.Factor(theta.dtype.name) for _ in members]
        self._all = blas.Factor(theta.dtype.name)
        self._all.set(1)

    @staticmethod
    def fits(members: Sequence[Hyperparameters], layout: Layout, dtype: str) -> bool:
        """Whether some of these members, of one shape, are trained so."""
        return (
            members[0].optimizer == "momentum"
            and layout.n_weights >= _LEAST
            and any(map(_is_folded, members))
            and blas.is_available(dtype)
        )

    def begin_epoch(self, learning_rates: Sequence[float]) -> None:
        """Set the rates of an epoch."""
        for row, (h, alpha) in enumerate(zip(self._members, learning_rates, strict=True)):
            self._kept[row].set(h.momentum)
            self._minus_rate[row].set(-alpha)

    def affine_calls(self, below: Array, layer: int, out: Array) -> list[Call]:
        """below @ W + b of hidden layer 0, 1, … into `out`, (K, rows, units): the product is added to the biases."""
        calls: list[Call] = []
        biases, weights = self._layout.biases(self._theta, layer), self._layout.weights(self._theta, layer)
        for row, h in enumerate(self._members):
            each, member = below if below.ndim == 2 else below[row], slice(row, row + 1)
            if _is_folded(h):
                calls.append(partial(np.copyto, out[row], biases[row]))
                calls.append(blas.accumulating_product(each, weights[row], self._all, out[row]))
            else:
                calls += affine_calls(self._layout, self._theta[member], each, layer, out[member])
        return calls

    def weigh(self, gradient: Array, a: Array, b: Array, layer: int) -> list[Call]:
        """v ← μv + a @ b for the weights of layer 0, 1, …; `a` and `b` may have an axis of K in front.

        For a member that is not trained so, a @ b into `gradient`, (K, P).
        """
        calls: list[Call] = []
        velocities, gradients = (self._layout.weights(each, layer) for each in (self._velocity, gradient))
        for row, h in enumerate(self._members):
            left, right = (each if each.ndim == 2 else each[row] for each in (a, b))
            if _is_folded(h):
                calls.append(blas.accumulating_product(left, right, self._kept[row], velocities[row]))
            else:
                calls.append(product_call(left, right, gradients[row]))
        return calls

    def step_calls(self, gradient: Array, clip: Sequence[Call], optimizer: Optimizer) -> list[Call]:
        """From there to the parameters, member by member: penalties, clipping, the plain rule where it is needed."""
        n, p, calls = self._layout.n_weights, self._layout.n_parameters, list[Call]()
        for row, h in enumerate(self._members):
            member = slice(row, row + 1)
            target = self._velocity if _is_folded(h) else gradient
            calls += penalty_calls([h], self._theta[member], target[member], n)
            if _is_folded(h):
                velocity, theta = self._velocity[row, :n], self._theta[row, :n]
                calls.append(blas.added_multiple(velocity, self._minus_rate[row], theta))
                calls += optimizer.calls_of(member, n, p)
            else:
                calls += [clip[row], *optimizer.calls_of(member, 0, p)]
        return calls


def _is_folded(member: Hyperparameters) -> bool:
    """Clipping has to see the gradient first. Members of one population differ in that if one was changed."""
    return not member.clip_norm

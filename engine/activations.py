"""The nonlinearities of the hidden layers, each with its derivative beside it, as calls on preallocated arrays.

`forward` turns pre-activations into activations in place; `backward` multiplies a gradient by the derivative in place.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.arrays import Array, Call

__all__ = ["ACTIVATIONS", "Activation"]

_SLOPE = 0.01
_GELU_SCALE = math.sqrt(2 / math.pi)
_GELU_CUBIC = 0.044715


@dataclass(frozen=True, slots=True)
class Activation:
    """One nonlinearity. All arrays of a call have the shape of the layer's activations."""

    forward: Callable[[Array, Array], list[Call]]
    """(a, kept): `a` holds z and will hold the activation; `kept` (n_kept, ...) survives until the backward pass."""
    backward: Callable[[Array, Array, Array, Array], list[Call]]
    """(delta, a, kept, scratch): multiplies `delta` by the derivative; `scratch` may be overwritten."""
    n_kept: int = 0
    """Arrays needed beside the activation itself."""
    can_die: bool = False
    """Whether a unit can be zero, with zero gradient, on every row."""
    flat_from: float = math.inf
    """Where |2a - high - low| exceeds this share of its range the unit is saturated; inf where it cannot be."""
    low: float = -math.inf
    """Infimum of the values."""
    at_zero: float = 0.0
    """What a unit without any weight puts out."""


def _relu(a: Array, kept: Array) -> list[Call]:
    """Against an array of zeros: twice as fast as against one zero, which NumPy compares number by number."""
    return [partial(np.maximum, a, np.zeros(a.shape, a.dtype), out=a)]


def _relu_backward(delta: Array, a: Array, kept: Array, scratch: Array) -> list[Call]:
    positive = np.empty(a.shape, np.bool_)
    zero = np.zeros((), a.dtype)
    return [partial(np.greater, a, zero, positive), partial(np.multiply, delta, positive, delta)]


def _leaky_relu(a: Array, kept: Array) -> list[Call]:
    return [partial(np.multiply, a, _SLOPE, kept[0]), partial(np.maximum, a, kept[0], out=a)]


def _leaky_relu_backward(delta: Array, a: Array, kept: Array, scratch: Array) -> list[Call]:
    positive = np.empty(a.shape, np.bool_)
    return [
        partial(np.greater, a, 0, positive),
        partial(np.multiply, positive, 1 - _SLOPE, scratch, casting="unsafe"),
        partial(np.add, scratch, _SLOPE, scratch),
        partial(np.multiply, delta, scratch, delta),
    ]


def _tanh(a: Array, kept: Array) -> list[Call]:
    return [partial(np.tanh, a, a)]


def _tanh_backward(delta: Array, a: Array, kept: Array, scratch: Array) -> list[Call]:
    return [
        partial(np.multiply, a, a, scratch),
        partial(np.subtract, 1, scratch, scratch),
        partial(np.multiply, delta, scratch, delta),
    ]


def sigmoid(z: Array, out: Array) -> list[Call]:
    """1 / (1 + exp(-z)); exp may overflow to inf, which gives the right 0."""
    return [partial(np.negative, z, out), partial(np.exp, out, out), partial(np.add, out, 1, out),
            partial(np.reciprocal, out, out)]  # fmt: skip


def _sigmoid(a: Array, kept: Array) -> list[Call]:
    return sigmoid(a, a)


def _sigmoid_backward(delta: Array, a: Array, kept: Array, scratch: Array) -> list[Call]:
    return [
        partial(np.subtract, 1, a, scratch),
        partial(np.multiply, scratch, a, scratch),
        partial(np.multiply, delta, scratch, delta),
    ]


def _elu(a: Array, kept: Array) -> list[Call]:
    return [
        partial(np.minimum, a, 0, out=kept[0]),
        partial(np.expm1, kept[0], kept[0]),
        partial(np.maximum, a, 0, out=a),
        partial(np.add, a, kept[0], a),
    ]


def _elu_backward(delta: Array, a: Array, kept: Array, scratch: Array) -> list[Call]:
    return [partial(np.add, kept[0], 1, scratch), partial(np.multiply, delta, scratch, delta)]


def _gelu(a: Array, kept: Array) -> list[Call]:
    z, t = kept[0], kept[1]
    return [
        partial(np.copyto, z, a),
        partial(np.multiply, z, z, t),
        partial(np.multiply, t, _GELU_CUBIC, t),
        partial(np.add, t, 1, t),
        partial(np.multiply, t, z, t),
        partial(np.multiply, t, _GELU_SCALE, t),
        partial(np.tanh, t, t),
        partial(np.add, t, 1, a),
        partial(np.multiply, a, z, a),
        partial(np.multiply, a, 0.5, a),
    ]


def _gelu_backward(delta: Array, a: Array, kept: Array, scratch: Array) -> list[Call]:
    """0.5 (1 + t) + 0.5 z (1 - t²) c (1 + 3·0.044715 z²), where 0.5 (1 - t²) is 0.5 (1 + t) (1 - t)."""
    z, t, s = kept[0], kept[1], scratch
    return [
        partial(np.multiply, z, z, s),
        partial(np.multiply, s, 3 * _GELU_CUBIC * _GELU_SCALE, s),
        partial(np.add, s, _GELU_SCALE, s),
        partial(np.multiply, s, z, s),
        partial(np.subtract, 1, t, z),
        partial(np.multiply, s, z, s),
        partial(np.add, s, 1, s),
        partial(np.add, t, 1, t),
        partial(np.multiply, s, t, s),
        partial(np.multiply, s, 0.5, s),
        partial(np.multiply, delta, s, delta),
    ]


def _silu(a: Array, kept: Array) -> list[Call]:
    return [*sigmoid(a, kept[0]), partial(np.multiply, a, kept[0], a)]


def _silu_backward(delta: Array, a: Array, kept: Array, scratch: Array) -> list[Call]:
    """s + a (1 - s), where s is the sigmoid of z and a = z s."""
    s = kept[0]
    return [
        partial(np.subtract, 1, s, scratch),
        partial(np.multiply, scratch, a, scratch),
        partial(np.add, scratch, s, scratch),
        partial(np.multiply, delta, scratch, delta),
    ]


ACTIVATIONS = {
    "relu": Activation(_relu, _relu_backward, can_die=True),
    "leaky_relu": Activation(_leaky_relu, _leaky_relu_backward, n_kept=1),
    "tanh": Activation(_tanh, _tanh_backward, flat_from=0.95, low=-1.0),
    "sigmoid": Activation(_sigmoid, _sigmoid_backward, flat_from=0.95, low=0.0, at_zero=0.5),
    "elu": Activation(_elu, _elu_backward, n_kept=1),
    "gelu": Activation(_gelu, _gelu_backward, n_kept=2),
    "silu": Activation(_silu, _silu_backward, n_kept=1),
}
"""By the names `engine.hyperparameters` declares. Slope 0.01 for leaky_relu, α = 1 for elu, tanh form for gelu."""

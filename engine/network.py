"""Forward and backward passes of K networks of one shape, bound as calls to preallocated arrays.

Activations are (K, rows, units), the head (K, outputs, rows); with one member the leading axis is dropped. Knows
neither optimizers nor data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from engine.activations import ACTIVATIONS, Activation
from engine.arrays import Array, Call
from engine.layout import Layout, single

__all__ = ["Affine", "Buffers", "Weigh", "affine_calls", "backward_calls", "forward_calls", "product_call"]

Affine: TypeAlias = Callable[[Array, int, Array], Sequence[Call]]
"""Calls that put the pre-activations of hidden layer 0, 1, … into (K, rows, units), from the outputs below it."""
Weigh: TypeAlias = Callable[[Array, Array, int], Sequence[Call]]
"""Calls that take the product of two matrices as the gradient of the weights of layer 0, 1, …"""

_SMALL = 8192
"""Up to so many weights a contiguous copy of the transpose makes up for itself in the backward product."""
_MANY_ROWS, _LONG_ROW = 128, 4800
"""From so many rows on a bias is added to several at once, as many as make a row of at least so many numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class Buffers:
    """Working arrays of one pass over at most `rows` rows."""

    layout: Layout
    activation: str
    activations: tuple[Array, ...]
    """Of each hidden layer, (K, rows, units)."""
    kept: tuple[Array, ...]
    """What the activation's derivative needs beside, (n_kept, K, rows, units) a hidden layer."""
    dropped: tuple[Array, ...]
    """Activations after dropout; the same arrays as `activations` where nothing is dropped."""
    masks: tuple[Array, ...]
    """Dropout's factors, 0 or 1 / (1 - rate); empty where nothing is dropped."""
    deltas: tuple[Array, ...]
    """Gradients with respect to the pre-activations of each hidden layer; empty if only evaluating."""
    delta: Array
    """Gradient with respect to the logits, (K, outputs, rows)."""
    logits: Array | None = None
    """The output layer's product, (K, outputs, rows), where it does not go straight into the head."""

    @classmethod
    def allocate(
        cls, layout: Layout, activation: str, k: int, rows: int, dtype: str, *, training: bool, dropout: bool = False
    ) -> "Buffers":
        """Buffers for K networks; only for evaluation unless `training`."""

        def empty() -> tuple[Array, ...]:
            return tuple(np.empty((k, rows, units), dtype) for units in layout.sizes[1:-1])

        plain = empty()
        n_kept = ACTIVATIONS[activation].n_kept
        return cls(
            layout=layout,
            activation=activation,
            activations=plain,
            kept=tuple(np.empty((n_kept, *each.shape), dtype) for each in plain),
            dropped=empty() if dropout else plain,
            masks=empty() if dropout else (),
            deltas=empty() if training else (),
            delta=np.empty((k, layout.sizes[-1], rows), dtype),
            logits=np.empty((k, layout.sizes[-1], rows), dtype) if training and k > 1 else None,
        )

    def first(self, rows: int) -> "Buffers":
        """Views of the first so many rows."""

        def cut(arrays: tuple[Array, ...]) -> tuple[Array, ...]:
            return tuple(array[..., :rows, :] for array in arrays)

        plain = cut(self.activations)
        return Buffers(
            layout=self.layout,
            activation=self.activation,
            activations=plain,
            kept=cut(self.kept),
            dropped=cut(self.dropped) if self.masks else plain,
            masks=cut(self.masks),
            deltas=cut(self.deltas),
            delta=self.delta[..., :rows],
            logits=None if self.logits is None else self.logits[..., :rows],
        )


def forward_calls(
    parameters: Array,
    buffers: Buffers,
    x: Array,
    head: Array,
    drop: Sequence[Sequence[Call]] = (),
    units: Sequence[Sequence[int]] = (),
    affine: Affine | None = None,
) -> list[list[Call]]:
    """The calls of each layer from `x`, (rows, inputs) or (K, rows, inputs), to the logits in the first rows of `head`.

    `drop` are the calls that fill each hidden layer's mask; `units` are each member's own in each hidden layer, needed
    for training where the layout is wider. `parameters` is (K, P). `affine` takes the place of `affine_calls`.
    """
    layout = buffers.layout
    affine = affine or partial(affine_calls, layout, parameters)
    activation = ACTIVATIONS[buffers.activation]
    below = x
    layers: list[list[Call]] = []
    for i in range(layout.n_layers - 1):
        a, kept = single(buffers.activations[i]), _single_kept(buffers.kept[i])
        calls: list[Call] = [
            *affine(below, i, buffers.activations[i]),
            *activation.forward(a, kept),
            *_silence(activation, buffers.activations[i], [each[i] for each in units]),
        ]
        below = single(buffers.dropped[i])
        if buffers.masks:
            calls += [*drop[i], partial(np.multiply, a, single(buffers.masks[i]), below)]
        layers.append(calls)
    last = layout.n_layers - 1
    logits = head[..., : layout.sizes[-1], :]
    product = logits if buffers.logits is None else buffers.logits
    layers.append(
        [
            product_call(single(layout.weights(parameters, last)), below.swapaxes(-1, -2), product),
            partial(np.add, product, single(layout.biases(parameters, last)[:, :, None]), logits),
        ]
    )
    return layers


def affine_calls(layout: Layout, parameters: Array, below: Array, layer: int, out: Array) -> list[Call]:
    """below @ W + b into `out`, (K, rows, units)."""
    a = single(out)
    product = product_call(below, single(layout.weights(parameters, layer)), a)
    return [product, *_add_bias(a, single(layout.biases(parameters, layer)[:, None, :]))]


def backward_calls(
    parameters: Array, gradient: Array, buffers: Buffers, x: Array, weigh: Weigh | None = None
) -> list[Call]:
    """The calls from the gradient of the logits in `buffers.delta` to the gradient of all parameters, (K, P).

    With `weigh` those of the weights are not written there but left to it.
    """
    layout = buffers.layout
    weigh = weigh or partial(_weigh, layout, gradient)
    last = layout.n_layers - 1
    delta = single(buffers.delta)
    ones = np.ones(delta.shape[-1], delta.dtype)
    below = single(buffers.dropped[-1]) if last else x
    calls = [*weigh(delta, below, last), product_call(delta, ones, single(layout.biases(gradient, last)))]
    delta = delta.swapaxes(-1, -2)
    for i in range(last - 1, -1, -1):
        above = single(layout.weights(parameters, i + 1))
        calls += _through(delta, above if i + 1 == last else above.swapaxes(-1, -2), single(buffers.deltas[i]))
        delta = single(buffers.deltas[i])
        calls += _through_activation(buffers, i)
        below = single(buffers.dropped[i - 1]) if i else x
        calls += weigh(below.swapaxes(-1, -2), delta, i)
        calls.append(product_call(ones, delta, single(layout.biases(gradient, i))))
    return calls


def _weigh(layout: Layout, gradient: Array, a: Array, b: Array, layer: int) -> list[Call]:
    return [product_call(a, b, single(layout.weights(gradient, layer)))]


def product_call(a: Array, b: Array, out: Array) -> Call:
    """a @ b into `out`. An array's own `dot` makes the same BLAS call in half a microsecond less.

    With one row or column, or an operand that is cut out of a larger one, it would make another call.
    """
    is_plain = a.flags.forc and b.flags.forc and out.flags.c_contiguous and min(*a.shape, *b.shape) > 1
    if is_plain and max(a.ndim, b.ndim) == 2:
        return partial(a.dot, b, out)
    return partial(np.matmul, a, b, out)


def _silence(activation: Activation, a: Array, units: Sequence[int]) -> list[Call]:
    """Units beyond a member's own have no weights: what they put out all the same must not give them any."""
    if not activation.at_zero:
        return []
    return [partial(a[k, :, own:].fill, 0) for k, own in enumerate(units) if own < a.shape[-1]]


def _add_bias(a: Array, bias: Array) -> list[Call]:
    """a + bias for a (…, rows, units) and a bias (…, 1, units).

    NumPy goes row by row, which for many short rows takes up to twice as long as for a few long ones: those get a copy
    of the bias a few times over, added to as many rows at once.
    """
    rows, units = a.shape[-2:]
    times = next((f for f in range(2, rows) if rows % f == 0 and f * units >= _LONG_ROW), 1)
    if a.ndim > 2 or rows < _MANY_ROWS or times == 1:
        return [partial(np.add, a, bias, a)]
    copies = np.empty((times, units), a.dtype)
    long = a.reshape(rows // times, times * units)
    return [partial(np.copyto, copies, bias), partial(np.add, long, copies.reshape(1, -1), long)]


def _through(delta: Array, transposed: Array, out: Array) -> list[Call]:
    """delta @ Wᵀ. A transposed factor slows small products down by up to a half: those get a contiguous copy."""
    strided = transposed.strides[-1] != transposed.itemsize
    if not strided or transposed.shape[-1] * transposed.shape[-2] > _SMALL:
        return [product_call(delta, transposed, out)]
    copy = np.empty(transposed.shape, transposed.dtype)
    return [partial(np.copyto, copy, transposed), product_call(delta, copy, out)]


def _through_activation(buffers: Buffers, layer: int) -> list[Call]:
    delta, a = single(buffers.deltas[layer]), single(buffers.activations[layer])
    kept = _single_kept(buffers.kept[layer])
    masked: list[Call] = [partial(np.multiply, delta, single(buffers.masks[layer]), delta)] if buffers.masks else []
    scratch = np.empty(delta.shape, delta.dtype)
    return [*masked, *ACTIVATIONS[buffers.activation].backward(delta, a, kept, scratch)]


def _single_kept(kept: Array) -> Array:
    return kept[:, 0] if kept.shape[1] == 1 else kept

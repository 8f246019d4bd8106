"""Where the parameters of one network lie in a flat vector: all weights first, then all biases.

One vector makes an optimizer's step a handful of operations whatever the number of layers, and a penalty on the
weights one slice. The output layer's weights lie transposed, (n_out, n_in): its logits are computed as (n_out, rows),
where the softmax's reductions run along memory (4 to 9 times faster for 10 classes).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from engine.arrays import Array
from engine.grouping import computed_units
from engine.hyperparameters import Hyperparameters
from engine.parameters import Parameters

__all__ = ["Lay", "Layout", "column", "laid_out", "single"]


Lay: TypeAlias = Callable[[Array], Array]
"""Copies (P,) into another layout: `laid_out` with both given."""


def single(array: Array) -> Array:
    """The array without its leading member axis where there is one member: cheaper to work on, equal to the bit."""
    return array[0] if array.shape[0] == 1 else array


def column(values: Array) -> Array:
    """A number for each member as the calls take it: (K, 1), or () where there is one member. A view."""
    return values.reshape(()) if len(values) == 1 else values


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of one network and the places of its parameters in a (K, n_parameters) array."""

    sizes: tuple[int, ...]
    """Inputs, units of each hidden layer, outputs."""

    def filled_up(self, hyperparameters: Hyperparameters) -> "Layout":
        """The layout that the network is computed with: as wide or wider, units beyond its own without any weight."""
        return Layout((self.sizes[0], *computed_units(hyperparameters), self.sizes[-1]))

    @property
    def n_layers(self) -> int:
        """Layers with weights: the hidden ones and the output layer."""
        return len(self.sizes) - 1

    @property
    def n_weights(self) -> int:
        """The first so many numbers are weights, the others biases."""
        return sum(a * b for a, b in zip(self.sizes[:-1], self.sizes[1:], strict=True))

    @property
    def n_parameters(self) -> int:
        """Weights and biases."""
        return self.n_weights + sum(self.sizes[1:])

    def weight_slice(self, layer: int) -> slice:
        """Where the weights of layer 0, 1, … lie."""
        start = sum(a * b for a, b in zip(self.sizes[:layer], self.sizes[1 : layer + 1], strict=True))
        return slice(start, start + self.sizes[layer] * self.sizes[layer + 1])

    def bias_slice(self, layer: int) -> slice:
        """Where the biases of layer 0, 1, … lie."""
        start = self.n_weights + sum(self.sizes[1 : layer + 1])
        return slice(start, start + self.sizes[layer + 1])

    def weights(self, flat: Array, layer: int) -> Array:
        """View (K, n_in, n_out) of (K, P), (K, n_out, n_in) for the output layer."""
        n_in, n_out = self.sizes[layer], self.sizes[layer + 1]
        shape = (n_out, n_in) if layer == self.n_layers - 1 else (n_in, n_out)
        return np.asarray(flat[:, self.weight_slice(layer)].reshape(len(flat), *shape))

    def biases(self, flat: Array, layer: int) -> Array:
        """View (K, n_out) of (K, P)."""
        view: Array = flat[:, self.bias_slice(layer)]
        return view

    def pack(self, parameters: Parameters, dtype: str) -> Array:
        """(P,) of the parameters, whose shapes have been checked; zeros where this layout is wider than they are."""
        flat = np.zeros((1, self.n_parameters), dtype)
        for own, given in zip(self._arrays(flat, parameters.sizes), _arrays(parameters), strict=True):
            own[...] = given
        row: Array = flat[0]
        return row

    def unpack(self, row: Array, sizes: Sequence[int]) -> Parameters:
        """Inverse of `pack` for a network of these sizes, at most as wide as this layout: copies."""
        arrays = [np.array(each, order="C") for each in self._arrays(row[None], sizes)]
        return Parameters(tuple(arrays[::2]), tuple(arrays[1::2]))

    def _arrays(self, flat: Array, sizes: Sequence[int]) -> Iterator[Array]:
        """Views of W1, b1, W2, … of a network of these sizes in (1, P)."""
        for layer, (n_in, n_out) in enumerate(pairwise(sizes)):
            weights = self.weights(flat, layer)[0]
            yield (weights.T if layer == self.n_layers - 1 else weights)[:n_in, :n_out]
            yield self.biases(flat, layer)[0, :n_out]


def laid_out(row: Array, source: Layout, target: Layout) -> Array:
    """A copy of (P,) of `source` as `target` has it, where one is the other filled up."""
    return target.pack(source.unpack(row, tuple(map(min, source.sizes, target.sizes))), row.dtype.name)


def _arrays(parameters: Parameters) -> Iterator[Array]:
    for weights, biases in zip(parameters.weights, parameters.biases, strict=True):
        yield weights
        yield biases

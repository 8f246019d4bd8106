"""The update rules: each turns the gradient into the step that is subtracted from the parameters, as bound calls.

Semantics are PyTorch's. Every rule leaves the step (what was subtracted, decoupled decay aside) in the gradient's
array, for whoever wants to measure it. Rates are columns (K, 1), so that each member has its own.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from engine.arrays import Array, Call, blocks, room_for_a_block
from engine.hyperparameters import Hyperparameters
from engine.layout import column, single

__all__ = ["OPTIMIZERS", "Optimizer", "slot_count"]

_ADAGRAD_EPSILON = 1e-10
_EPSILON = 1e-8


class Rates:
    """The numbers of an update rule, one row a member; written to between updates, never replaced."""

    def __init__(self, k: int, dtype: str) -> None:
        self.learning_rate = np.zeros((k, 1), dtype)
        """α of the epoch."""
        self.kept = np.zeros((k, 1), dtype)
        """μ, ρ or β₁: what stays of the first slot."""
        self.kept_squares = np.zeros((k, 1), dtype)
        """β₂, or ρ: what stays of the mean square."""
        self.fresh = np.zeros((k, 1), dtype)
        """1 - β₁."""
        self.fresh_squares = np.zeros((k, 1), dtype)
        """1 - β₂, or 1 - ρ."""
        self.shrink = np.ones((k, 1), dtype)
        """1 - α · weight_decay."""
        self.step_size = np.zeros((k, 1), dtype)
        """Adam: α / (1 - β₁ᵗ)."""
        self.root_scale = np.zeros((k, 1), dtype)
        """Adam: 1 / √(1 - β₂ᵗ)."""


_Rule = Callable[[Array, Array, Sequence[Array], Array, "_Columns"], list[Call]]


class _Columns:
    """The rates of some members as the calls take them: without the member axis where there is one member."""

    def __init__(self, rates: Rates, rows: slice) -> None:
        for name, values in vars(rates).items():
            setattr(self, name, column(values[rows]))

    learning_rate: Array
    kept: Array
    kept_squares: Array
    fresh: Array
    fresh_squares: Array
    shrink: Array
    step_size: Array
    root_scale: Array


def _sgd(theta: Array, g: Array, slots: Sequence[Array], s: Array, r: _Columns) -> list[Call]:
    return [partial(np.multiply, g, r.learning_rate, g), partial(np.subtract, theta, g, theta)]


def _momentum(theta: Array, g: Array, slots: Sequence[Array], s: Array, r: _Columns) -> list[Call]:
    """v ← μv + g; θ ← θ - αv."""
    v = slots[0]
    return [
        partial(np.multiply, v, r.kept, v),
        partial(np.add, v, g, v),
        partial(np.multiply, v, r.learning_rate, g),
        partial(np.subtract, theta, g, theta),
    ]


def _nesterov(theta: Array, g: Array, slots: Sequence[Array], s: Array, r: _Columns) -> list[Call]:
    """v ← μv + g; θ ← θ - α(g + μv)."""
    v = slots[0]
    return [
        partial(np.multiply, v, r.kept, v),
        partial(np.add, v, g, v),
        partial(np.multiply, v, r.kept, s),
        partial(np.add, g, s, g),
        *_sgd(theta, g, slots, s, r),
    ]


def _adagrad(theta: Array, g: Array, slots: Sequence[Array], s: Array, r: _Columns) -> list[Call]:
    """G ← G + g²; θ ← θ - αg / (√G + ε) (Duchi et al. 2011)."""
    squares = slots[0]
    return [
        partial(np.multiply, g, g, s),
        partial(np.add, squares, s, squares),
        partial(np.sqrt, squares, s),
        partial(np.add, s, _ADAGRAD_EPSILON, s),
        partial(np.divide, g, s, g),
        *_sgd(theta, g, slots, s, r),
    ]


def _rmsprop(theta: Array, g: Array, slots: Sequence[Array], s: Array, r: _Columns) -> list[Call]:
    """v ← ρv + (1 - ρ)g²; θ ← θ - αg / (√v + ε) (Tieleman & Hinton 2012)."""
    squares = slots[0]
    return [
        *_mean_square(squares, g, s, r),
        partial(np.sqrt, squares, s),
        partial(np.add, s, _EPSILON, s),
        partial(np.divide, g, s, g),
        *_sgd(theta, g, slots, s, r),
    ]


def _mean_square(squares: Array, g: Array, s: Array, r: _Columns) -> list[Call]:
    return [
        partial(np.multiply, g, g, s),
        partial(np.multiply, s, r.fresh_squares, s),
        partial(np.multiply, squares, r.kept_squares, squares),
        partial(np.add, squares, s, squares),
    ]


def _adam(theta: Array, g: Array, slots: Sequence[Array], s: Array, r: _Columns) -> list[Call]:
    """θ ← θ - α/(1 - β₁ᵗ) · m / (√v/√(1 - β₂ᵗ) + ε) (Kingma & Ba 2015)."""
    mean, squares = slots
    return [
        *_mean_square(squares, g, s, r),
        partial(np.multiply, g, r.fresh, g),
        partial(np.multiply, mean, r.kept, mean),
        partial(np.add, mean, g, mean),
        partial(np.sqrt, squares, s),
        partial(np.multiply, s, r.root_scale, s),
        partial(np.add, s, _EPSILON, s),
        partial(np.divide, mean, s, g),
        partial(np.multiply, g, r.step_size, g),
        partial(np.subtract, theta, g, theta),
    ]


OPTIMIZERS: dict[str, tuple[_Rule, int]] = {
    "sgd": (_sgd, 0),
    "momentum": (_momentum, 1),
    "nesterov": (_nesterov, 1),
    "adagrad": (_adagrad, 1),
    "rmsprop": (_rmsprop, 1),
    "adam": (_adam, 2),
    "adamw": (_adam, 2),
}
"""The rule and the number of slots (arrays of the parameters' size it remembers) of each declared optimizer."""


def slot_count(name: str) -> int:
    """Arrays of the parameters' size the optimizer remembers."""
    return OPTIMIZERS[name][1]


class Optimizer:
    """One update rule bound to the parameters and gradients of K members of one kind."""

    def __init__(self, name: str, theta: Array, gradient: Array, slots: Sequence[Array], n_weights: int) -> None:
        """`theta`, `gradient` and each of `slots` are (K, P); the first `n_weights` of P are decayed by adamw."""
        self._name = name
        k = len(theta)
        self._rates = Rates(k, theta.dtype.name)
        self._current: list[float] = []
        """The learning rates that are set; nothing else changes in a crew's life but Adam's corrections."""
        self._table: list[tuple[Array, Array]] = []
        """Adam's step_size and root_scale of each update of the epoch."""
        self._arrays = (theta, gradient, *slots)
        self.calls: list[Call] = []
        """One update of all members."""
        everybody = slice(k)
        if name == "adamw":
            weights = single(theta)[..., :n_weights]
            self.calls.append(partial(np.multiply, weights, _Columns(self._rates, everybody).shrink, weights))
        self.calls += self.calls_of(everybody, 0, theta.shape[-1])

    def calls_of(self, rows: slice, start: int, stop: int) -> list[Call]:
        """The rule applied to part of some members' parameters."""
        columns, flat = _Columns(self._rates, rows), [single(each[rows]) for each in self._arrays]
        scratch, calls = room_for_a_block(flat[0][..., start:stop]), list[Call]()
        for block in blocks(start, stop):
            theta, g, *rest = (each[..., block] for each in flat)
            calls += OPTIMIZERS[self._name][0](theta, g, rest, scratch[..., : g.shape[-1]], columns)
        return calls

    def begin_epoch(
        self, members: Sequence[Hyperparameters], learning_rates: list[float], done: Sequence[int], updates: int
    ) -> None:
        """Set the rates for an epoch of so many `updates`; `done` counts each member's updates before it."""
        if self._current == learning_rates and not self._table:
            return
        self._current = list(learning_rates)
        rates = self._rates
        for row, (h, alpha) in enumerate(zip(members, learning_rates, strict=True)):
            rates.learning_rate[row] = alpha
            first, second = _kept(self._name, h)
            rates.kept[row], rates.fresh[row] = first, 1 - first
            rates.kept_squares[row], rates.fresh_squares[row] = second, 1 - second
            rates.shrink[row] = 1 - alpha * h.weight_decay
        if slot_count(self._name) == 2:
            self._table = self._corrections(members, learning_rates, done, updates)

    def _corrections(
        self, members: Sequence[Hyperparameters], learning_rates: list[float], done: Sequence[int], updates: int
    ) -> list[tuple[Array, Array]]:
        """Adam's bias corrections for each update of the epoch."""
        dtype = self._rates.learning_rate.dtype
        table = np.empty((2, updates, len(members), 1), dtype)
        for row, (h, alpha) in enumerate(zip(members, learning_rates, strict=True)):
            t = np.arange(done[row] + 1, done[row] + updates + 1, dtype=np.float64)
            table[0, :, row, 0] = alpha / (1 - h.beta1**t)
            table[1, :, row, 0] = 1 / np.sqrt(1 - h.beta2**t)
        return list(zip(table[0], table[1], strict=True))

    def turn(self, update: int) -> None:
        """Before update 0, 1, … of the epoch: set what changes from update to update."""
        if self._table:
            self._rates.step_size[...], self._rates.root_scale[...] = self._table[update]


def _kept(name: str, h: Hyperparameters) -> tuple[float, float]:
    match name:
        case "adam" | "adamw":
            return h.beta1, h.beta2
        case "rmsprop":
            return h.rho, h.rho
        case _:
            return h.momentum, 0.0

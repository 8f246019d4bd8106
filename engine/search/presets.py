"""Ready-made sweeps, and the learning-rate range test (Smith 2017, arXiv:1506.01186). No NumPy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from engine.diagnosis.words import figure
from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters
from engine.search.ranges import Range
from engine.search.space import Space

__all__ = ["Proposal", "architecture_sweep", "learning_rate_sweep", "propose_learning_rate", "range_test_rates"]

_FEWEST_PAIRS = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A learning rate proposed by a range test."""

    learning_rate: float
    """On the ladder 1, 3, 10."""
    why: str
    """One sentence with the rates it rests on."""


def learning_rate_sweep(base: Hyperparameters) -> Space:
    """α ∈ {0.001, 0.003, 0.01, 0.03, 0.1, 0.3}."""
    return Space((Range("learning_rate", (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)),), base)


def architecture_sweep(
    base: Hyperparameters, layers: Sequence[int] = (1, 2, 3), units: Sequence[int] = (32, 64, 128)
) -> Space:
    """Every number of hidden layers with every width."""
    return Space((Range("hidden_layers", tuple(layers)), Range("units_per_layer", tuple(units))), base)


def range_test_rates(low: float = 1e-5, high: float = 10.0, steps: int = 100) -> tuple[float, ...]:
    """The rising α values of a range test, equal ratios apart. Raises UsageError."""
    if not (0 < low < high and math.isfinite(high)) or steps < _FEWEST_PAIRS:
        raise UsageError(
            f"A range test from {low:g} to {high:g} in {steps} steps is not possible: "
            f"let it rise from above 0 in at least {_FEWEST_PAIRS} steps."
        )
    return tuple(low * (high / low) ** (step / (steps - 1)) for step in range(steps))


def propose_learning_rate(rates: Sequence[float], costs: Sequence[float]) -> Proposal | None:
    """The α of the steepest fall of the smoothed cost before its lowest point; None if it falls nowhere.

    `costs[i]` is the cost reached with `rates[i]`, rising; it may end in non-finite values.
    """
    finite = next((place for place, cost in enumerate(costs) if not math.isfinite(cost)), len(costs))
    if finite < _FEWEST_PAIRS:
        return None
    reach = max(1, finite // 25)
    smooth = [median(costs[max(0, place - reach) : min(finite, place + reach + 1)]) for place in range(finite)]
    lowest = min(range(finite), key=smooth.__getitem__)
    if lowest == 0 or smooth[lowest] > 0.98 * smooth[0]:
        return None
    steepest = max(range(1, lowest + 1), key=lambda place: _fall(rates, smooth, place, reach))
    rung = round(2 * math.log10(rates[steepest]))
    proposed = float(f"{(3 if rung % 2 else 1)}e{rung // 2}")
    bottom = f"lowest, {figure(smooth[lowest])}, at {rates[lowest]:.2g}"
    why = f"the smoothed cost falls fastest at α = {rates[steepest]:.2g} and is {bottom}"
    return Proposal(proposed, why)


def _fall(rates: Sequence[float], smooth: Sequence[float], place: int, reach: int) -> float:
    """Fall of the cost for each e-fold of α around a place."""
    before = max(place - reach, 0)
    return (smooth[before] - smooth[place]) / math.log(rates[place] / rates[before])

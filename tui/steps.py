"""The next value on a hyperparameter's natural scale: 1-2-5 on a logarithmic one, a fixed step on a linear. Pure."""

import math

from engine.declaration import Declaration, Kind, Scale, format_value
from engine.errors import HyperparameterError

__all__ = ["step"]

_MANTISSAS = (1.0, 2.0, 5.0)
_SMALLEST = 1e-6
"""The value next to zero on a logarithmic scale of real numbers."""


def step(entry: Declaration, text: str, direction: int) -> str:
    """The text of the value above (`direction` 1) or below (-1); the text itself where there is none."""
    try:
        value = entry.parse(text)
    except HyperparameterError:
        return text
    if isinstance(value, (str, tuple)):
        return text
    moved = (
        _log_step(float(value), entry, direction) if entry.scale is Scale.LOG else _linear_step(entry, value)[direction]
    )
    if entry.kind is Kind.INTEGER:
        moved = float(round(moved))
    try:
        return format_value(entry.check(int(moved) if entry.kind is Kind.INTEGER else moved))
    except HyperparameterError:
        return text


def _log_step(value: float, entry: Declaration, direction: int) -> float:
    if entry.kind is Kind.INTEGER:
        return value * 2 if direction > 0 and value > 0 else value + 1 if direction > 0 else math.floor(value / 2)
    if value <= 0:
        return _SMALLEST if direction > 0 else value
    exponent = math.floor(math.log10(value) + 1e-9)
    ladder = [m * 10.0**e for e in range(exponent - 1, exponent + 2) for m in _MANTISSAS]
    if direction > 0:
        return float(f"{min(rung for rung in ladder if rung > value * 1.0001):.6g}")
    lower = float(f"{max(rung for rung in ladder if rung < value * 0.9999):.6g}")
    return lower if lower >= _SMALLEST or entry.low_open else 0.0


def _linear_step(entry: Declaration, value: float) -> dict[int, float]:
    size = 1.0 if entry.kind is Kind.INTEGER else 0.05
    return {1: round(value + size, 10), -1: round(value - size, 10)}

"""Axes that stay put: ranges between nice steps, and the figures written at them. Pure functions, no NumPy."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Axis", "choice_axis", "cost_axis", "epoch_axis", "span_axis"]

_MOST_DIGITS = 16
_OFF = 0.1
"""Share of the step to the next tick by which a label may differ from its tick."""
_LEAST_FILLED = 0.3
"""Share of an axis that values must fill for it to stay."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A range and its ticks, both in drawn units (log10 of the value on a logarithmic axis)."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]

    def contains(self, low: float, high: float) -> bool:
        """Whether the range from low to high needs no other axis."""
        return self.low <= low and high <= self.high


def cost_axis(
    low: float, high: float, *, log: bool, rows: int, before: Axis | None = None, from_zero: bool = True
) -> Axis:
    """The axis for drawn values from `low` to `high`; the one before stays as long as they fill it and no more."""
    if before is not None and high - low < _LEAST_FILLED * (before.high - before.low):
        before = None
    if before is not None and before.contains(low, high):
        return before
    if before is not None:
        low, high = min(low, before.low), max(high, before.high)
    return _log_axis(low, high, rows) if log else _linear_axis(min(low, 0.0) if from_zero else low, high, rows)


def epoch_axis(reached: int, planned: int, *, is_over: bool, columns: int) -> Axis:
    """From 0 to the planned epochs; long trainings are seen through a window that doubles as they go."""
    last = max(1, reached if is_over else planned)
    while not is_over and last > 200 and last / 2 >= reached:
        last = math.ceil(last / 2)
    step = _nice_step(last / max(2, min(6, columns // 9)), whole=True)
    ticks = [float(each) for each in range(0, last + 1, int(step))]
    return Axis(0.0, float(last), tuple(ticks), tuple(_short(each) for each in ticks))


def span_axis(low: float, high: float, *, log: bool, columns: int) -> Axis:
    """From `low` to `high` (drawn units) with a little room beside, ticks at nice figures inside."""
    margin = (high - low) * 0.04 or abs(low) * 0.1 or 1.0
    low, high = low - margin, high + margin
    room = max(2, columns // 9)
    if not log:
        step = _nice_step((high - low) / room)
        ticks = tuple(each * step for each in range(math.ceil(low / step), math.floor(high / step) + 1))
        return Axis(low, high, ticks, _labels(ticks, _plain))
    for mantissas in ((1, 2, 5), (1, 3), (1,)):
        within = [each for each in _marks(low, high, mantissas) if low <= each <= high]
        if len(within) <= room:
            break
    within = within[:: math.ceil(len(within) / room)] if within else [low, high]
    return Axis(low, high, tuple(within), _labels(within, _power, _logarithm))


def choice_axis(labels: tuple[str, ...], columns: int) -> Axis:
    """The places 0, 1, 2 …, each under its label."""
    width = max(3, columns // max(1, len(labels)) - 1)
    return Axis(-0.5, len(labels) - 0.5, tuple(map(float, range(len(labels)))), tuple(each[:width] for each in labels))


def _linear_axis(low: float, high: float, rows: int) -> Axis:
    if not high > low:
        high = low + (abs(low) or 1.0)
    step = _nice_step((high - low) / max(2, min(6, rows // 3)))
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(each * step for each in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, _labels(ticks, _plain))


def _log_axis(low: float, high: float, rows: int) -> Axis:
    """Bounds and ticks at 1, 2, 5 · 10^k if there is room for them, else at powers of ten."""
    lower = max(each for each in _marks(low, high, (1, 2, 5)) if each <= low + 1e-9)
    upper = min(each for each in _marks(low, high, (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)) if each >= high - 1e-9)
    if upper <= lower:
        lower, upper = lower - 1.0, upper + 1.0
    room = max(2, rows // 2)
    for mantissas in ((1, 2, 5), (1, 3), (1,)):
        within = [each for each in _marks(lower, upper, mantissas) if lower - 1e-9 <= each <= upper + 1e-9]
        if len(within) <= room:
            break
    within = within[:: math.ceil(len(within) / room)] if within else [lower, upper]
    return Axis(lower, upper, tuple(within), _labels(within, _power, _logarithm))


def _marks(low: float, high: float, mantissas: tuple[float, ...]) -> list[float]:
    """Logarithms of the mantissas at every power of ten from below `low` to above `high`."""
    exponents = range(math.floor(low), math.ceil(high) + 1)
    return [exponent + math.log10(mantissa) for exponent in exponents for mantissa in mantissas]


def _labels(
    ticks: Sequence[float], write: Callable[[float, int], str], read: Callable[[str], float] = float
) -> tuple[str, ...]:
    """What stands at the ticks: three digits, or as many as it takes to name each, and not what lies beside it."""
    least = min((after - before for before, after in pairwise(ticks)), default=math.inf)
    for digits in range(3, _MOST_DIGITS):
        labels = tuple(write(each, digits) for each in ticks)
        if all(abs(read(label) - tick) < _OFF * least for label, tick in zip(labels, ticks, strict=True)):
            break
    return labels


def _plain(number: float, digits: int) -> str:
    return f"{number:.{digits}g}"


def _power(exponent: float, digits: int) -> str:
    if -3.01 < exponent < 4.01:
        return f"{10**exponent:.{digits}g}" if exponent < 2.99 else f"{10**exponent:.0f}"
    power = math.floor(exponent + 1e-9)
    return f"{10 ** (exponent - power):.{digits}g}e{power}"


def _logarithm(label: str) -> float:
    return math.log10(float(label))


def _nice_step(raw: float, *, whole: bool = False) -> float:
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next((each * magnitude for each in (1, 2, 5, 10) if each * magnitude >= raw * 0.999), 10 * magnitude)
    if whole and 10 <= raw <= 15.1:
        return 15.0
    return max(1.0, float(math.ceil(step))) if whole else step


def _short(number: float) -> str:
    if number >= 1_000_000:
        return f"{number / 1e6:g}M"
    return f"{number / 1000:g}k" if number >= 10_000 else f"{number:g}"

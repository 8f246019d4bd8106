"""What one hyperparameter may be in a sweep: choices, or an interval on its scale. Never imports NumPy.

`hidden_layers` and `units_per_layer` can be varied like hyperparameters; together they make `hidden_units`.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

from engine.declaration import Declaration, Group, Kind, Scale, Value, format_value
from engine.errors import HyperparameterError
from engine.hyperparameters import declaration

__all__ = ["SHAPE_NAMES", "Range", "parse_range", "proposed_range", "variable"]

_MOST_POINTS = 10_000
_EDGE = 0.05
_HELP = "use choices as in 0.01|0.03|0.1, or an interval as in 0.001..0.3, log:0.001..0.3 or lin:0.5..0.99:5"


def _shape(name: str, label: str, symbol: str, low: float, high: float, sentence: str) -> Declaration:
    first = (1.0, 3.0) if name == "hidden_layers" else (8.0, 256.0)
    scale = Scale.LINEAR if name == "hidden_layers" else Scale.LOG
    return Declaration(
        name=name, label=label, symbol=symbol, unit="", kind=Kind.INTEGER, default=int(first[0]), low=low, high=high,
        low_open=False, high_open=False, scale=scale, choices=(), group=Group.MAIN, when=None, search=first,
        sentence=sentence, source="", shapes=True,
    )  # fmt: skip


SHAPE_NAMES = {
    "hidden_layers": _shape(
        "hidden_layers", "Hidden layers", "L", 0, 100, "Number of hidden layers, all of one width."
    ),
    "units_per_layer": _shape("units_per_layer", "Units per layer", "n", 1, 100_000, "Units of every hidden layer."),
}
"""What a sweep may vary besides the hyperparameters themselves."""


def variable(name: str) -> Declaration:
    """The declaration of anything a sweep may vary. Raises HyperparameterError for an unknown name."""
    return SHAPE_NAMES.get(name) or declaration(name)


@dataclass(frozen=True)
class Range:
    """The values one hyperparameter may take. Made by `parse_range`, which checks it."""

    name: str
    choices: tuple[Value, ...] = ()
    """Distinct, in the given order; empty for an interval."""
    low: float = 0.0
    high: float = 0.0
    """Both ends belong to an interval; low < high."""
    scale: Scale = Scale.LINEAR
    points: int = 0
    """Number of grid points asked for; 0 leaves it to the scale."""

    @cached_property
    def declared(self) -> Declaration:
        """What is being varied."""
        return variable(self.name)

    @property
    def is_integer(self) -> bool:
        """Whether an interval holds whole numbers only."""
        return self.declared.kind is Kind.INTEGER

    @property
    def is_log(self) -> bool:
        """Whether equal ratios matter equally."""
        return self.scale is Scale.LOG

    @property
    def size(self) -> float:
        """Number of different values; inf for an interval of real numbers."""
        if self.choices:
            return len(self.choices)
        return self.high - self.low + 1 if self.is_integer else math.inf

    def text(self) -> str:
        """As a person types it; `parse_range` reads it back unchanged."""
        if self.choices:
            return "|".join(format_value(each) for each in self.choices)
        prefix = "log:" if self.is_log else "lin:"
        suffix = f":{self.points}" if self.points else ""
        return f"{prefix}{self._end(self.low)}..{self._end(self.high)}{suffix}"

    def _end(self, number: float) -> str:
        return format_value(int(number) if self.is_integer else number)

    def at(self, share: float) -> Value:
        """The value at a share in [0, 1) of the range; equal shares are equally likely values."""
        if self.choices:
            return self.choices[min(int(share * len(self.choices)), len(self.choices) - 1)]
        margin = 0.5 if self.is_integer else 0.0
        return self._value(self._between(self.low - margin, self.high + margin, share))

    def grid(self) -> tuple[Value, ...]:
        """The grid points: the choices, N points, or by default two a decade, doublings, or five."""
        if self.choices:
            return self.choices
        points = self.points or self._usual_points()
        values = (self._value(self._between(self.low, self.high, each / (points - 1))) for each in range(points))
        return tuple(dict.fromkeys(values))

    def is_at_edge(self, value: Value) -> bool:
        """Whether the value lies at an end beyond which more is allowed: a reason to widen."""
        return self.widen(value) != self and self._side(value) != 0

    def widen(self, value: Value) -> "Range":
        """The range reaching further on the side where the value lies; the same where nothing more is allowed."""
        side = self._side(value)
        if side == 0:
            return self
        if self.choices:
            return self._with_choice(side)
        if self.is_log:
            low, high = (self.low / 10, self.high) if side < 0 else (self.low, self.high * 10)
        else:
            half = max((self.high - self.low) / 2, 1.0 if self.is_integer else 0.0)
            low, high = (self.low - half, self.high) if side < 0 else (self.low, self.high + half)
        low, high = self._inside(low, self.low), self._inside(high, self.high)
        grown = self.points and round(self.points * (2 if low * high == 0 else 1.5))
        return self if (low, high) == (self.low, self.high) else replace(self, low=low, high=high, points=grown)

    def nearer_end(self, value: Value) -> Value:
        """The end of an interval that the value lies nearer to, on its scale; the value itself among choices."""
        if self.choices or isinstance(value, (str, bool, tuple)):
            return value
        middle = math.sqrt(self.low * self.high) if self.is_log else (self.low + self.high) / 2
        return self.low if value < middle else self.high

    def _usual_points(self) -> int:
        ratio = self.high / self.low if self.is_log else 0.0
        if self.is_integer and self.high - self.low < 10:
            return int(self.high - self.low) + 1
        if self.is_integer and self.is_log and ratio.is_integer() and math.log2(ratio).is_integer():
            return int(math.log2(ratio)) + 1
        return max(round(2 * math.log10(ratio)), 2) + 1 if self.is_log else 5

    def _between(self, low: float, high: float, share: float) -> float:
        return low * (high / low) ** share if self.is_log else low + (high - low) * share

    def _value(self, number: float) -> Value:
        """A tidy value (six digits) inside the interval."""
        number = min(max(number, self.low), self.high)
        return round(number) if self.is_integer else min(max(float(f"{number:.6g}"), self.low), self.high)

    def _side(self, value: Value) -> int:
        """-1 or 1 for the lower or upper end, 0 elsewhere and where there is no order."""
        if isinstance(value, (str, bool, tuple)):
            return 0
        if self.choices:
            ordered = self._ordered()
            return 0 if len(ordered) < 3 else (value == ordered[-1]) - (value == ordered[0])
        share = math.log(value / self.low) / math.log(self.high / self.low) if self.is_log else 0.0
        if not self.is_log:
            share = (value - self.low) / (self.high - self.low)
        return (share >= 1 - _EDGE) - (share <= _EDGE)

    def _ordered(self) -> list[float]:
        return sorted(each for each in self.choices if isinstance(each, (int, float)))

    def _with_choice(self, side: int) -> "Range":
        ordered = self._ordered()
        end, beside = (ordered[-1], ordered[-2]) if side > 0 else (ordered[0], ordered[1])
        is_ratio = self.declared.scale is Scale.LOG and min(end, beside) > 0
        further = end * end / beside if is_ratio else 2 * end - beside
        try:
            added = self.declared.check(round(further) if self.is_integer else float(f"{further:.1g}"))
        except HyperparameterError:
            return self
        if added in self.choices:
            return self
        return replace(self, choices=(*self.choices, added) if side > 0 else (added, *self.choices))

    def _inside(self, wanted: float, now: float) -> float:
        """The wanted end, drawn in to what is allowed."""
        entry = self.declared
        wanted = min(max(wanted, entry.low), entry.high)
        if (entry.low_open and wanted <= entry.low) or (entry.high_open and wanted >= entry.high):
            return now
        wanted = float(round(wanted)) if self.is_integer else float(f"{wanted:.6g}")
        return now if self.is_log and wanted <= 0 else wanted


def parse_range(name: str, text: str) -> Range:
    """Read `relu|tanh`, `64|64,64`, `0.01..1`, `log:0.001..1:7`, `lin:0..0.5`. Raises HyperparameterError."""
    entry = variable(name)
    text = text.strip()
    word, _, rest = text.partition(":")
    scale = {"log": Scale.LOG, "lin": Scale.LINEAR}.get(word.strip().lower())
    body = rest if scale else text
    if ".." in body:
        return _interval(entry, body, scale or entry.scale, text)
    if scale or (not body and entry.kind is not Kind.UNITS):
        raise HyperparameterError(name, f"The range {text!r} of {name} cannot be read: {_HELP}.")
    return Range(name, tuple(dict.fromkeys(entry.parse(part) for part in body.split("|"))))


def _interval(entry: Declaration, body: str, scale: Scale, text: str) -> Range:
    name = entry.name
    if entry.kind is Kind.UNITS:
        remedy = "separate choices by | as in 64|64,64, or vary hidden_layers and units_per_layer"
        raise HyperparameterError(name, f"{name} has no intervals such as {text!r}: {remedy}.")
    if entry.kind not in (Kind.REAL, Kind.INTEGER):
        raise HyperparameterError(name, f"{name} has no intervals such as {text!r}: separate its choices by |.")
    ends, _, count = body.partition(":")
    first, _, second = ends.partition("..")
    low, high = float(entry.parse(first)), float(entry.parse(second))  # type: ignore[arg-type]
    if low > high:
        raise HyperparameterError(name, f"The range {text!r} of {name} runs from {first} down to {second}: swap them.")
    if scale is Scale.LOG and low <= 0:
        remedy = f"start above 0, or write lin:{ends} for equal steps"
        raise HyperparameterError(
            name, f"The range {text!r} of {name} is logarithmic and cannot hold {first}: {remedy}."
        )
    if low == high:
        return Range(name, (entry.parse(first),))
    return Range(name, (), low, high, scale, _points(name, count, text) if count or body.endswith(":") else 0)


def _points(name: str, count: str, text: str) -> int:
    points = int(count) if count.strip().isascii() and count.strip().isdigit() else 0
    if not 2 <= points <= _MOST_POINTS:
        allowed = f"2 to {_MOST_POINTS:,} points"
        raise HyperparameterError(name, f"The range {text!r} of {name} has {count!r} behind its end: use {allowed}.")
    return points


def proposed_range(name: str) -> Range | None:
    """The range a sweep proposes first: all choices, or the declared interval; None where nothing is proposed."""
    entry = variable(name)
    if entry.kind is Kind.CHOICE:
        return Range(name, entry.choices)
    if entry.kind is Kind.SWITCH:
        return Range(name, (True, False))
    if entry.search is None or entry.kind is Kind.UNITS:
        return None
    return Range(name, (), *entry.search, entry.scale)

"""What there is to know about one hyperparameter, and how a value of it is read, checked and written.

Knows no particular hyperparameter: those stand in `engine.hyperparameters`. Never imports NumPy.
"""

import math
from dataclasses import dataclass
from enum import Enum

from engine.errors import HyperparameterError
from engine.records import Task

__all__ = ["Declaration", "Group", "Kind", "Scale", "Value", "When", "format_value"]

Value = float | int | str | bool | tuple[int, ...]

_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_MOST_LAYERS = 100


class Kind(Enum):
    """The type of a hyperparameter's value."""

    REAL = "number"
    INTEGER = "whole number"
    CHOICE = "choice"
    SWITCH = "true or false"
    UNITS = "list of whole numbers"


class Scale(Enum):
    """The scale on which equal steps of a hyperparameter matter equally."""

    LINEAR = "linear"
    LOG = "log"


class Group(Enum):
    """Where a hyperparameter stands in the form. The value is the heading."""

    MAIN = "Main"
    OPTIMIZER = "Optimizer"
    REGULARIZATION = "Regularization"
    SCHEDULE = "Schedule"
    OTHER = "Stopping, seed, …"


@dataclass(frozen=True, slots=True)
class When:
    """The condition under which a hyperparameter has an effect."""

    name: str
    """The hyperparameter it depends on."""
    values: tuple[Value, ...] = ()
    """It applies when that one has one of these values; empty: when that one is set (not empty, not zero)."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything there is to know about one hyperparameter."""

    name: str
    """As the command line and the history take it."""
    label: str
    """As the form shows it."""
    symbol: str
    """As papers write it; empty if there is none."""
    unit: str
    """Empty if it is a pure number."""
    kind: Kind
    default: Value
    low: float
    """Smallest allowed value (of each element for a list); -inf where it has no meaning."""
    high: float
    """Largest allowed value; inf where it has no meaning."""
    low_open: bool
    """True if `low` itself is not allowed."""
    high_open: bool
    scale: Scale
    choices: tuple[str, ...]
    """Allowed words of a CHOICE; empty otherwise."""
    group: Group
    when: When | None
    """None: always applies."""
    search: tuple[float, float] | None
    """The range a sweep proposes first; None: not proposed."""
    sentence: str
    """One sentence for the person."""
    source: str
    """Where the default comes from."""
    shapes: bool
    """True if it decides shapes or the code path, so that members of one population share it."""
    tasks: tuple[Task, ...] = ()
    """The only tasks in which it has an effect; empty: in all."""

    def allowed(self) -> str:
        """What is allowed, in words: completes 'use …'."""
        match self.kind:
            case Kind.CHOICE:
                return "one of " + ", ".join(self.choices)
            case Kind.SWITCH:
                return "true or false"
            case Kind.UNITS:
                reach = f"from {_plain(self.low)} to {_plain(self.high)}"
                return f"whole numbers {reach} separated by commas, or nothing for no hidden layer"
        noun = "a number" if self.kind is Kind.REAL else "a whole number"
        lower = f"above {_plain(self.low)}" if self.low_open else f"from {_plain(self.low)}"
        upper = (
            f"and below {_plain(self.high)}"
            if self.high_open
            else f"{'and at most' if self.low_open else 'to'} {_plain(self.high)}"
        )
        return f"{noun} {lower} {upper}"

    def applies(self, chosen: object) -> bool:
        """Whether the value has an effect next to the other values; `chosen` has them all as attributes."""
        if self.when is None:
            return True
        other = getattr(chosen, self.when.name)
        return other in self.when.values if self.when.values else bool(other)

    def suits(self, task: Task | None) -> bool:
        """Whether it has an effect in such a task; None: which one it is does not matter yet."""
        return task is None or not self.tasks or task in self.tasks

    def refuse(self, value: object) -> HyperparameterError:
        """The error for a value that is not allowed."""
        shown = repr(value) if isinstance(value, str) else str(value)
        return HyperparameterError(self.name, f"{self.name} {shown} is not allowed: use {self.allowed()}.")

    def parse(self, text: str) -> Value:
        """Read what a person typed (`0.03`, `relu`, `64,64`, `true`). Raises HyperparameterError."""
        try:
            return self.check(self._read(text.strip()))
        except (ValueError, KeyError, OverflowError, HyperparameterError):
            raise self.refuse(text) from None

    def _read(self, word: str) -> Value:
        match self.kind:
            case Kind.REAL:
                return float(word)
            case Kind.INTEGER:
                return _whole(word)
            case Kind.UNITS:
                inner = word.strip("[]() ").rstrip(",")
                return tuple(_whole(part) for part in inner.split(",")) if inner else ()
            case Kind.SWITCH:
                return _SWITCHES[word.lower()]
            case Kind.CHOICE:
                return word.lower()

    def check(self, value: object) -> Value:
        """The value in its declared type. Raises HyperparameterError if it is not allowed."""
        match self.kind:
            case Kind.CHOICE:
                if isinstance(value, str) and value in self.choices:
                    return value
            case Kind.SWITCH:
                if isinstance(value, bool):
                    return value
            case Kind.UNITS:
                if isinstance(value, (list, tuple)) and len(value) <= _MOST_LAYERS:
                    return tuple(int(self._number(each)) for each in value)
            case Kind.REAL:
                return float(self._number(value))
            case Kind.INTEGER:
                return int(self._number(value))
        raise self.refuse(value)

    def _number(self, value: object) -> float | int:
        """A finite number inside the range, whole where it must be."""
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise self.refuse(value)
        if self.kind is not Kind.REAL and value != int(value):
            raise self.refuse(value)
        below = value <= self.low if self.low_open else value < self.low
        above = value >= self.high if self.high_open else value > self.high
        if below or above:
            raise self.refuse(value)
        return value


def format_value(value: Value) -> str:
    """A value as a person types it; `Declaration.parse` reads it back unchanged."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value)


def _whole(word: str) -> int:
    try:
        return int(word)
    except ValueError:
        number = float(word)
        if not number.is_integer():
            raise
        return int(number)


def _plain(number: float) -> str:
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e15 else f"{number:g}"

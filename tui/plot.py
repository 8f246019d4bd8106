"""What a chart is asked to show and what it becomes: frozen records between the widget and the drawing thread."""

import math
from dataclasses import dataclass
from enum import IntEnum

from tui.scales import Axis

__all__ = ["SERIES", "Ink", "Line", "Mark", "Picture", "Plot", "Span"]


class Ink(IntEnum):
    """What a run of characters in a picture stands for; the widget decides its colour."""

    PAPER = 0
    AXIS = 1
    LABEL = 2
    TRAIN = 3
    VALIDATION = 4
    BEST = 5
    FAINT = 6
    GOOD = 7
    A = 8
    B = 9
    C = 10
    D = 11
    E = 12
    F = 13
    G = 14
    H = 15


SERIES = (Ink.A, Ink.B, Ink.C, Ink.D, Ink.E, Ink.F, Ink.G, Ink.H)
"""The inks of things that stand side by side, in order."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve. `x` and `y` are of equal length and never change once given; y may hold NaN and infinities."""

    ink: Ink
    x: tuple[float, ...] | list[float] | list[int]
    y: tuple[float, ...] | list[float]
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One character at one place."""

    x: float
    y: float
    glyph: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Span:
    """What lies along the lower edge when it is not epochs."""

    low: float
    high: float
    is_log: bool = False
    labels: tuple[str, ...] = ()
    """Of the places 0, 1, 2 …, where it is not a number that lies there."""


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything one picture depends on but its size."""

    key: tuple[int, ...]
    """Pictures of the same key keep their axes as long as the data fit."""
    lines: tuple[Line, ...]
    reached: int
    """Last epoch trained."""
    planned: int
    is_over: bool
    is_log: bool
    best: tuple[int, float] | None = None
    """Epoch and cost to mark."""
    marks: tuple[Mark, ...] = ()
    """Later ones stand over earlier ones."""
    span: Span | None = None
    """None: epochs lie along the lower edge."""
    is_from_zero: bool = True
    """Whether a linear axis begins at zero."""
    telling: tuple[float, float] = (-math.inf, math.inf)
    """The values of y worth their room; what lies beyond the axis made for them is marked at its edge."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of (text, ink), each exactly as wide as was asked for, and the axes they were drawn on."""

    rows: tuple[tuple[tuple[str, Ink], ...], ...]
    x: Axis
    y: Axis

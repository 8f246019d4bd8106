"""What a chart is asked to show and what it becomes: frozen records between the widget and the drawing thread."""

from dataclasses import dataclass
from enum import IntEnum

from tui.scales import Axis

__all__ = ["Ink", "Line", "Picture", "Plot"]


class Ink(IntEnum):
    """What a run of characters in a picture stands for; the widget decides its colour."""

    PAPER = 0
    AXIS = 1
    LABEL = 2
    TRAIN = 3
    VALIDATION = 4
    BEST = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One curve. `x` and `y` are of equal length and never change once given; y may hold NaN and infinities."""

    ink: Ink
    x: tuple[float, ...] | list[float] | list[int]
    y: tuple[float, ...] | list[float]
    is_dashed: bool = False


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


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of (text, ink), each exactly as wide as was asked for, and the axes they were drawn on."""

    rows: tuple[tuple[tuple[str, Ink], ...], ...]
    x: Axis
    y: Axis

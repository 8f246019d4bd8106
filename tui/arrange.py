"""Which experiments the table shows and in which order. Remembers what it judged, so that a change costs little."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from sessions.states import State
from tui.filter import Keep, compile_filter

if TYPE_CHECKING:
    from sessions.records import Experiment

__all__ = ["Arrangement", "Order", "best_number"]


class Order(Enum):
    """By what the rows stand, first row first."""

    NEWEST = "newest"
    COST = "val cost"
    SCORE = "score"
    TIME = "time"

    def next(self) -> Order:
        """The order after this one, in turn."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


_KEYS: dict[Order, Callable[[Experiment], float]] = {
    Order.COST: lambda each: _worst_last(each.best.validation_cost if each.best else math.nan),
    Order.SCORE: lambda each: _worst_last(-each.best.validation_score if each.best else math.nan),
    Order.TIME: lambda each: each.seconds,
}


class Arrangement:
    """Filter and order, applied to one list of experiments after another."""

    def __init__(self) -> None:
        self.order = Order.NEWEST
        self.filter_text = ""
        self._keep: Keep | None = None
        self._judged: dict[int, tuple[Experiment, bool]] = {}

    def set_filter(self, text: str) -> None:
        """Show only what matches; an empty text shows all."""
        self.filter_text = text
        self._keep = compile_filter(text)
        self._judged = {}

    def apply(self, experiments: Sequence[Experiment]) -> list[Experiment]:
        """The experiments to show, in order."""
        shown = experiments if self._keep is None else [each for each in experiments if self._keeps(each, self._keep)]
        newest_first = list(reversed(shown))
        return newest_first if self.order is Order.NEWEST else sorted(newest_first, key=_KEYS[self.order])

    def _keeps(self, experiment: Experiment, keep: Keep) -> bool:
        known = self._judged.get(experiment.number)
        if known is not None and known[0] is experiment:
            return known[1]
        answer = keep(experiment)
        self._judged[experiment.number] = (experiment, answer)
        return answer


def best_number(experiments: Sequence[Experiment]) -> int | None:
    """The finished experiment with the lowest validation cost; None if there is none."""
    lowest, number = math.inf, None
    for each in experiments:
        best = each.best
        if best is not None and best.validation_cost < lowest and each.state in _COUNTED:
            lowest, number = best.validation_cost, each.number
    return number


_COUNTED = (State.FINISHED, State.STOPPED)


def _worst_last(value: float) -> float:
    return math.inf if math.isnan(value) else value

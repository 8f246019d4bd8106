"""Which experiments the table shows and in which order. Remembers what it judged, so that a change costs little."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from sessions.states import State
from tui.filter import Keep, compile_filter

if TYPE_CHECKING:
    from sessions.records import Best, Experiment

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


_Judged = dict[int, "Experiment"]
"""By number, as it was when it was judged; no pair is made for each, for 100,000 of them would wake the collector."""
_SLICE = 2_000
"""Experiments that are judged in one go, within a few milliseconds."""


def _figures(experiment: Experiment) -> Best | None:
    return experiment.confirmed or experiment.best


_KEYS: dict[Order, Callable[[Experiment], float]] = {
    Order.COST: lambda each: _worst_last(best.validation_cost if (best := _figures(each)) else math.nan),
    Order.SCORE: lambda each: _worst_last(-best.validation_score if (best := _figures(each)) else math.nan),
    Order.TIME: lambda each: each.seconds,
}


class Arrangement:
    """Filter and order, applied to one list of experiments after another."""

    def __init__(self) -> None:
        self.order = Order.NEWEST
        self.filter_text = ""
        self._keep: Keep | None = None
        self._kept: _Judged = {}
        self._left: _Judged = {}

    def judge(self, text: str, experiments: Sequence[Experiment]) -> Iterator[None]:
        """Put a filter in force, once all experiments have been judged by it; stops on the way to let others work.

        The filter before stays in force until then, and for good if the iteration is given up.
        """
        keep = compile_filter(text)
        kept: _Judged = {}
        left: _Judged = {}
        if keep is not None:
            for place, each in enumerate(experiments, start=1):
                (kept if keep(each) else left)[each.number] = each
                if place % _SLICE == 0:
                    yield
        self.filter_text, self._keep, self._kept, self._left = text, keep, kept, left

    def apply(self, experiments: Sequence[Experiment]) -> list[Experiment]:
        """The experiments to show, in order."""
        shown = experiments if self._keep is None else self._matching(experiments, self._keep)
        newest_first = list(reversed(shown))
        return newest_first if self.order is Order.NEWEST else sorted(newest_first, key=_KEYS[self.order])

    def _matching(self, experiments: Sequence[Experiment], keep: Keep) -> list[Experiment]:
        kept, left, shown = self._kept, self._left, []
        for each in experiments:
            if left.get(each.number) is each:
                continue
            if kept.get(each.number) is not each and not keep(each):
                left[each.number] = each
                continue
            kept[each.number] = each
            shown.append(each)
        return shown


def best_number(experiments: Sequence[Experiment]) -> int | None:
    """The finished experiment with the lowest validation cost; None if there is none.

    Where any was confirmed with fresh seeds, one of those: what rests on one training is not called the best.
    """
    lowest, number, is_confirmed = math.inf, None, False
    for each in experiments:
        best = each.confirmed or each.best
        if best is None or each.state not in _COUNTED or (is_confirmed and each.confirmed is None):
            continue
        if best.validation_cost < lowest or (each.confirmed is not None and not is_confirmed):
            lowest, number, is_confirmed = best.validation_cost, each.number, each.confirmed is not None
    return number


_COUNTED = (State.FINISHED, State.STOPPED)


def _worst_last(value: float) -> float:
    return math.inf if math.isnan(value) else value

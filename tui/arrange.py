"""Which experiments the table shows and in which order. Remembers what it judged, so that a change costs little."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from tui.filter import Keep, compile_filter

if TYPE_CHECKING:
    from sessions.records import Experiment

__all__ = ["Arrangement", "Order"]


class Order(Enum):
    """By what the rows stand, first row first."""

    NEWEST = "newest"
    SCORE = "score"
    COST = "val cost"
    TIME = "time"

    def next(self) -> Order:
        """The order after this one, in turn."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


_Judged = dict[int, "Experiment"]
"""By number, as it was when it was judged; no pair is made for each, for 100,000 of them would wake the collector."""
_SLICE = 2_000
"""Experiments that are judged in one go, within a few milliseconds."""


def _cost(experiment: Experiment) -> float:
    best = experiment.confirmed or experiment.best
    return best.validation_cost if best and not math.isnan(best.validation_cost) else math.inf


def _sorted(experiments: list[Experiment], order: Order) -> list[Experiment]:
    match order:
        case Order.SCORE:
            from sessions.leading import best_first

            return best_first(experiments)
        case Order.COST:
            return sorted(experiments, key=_cost)
        case Order.TIME:
            return sorted(experiments, key=lambda each: each.seconds)
        case _:
            return experiments


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
        return _sorted(list(reversed(shown)), self.order)

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

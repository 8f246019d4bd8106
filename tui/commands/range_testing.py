"""`tunedeck sweep --preset lr_range_test`: cost against a rising α, and the α it proposes."""

import math
from argparse import Namespace

from engine.hyperparameters import Hyperparameters
from sessions.search.range_test import RangeTest
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line
from tui.commands.reading import settings
from tui.text import figure

__all__ = ["show_range_test"]

_LINES = 25
_BAR = 40


def show_range_test(asked: Namespace, workbench: Workbench) -> int:
    """Train here and now, for a second or so; nothing is entered in the history."""
    from sessions.search.range_test import range_test

    found = range_test(workbench.folder, settings(asked.set, Hyperparameters()))
    if asked.json:
        proposal = found.proposal
        print_json(
            {
                "learning_rate": list(found.rates),
                "train_cost": list(found.costs),
                "proposal": None
                if proposal is None
                else {"learning_rate": proposal.learning_rate, "why": proposal.why},
            }
        )
        return 0
    for line in _drawn(found):
        print_line(line)
    if found.proposal is None:
        print_line("The cost fell nowhere: try another network or optimizer.")
    else:
        print_line(f"Try learning_rate={found.proposal.learning_rate:g}: {found.proposal.why}.")
    return 0


def _drawn(found: RangeTest) -> list[str]:
    """A bar for every few steps, from the lowest cost to the first one."""
    step = max(1, len(found.rates) // _LINES)
    rates, costs = found.rates[::step], found.costs[::step]
    known = [cost for cost in costs if math.isfinite(cost)]
    low, high = min(known, default=0.0), max(known[: len(known) // 2 + 1], default=1.0)
    return [f"{rate:9.2g}  {figure(cost):>8}  {_bar(cost, low, high)}" for rate, cost in zip(rates, costs, strict=True)]


def _bar(cost: float, low: float, high: float) -> str:
    share = (cost - low) / (high - low) if high > low and math.isfinite(cost) else 1.0
    return "█" * round(_BAR * min(max(share, 0.0), 1.0))

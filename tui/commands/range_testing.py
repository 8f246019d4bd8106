"""`tunedeck sweep --preset lr_range_test`: cost against a rising α, and the α it proposes."""

import math
from argparse import Namespace

from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters, check_task
from engine.search.presets import range_test_rates
from sessions.search.range_test import UPDATES, RangeTest, range_test
from sessions.workbench import Workbench
from tui.commands.output import print_json, print_line
from tui.commands.reading import changes, parent_of, settings
from tui.commands.sweep_options import BUDGET, STEERING, refuse
from tui.text import figure

__all__ = ["show_range_test"]

_UNUSED = {
    "vary": "--vary",
    "sampler": "--sampler",
    "pruner": "--pruner",
    "seed": "--seed",
    "idea": "--idea",
    **BUDGET,
    **STEERING,
    "workers": "--workers",
    "detach": "--detach",
}
_OWN = ("learning_rate", "epochs", "schedule", "warmup_epochs", "early_stopping")
_LINES = 25
_BAR = 40


def show_range_test(asked: Namespace, workbench: Workbench) -> int:
    """Train here and now, for a second or so; nothing is entered in the history. Raises UsageError."""
    refuse(asked, _UNUSED, "has no part in the preset lr_range_test, which trains once: leave it out")
    if own := next((name for name in changes(asked.set) if name in _OWN), None):
        raise UsageError(f"-s {own} has no part in the preset lr_range_test, which sets it itself: leave it out.")
    values = settings(asked.set, parent_of(asked, workbench)[1])
    check_task(values, workbench.info.task)
    return _foretell(asked, values) if asked.dry_run else _test(asked, workbench, values)


def _foretell(asked: Namespace, values: Hyperparameters) -> int:
    rates = range_test_rates(steps=UPDATES)
    if asked.json:
        print_json({"learning_rate": list(rates), "train_cost": None, "proposal": None})
    else:
        rows = f"{values.batch_size} rows" if values.batch_size else "all rows"
        print_line(f"One training of {UPDATES} updates by {rows}, α rising from {rates[0]:g} to {rates[-1]:g} or until")
        print_line("the cost has grown fourfold, tells the cost at each α and proposes one. Nothing of it is kept.")
    return 0


def _test(asked: Namespace, workbench: Workbench, values: Hyperparameters) -> int:
    found = range_test(workbench.folder, workbench.info, values)
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

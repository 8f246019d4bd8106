"""Ready-made searches: spaces that fill the form, and the range test that proposes a learning rate."""

from collections.abc import Callable
from typing import TypeVar

from textual.screen import Screen

from engine.hyperparameters import Hyperparameters
from engine.search.presets import architecture_sweep, learning_rate_sweep
from sessions.search.range_test import RangeTest
from tui.feed import Feed
from tui.screens.dialogs import ChooseScreen
from tui.screens.range_test import RangeTestScreen
from tui.toasts import say
from tui.widgets.space_form import SpaceForm

__all__ = ["choose_preset", "test_rates"]

_SPACES = {"learning rates": learning_rate_sweep, "architectures": architecture_sweep}
_RANGE_TEST = "range test"
_BELOW, _ABOVE = 10, 3
"""How far around the proposed rate to search: a range test tends to propose the highest that still works."""

Result = TypeVar("Result")


def choose_preset(
    screen: Screen[Result], form: SpaceForm, base: Hyperparameters, test_rates: Callable[[], None]
) -> None:
    """List the presets; a space goes into the form, `test_rates` begins the range test."""

    def choose(word: str | None) -> None:
        if word == _RANGE_TEST:
            test_rates()
        elif word is not None:
            form.load_space(_SPACES[word](base), sampler="grid")
            form.is_touched = True
            form.take_focus()

    screen.app.push_screen(ChooseScreen("Presets", (*_SPACES, _RANGE_TEST), ""), choose)


async def test_rates(screen: Screen[Result], feed: Feed, form: SpaceForm, base: Hyperparameters) -> None:
    """Run the range test and show what came out. Raises TunedeckError."""
    say(screen, "Training with a rising learning rate …")
    _show_range_test(screen, form, await feed.ask(lambda each: each.range_test(base)))


def _show_range_test(screen: Screen[Result], form: SpaceForm, found: RangeTest) -> None:
    """Show what came out; what is taken over becomes a range around the proposal."""

    def take(rate: float | None) -> None:
        if rate is not None:
            form.change("learning_rate", f"{rate / _BELOW:g}..{rate * _ABOVE:g}")
            form.take_focus()

    screen.app.push_screen(RangeTestScreen(found), take)

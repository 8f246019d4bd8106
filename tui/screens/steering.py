"""Questions that come before a sweep is steered: how many trials to add, whether to stop it. Steers nothing itself."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from textual.screen import Screen

from engine.errors import UsageError
from tui.screens.dialogs import AskScreen, ConfirmScreen

__all__ = ["ask_trials", "ask_whether_to_stop"]

_MOST_ADDED = 100_000

Result = TypeVar("Result")


def ask_trials(screen: Screen[Result], number: int, add: Callable[[int], Awaitable[None]]) -> None:
    """Ask how many trials to add to a sweep."""

    async def read(text: str) -> None:
        if not (text.isdecimal() and 0 < int(text) <= _MOST_ADDED):
            raise UsageError(f"{text!r} trials cannot be added: use a whole number from 1 to {_MOST_ADDED:,}.")
        await add(int(text))

    screen.app.push_screen(AskScreen(f"Add trials to sweep {number}", "20", read))


def ask_whether_to_stop(screen: Screen[Result], number: int, stop: Callable[[], None]) -> None:
    """Ask whether it is meant: one key alone must not end hours of search."""

    def decide(is_meant: bool | None) -> None:
        if is_meant:
            stop()

    words = "Its trials are kept and its winner is drawn up. space only pauses it, or lets it go on."
    screen.app.push_screen(ConfirmScreen(f"Stop sweep {number}", words), decide)

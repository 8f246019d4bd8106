"""Words to the person in the corner of the screen, one at a time."""

from typing import Literal, TypeVar

from textual.screen import Screen

from tui.text import clean

__all__ = ["say", "say_error"]

Result = TypeVar("Result")


def say(
    screen: Screen[Result], words: str, *, seconds: float = 3, severity: Literal["information", "error"] = "information"
) -> None:
    """Show a sentence in place of the one before."""
    screen.app.clear_notifications()
    # The app takes away only what it has drawn: of keys pressed quickly each would leave its sentence.
    screen.query("ToastRack > *").remove()
    screen.notify(clean(words), severity=severity, markup=False, timeout=seconds)


def say_error(screen: Screen[Result], error: Exception) -> None:
    """Show what was refused, long enough to read what to do."""
    say(screen, str(error), seconds=8, severity="error")

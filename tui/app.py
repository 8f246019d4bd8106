"""The Textual application: themes, first screen, and a clean end when the terminal goes away. Nothing else."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from textual.app import App
from textual.binding import Binding
from textual.widgets import Input

from engine.errors import TunedeckError
from tui.palette import DeckCommands
from tui.screens.deck import Deck
from tui.themes import DARK, LIGHT
from tui.toasts import say
from tui.typeahead import TypeAheadApp
from tui.workbench import OpenWorkbench

__all__ = ["TunedeckApp"]

TERMINAL_EVERY_S = 2.0
"""Between two looks whether the terminal is still there: not everybody whose terminal goes is told by a signal."""


class TunedeckApp(TypeAheadApp[TunedeckError]):
    """The dashboard on one session; `run` returns the error that kept the session from opening, if one did."""

    CSS_PATH = Path(__file__).with_name("style.tcss")
    TITLE = "tunedeck"
    BINDINGS = [
        Binding("ctrl+z", "suspend_process", "sleep", show=False),
        Binding("ctrl+c", "copy_or_explain", "copy", show=False, priority=True),
    ]
    COMMANDS = {DeckCommands}

    def __init__(
        self, open_workbench: OpenWorkbench, *, session: str, on_lost: Callable[[], None] = lambda: None
    ) -> None:
        """`open_workbench` is called in a thread after the first frame; `session` is the name to show until then.

        `on_lost` is called before the app ends because its terminal went away.
        """
        # Everything made before the first frame stays: collecting among it costs 30 ms of that frame.
        gc.disable()
        super().__init__()
        self._open_workbench = open_workbench
        self._session = session
        self._on_lost = on_lost
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        # Not by assignment, which reads all stylesheets once more: 10 ms of the first frame.
        self.set_reactive(App.theme, DARK.name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Deck:
        """The Deck is the first screen."""
        return Deck(self._open_workbench, self._session)

    async def action_quit(self) -> None:
        """Leave; the Deck knows what goes on without it."""
        await self.screen_stack[0].run_action("quit")

    def action_copy_or_explain(self) -> None:
        """Copy what is selected in a text, and say how to leave: ctrl+c ends other programs."""
        if isinstance(self.focused, Input):
            self.focused.action_copy()
        say(self.screen, "ctrl+q leaves the dashboard; training goes on.")

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._leave)
        if _has_terminal():
            self.set_interval(TERMINAL_EVERY_S, self._look_for_terminal)
        self.app_resume_signal.subscribe(self, self.draw_again)
        self.call_after_refresh(gc.enable)

    def _look_for_terminal(self) -> None:
        if not _has_terminal():
            self._leave()

    def _leave(self) -> None:
        self._on_lost()
        self._on_lost = lambda: None
        self.exit()

    def draw_again(self, _: object = None) -> None:
        """Paint the whole screen: the terminal has shown something else meanwhile."""
        self.screen.refresh(layout=True)

    def on_unmount(self) -> None:
        gc.enable()


def _has_terminal() -> bool:
    with suppress(OSError, ValueError):
        return sys.__stdin__ is not None and os.isatty(sys.__stdin__.fileno())
    return False

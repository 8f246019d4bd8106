"""`tunedeck [SESSION]`: the dashboard, on that session or the one used last."""

import gc
import os
import sys
from argparse import Namespace
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from engine.errors import UsageError
from sessions.paths import SessionFolder, find_session, list_sessions

if TYPE_CHECKING:
    from sessions.workbench import Workbench
    from tui.app import TunedeckApp

__all__ = ["load_app", "open_dashboard"]

FIRST_SESSION = "digits"
PATIENCE_S = 5.0
"""A dashboard whose terminal went away has ended after this time: it can wait for ever for its threads."""


def open_dashboard(asked: Namespace) -> int:
    """Until the person quits; training goes on."""
    folder = _choose(asked.root, asked.session)
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(
            "The dashboard needs a terminal for input, output and errors: start `tunedeck` in one, or use the commands "
            "(`tunedeck run`, `tunedeck list`, `tunedeck show`)."
        )
    app_class = load_app()

    def open_workbench() -> "Workbench":
        from sessions.workbench import Workbench

        if not folder.history.exists():
            from sessions.creating import DataChoice, create_session

            create_session(asked.root, folder.name, DataChoice(source=FIRST_SESSION))
        workbench = Workbench(folder)
        workbench.attend()
        return workbench

    app = app_class(open_workbench, session=folder.name, on_lost=_end_in_time)
    failure = app.run()
    if failure is not None:
        raise failure
    return app.return_code or 0


def _end_in_time() -> None:
    timer = Timer(PATIENCE_S, os._exit, [1])
    timer.daemon = True
    timer.start()


def load_app() -> "type[TunedeckApp]":
    """Import Textual without collecting garbage among what stays for ever: 10 ms before the first frame.

    The app turns collection on again behind its first frame. What is frozen here is never looked through again, which
    spares later keys a pause of 10 ms.
    """
    gc.disable()
    from tui.app import TunedeckApp

    gc.freeze()
    return TunedeckApp


def _choose(root: Path, name: str | None) -> SessionFolder:
    """The named session, the one used last, or the very first one, which is still to be made."""
    if name is not None:
        return find_session(root, name)
    known = list_sessions(root)
    return known[0] if known else SessionFolder(root / FIRST_SESSION)

"""How much the terminal still has to take. Knows Textual 8.2's driver."""

from typing import Any

from textual.app import App

__all__ = ["is_behind"]

_MOST_WAITING = 2
"""Writes the terminal may still owe before a frame is skipped: a full queue blocks the event loop."""


def is_behind(app: App[Any]) -> bool:
    """Whether the terminal has not taken the last frames, so that another one would have to wait."""
    writer = getattr(app._driver, "_writer_thread", None)
    return writer is not None and writer._queue.qsize() > _MOST_WAITING

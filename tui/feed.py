"""Brings snapshots of the session to the event loop and carries requests to it. Never draws."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from engine.errors import TunedeckError
from tui.workbench import OpenWorkbench, Workbench

if TYPE_CHECKING:
    from sessions.records import Snapshot

__all__ = ["Feed"]

_CALM_S = 0.25
"""Between two polls; a change is seen within this time."""
_EAGER_S = 0.05
"""Between two polls right after a request, so that its first point is on the screen within 300 ms."""
_EAGER_TURNS = 60
_CALM = 4.0
"""Rest so many times as long as a poll took: following a curve of a million points must not cost a core."""

T = TypeVar("T")


class Feed:
    """One thread in which the workbench lives, and the loop that polls it."""

    def __init__(
        self,
        open_workbench: OpenWorkbench,
        *,
        show: Callable[[Snapshot], None],
        say: Callable[[TunedeckError], None],
        give_up: Callable[[TunedeckError], None],
        is_behind: Callable[[], bool],
    ) -> None:
        """`show` gets each new snapshot, `say` each new error, `give_up` the one that kept the session from opening.

        `is_behind` tells that a frame must be skipped.
        """
        self._open = open_workbench
        self._show = show
        self._say = say
        self._give_up = give_up
        self._is_behind = is_behind
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="workbench")
        self._opened: asyncio.Future[Workbench] | None = None
        self._nudge = asyncio.Event()
        self._eager_turns = 0
        self._last_poll_s = 0.0
        self._last_error = ""

    async def follow(self) -> None:
        """Open the workbench, then poll until cancelled."""
        loop = asyncio.get_running_loop()
        self._opened = loop.run_in_executor(self._thread, self._open)
        try:
            workbench = await asyncio.shield(self._opened)
        except Exception as error:  # told after the screen is gone, never as a traceback over it
            self._give_up(_told(error))
            return
        last: Snapshot | None = None
        while True:
            started = loop.time()
            snapshot = await self._poll(workbench)
            self._last_poll_s = loop.time() - started
            if snapshot is not None and snapshot is not last and not self._is_behind():
                last = snapshot
                self._show(snapshot)
            await self._rest()

    async def ask(self, request: Callable[[Workbench], T]) -> T:
        """Run a request in the workbench's thread, then poll soon. Raises TunedeckError."""
        if self._opened is None:
            raise TunedeckError("The session is still being opened: try again in a moment.")
        workbench = await asyncio.shield(self._opened)
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, request, workbench)
        self.hurry()
        return answer

    def hurry(self) -> None:
        """Poll at once, and often for three seconds."""
        self._eager_turns = _EAGER_TURNS
        self._nudge.set()

    def close(self) -> None:
        """Let the thread end after the call in hand."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _poll(self, workbench: Workbench) -> Snapshot | None:
        try:
            snapshot = await asyncio.get_running_loop().run_in_executor(self._thread, workbench.poll)
        except Exception as error:  # the feed must outlive a fault of one poll
            if str(error) != self._last_error:
                self._last_error = str(error)
                self._say(_told(error))
            return None
        self._last_error = ""
        return snapshot

    async def _rest(self) -> None:
        self._eager_turns = max(0, self._eager_turns - 1)
        with suppress(TimeoutError):
            rest_s = max(_EAGER_S if self._eager_turns else _CALM_S, _CALM * self._last_poll_s)
            await asyncio.wait_for(self._nudge.wait(), rest_s)
        self._nudge.clear()


def _told(error: Exception) -> TunedeckError:
    """The error as a sentence for the person."""
    if isinstance(error, TunedeckError):
        return error
    return TunedeckError(f"Something went wrong inside tunedeck ({type(error).__name__}: {error}).")

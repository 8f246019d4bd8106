"""The conductor: one detached process per session that takes queued experiments and has them trained.

Single by a lock it holds for life; gone when the queue is empty. It alone moves experiments along while it lives.
"""

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from sessions.history import History
from sessions.launcher import Launcher, LocalLauncher
from sessions.liveness import LifeLock, is_anyone_present
from sessions.paths import SessionFolder
from sessions.steward import Steward

__all__ = ["Conductor", "main"]

POLL_S = 0.05
LINGER_S = 2.0


class Conductor:
    """Runs one session's queue until nothing is left to do."""

    def __init__(
        self,
        history: History,
        launcher: Launcher,
        *,
        is_wanted: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._is_wanted = is_wanted
        self._steward = Steward(history, launcher)
        self._launcher = launcher
        self._is_ending = False

    def end_soon(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Finish the present step, then return from `run`."""
        self._is_ending = True

    def run(self, linger_s: float = LINGER_S) -> None:
        """Work until the queue has been empty for `linger_s` and no dashboard is open."""
        self._steward.adopt()
        if self._is_wanted():
            self._launcher.make_ready()
        idle_since = self._clock()
        while not self._is_ending:
            has_work = self._steward.step(POLL_S)
            now = self._clock()
            if has_work or self._is_wanted():
                idle_since = now
            elif now - idle_since >= linger_s:
                return

    def has_work(self) -> bool:
        """Whether somebody queued something meanwhile."""
        return self._steward.has_work()


def main(path: str) -> None:
    """Be the conductor of the session in folder `path`; returns at once if there is one already."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(10)
    folder = SessionFolder(Path(path))
    lock = LifeLock(folder.conductor_lock)
    while lock.acquire(patience_s=0.2):
        LocalLauncher.warm_up()
        launcher = LocalLauncher(folder)
        conductor = Conductor(
            History.open(folder), launcher, is_wanted=partial(is_anyone_present, folder.presence_lock)
        )
        signal.signal(signal.SIGTERM, conductor.end_soon)
        try:
            conductor.run()
        except Exception:  # the reason must stand in the log before the process ends
            traceback.print_exc(file=sys.stderr)
            raise
        finally:
            launcher.close()
            lock.release()
        # Whoever queued just before the release saw the lock held and trusts this process to look once more.
        if not conductor.has_work():
            return

"""The conductor: one detached process per session that takes queued experiments and has them trained.

Single by a lock it holds for life; gone when the queue is empty. It alone moves experiments along while it lives.
"""

import contextlib
import fcntl
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TypeVar

from engine.errors import WorkError
from sessions.background.forkserver import ForkServer
from sessions.background.heartbeat import Heartbeat
from sessions.background.launcher import Launcher, LocalLauncher
from sessions.background.steward import Steward
from sessions.history import History
from sessions.liveness import LifeLock, is_anyone_present
from sessions.paths import SessionFolder
from sessions.search.steering import SweepSteward
from sessions.search.winners import draw_up
from sessions.store import StoreError

__all__ = ["Conductor", "main"]

T = TypeVar("T")

POLL_S = 0.05
LINGER_S = 2.0
PAUSED_LINGER_S = 600.0
"""A person who paused something is likely to go on with it, and then does not wait for processes to start."""
TROUBLED_S = 0.5
"""Between two tries while the history cannot be written."""
LAST_REPORTS_S = 2.0
_LOG = 2


class Conductor:
    """Runs one session's queue until nothing is left to do."""

    def __init__(
        self,
        history: History,
        launcher: Launcher,
        *,
        lock: LifeLock | None = None,
        is_wanted: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`lock` is the conductor's own: once it is no longer in place, the session's folder is not ours any more."""
        self._clock = clock
        self._is_wanted = is_wanted
        self._lock = lock
        self._steward = Steward(history, launcher)
        self._sweeps = SweepSteward(history, draw_up=partial(launcher.run, draw_up))
        self._has_news = False
        self._heartbeat = Heartbeat(history.folder.heartbeat, clock)
        self._launcher = launcher
        self.is_ending = False
        """It was told to."""
        self._trouble = ""

    def end_soon(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Finish the present step, let the workers save what they have, then return from `run`."""
        self.is_ending = True

    def run(self, linger_s: float = LINGER_S) -> None:
        """Work until the queue has been empty for `linger_s` and no dashboard is open, or the session is gone."""
        while not self.is_ending and self._is_at_home() and self._bear(self._adopt) is None:
            continue
        if self._is_wanted():
            with contextlib.suppress(OSError):  # the first job will tell
                self._launcher.make_ready()
        idle_since = self._clock()
        while not self.is_ending and self._is_at_home():
            has_work = self._bear(self._step)
            now = self._clock()
            if has_work is not False or self._is_wanted():
                idle_since = now
            elif now - idle_since >= (PAUSED_LINGER_S if self._steward.has_paused() else linger_s):
                return
        self._leave()

    def has_work(self) -> bool:
        """Whether somebody queued something meanwhile."""
        return self._steward.has_work() or self._sweeps.has_work()

    def _adopt(self) -> bool:
        self._steward.adopt()
        self._sweeps.adopt()
        return True

    def _step(self) -> bool:
        has_work = self._steward.step(0.0 if self._has_news else POLL_S)
        self._has_news = self._sweeps.step()
        return has_work or self._has_news or self._sweeps.has_work()

    def _wind_up(self) -> bool:
        self._steward.wind_up(POLL_S)
        return True

    def _is_at_home(self) -> bool:
        return self._lock is None or self._lock.is_in_place()

    def _bear(self, act: Callable[[], T]) -> T | None:
        """What `act` answers; None while the history cannot be written: training goes on, and it is tried again."""
        try:
            answer = act()
        except StoreError as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                sys.stderr.write(f"{error}\n")
            self._heartbeat.beat(self._trouble)
            time.sleep(TROUBLED_S)
            return None
        self._trouble = ""
        self._heartbeat.beat()
        return answer

    def _leave(self) -> None:
        """Have the fits in hand saved and recorded as paused."""
        self._launcher.terminate()
        until = self._clock() + LAST_REPORTS_S
        while self._launcher.busy and self._clock() < until and self._is_at_home():
            self._bear(self._wind_up)


def _no_longer_starting() -> None:
    """The log is locked until the conductor's own lock is held; the forkserver has it open, too, and lives on."""
    with contextlib.suppress(OSError):
        fcntl.flock(_LOG, fcntl.LOCK_UN)


def _opened(folder: SessionFolder) -> History | None:
    """None where nothing can be done with the session, which the log then says."""
    try:
        history = History.open(folder)
        history.require_info()
    except WorkError as error:
        sys.stderr.write(f"{error}\n")
        return None
    return history


def main(path: str, forkserver: ForkServer) -> None:
    """Be the conductor of the session in folder `path`; returns at once if there is one already.

    `sessions.background.conductor_entry` has made the process ready for it.
    """
    folder = SessionFolder(Path(path))
    lock = LifeLock(folder.conductor_lock)
    while lock.acquire(patience_s=0.2):
        _no_longer_starting()
        launcher = LocalLauncher(forkserver)
        is_wanted = partial(is_anyone_present, folder.presence_lock)
        try:
            history = _opened(folder)
            if history is None:
                return
            conductor = Conductor(history, launcher, lock=lock, is_wanted=is_wanted)
            signal.signal(signal.SIGTERM, conductor.end_soon)
            conductor.run()
        except Exception:  # the reason must stand in the log before the process ends
            traceback.print_exc(file=sys.stderr)
            raise
        finally:
            launcher.close()
            is_at_home = lock.is_in_place()
            lock.release()
        # Whoever queued just before the release saw the lock held and trusts this process to look once more.
        if conductor.is_ending or not is_at_home or not conductor.has_work():
            return

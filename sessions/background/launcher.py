"""Where work runs, behind one small interface: local processes, or this very process for tests.

Nothing above knows which; whatever it is, progress ends up in the fit folders.
"""

import contextlib
import os
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Protocol, TypeVar

from sessions.background.forkserver import ForkServer, Role
from sessions.jobs import Job, Report, ReportKind
from sessions.paths import FitKey, SessionFolder

__all__ = ["InProcessLauncher", "Launcher", "LocalLauncher"]

Answer = TypeVar("Answer")

_ERRAND_S = 60.0
"""Many times what the longest takes: beyond it, an errand is halted and will not answer."""


class Launcher(Protocol):
    """Runs jobs and reports on them. Requests to a running fit go through its control file."""

    @property
    def busy(self) -> int:
        """Jobs in hand."""

    def launch(self, job: Job) -> None:
        """Begin a job at once. Raises OSError if no process can be started for it."""

    def make_ready(self) -> None:
        """Prepare for a first job that is likely to come soon."""

    def run(self, function: Callable[..., Answer], *arguments: object) -> Answer:
        """What the function answers, which needs NumPy. Raises what it raises."""

    def poll(self, timeout_s: float) -> list[Report]:
        """What happened since the last call; waits up to `timeout_s` for something."""

    def keep(self, workers: int) -> None:
        """Let idle workers beyond this number go."""

    def close(self) -> None:
        """Let all workers go after the job in hand."""

    def terminate(self) -> None:
        """Have every fit in hand saved and left; `poll` tells of it."""


@dataclass(slots=True)
class _Worker:
    pid: int
    channel: Connection
    job: Job | None = None
    over: set[FitKey] = field(default_factory=set)


class LocalLauncher:
    """Persistent workers from a forkserver with NumPy and the engine preloaded."""

    def __init__(self, forkserver: ForkServer) -> None:
        self._forkserver = forkserver
        self._workers: list[_Worker] = []

    @property
    def busy(self) -> int:
        """Workers with a job in hand."""
        return sum(worker.job is not None for worker in self._workers)

    def launch(self, job: Job) -> None:
        """Hand the job to an idle worker, or to a new one."""
        worker = next((each for each in self._workers if each.job is None), None) or self._hire()
        worker.job, worker.over = job, set()
        try:
            worker.channel.send(job)
        except OSError:  # it died idle: poll will notice the closed channel and report its fits
            return

    def make_ready(self) -> None:
        """Hire one worker, which loads the session's data while it waits."""
        if not self._workers:
            self._hire()

    def run(self, function: Callable[..., Answer], *arguments: object) -> Answer:
        """In a process of its own, which ends with it; here if that dies or takes too long."""
        try:
            pid, channel = self._forkserver.hire(Role.ERRAND)
            with channel:
                channel.send((function, arguments))
                if channel.poll(_ERRAND_S):
                    answer: Answer = channel.recv()
                    return answer
                os.kill(pid, signal.SIGKILL)
        except (EOFError, OSError):
            pass
        return function(*arguments)

    def poll(self, timeout_s: float) -> list[Report]:
        """Reports of the workers; a dead one reports DIED for each fit it had in hand."""
        reports: list[Report] = []
        by_channel = {worker.channel: worker for worker in self._workers}
        for channel in wait(list(by_channel), timeout_s):
            assert isinstance(channel, Connection)
            reports += self._receive(by_channel[channel])
        return reports

    def keep(self, workers: int) -> None:
        """Dismiss idle workers beyond this number."""
        idle = [each for each in self._workers if each.job is None]
        for worker in idle[: max(0, len(self._workers) - workers)]:
            self._dismiss(worker)

    def close(self) -> None:
        """Dismiss everybody; the busy ones end after the fit in hand."""
        for worker in list(self._workers):
            self._dismiss(worker)

    def terminate(self) -> None:
        """Ask everybody to checkpoint and end now."""
        for worker in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGTERM)

    def _hire(self) -> _Worker:
        worker = _Worker(*self._forkserver.hire(Role.WORKER))
        self._workers.append(worker)
        return worker

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        with contextlib.suppress(OSError):
            worker.channel.send(None)
        worker.channel.close()

    def _receive(self, worker: _Worker) -> list[Report]:
        try:
            report: Report = worker.channel.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        if report.kind is ReportKind.IDLE:
            left = [key for key in _keys(worker.job) if key not in worker.over]
            worker.job = None
            return [Report(ReportKind.DIED, key, "its training ended without a result") for key in left]
        if report.key is not None:
            worker.over.add(report.key)
        return [report]

    def _bury(self, worker: _Worker) -> list[Report]:
        self._workers.remove(worker)
        worker.channel.close()
        code = self._forkserver.exit_code(worker.pid, patience_s=1.0)
        why = f"its worker was killed by signal {-code}" if code is not None and code < 0 else "its worker died"
        return [Report(ReportKind.DIED, key, why) for key in _keys(worker.job) if key not in worker.over]


class InProcessLauncher:
    """Trains in this very process, one job a poll: for tests and for looking at one fit closely."""

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self._jobs: deque[Job] = deque()

    @property
    def busy(self) -> int:
        """Jobs not trained yet."""
        return len(self._jobs)

    def launch(self, job: Job) -> None:
        """Keep the job for the next poll."""
        self._jobs.append(job)

    def make_ready(self) -> None:
        """This process is ready."""

    def run(self, function: Callable[..., Answer], *arguments: object) -> Answer:
        """Call it."""
        return function(*arguments)

    def poll(self, timeout_s: float) -> list[Report]:
        """Train one job to its end."""
        from sessions.data_folder import DataShelf
        from sessions.fits.training_run import train_job

        reports: list[Report] = []
        if self._jobs:
            job = self._jobs.popleft()
            train_job(job, self._folder, DataShelf(self._folder, job.info), reports.append)
        return reports

    def keep(self, workers: int) -> None:
        """Nothing to let go."""

    def close(self) -> None:
        """Forget what was not begun."""
        self._jobs.clear()

    def terminate(self) -> None:
        """Forget what was not begun."""
        self._jobs.clear()


def _keys(job: Job | None) -> list[FitKey]:
    return [] if job is None else [fit.key for fit in job.fits]

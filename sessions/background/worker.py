"""The worker process: trains one job after another until its conductor is gone. Preloaded in the forkserver.

Runs one BLAS thread; the environment is set by whoever starts the conductor, before NumPy is imported.
"""

import contextlib
import os
import signal
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from engine.errors import TunedeckError
from sessions.data_folder import DataShelf
from sessions.fits.training_run import TrainingRun
from sessions.jobs import Job, Report, ReportKind
from sessions.paths import SessionFolder

__all__ = ["work"]


def work(channel: int, path: str) -> None:
    """Take jobs for the session in folder `path` from the conductor at the other end of the descriptor `channel`.

    A closed channel or None ends it after the job in hand.
    """
    with contextlib.suppress(PermissionError):
        os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = _Worker(Connection(channel), SessionFolder(Path(path)))
    signal.signal(signal.SIGTERM, worker.finish_soon)
    worker.serve()


class _Worker:
    def __init__(self, channel: Connection, folder: SessionFolder) -> None:
        self._channel = channel
        self._folder = folder
        self._shelf = DataShelf(folder)
        self._run: TrainingRun | None = None
        self._is_finishing = False
        self._has_job = False

    def finish_soon(self, signum: int, frame: FrameType | None) -> None:
        """On SIGTERM: checkpoint, leave the fits paused, end."""
        self._is_finishing = True
        if self._run is not None:
            self._run.yield_soon()
        elif not self._has_job:
            raise SystemExit(0)

    def serve(self) -> None:
        """One job after another; the session's data is loaded while the first one is awaited."""
        if not self._channel.poll():
            with contextlib.suppress(TunedeckError):  # the job that needs it will tell
                self._shelf.dataset(dtype="float32")
        while not self._is_finishing:
            try:
                job = self._channel.recv()
            except (EOFError, OSError):
                return
            if job is None:
                return
            self._train(job)
            self._tell(Report(ReportKind.IDLE))

    def _train(self, job: Job) -> None:
        self._has_job = True
        self._shelf.expect(job.info)
        try:
            for population in job.populations:
                if not self._is_finishing:
                    self._run = TrainingRun(population, self._folder, self._shelf, self._tell)
                    if self._is_finishing:  # asked while it was being made
                        self._run.yield_soon()
                    self._run.train()
        except Exception:  # one job must not end the worker; the conductor sees fits without a result
            traceback.print_exc()
        finally:
            self._run = None
            self._has_job = False

    def _tell(self, report: Report) -> None:
        with contextlib.suppress(OSError):  # a dead conductor: the files say it all
            self._channel.send(report)

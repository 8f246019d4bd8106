"""Trains one population of a worker's job: fits of one shape, each with its own curve, control, checkpoint and result.

Writes only into the fits' own folders; whatever goes wrong with one fit is recorded there.
"""

import contextlib
import math
import sys
import time
from collections.abc import Callable, Sequence

from engine.errors import TunedeckError
from engine.population import Population
from engine.records import Outcome
from sessions.data_folder import DataShelf
from sessions.fits.control import Request
from sessions.fits.fit_folder import FitFolder, FitResult
from sessions.fits.fit_run import FitRun
from sessions.jobs import FitJob, Job, Report, ReportKind
from sessions.paths import SessionFolder
from sessions.quarantine import aside
from sessions.records import Fit, State
from sessions.store import Disk, StoreError, spoken

__all__ = ["TrainingRun", "train_job"]

CONTROL_EVERY_S = 0.05
CHECKPOINT_EVERY_S = 5.0
PATIENCE_S = 10.0
"""How long a worker waits for a disk that does not take its results."""
RETRY_EVERY_S = 0.5


class TrainingRun:
    """Trains fits of one shape together. `report` is called as each fit pauses or is over."""

    def __init__(
        self,
        fits: Sequence[FitJob],
        folder: SessionFolder,
        shelf: DataShelf,
        report: Callable[[Report], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._shelf = shelf
        self._report = report
        self._clock = clock
        self._runs: list[FitRun] = []
        self._counted_until = self._next_look = clock()
        self._next_checkpoint = self._next_look + CHECKPOINT_EVERY_S
        self._each_s = 0.0
        """What every fit that still trains has cost so far: they share the time that all of them took."""
        self._sharing = 0
        self._leave_all: Request | None = None
        self._iteration = 0
        """Updates made so far; the same for all, since they train in step."""
        self._is_replaying = False
        self._unwritten: list[int] = []
        for fit in fits:
            self._prepare(fit)

    def yield_soon(self) -> None:
        """Checkpoint every fit and leave; safe in a signal handler."""
        self._leave_all = Request.PAUSE

    def train(self) -> None:
        """Until every fit has finished, stopped or paused."""
        if not self._runs:
            return
        self._iteration = self._runs[0].iteration
        self._is_replaying = any(run.due for run in self._runs)
        try:
            self._population = Population(
                [run.member for run in self._runs],
                score=self._shelf.score_name,
                pulse=self._pulse,
                states=[run.checkpoint.arrays if run.checkpoint else None for run in self._runs],
            )
            self._train()
            self._put_down_the_rest()
        except Exception as error:  # a fit's fault must not take the worker with it
            self._fail(error)
        finally:
            for run in self._runs:
                run.lock.release()

    def _prepare(self, fit: FitJob) -> None:
        folder = FitFolder(self._folder.fit(fit.key))
        lock = folder.life_lock()
        try:
            with spoken(folder.path):
                folder.create()
                is_ours = lock.acquire(patience_s=1.0)
                if is_ours and folder.is_of_another(fit.uid):
                    self._put_aside(folder, fit)
                    lock.release()
                    folder.create()
                    is_ours = lock.acquire()
        except StoreError as error:
            self._report(Report(ReportKind.DIED, fit.key, str(error)))
            return
        if not is_ours:
            self._report(Report(ReportKind.REFUSED, fit.key))
            return
        try:
            self._runs.append(FitRun(folder, fit, self._shelf, lock))
        except Exception as error:  # recorded as this fit's failure
            self._record_failure(folder, fit, error)
            lock.release()

    def _put_aside(self, folder: FitFolder, fit: FitJob) -> None:
        """Never two trainings in one curve: what another experiment left under this number is kept elsewhere."""
        kept = aside(self._folder, folder.path)
        Disk().replace(folder.path, kept)
        sys.stderr.write(f"#{fit.key.experiment} begins anew: the fit of another experiment is now {kept}.\n")

    def _train(self) -> None:
        self._counted_until, self._sharing = self._clock(), len(self._runs)
        for number, run in enumerate(self._runs):
            run.begin(run.member.layout.n_parameters, self._shelf.fingerprint)
            self._finish_if_out(number)
        for number, progress in self._population.run():
            run = self._runs[number]
            run.epoch = progress.epoch
            if run.writer is not None:
                run.writer.append(progress, self._seconds(run))
            self._finish_if_out(number)
            self._finish_those_asked()
        for number in range(len(self._runs)):
            self._finish_if_out(number)

    def _seconds(self, run: FitRun) -> float:
        """The share of the time spent until now of a fit that still trains."""
        now = self._clock()
        if self._sharing:
            self._each_s += (now - self._counted_until) / self._sharing
        self._counted_until = now
        return run.seconds_before + self._each_s

    def _pulse(self) -> None:
        self._iteration = self._population.iteration
        if self._is_replaying:
            self._change_again()
        now = self._clock()
        if now < self._next_look:
            return
        self._next_look = now + CONTROL_EVERY_S
        is_checkpoint_due = now >= self._next_checkpoint
        if is_checkpoint_due:
            self._next_checkpoint = now + CHECKPOINT_EVERY_S
            if not self._folder.path.exists():
                self.yield_soon()
        for number, run in self._training():
            if is_checkpoint_due:
                run.lock.touch()
                run.save(self._population, number, self._seconds(run))
            self._obey(number, run)
            if run.writer is not None:
                run.writer.flush_if_due()

    def _training(self) -> list[tuple[int, FitRun]]:
        return [(number, run) for number, run in enumerate(self._runs) if not run.is_done and run.asked is None]

    def _change_again(self) -> None:
        """Make the changes that an earlier attempt made at this very update."""
        for number, run in self._training():
            values = run.again(self._iteration)
            if values is not None:
                self._population.change(number, values)
        self._is_replaying = any(run.due for run in self._runs)

    def _obey(self, number: int, run: FitRun) -> None:
        control = run.control.news()
        request = self._leave_all or (control.request if control else None)
        values = run.wanted(run.epoch + 1, self._iteration)
        if values is not None:
            self._population.change(number, values)
        if request not in (Request.PAUSE, Request.STOP, Request.PRUNE):
            return
        if request is Request.PAUSE and not self._can_pause(number, run):
            run.control.look_again()
            self._next_look += RETRY_EVERY_S
            return
        run.asked = request
        self._population.leave(number)

    def _can_pause(self, number: int, run: FitRun) -> bool:
        """Whether all it has is on disk; when everybody must leave, what can be saved is saved."""
        return run.save(self._population, number, self._seconds(run)) or self._leave_all is not None

    def _finish_those_asked(self) -> None:
        """Members that were asked to leave yield nothing more; one that finished has its last point still to come."""
        for number, run in enumerate(self._runs):
            if run.asked is not None:
                self._finish_if_out(number)

    def _finish_if_out(self, number: int) -> None:
        run = self._runs[number]
        outcome = self._population.outcome(number)
        if outcome is None or run.is_done:
            return
        run.is_done = True
        assert run.writer is not None
        run.seconds = self._seconds(run)
        if outcome is Outcome.LEFT and run.asked is Request.PAUSE:
            run.writer.close()
            self._dismiss(run, Report(ReportKind.PAUSED, run.job.key))
        elif run.put_down(self._population, number, is_last_try=False):
            self._dismiss(run, Report(ReportKind.OVER, run.job.key))
        else:
            self._unwritten.append(number)
        self._sharing -= 1

    def _put_down_the_rest(self) -> None:
        """The disk did not take the results of some: try again for a while, then leave them to their checkpoints."""
        until = self._clock() + PATIENCE_S
        while self._unwritten:
            for number in self._unwritten:
                self._runs[number].lock.touch()
            is_last_try = self._clock() >= until or not self._folder.path.exists()
            for number in list(self._unwritten):
                run = self._runs[number]
                if run.put_down(self._population, number, is_last_try=is_last_try):
                    self._unwritten.remove(number)
                    self._dismiss(run, Report(ReportKind.OVER, run.job.key))
            if is_last_try:
                for number in self._unwritten:
                    reason = "its result could not be written: the disk is full, read-only or gone"
                    self._dismiss(self._runs[number], Report(ReportKind.DIED, self._runs[number].job.key, reason))
                return
            if self._unwritten:
                time.sleep(RETRY_EVERY_S)

    def _dismiss(self, run: FitRun, report: Report) -> None:
        run.lock.release()
        self._report(report)

    def _fail(self, error: Exception) -> None:
        for run in self._runs:
            if not run.is_done:
                run.is_done = True
                self._record_failure(run.folder, run.job, error)

    def _record_failure(self, folder: FitFolder, job: FitJob, error: Exception) -> None:
        """A fit that failed has a result that says so; one that only met a bad disk can be tried again."""
        if not isinstance(error, StoreError):
            with contextlib.suppress(StoreError):
                folder.write_result(_failure(job, error))
                self._report(Report(ReportKind.OVER, job.key))
                return
        self._report(Report(ReportKind.DIED, job.key, str(error)))


def _failure(job: FitJob, error: Exception) -> FitResult:
    words = str(error) if isinstance(error, TunedeckError) else f"Training failed: {type(error).__name__}: {error}"
    nothing = math.nan
    fit = Fit(
        job.key.fit, State.FAILED, job.hyperparameters.seed, job.fold, 0, 0, nothing, nothing, nothing, 0.0, words
    )
    return FitResult(job.uid, fit, None, 0, curve_is_complete=True)


def train_job(job: Job, folder: SessionFolder, shelf: DataShelf, report: Callable[[Report], None]) -> None:
    """Train the fits of a job here and now."""
    for population in job.populations:
        TrainingRun(population, folder, shelf, report).train()

"""One job of a worker: train a population of fits, each with its own curve, control, checkpoint and result.

Writes only into the fits' own folders; whatever goes wrong with one fit is recorded there.
"""

import math
import time
from collections.abc import Callable

from engine.errors import TunedeckError
from engine.parameters import Parameters, load_parameters
from engine.population import Member, Population
from engine.records import Outcome
from sessions.control import ControlFile, Request
from sessions.curve import CurveWriter, describe_format
from sessions.data_folder import DataShelf
from sessions.fit_arrays import Checkpoint, read_checkpoint, read_fit_curve, write_arrays, write_checkpoint
from sessions.fit_folder import FitFolder, FitResult, FitSpec
from sessions.jobs import FitJob, Job, Report, ReportKind
from sessions.judging import Rows, judge
from sessions.liveness import LifeLock
from sessions.paths import SessionFolder
from sessions.records import Fit, State
from sessions.versions import versions

__all__ = ["TrainingRun", "train_job"]

CONTROL_EVERY_S = 0.05
CHECKPOINT_EVERY_S = 5.0


class _FitRun:
    """One member of the population in training, and its folder."""

    def __init__(self, folder: FitFolder, job: FitJob, shelf: DataShelf, lock: LifeLock) -> None:
        self.folder = folder
        self.job = job
        self.lock = lock
        self.control = ControlFile(folder.path)
        self.data = shelf.dataset(job.fold, job.folds, job.hyperparameters.dtype)
        self.member = Member(job.hyperparameters, self.data, self._initial_parameters())
        self.checkpoint = read_checkpoint(folder)
        self.seconds_before = self.checkpoint.seconds if self.checkpoint else 0.0
        self.layers = len(job.hyperparameters.hidden_units) + 1
        self.writer: CurveWriter | None = None
        self.asked: Request | None = None
        self.is_done = False

    def _initial_parameters(self) -> Parameters | None:
        path = self.folder.path.parent / "initial.npz"
        return load_parameters(path) if path.exists() else None

    def begin(self, n_parameters: int, fingerprint: str) -> None:
        """Write the spec and open the curve."""
        job = self.job
        self.folder.remove_result()
        spec = FitSpec(
            job.uid,
            job.hyperparameters,
            job.fold,
            job.folds,
            self.layers,
            n_parameters,
            fingerprint,
            versions(),
            job.experiment,
            describe_format(self.layers),
        )
        self.folder.write_spec(spec)
        self.writer = CurveWriter(self.folder.curve_path, self.layers)


class TrainingRun:
    """Trains the fits of one job. `report` is called as each fit pauses or is over."""

    def __init__(
        self,
        job: Job,
        folder: SessionFolder,
        shelf: DataShelf,
        report: Callable[[Report], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._shelf = shelf
        self._report = report
        self._clock = clock
        self._runs: list[_FitRun] = []
        self._started = self._next_look = clock()
        self._next_checkpoint = self._started + CHECKPOINT_EVERY_S
        self._leave_all: Request | None = None
        for fit in job.fits:
            self._prepare(fit)

    def yield_soon(self) -> None:
        """Checkpoint every fit and leave; safe in a signal handler."""
        self._leave_all = Request.PAUSE

    def train(self) -> None:
        """Until every fit has finished, stopped or paused."""
        if not self._runs:
            return
        try:
            self._population = Population(
                [run.member for run in self._runs],
                score=self._shelf.score_name,
                pulse=self._pulse,
                states=[run.checkpoint.arrays if run.checkpoint else None for run in self._runs],
            )
            self._train()
        except Exception as error:  # a fit's fault must not take the worker with it
            self._fail(error)
        finally:
            for run in self._runs:
                run.lock.release()

    def _prepare(self, fit: FitJob) -> None:
        folder = FitFolder(self._folder.fit(fit.key))
        folder.create()
        lock = folder.life_lock()
        if not lock.acquire(patience_s=1.0):
            self._report(Report(ReportKind.REFUSED, fit.key))
            return
        try:
            self._runs.append(_FitRun(folder, fit, self._shelf, lock))
        except Exception as error:  # recorded as this fit's failure
            folder.write_result(_failure(fit, error))
            lock.release()
            self._report(Report(ReportKind.OVER, fit.key))

    def _train(self) -> None:
        self._started = self._clock()
        for number, run in enumerate(self._runs):
            run.begin(run.member.layout.n_parameters, self._shelf.fingerprint)
            self._finish_if_out(number)
        for number, progress in self._population.run():
            run = self._runs[number]
            if run.writer is not None:
                run.writer.append(progress, self._seconds(run))
            self._finish_if_out(number)
            self._finish_those_asked()
        for number in range(len(self._runs)):
            self._finish_if_out(number)

    def _seconds(self, run: _FitRun) -> float:
        return run.seconds_before + self._clock() - self._started

    def _pulse(self) -> None:
        now = self._clock()
        if now < self._next_look:
            return
        self._next_look = now + CONTROL_EVERY_S
        is_checkpoint_due = now >= self._next_checkpoint
        if is_checkpoint_due:
            self._next_checkpoint = now + CHECKPOINT_EVERY_S
        for number, run in enumerate(self._runs):
            if run.is_done or run.asked is not None:
                continue
            if is_checkpoint_due:
                self._save(number, run)
            self._obey(number, run)
            if run.writer is not None:
                run.writer.flush_if_due()

    def _obey(self, number: int, run: _FitRun) -> None:
        control = run.control.news()
        request = self._leave_all or (control.request if control else None)
        if request is Request.CHANGE and control is not None:
            self._population.change(number, run.job.hyperparameters.replace(**dict(control.changes)))
        elif request in (Request.PAUSE, Request.STOP, Request.PRUNE):
            run.asked = request
            if request is Request.PAUSE:
                self._save(number, run)
            self._population.leave(number)

    def _save(self, number: int, run: _FitRun) -> None:
        assert run.writer is not None
        run.writer.flush()
        try:
            write_checkpoint(run.folder, Checkpoint(self._population.state(number), self._seconds(run)))
        except TunedeckError:
            run.writer.is_complete = False

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
        run.writer.close()
        if outcome is Outcome.LEFT and run.asked is Request.PAUSE:
            run.lock.release()
            self._report(Report(ReportKind.PAUSED, run.job.key))
            return
        write_arrays(run.folder, "best", self._population.best_parameters(number).named())
        write_arrays(run.folder, "last", self._population.parameters(number).named())
        write_arrays(run.folder, "rows", {"loss": self._population.row_losses(number)})
        run.folder.write_result(self._result(number, run, outcome))
        run.lock.release()
        self._report(Report(ReportKind.OVER, run.job.key))

    def _result(self, number: int, run: _FitRun, outcome: Outcome) -> FitResult:
        best = self._population.best(number)
        curve = read_fit_curve(run.folder)
        about = Rows.of(len(run.data.train.y), run.data.task, len(run.data.classes))
        job = run.job
        fit = Fit(
            number=job.key.fit,
            state=_state(outcome, run.asked),
            seed=job.hyperparameters.seed,
            fold=job.fold,
            epochs=curve.epoch[-1] if curve.epoch else best.epoch,
            best_epoch=best.epoch,
            train_cost=best.train_cost,
            validation_cost=best.validation_cost,
            validation_score=best.validation_score,
            seconds=self._seconds(run),
            scores=self._population.all_scores(number),
        )
        return FitResult(
            uid=job.uid,
            fit=fit,
            verdict=judge(curve, job.hyperparameters, about, is_over=True),
            n_parameters=run.member.layout.n_parameters,
            curve_is_complete=run.writer is not None and run.writer.is_complete,
            first_non_finite=self._population.first_non_finite(number),
        )

    def _fail(self, error: Exception) -> None:
        for run in self._runs:
            if not run.is_done:
                run.is_done = True
                run.folder.write_result(_failure(run.job, error))
                self._report(Report(ReportKind.OVER, run.job.key))


def _state(outcome: Outcome, asked: Request | None) -> State:
    if outcome is not Outcome.LEFT:
        return State.FINISHED
    return State.PRUNED if asked is Request.PRUNE else State.STOPPED


def _failure(job: FitJob, error: Exception) -> FitResult:
    words = str(error) if isinstance(error, TunedeckError) else f"Training failed: {type(error).__name__}: {error}"
    nothing = math.nan
    fit = Fit(
        job.key.fit, State.FAILED, job.hyperparameters.seed, job.fold, 0, 0, nothing, nothing, nothing, 0.0, words
    )
    return FitResult(job.uid, fit, None, 0, curve_is_complete=True)


def train_job(job: Job, folder: SessionFolder, shelf: DataShelf, report: Callable[[Report], None]) -> None:
    """Train the fits of a job here and now."""
    TrainingRun(job, folder, shelf, report).train()

"""One fit of a worker's job in its folder: where it starts from, its curve, the changes made in it, what came out.

Writes only into the fit's own folder; a disk that refuses costs points of the curve at most, never the training.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from engine.errors import HyperparameterError
from engine.hyperparameters import Hyperparameters, check_change
from engine.parameters import Parameters, load_parameters
from engine.population import Member, Population
from engine.records import Outcome
from engine.search.row_scores import row_score
from sessions.data_folder import DataShelf
from sessions.fits.changes import ChangeFiles, Event, changed
from sessions.fits.control import ControlFile, Request
from sessions.fits.curve import CurveWriter, describe_format, read_costs
from sessions.fits.fit_arrays import Checkpoint, packed, read_checkpoint, write_checkpoint
from sessions.fits.fit_folder import FitFolder, FitResult, FitSpec
from sessions.jobs import FitJob
from sessions.judging import Rows, judge
from sessions.liveness import LifeLock
from sessions.records import Fit, State
from sessions.store import StoreError
from sessions.versions import versions

__all__ = ["FitRun"]


class FitRun:
    """One member of the population in training, and its folder."""

    def __init__(self, folder: FitFolder, job: FitJob, shelf: DataShelf, lock: LifeLock) -> None:
        self.folder = folder
        self.job = job
        self.lock = lock
        self.control = ControlFile(folder.path)
        self.score_name = shelf.score_name
        self.data = shelf.dataset(job.fold, job.folds, job.hyperparameters.dtype)
        self.about = Rows.of(self.data, job.hyperparameters)
        self.checkpoint = read_checkpoint(folder)
        self.iteration = 0
        """Updates made before this training goes on."""
        if self.checkpoint is not None:
            self.iteration = int(self.checkpoint.arrays["iteration"]) + int(self.checkpoint.arrays["update"])
        self.changes = ChangeFiles(folder.path)
        events = self.changes.events()
        self.taken = max((event.request for event in events), default=0)
        self.due = deque(event for event in events if event.iteration > self.iteration)
        """Changes made in an earlier attempt behind the checkpoint: made again at the same update."""
        done = (event for event in events if event.iteration <= self.iteration)
        self.hyperparameters = changed(job.hyperparameters, done)
        self.member = Member(self.hyperparameters, self.data, self._initial_parameters())
        self.seconds_before = max(job.seconds, self.checkpoint.seconds if self.checkpoint else 0.0)
        """Spent in earlier attempts, also on epochs behind the checkpoint: time that was told never goes back."""
        self.layers = len(job.hyperparameters.hidden_units) + 1
        self.writer: CurveWriter | None = None
        self.epoch = -1 if self.checkpoint is None else int(self.checkpoint.arrays["epoch"])
        """The last one that is over."""
        self.seconds = self.seconds_before
        """Training time, once it has left."""
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
            self.about.n_train,
            (self.about.baseline.training, self.about.baseline.validation),
        )
        self.folder.write_spec(spec)
        self.writer = CurveWriter(self.folder.curve_path, self.layers)
        self.seconds_before = max(self.seconds_before, self.writer.last_seconds)

    def again(self, iteration: int) -> Hyperparameters | None:
        """The values after the changes that an earlier attempt made at this update; None if it made none."""
        if not self.due or self.due[0].iteration != iteration:
            return None
        while self.due and self.due[0].iteration == iteration:
            self.hyperparameters = changed(self.hyperparameters, [self.due.popleft()])
        return self.hyperparameters

    def wanted(self, epoch: int, iteration: int) -> Hyperparameters | None:
        """The values after what was asked for since; None if nothing was. Recorded first, then made."""
        before = self.hyperparameters
        if self.due:
            return None
        for request in self.changes.news(self.taken):
            after = self.hyperparameters.replace(**request.values)
            differences = after.differences(self.hyperparameters)
            try:
                check_change(self.hyperparameters, after)
                if differences:
                    self.changes.record(
                        [
                            Event(request.number, epoch, iteration, name, now, then)
                            for name, (then, now) in differences.items()
                        ]
                    )
            except StoreError:
                break
            except HyperparameterError:
                after = self.hyperparameters
            self.taken, self.hyperparameters = request.number, after
        return self.hyperparameters if self.hyperparameters != before else None

    def save(self, population: Population, number: int, seconds: float) -> bool:
        """Write the curve and a checkpoint. False if the disk does not take them."""
        assert self.writer is not None
        is_written = self.writer.flush()
        try:
            write_checkpoint(self.folder, Checkpoint(population.state(number), seconds))
        except StoreError:
            return False
        return is_written

    def put_down(self, population: Population, number: int, *, is_last_try: bool) -> bool:
        """Write what came out. False if the disk does not take it; the last try gives the rest of the curve up."""
        assert self.writer is not None
        if is_last_try:
            self.writer.close()
        elif not self.writer.flush():
            return False
        else:
            self.writer.sync()
        try:
            arrays = {
                "best.npz": packed(population.best_parameters(number).named()),
                "last.npz": packed(population.parameters(number).named()),
                "rows.npz": packed(self._rows(population, number)),
            }
            self.folder.write_result(self._result(population, number), arrays)
        except StoreError:
            return False
        self.writer.close()
        return True

    def _rows(self, population: Population, number: int) -> dict[str, NDArray[np.float32]]:
        """Loss and figure of each validation row at the best epoch: a sweep's winner is valued by them."""
        rows = {"loss": population.row_losses(number)}
        data = self.data
        score = row_score(self.score_name, len(data.classes), data.validation.y, data.target_scale)
        if len(data.validation.y):
            rows["figure"] = score.figures(population.predictions(number)).astype(np.float32)
        return rows

    def _result(self, population: Population, number: int) -> FitResult:
        best = population.best(number)
        curve = read_costs(self.folder.curve_path, self.layers)
        job = self.job
        fit = Fit(
            number=job.key.fit,
            state=_state(population.outcome(number), self.asked),
            seed=job.hyperparameters.seed,
            fold=job.fold,
            epochs=curve.epoch[-1] if curve.epoch else best.epoch,
            best_epoch=best.epoch,
            train_cost=best.train_cost,
            validation_cost=best.validation_cost,
            validation_score=best.validation_score,
            seconds=self.seconds,
            scores=population.all_scores(number),
        )
        return FitResult(
            uid=job.uid,
            fit=fit,
            verdict=judge(curve, self.hyperparameters, self.about, is_over=True),
            n_parameters=self.member.layout.n_parameters,
            curve_is_complete=self.writer is not None and self.writer.is_complete,
            first_non_finite=population.first_non_finite(number),
        )


def _state(outcome: Outcome | None, asked: Request | None) -> State:
    if outcome is not Outcome.LEFT:
        return State.FINISHED
    return State.PRUNED if asked is Request.PRUNE else State.STOPPED

"""One session as the dashboard and the commands use it: look, queue, stop, pause, resume, note.

Every method may block on the disk. What is acknowledged is durable.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.declaration import Value
from engine.errors import WorkError
from engine.hyperparameters import Hyperparameters, check_task
from sessions import requests
from sessions.background.reconciling import reconcile
from sessions.background.starting import conductor_is_alive, ensure_conductor
from sessions.data_check import fitting_description
from sessions.drafting import draft
from sessions.fits.changes import ChangeFiles, Event
from sessions.fits.control import Control, ControlFile, Request
from sessions.fits.fit_folder import FitFolder
from sessions.folding import with_fit_state
from sessions.following import Follower
from sessions.history import History
from sessions.liveness import PresenceLock
from sessions.noting import who_am_i, with_notes
from sessions.paths import FitKey, SessionFolder
from sessions.records import Curve, Experiment, Fit, Look, SessionInfo, Snapshot, State

if TYPE_CHECKING:
    from sessions.search.desk import SweepDesk
    from sessions.search.range_test import RangeTest

__all__ = ["Workbench"]

RESTART_EVERY_S = 1.0
MOST_RESTARTS = 5


class Workbench:
    """An open session."""

    def __init__(self, folder: SessionFolder, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self._clock = clock
        self._restarts = 0
        self._restarted_at = clock()
        self._presence: PresenceLock | None = None
        self.history = History.open(folder)
        self.history.require_info()
        reconcile(self.history)
        self._follower = Follower(self.history)

    @property
    def name(self) -> str:
        """The session's name."""
        return self.folder.name

    @property
    def info(self) -> SessionInfo:
        """What the session is about."""
        return self.history.info

    def attend(self) -> None:
        """Say that a dashboard is open, so that a conductor stands ready: the first point of a run comes sooner."""
        with contextlib.suppress(OSError, WorkError):  # a read-only session is looked at without one
            self._presence = PresenceLock(self.folder.presence_lock)
            ensure_conductor(self.folder)

    def close(self) -> None:
        """Free the files; training goes on."""
        if self._presence is not None:
            self._presence.release()
        self.history.close()

    def poll(self) -> Snapshot:
        """The session as it stands; the same object as before if nothing changed.

        While a dashboard is open, work that waits without a conductor gets one.
        """
        if self._presence is not None:
            try:
                self.keep_going()
                self._follower.trouble = ""
            except WorkError as error:
                self._follower.trouble = str(error)
        return self._follower.poll()

    def tell(self) -> Snapshot:
        """As `poll`, and the looks at the test rows that the history has lost: reads their files, so once a command."""
        from sessions.ledger import Ledger

        return replace(self.poll(), looks=Ledger.of(self.history).looks)

    def watch(self, fits: Sequence[tuple[int, int]]) -> None:
        """Which curves are wanted besides those in training."""
        self._follower.watch(FitKey(*each) for each in fits)

    def experiment(self, number: int) -> Experiment:
        """One experiment, fresh. Raises NotFoundError."""
        return self.history.experiment(number)

    def look(self, number: int) -> tuple[Experiment, list[Curve]]:
        """One experiment with the figures of this moment, and the curve of each of its fits. Raises NotFoundError."""
        fits = self.experiment(number).fits
        self._follower.watch(FitKey(number, fit.number) for fit in fits)
        snapshot = self._follower.poll()
        experiment = next(each for each in snapshot.experiments if each.number == number)
        return experiment, [snapshot.curves[number, fit.number] for fit in fits]

    def verify(self, number: int) -> tuple[bool, str]:
        """Train a finished experiment again: whether any point of its curves differs, and which in words."""
        from sessions.fits.verifying import verify_fit

        findings = [verify_fit(self.folder, self.info, number, fit) for fit in self.experiment(number).fits]
        return any(each.differs for each in findings), " ".join(each.text for each in findings)

    def keep_going(self) -> None:
        """Start a conductor again if it died and experiments wait or a sweep goes on.

        Gives up with a WorkError after a few times.
        """
        if conductor_is_alive(self.folder):
            self._restarts = 0
            return
        self.history.refresh()
        now = self._clock()
        if not self._is_work_left() or now - self._restarted_at < RESTART_EVERY_S:
            return
        if self._restarts >= MOST_RESTARTS:
            raise WorkError(f"The training process does not start: {self.folder.conductor_log} tells why.")
        self._restarts += 1
        self._restarted_at = now
        ensure_conductor(self.folder)

    def _is_work_left(self) -> bool:
        """Between its rounds a sweep has no trial that waits, and still goes on; one that was stopped is drawn up."""
        waiting = any(each.state in (State.QUEUED, State.RUNNING) for each in self.history.unfinished())
        return waiting or any(
            each.state is State.RUNNING or each.is_to_be_drawn_up for each in self.history.sweeps.all()
        )

    def check_data(self, folds: int = 0) -> None:
        """Raises WorkError for data that is lost or is not what the history says, UsageError for folds it forbids."""
        fitting_description(self.folder, self.info)
        if folds:
            from sessions.data_folder import DataShelf

            DataShelf(self.folder, self.info).dataset(1, folds)

    def run(
        self,
        hyperparameters: Hyperparameters,
        *,
        idea: str = "",
        tags: Sequence[str] = (),
        parent: int | None = None,
        repeats: int = 1,
        folds: int = 0,
        initial_parameters: Path | None = None,
    ) -> int:
        """Queue one experiment and see that it will be trained. Its number; durable on return. Raises UsageError."""
        check_task(hyperparameters, self.info.task)
        self.check_data(folds)
        new = draft(hyperparameters, idea=idea, tags=tuple(tags), repeats=repeats, folds=folds, parent=parent)
        lay = requests.lay_initial
        prepare = None if initial_parameters is None else partial(lay, self.history, initial_parameters)
        number = self.history.add([new], prepare)[0].number
        ensure_conductor(self.folder)
        return number

    def stop(self, numbers: Sequence[int]) -> None:
        """End these experiments; what they have (best parameters, curve) is kept."""
        self._for_each_fit(numbers, self._stop_fit)

    def pause(self, numbers: Sequence[int]) -> None:
        """Halt these experiments where they are."""
        self._for_each_fit(numbers, self._pause_fit)

    def resume(self, numbers: Sequence[int]) -> None:
        """Let paused, interrupted or stopped experiments go on from their checkpoint."""
        self.check_data()
        self._for_each_fit(numbers, self._resume_fit)

    def note(
        self,
        number: int,
        *,
        conclusion: str | None = None,
        idea: str | None = None,
        tags: Sequence[str] | None = None,
    ) -> None:
        """Write down what was concluded, meant or labelled; None leaves a field as it is."""
        at, by = datetime.now(UTC), who_am_i()
        self.history.change(
            number, lambda present: with_notes(present, idea=idea, conclusion=conclusion, tags=tags, at=at, by=by)
        )

    def queue(self) -> tuple[Experiment, ...]:
        """What waits, in the order in which it will be taken; the held ones last."""
        return requests.queue(self.history)

    def start_first(self, numbers: Sequence[int]) -> None:
        """Take these before everything else that waits, in this order."""
        self.check_data()
        requests.start_first(self.history, numbers)
        ensure_conductor(self.folder)

    def hold(self, numbers: Sequence[int]) -> None:
        """Leave these in the queue until they are released."""
        requests.hold(self.history, numbers)

    def release(self, numbers: Sequence[int]) -> None:
        """Let held ones be taken again."""
        self.check_data()
        requests.release(self.history, numbers)
        ensure_conductor(self.folder)

    @property
    def workers(self) -> int:
        """How many fits train at once."""
        return self.history.setting("workers", requests.DEFAULT_WORKERS)

    def set_workers(self, workers: int) -> None:
        """Train so many fits at once from now on."""
        requests.set_workers(self.history, workers)

    def change(self, number: int, values: Mapping[str, Value]) -> Experiment:
        """Give an experiment in training other values from its next update on."""
        self.check_data()
        return requests.change(self.history, number, values)

    def events(self, number: int) -> list[tuple[int, Event]]:
        """What happened inside the fits of an experiment: (fit, event), fit by fit."""
        fits = self.experiment(number).fits
        return [
            (fit.number, event)
            for fit in fits
            for event in ChangeFiles(self.folder.fit(FitKey(number, fit.number))).events()
        ]

    @property
    def sweeps(self) -> "SweepDesk":
        """The sweeps of this session."""
        from sessions.search.desk import SweepDesk

        return SweepDesk(self)

    def final(self, number: int, reason: str) -> Look:
        """Break the seal: score an experiment on the test rows, entered in the ledger. Raises TunedeckError."""
        from sessions.finalizing import break_seal

        return break_seal(self.history, self.experiment(number), reason)

    def range_test(self, hyperparameters: Hyperparameters) -> "RangeTest":
        """Cost against a rising learning rate, and the rate it proposes; takes about a second, kept nowhere.

        Raises HyperparameterError for what has no effect in the session's task.
        """
        from sessions.search.range_test import range_test

        check_task(hyperparameters, self.info.task)
        return range_test(self.folder, self.info, hyperparameters)

    def _for_each_fit(self, numbers: Sequence[int], act: Callable[[Experiment, Fit], Experiment]) -> None:
        for number in numbers:
            with self.history.transaction():
                experiment = self.history.experiment(number)
                for fit in experiment.fits:
                    experiment = act(experiment, fit)
                self.history.change(number, lambda present, wanted=experiment: wanted)  # type: ignore[misc]
        if any(not self.history.experiment(number).state.is_over for number in numbers):
            ensure_conductor(self.folder)

    def _stop_fit(self, experiment: Experiment, fit: Fit) -> Experiment:
        key = FitKey(experiment.number, fit.number)
        if fit.state in (State.QUEUED, State.PAUSED) and not self._folder(key).has_checkpoint():
            return with_fit_state(experiment, fit.number, State.STOPPED)
        if not fit.state.is_over:
            self._control(key).ask(Control(Request.STOP))
        # One that waits is taken up once more, so that its worker can put its best parameters down.
        if fit.state not in (State.PAUSED, State.QUEUED):
            return experiment
        return replace(with_fit_state(experiment, fit.number, State.QUEUED, at_once=True), held=False)

    def _pause_fit(self, experiment: Experiment, fit: Fit) -> Experiment:
        if fit.state is State.QUEUED:
            return with_fit_state(experiment, fit.number, State.PAUSED)
        if fit.state is State.RUNNING:
            self._control(FitKey(experiment.number, fit.number)).ask(Control(Request.PAUSE))
        return experiment

    def _resume_fit(self, experiment: Experiment, fit: Fit) -> Experiment:
        key = FitKey(experiment.number, fit.number)
        if fit.state is State.RUNNING:
            self._withdraw_pause(key)
        if fit.state not in (State.PAUSED, State.INTERRUPTED, State.STOPPED, State.FAILED):
            return experiment
        self._control(key).clear()
        if self._folder(key).result_of(experiment.uid) is not None:
            self._folder(key).remove_result()
        has_begun = fit.state is State.PAUSED and self._folder(key).has_checkpoint()
        return replace(with_fit_state(experiment, fit.number, State.QUEUED, at_once=has_begun), held=False)

    def _withdraw_pause(self, key: FitKey) -> None:
        control = self._control(key).read()
        if control is not None and control.request is Request.PAUSE:
            self._control(key).ask(Control(Request.RUN))

    def _folder(self, key: FitKey) -> FitFolder:
        return FitFolder(self.folder.fit(key))

    def _control(self, key: FitKey) -> ControlFile:
        return ControlFile(self.folder.fit(key))

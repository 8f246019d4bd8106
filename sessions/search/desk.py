"""The sweeps of one session as the dashboard and the commands use them: launch, look, hold, widen, go on.

Every method may block on the disk. What is acknowledged is durable.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from engine.errors import UsageError
from sessions.background.starting import ensure_conductor
from sessions.fits.curve_format import epochs_in
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.paths import FitKey
from sessions.records import Experiment, State
from sessions.requests import DEFAULT_WORKERS
from sessions.search.attendance import as_shown
from sessions.search.budget import is_spent
from sessions.search.numbering import last_sweep_named
from sessions.search.planning import Preview, preview
from sessions.search.points import is_all_tried, point_of
from sessions.search.records import Sweep
from sessions.search.standing import SweepStanding, stand
from sessions.search.winners import looks_in_session
from sessions.workbench import Workbench

__all__ = ["SweepDesk"]

_UNDONE = (State.FAILED, State.INTERRUPTED)


class SweepDesk:
    """The sweeps of an open session."""

    def __init__(self, workbench: Workbench, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workbench = workbench
        self._now = now

    @property
    def _history(self) -> History:
        return self._workbench.history

    @property
    def workers(self) -> int:
        """Trainings, or populations of them, that run at once in this session."""
        return self._history.setting("workers", DEFAULT_WORKERS)

    def set_workers(self, workers: int) -> None:
        """From the next training on."""
        self._history.set_setting("workers", workers)

    def preview(self, sweep: Sweep) -> Preview:
        """What a draft would do. Raises UsageError for folds that the data does not allow."""
        self._workbench.check_data(sweep.folds)
        self._history.refresh()
        return preview(sweep, self._history.experiments(), self._history.sweeps.all(), self.workers)

    def launch(self, draft: Sweep) -> int:
        """Begin a sweep and see that it will be worked on. Its number. Raises UsageError."""
        self._workbench.check_data(draft.folds)
        self._history.refresh()
        last = last_sweep_named(self._history)
        sweep = self._history.sweeps.add(lambda number: replace(draft, number=number, created=self._now()), last)
        ensure_conductor(self._workbench.folder)
        return sweep.number

    def all(self) -> tuple[Sweep, ...]:
        """Every sweep of the session, by number."""
        self._history.refresh()
        return self._history.sweeps.all()

    def look(self, number: int) -> SweepStanding:
        """How a sweep stands. Raises NotFoundError."""
        [sweep] = as_shown([self._history.sweep(number)], self._workbench.folder)
        looks = looks_in_session(self._history.experiments())
        trials = self._history.trials(number)
        by_now = [self._by_now(each) if _is_open(each.state) else each for each in trials]
        return stand(sweep, trials, self._now(), looks, by_now)

    def stop(self, number: int) -> None:
        """End a sweep; all that its trials have is kept, and its winner so far is drawn up."""
        if self._halt(number, State.STOPPED):
            self._workbench.stop(self._numbers(number, lambda each: not each.state.is_over))
            ensure_conductor(self._workbench.folder)

    def pause(self, number: int) -> None:
        """Halt a sweep and its trials where they are."""
        if self._history.sweep(number).state is State.RUNNING and self._halt(number, State.PAUSED):
            self._workbench.pause(self._numbers(number, lambda each: not each.state.is_over))

    def resume(self, number: int) -> None:
        """Go on with a sweep that was paused, stopped or killed, and with its trials from their checkpoints."""
        sweep = self._history.sweep(number)
        if sweep.state is State.FINISHED:
            return
        stopped = (State.STOPPED,) if sweep.state is State.STOPPED else ()
        self._go_on(number, lambda each: each.state in (State.PAUSED, State.INTERRUPTED, *stopped))

    def retry(self, number: int) -> int:
        """Train the failed and interrupted trials again; while the sweep runs or after. How many there are."""
        undone = self._numbers(number, lambda each: each.state in _UNDONE)
        if undone:
            self._go_on(number, lambda each: each.state in _UNDONE)
        return len(undone)

    def add_trials(self, number: int, trials: int) -> None:
        """Enlarge the budget by so many trials; a sweep that was over goes on. Raises UsageError.

        Those confirmed already keep their fresh seeds.
        """
        sweep, tried = self._history.sweep(number), self._history.trials(number)
        if sweep.budget.trials is None:
            raise UsageError(f"Sweep {number} has no budget of trials to add to: start another sweep.")
        budget = replace(sweep.budget, trials=sweep.budget.trials + trials)
        if is_spent(replace(sweep, budget=budget), tried, self._now()):
            raise UsageError(
                f"Sweep {number} has spent its epochs or minutes, which more trials do not add to: start another sweep."
            )
        if is_all_tried(sweep, tried):
            raise UsageError(
                f"Sweep {number} has tried all configurations of its space and nothing is added: let a range reach "
                "further with --widen NAME, or start another sweep."
            )
        self._workbench.check_data()
        self._change(number, lambda sweep: replace(sweep.at_work(self._now()), budget=budget, finalists=()))
        ensure_conductor(self._workbench.folder)

    def widen(self, number: int, name: str) -> str:
        """Let a range reach further on the side of its best value; the new range in words. Raises UsageError."""
        standing = self.look(number)
        sweep = standing.sweep
        if name not in sweep.space:
            known = ", ".join(each.name for each in sweep.space.ranges)
            raise UsageError(f"Sweep {number} does not vary {name!r}: it varies {known}.")
        values = {} if standing.best is None else point_of(sweep.space, standing.best.hyperparameters).to_mapping()
        before = sweep.space[name]
        after = before.widen(before.nearer_end(values[name])) if name in values else before
        if after == before:
            raise UsageError(
                f"The range {before.text()} of {name} is not widened: it has no best value yet, or none at an end that "
                "may reach further."
            )
        self._change(number, lambda sweep: replace(sweep, space=sweep.space.replace(after)))
        return after.text()

    def _by_now(self, trial: Experiment) -> Experiment:
        """The trial with the epochs that those of its fits that have begun have made."""
        layers = len(trial.hyperparameters.hidden_units) + 1
        fits = []
        for fit in trial.fits:
            if fit.state in (State.RUNNING, State.PAUSED, State.INTERRUPTED) or fit.at_once:
                path = FitFolder(self._workbench.folder.fit(FitKey(trial.number, fit.number))).curve_path
                fit = replace(fit, epochs=max(fit.epochs, epochs_in(path, layers)))
            fits.append(fit)
        return replace(trial, fits=tuple(fits))

    def _go_on(self, number: int, chosen: Callable[[Experiment], bool]) -> None:
        self._history.sweep(number)
        self._workbench.resume(self._numbers(number, chosen))
        with self._history.transaction():
            if self._history.sweep(number).state is not State.RUNNING:
                self._change(number, lambda sweep: sweep.at_work(self._now()))
        ensure_conductor(self._workbench.folder)

    def _halt(self, number: int, state: State) -> bool:
        """False if the sweep ended by itself meanwhile: what it found then stands."""
        with self._history.transaction():
            if self._history.sweep(number).state.is_over:
                return False
            self._change(number, lambda sweep: sweep.at_rest(state, self._now()))
            if state is State.STOPPED:
                self._change(number, lambda sweep: replace(sweep, ended=""))
            return True

    def _numbers(self, number: int, chosen: Callable[[Experiment], bool]) -> list[int]:
        self._history.refresh()
        return [each.number for each in self._history.trials(number) if chosen(each)]

    def _change(self, number: int, transform: Callable[[Sweep], Sweep]) -> None:
        self._history.sweeps.change(number, transform)


def _is_open(state: State) -> bool:
    """Whether there may be epochs that the history does not know of."""
    return not state.is_over or state is State.INTERRUPTED

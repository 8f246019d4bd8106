"""Steers the sweeps of one session: proposes trials, prunes, confirms the best, ends. The conductor calls `step`.

Everything it knows stands in the history: a conductor that takes over goes on where the last one was.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from threading import Thread

from engine.errors import TunedeckError
from engine.search.pruning import Pruner
from engine.search.space import Point
from sessions.drafting import draft
from sessions.fits.control import Control, ControlFile, Request
from sessions.folding import with_fit_state
from sessions.history import History
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, SessionInfo, State
from sessions.requests import DEFAULT_WORKERS
from sessions.search.budget import is_out_of_time, is_search_out_of_time, is_spent
from sessions.search.confirming import choose_finalists, with_fresh_fits
from sessions.search.proposing import Proposer
from sessions.search.records import Outcome, Sampler, Sweep
from sessions.search.winners import draw_up
from sessions.store import StoreError

__all__ = ["SweepSteward"]

_FAILURES_THAT_END = 5
_ALL_TRIED = "Every configuration of the space has been tried."


class SweepSteward:
    """All sweeps of one session that are not over."""

    def __init__(
        self,
        history: History,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        draw_up: Callable[[SessionFolder, SessionInfo, Sweep, Sequence[Experiment]], Outcome | None] = draw_up,
    ) -> None:
        """`draw_up` is `winners.draw_up`, which needs NumPy, called wherever that is."""
        self._history = history
        self._draw_up = draw_up
        self._now = now
        self._proposers: dict[int, Proposer] = {}
        self._pruners: dict[int, object] = {}
        self._is_ready = False

    def adopt(self) -> None:
        """Take up again what a dead predecessor's trials left interrupted."""
        self._history.refresh()
        for sweep in self._running():
            for trial in self._history.trials(sweep.number):
                if trial.state is State.INTERRUPTED:
                    self._history.change(trial.number, _queued_again)

    def has_work(self) -> bool:
        """Whether a sweep goes on, or waits for its figures to be drawn up."""
        self._history.refresh()
        return any(not self._is_held(sweep) for sweep in self._running()) or bool(self._unsettled())

    def step(self) -> bool:
        """One round. True if it queued something."""
        acted = False
        for sweep in self._running():
            acted = self._survive(sweep, self._steer) or acted
        for sweep in self._unsettled():
            self._survive(sweep, self._settle)
        if not acted and not self._is_ready:
            self._make_ready()
        return acted

    def _make_ready(self) -> None:
        """Load beside what proposes the next trials, so that workers need not wait for it later.

        Once there is nothing else to do: what was queued should not wait for it.
        """
        if any(each.sampler is Sampler.TPE for each in self._running()):
            self._is_ready = True
            Thread(target=import_module, args=("sessions.search.bayes",), daemon=True).start()

    def _survive(self, sweep: Sweep, act: Callable[[Sweep], bool]) -> bool:
        """A fault in one sweep ends that sweep and nothing else."""
        try:
            return act(sweep)
        except StoreError:
            raise
        except Exception as error:  # the conductor must go on with everything else
            traceback.print_exc(file=sys.stderr)
            words = str(error) if isinstance(error, TunedeckError) else f"{type(error).__name__}: {error}"
            self._change(sweep, state=State.FAILED, ended=f"It could not be steered on: {words}")
            return False

    def _workers(self) -> int:
        return self._history.setting("workers", DEFAULT_WORKERS)

    def _running(self) -> list[Sweep]:
        return [each for each in self._history.sweeps.all() if each.state is State.RUNNING]

    def _unsettled(self) -> list[Sweep]:
        """Stopped sweeps whose trials are over but whose winner is not known yet."""
        return [each for each in self._history.sweeps.all() if each.is_to_be_drawn_up and not self._waiting(each)]

    def _waiting(self, sweep: Sweep) -> list[Experiment]:
        return [each for each in self._history.trials(sweep.number) if not each.state.is_over]

    def _is_held(self, sweep: Sweep) -> bool:
        """All that it waits for is paused: only a person can go on."""
        waiting = self._waiting(sweep)
        return bool(waiting) and all(each.state is State.PAUSED for each in waiting)

    def _steer(self, sweep: Sweep) -> bool:
        trials = self._history.trials(sweep.number)
        if sweep.pruner is not Pruner.NONE and not sweep.finalists:
            self._prune(sweep, trials)
        if self._keep_to_time(sweep, trials):
            trials = self._history.trials(sweep.number)
        waiting = sum(not each.state.is_over for each in trials)
        if sweep.finalists:
            return False if waiting else self._finish(sweep, "")
        if self._is_failing(trials):
            return self._give_up(sweep, trials)
        points = [] if is_spent(sweep, trials, self._now()) else self._propose(sweep, trials)
        if points:
            self._queue(sweep, points)
            return True
        if waiting or (points == [] and not is_spent(sweep, trials, self._now())):
            return False
        return self._confirm(sweep, trials, _ALL_TRIED if points is None else "")

    def _keep_to_time(self, sweep: Sweep, trials: Sequence[Experiment]) -> bool:
        """Leave out what waits once its time is up, and end what trains. True if something was left out."""
        is_over = is_out_of_time(sweep, self._now())
        if not is_over and (sweep.finalists or not is_search_out_of_time(sweep, self._now())):
            return False
        late = [each for each in trials if any(fit.state is State.QUEUED for fit in each.fits)]
        with self._history.transaction():
            if not self._is_as_seen(sweep):
                return False
            with self._history.group():
                for trial in late:
                    self._history.change(trial.number, _stopped)
        if is_over:
            self._end_those_in_training(trials)
        return bool(late)

    def _end_those_in_training(self, trials: Sequence[Experiment]) -> None:
        for trial in trials:
            for fit in trial.fits:
                control = ControlFile(self._history.folder.fit(FitKey(trial.number, fit.number)))
                if fit.state is State.RUNNING and control.read() != Control(Request.STOP):
                    control.ask(Control(Request.STOP))

    def _propose(self, sweep: Sweep, trials: Sequence[Experiment]) -> list[Point] | None:
        proposer = self._proposers.get(sweep.number)
        if proposer is None:
            proposer = self._proposers[sweep.number] = Proposer(sweep, self._history.info)
        return proposer.propose(sweep, trials, self._workers())

    def _queue(self, sweep: Sweep, points: Sequence[Point]) -> None:
        first = len(self._history.trials(sweep.number)) + 1
        drafts = [
            draft(
                sweep.space.to_hyperparameters(point),
                idea=sweep.idea,
                repeats=sweep.repeats,
                folds=sweep.folds,
                sweep=sweep.number,
                trial=first + place,
                now=self._now,
            )
            for place, point in enumerate(points)
        ]
        with self._history.transaction():
            if self._is_as_seen(sweep):
                self._history.add(drafts)
            else:
                self._proposers.pop(sweep.number, None)  # its sequence has gone past points that were not queued

    def _confirm(self, sweep: Sweep, trials: Sequence[Experiment], why: str) -> bool:
        chosen = choose_finalists(sweep, trials, self._now())
        if not chosen.finalists:
            return self._finish(sweep, why)
        with self._history.transaction():
            if not self._is_as_seen(sweep, trials):
                return False
            with self._history.group():
                for number in chosen.finalists:
                    self._history.change(number, partial(with_fresh_fits, sweep=sweep, times=chosen.fresh))
                self._change(sweep, finalists=chosen.finalists, ended=why)
        return True

    def _is_failing(self, trials: Sequence[Experiment]) -> bool:
        over = [each for each in trials if each.state.is_over]
        return len(over) >= _FAILURES_THAT_END and all(each.state is State.FAILED for each in over)

    def _give_up(self, sweep: Sweep, trials: Sequence[Experiment]) -> bool:
        first = next((each.error for each in trials if each.error), "the workers left no reason")
        with self._history.transaction():
            if not self._is_as_seen(sweep, trials):
                return False
            with self._history.group():
                for trial in trials:
                    if trial.state is State.QUEUED:
                        self._history.change(trial.number, _stopped)
                self._change(sweep, state=State.FAILED, ended=f"Its first trials all failed: {first}")
        return False

    def _finish(self, sweep: Sweep, why: str) -> bool:
        trials = self._history.trials(sweep.number)
        has_figures = any(each.best for each in trials)
        first_error = next((each.error for each in trials if each.error), "no trial has figures")
        return self._settle(
            sweep,
            State.FINISHED if has_figures else State.FAILED,
            (why or sweep.ended or "The budget is spent.") if has_figures else f"All trials failed: {first_error}",
        )

    def _settle(self, sweep: Sweep, state: State = State.STOPPED, why: str = "It was stopped.") -> bool:
        """Draw up what the sweep found; nobody is told a winner before.

        That takes a second in which a person may let the sweep go on: then nothing is written.
        """
        trials = self._history.trials(sweep.number)
        try:
            outcome = self._draw_up(self._history.folder, self._history.info, sweep, trials)
        except (TunedeckError, ValueError) as error:
            outcome, why = None, f"{why} Its winner could not be drawn up: {error}"
        with self._history.transaction():
            if self._is_as_seen(sweep, trials):
                self._change(sweep, state=state, ended=why, outcome=outcome)
        return False

    def _is_as_seen(self, sweep: Sweep, trials: Sequence[Experiment] | None = None) -> bool:
        """Whether nobody touched the sweep (or any of its `trials`) since they were looked at.

        Under the writer's lock: what a person did meanwhile stands, and the next round looks again.
        """
        present = self._history.sweep(sweep.number)
        return _steered(present) == _steered(sweep) and trials in (None, self._history.trials(sweep.number))

    def _change(self, sweep: Sweep, **fields: object) -> None:
        """Unless a person steered the sweep elsewhere since it was looked at."""

        def change(present: Sweep) -> Sweep:
            if _steered(present) != _steered(sweep):
                return present
            changed = replace(present, **fields)  # type: ignore[arg-type]
            return changed if changed.state is State.RUNNING else changed.at_rest(changed.state, self._now())

        self._history.sweeps.change(sweep.number, change)

    def _prune(self, sweep: Sweep, trials: Sequence[Experiment]) -> None:
        from sessions.search.watching import PruningEye

        eye = self._pruners.get(sweep.number)
        if not isinstance(eye, PruningEye):
            eye = self._pruners[sweep.number] = PruningEye(self._history)
        eye.look(sweep, trials)


def _steered(sweep: Sweep) -> tuple[object, ...]:
    """What of a sweep a person may change while it runs, and how far it has come."""
    return sweep.state, sweep.budget, sweep.space, sweep.finalists


def _queued_again(trial: Experiment) -> Experiment:
    for fit in trial.fits:
        if fit.state is State.INTERRUPTED:
            trial = with_fit_state(trial, fit.number, State.QUEUED)
    return trial


def _stopped(trial: Experiment) -> Experiment:
    for fit in trial.fits:
        if fit.state is State.QUEUED:
            trial = with_fit_state(trial, fit.number, State.STOPPED)
    return trial

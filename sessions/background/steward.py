"""Moves experiments along: takes queued fits, hands them to the launcher, folds results into the history.

Holds no lock of its own and runs no loop: the conductor calls `step` again and again.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from sessions.background.launcher import Launcher
from sessions.background.patience import Patience
from sessions.background.reconciling import interrupt, settle
from sessions.background.sharing import Queued, share_out
from sessions.documents import Document
from sessions.fits.control import ControlFile, Request
from sessions.fits.fit_folder import FitFolder
from sessions.folding import with_fit_state, with_result
from sessions.history import History
from sessions.jobs import FitJob, Job, Report, ReportKind
from sessions.paths import FitKey
from sessions.records import Experiment, State
from sessions.requests import DEFAULT_WORKERS

__all__ = ["Steward"]


MOST_ATTEMPTS = 3
RECORD_EVERY_S = 0.1


class Steward:
    """One session's queue and its workers."""

    def __init__(self, history: History, launcher: Launcher, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recorded = clock()
        self._history = history
        self._launcher = launcher
        self._in_hand: set[FitKey] = set()
        self._orphans: set[FitKey] = set()
        self._patience = Patience(history.folder, clock)
        self._attempts: Counter[FitKey] = Counter()
        """Times a fit was begun since it last paused or ended."""
        self._reports: list[Report] = []
        """Not yet in the history: a full disk must not lose them."""

    def adopt(self) -> None:
        """Take over what a dead predecessor left: wait for fits still in training, settle the others."""
        self._history.refresh()
        with self._history.group():
            for experiment in self._history.unfinished():
                for fit in experiment.fits:
                    if fit.state is State.RUNNING:
                        self._adopt_fit(FitKey(experiment.number, fit.number))

    def has_work(self) -> bool:
        """Whether anything is queued or in hand."""
        self._history.refresh()
        return bool(self._in_hand or self._orphans or self._launcher.busy or _queued(self._history.unfinished()))

    def has_paused(self) -> bool:
        """Whether a person may want to go on with something any moment."""
        return any(experiment.state is State.PAUSED for experiment in self._history.unfinished())

    def step(self, timeout_s: float) -> bool:
        """One round: reports, results, new jobs. False if there is nothing to do.

        Raises StoreError when the history cannot be written; the next round then tries again.
        """
        was_busy = self._launcher.busy
        self._reports += self._launcher.poll(timeout_s)
        self._history.refresh()
        is_idle = self._launcher.busy < max(was_busy, 1)
        self._launch()  # first: whoever is idle should not wait for the books
        self.record(at_once=is_idle)
        self._patience.look_after([*self._in_hand, *self._orphans])
        self._look_after_orphans()
        return self.has_work()

    def wind_up(self, timeout_s: float) -> None:
        """A last round, in which nothing new begins. Raises StoreError."""
        self._reports += self._launcher.poll(timeout_s)
        self._history.refresh()
        self.record()

    def record(self, *, at_once: bool = True) -> None:
        """Bring what the workers reported into the history, in one durable write. Raises StoreError.

        What ends while its worker is busy on can wait a moment, for others to be written with it.
        """
        if not self._reports or (not at_once and self._clock() - self._recorded < RECORD_EVERY_S):
            return
        self._recorded = self._clock()
        with self._history.group():
            for report in self._reports:
                self._take(report)
        self._in_hand.difference_update(report.key for report in self._reports if report.key is not None)
        self._reports.clear()

    def _take(self, report: Report) -> None:
        key = report.key
        if key is None:
            return
        match report.kind:
            case ReportKind.OVER | ReportKind.DIED:
                self._settle(key, report.reason)
            case ReportKind.PAUSED:
                self._attempts.pop(key, None)
                self._history.change(key.experiment, partial(_paused, number=key.fit, wants_on=self._wants_on(key)))
            case ReportKind.REFUSED:
                self._orphans.add(key)

    def _wants_on(self, key: FitKey) -> bool:
        """Whether a person resumed the fit before its pause was recorded."""
        return self._is_asked_to(key, Request.RUN)

    def _is_asked_to(self, key: FitKey, request: Request) -> bool:
        control = ControlFile(self._history.folder.fit(key)).read()
        return control is not None and control.request is request

    def _settle(self, key: FitKey, reason: str) -> None:
        """Fold the result in, or have a fit without one trained again from its checkpoint."""
        result = self._folder(key).result_of(self._history.experiment(key.experiment).uid)
        if result is not None:
            self._history.change(key.experiment, partial(with_result, result=result))
            self._attempts.pop(key, None)
        elif self._is_asked_to(key, Request.STOP) and not self._folder(key).has_checkpoint():
            self._interrupt(key, reason)  # begun anew only to be stopped, it would lose its curve
        elif self._attempts[key] < MOST_ATTEMPTS:
            self._set_state(key, State.QUEUED)
        else:
            self._interrupt(key, f"{reason}, {MOST_ATTEMPTS} times")

    def _adopt_fit(self, key: FitKey) -> None:
        if self._folder(key).is_being_trained():
            self._orphans.add(key)
        else:
            settle(self._history, key)

    def _look_after_orphans(self) -> None:
        for key in [each for each in self._orphans if not self._folder(each).is_being_trained()]:
            self._settle(key, "its worker died")
            self._orphans.discard(key)

    def _interrupt(self, key: FitKey, reason: str) -> None:
        way = "goes on from its last checkpoint" if self._folder(key).has_checkpoint() else "begins it anew"
        words = f"Interrupted: {reason}; `tunedeck resume {self._history.folder.word} {key.experiment}` {way}."
        interrupt(self._history, key, words)

    def _set_state(self, key: FitKey, state: State, error: str = "") -> None:
        self._history.change(key.experiment, partial(with_fit_state, number=key.fit, state=state, error=error))

    def _launch(self) -> None:
        workers = self._history.setting("workers", DEFAULT_WORKERS)
        self._launcher.keep(workers)
        self._launch_some(self._waiting(), workers, workers - self._launcher.busy)
        resumed = [each for each in self._waiting() if each.fit.at_once]
        self._launch_some(resumed, 2 * workers, 2 * workers - self._launcher.busy)

    def _waiting(self) -> list[Queued]:
        return [each for each in _queued(self._history.unfinished()) if each.key not in self._in_hand]

    def _launch_some(self, queued: Sequence[Queued], workers: int, free: int) -> None:
        if free <= 0 or not queued:
            return
        # A fit that took its worker with it trains alone from then on: it must not take others' attempts along.
        suspects = [each for each in queued if self._attempts[each.key]][:free]
        others = [each for each in queued if not self._attempts[each.key]]
        shares: list[Sequence[Sequence[Queued]]] = [[[each]] for each in suspects]
        if free > len(suspects) and others:
            at = self._checkpoint_position
            shares += share_out(others, free - len(suspects), workers, self._history.info, at)
        with self._history.group():
            jobs = [self._claimed(share) for share in shares]
        for job in jobs:
            self._begin(job)

    def _checkpoint_position(self, key: FitKey) -> tuple[int, int] | None:
        return self._folder(key).checkpoint_position()

    def _claimed(self, share: Sequence[Sequence[Queued]]) -> Job:
        """What is left of a worker's share when each fit has been claimed."""
        claimed = [tuple(fit for fit in map(self._claim, population) if fit) for population in share]
        return Job(tuple(population for population in claimed if population), self._history.info)

    def _begin(self, job: Job) -> None:
        if not job.populations:
            return
        keys = [fit.key for fit in job.fits]
        self._in_hand.update(keys)
        self._attempts.update(keys)
        try:
            self._launcher.launch(job)
        except OSError as fault:
            reason = f"no process could be started for it ({fault.strerror})"
            self._reports += [Report(ReportKind.DIED, key, reason) for key in keys]

    def _claim(self, queued: Queued) -> FitJob | None:
        """Mark a queued fit as running; None if somebody stopped it meanwhile."""
        experiment, fit, key = queued.experiment, queued.fit, queued.key

        def claim(present: Experiment) -> Experiment:
            still = next((each for each in present.fits if each.number == fit.number), None)
            is_queued = still is not None and still.state is State.QUEUED
            return with_fit_state(present, fit.number, State.RUNNING) if is_queued else present

        present = self._history.change(experiment.number, claim)
        if next(each.state for each in present.fits if each.number == fit.number) is not State.RUNNING:
            return None
        hyperparameters = experiment.hyperparameters.replace(seed=fit.seed)
        words = _words(experiment)
        return FitJob(key, experiment.uid, hyperparameters, fit.fold, experiment.folds, words, fit.seconds)

    def _folder(self, key: FitKey) -> FitFolder:
        return FitFolder(self._history.folder.fit(key))


def _paused(present: Experiment, number: int, *, wants_on: bool) -> Experiment:
    state = State.QUEUED if wants_on else State.PAUSED
    return with_fit_state(present, number, state, at_once=wants_on)


def _queued(experiments: Iterable[Experiment]) -> list[Queued]:
    """Queued fits in the order in which they will be taken; those of held experiments are not."""
    queued = [
        Queued(experiment, fit)
        for experiment in experiments
        if not experiment.held
        for fit in experiment.fits
        if fit.state is State.QUEUED
    ]
    return sorted(queued, key=lambda each: (not each.fit.at_once, -each.experiment.priority, each.key))


def _words(experiment: Experiment) -> Document:
    return {
        "number": experiment.number,
        "idea": experiment.idea,
        "tags": list(experiment.tags),
        "created": experiment.created.isoformat(),
        "parent": experiment.parent,
        "sweep": experiment.sweep,
    }

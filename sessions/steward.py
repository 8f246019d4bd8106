"""Moves experiments along: takes queued fits, hands them to the launcher, folds results into the history.

Holds no lock of its own and runs no loop: the conductor calls `step` again and again.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial

from engine.grouping import population_shape, worthwhile_size
from sessions.documents import Document
from sessions.fit_folder import FitFolder
from sessions.folding import with_fit_state, with_result
from sessions.history import History
from sessions.jobs import FitJob, Job, Report, ReportKind
from sessions.launcher import Launcher
from sessions.paths import FitKey
from sessions.records import Experiment, Fit, SessionInfo, State

__all__ = ["DEFAULT_WORKERS", "Steward"]

_Queued = tuple[Experiment, Fit]

MOST_ATTEMPTS = 3
DEFAULT_WORKERS = 2


class Steward:
    """One session's queue and its workers."""

    def __init__(self, history: History, launcher: Launcher) -> None:
        self._history = history
        self._launcher = launcher
        self._in_hand: set[FitKey] = set()
        self._orphans: set[FitKey] = set()
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
        self._reports += self._launcher.poll(timeout_s)
        self._history.refresh()
        self.record()
        self._look_after_orphans()
        self._launch()
        return self.has_work()

    def wind_up(self, timeout_s: float) -> None:
        """A last round, in which nothing new begins. Raises StoreError."""
        self._reports += self._launcher.poll(timeout_s)
        self._history.refresh()
        self.record()

    def record(self) -> None:
        """Bring what the workers reported into the history, in one durable write. Raises StoreError."""
        if not self._reports:
            return
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
                self._set_state(key, State.PAUSED)
                self._attempts.pop(key, None)
            case ReportKind.REFUSED:
                self._orphans.add(key)

    def _settle(self, key: FitKey, reason: str) -> None:
        """Fold the result in, or have a fit without one trained again from its checkpoint."""
        result = self._folder(key).read_result()
        if result is not None:
            self._history.change(key.experiment, partial(with_result, result=result))
            self._attempts.pop(key, None)
        elif self._attempts[key] < MOST_ATTEMPTS:
            self._set_state(key, State.QUEUED)
        else:
            self._interrupt(key, f"{reason}, {MOST_ATTEMPTS} times")

    def _adopt_fit(self, key: FitKey) -> None:
        folder = self._folder(key)
        if folder.is_being_trained():
            self._orphans.add(key)
            return
        result = folder.read_result()
        if result is not None:
            self._history.change(key.experiment, partial(with_result, result=result))
        else:
            self._interrupt(key, "the machine or all training processes went down")

    def _look_after_orphans(self) -> None:
        for key in [each for each in self._orphans if not self._folder(each).is_being_trained()]:
            self._settle(key, "its worker died")
            self._orphans.discard(key)

    def _interrupt(self, key: FitKey, reason: str) -> None:
        name = self._history.folder.name
        words = f"Interrupted: {reason}; `tunedeck resume {name} {key.experiment}` goes on from its last checkpoint."
        self._set_state(key, State.INTERRUPTED, words)

    def _set_state(self, key: FitKey, state: State, error: str = "") -> None:
        self._history.change(key.experiment, partial(with_fit_state, number=key.fit, state=state, error=error))

    def _launch(self) -> None:
        workers = self._history.setting("workers", DEFAULT_WORKERS)
        self._launcher.keep(workers)
        self._launch_some(self._waiting(), workers - self._launcher.busy)
        resumed = [each for each in self._waiting() if each[1].at_once]
        self._launch_some(resumed, 2 * workers - self._launcher.busy)

    def _waiting(self) -> list[_Queued]:
        return [each for each in _queued(self._history.unfinished()) if _key(each) not in self._in_hand]

    def _launch_some(self, queued: Sequence[_Queued], free: int) -> None:
        if free <= 0 or not queued:
            return
        for group in _share_out(queued, free, self._shape, self._most_together):
            with self._history.group():
                jobs = tuple(fit for fit in (self._claim(experiment, fit) for experiment, fit in group) if fit)
            self._begin(jobs)

    def _begin(self, jobs: tuple[FitJob, ...]) -> None:
        if not jobs:
            return
        keys = [job.key for job in jobs]
        self._in_hand.update(keys)
        self._attempts.update(keys)
        try:
            self._launcher.launch(Job(jobs))
        except OSError as fault:
            reason = f"no process could be started for it ({fault.strerror})"
            self._reports += [Report(ReportKind.DIED, key, reason) for key in keys]

    def _claim(self, experiment: Experiment, fit: Fit) -> FitJob | None:
        """Mark a queued fit as running; None if somebody stopped it meanwhile."""
        key = _key((experiment, fit))

        def claim(present: Experiment) -> Experiment:
            still = next((each for each in present.fits if each.number == fit.number), None)
            is_queued = still is not None and still.state is State.QUEUED
            return with_fit_state(present, fit.number, State.RUNNING) if is_queued else present

        present = self._history.change(experiment.number, claim)
        if next(each.state for each in present.fits if each.number == fit.number) is not State.RUNNING:
            return None
        hyperparameters = experiment.hyperparameters.replace(seed=fit.seed)
        return FitJob(key, experiment.uid, hyperparameters, fit.fold, experiment.folds, _words(experiment))

    def _shape(self, queued: _Queued) -> Hashable:
        """What members of one population share; those that go on from a checkpoint must also stand at one update."""
        position = self._folder(_key(queued)).checkpoint_position()
        return position, _train_rows(queued, self._history.info), population_shape(queued[0].hyperparameters_now)

    def _most_together(self, queued: _Queued) -> int:
        info, values = self._history.info, queued[0].hyperparameters
        sizes = (info.features, *values.hidden_units, info.outputs)
        return worthwhile_size(values, sizes, _train_rows(queued, info))

    def _folder(self, key: FitKey) -> FitFolder:
        return FitFolder(self._history.folder.fit(key))


def _key(queued: _Queued) -> FitKey:
    return FitKey(queued[0].number, queued[1].number)


def _queued(experiments: Iterable[Experiment]) -> list[_Queued]:
    """Queued fits in the order in which they will be taken; those of held experiments are not."""
    queued = [
        (experiment, fit)
        for experiment in experiments
        if not experiment.held
        for fit in experiment.fits
        if fit.state is State.QUEUED
    ]
    return sorted(queued, key=lambda each: (not each[1].at_once, -each[0].priority, _key(each)))


def _share_out(
    queued: Sequence[_Queued],
    free: int,
    shape: Callable[[_Queued], Hashable],
    most_together: Callable[[_Queued], int],
) -> list[list[_Queued]]:
    """At most `free` groups of fits, each of one shape, from the front of the queue."""
    groups: list[list[_Queued]] = []
    left = list(queued)
    shapes = {_key(each): shape(each) for each in queued}
    while left and len(groups) < free:
        first = left[0]
        alike = [each for each in left if shapes[_key(each)] == shapes[_key(first)]]
        fair = -(-len(alike) // (free - len(groups)))
        group = alike[: max(1, min(fair, most_together(first)))]
        groups.append(group)
        taken = set(map(_key, group))
        left = [each for each in left if _key(each) not in taken]
    return groups


def _train_rows(queued: _Queued, info: SessionInfo) -> int:
    experiment, fit = queued
    if fit.fold is None:
        return info.train_rows
    rows = info.train_rows + info.validation_rows
    return rows - len(range(fit.fold - 1, rows, experiment.folds))


def _words(experiment: Experiment) -> Document:
    return {
        "number": experiment.number,
        "idea": experiment.idea,
        "tags": list(experiment.tags),
        "created": experiment.created.isoformat(),
        "parent": experiment.parent,
        "sweep": experiment.sweep,
    }

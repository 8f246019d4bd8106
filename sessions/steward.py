"""Moves experiments along: takes queued fits, hands them to the launcher, folds results into the history.

Holds no lock of its own and runs no loop: the conductor calls `step` again and again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
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

    def step(self, timeout_s: float) -> bool:
        """One round: reports, results, new jobs. False if there is nothing to do."""
        reports = self._launcher.poll(timeout_s)
        self._history.refresh()
        if reports:
            with self._history.group():
                for report in reports:
                    self._take(report)
        self._look_after_orphans()
        self._launch()
        return self.has_work()

    def _take(self, report: Report) -> None:
        key = report.key
        if key is None:
            return
        self._in_hand.discard(key)
        match report.kind:
            case ReportKind.OVER | ReportKind.DIED:
                self._settle(key, report.reason)
            case ReportKind.PAUSED:
                self._set_state(key, State.PAUSED)
            case ReportKind.REFUSED:
                self._orphans.add(key)

    def _settle(self, key: FitKey, reason: str) -> None:
        """Fold the result in, or have a fit without one trained again from its checkpoint."""
        result = self._folder(key).read_result()
        if result is not None:
            self._history.change(key.experiment, partial(with_result, result=result))
            return
        self._attempts[key] += 1
        if self._attempts[key] < MOST_ATTEMPTS:
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
            self._orphans.discard(key)
            self._settle(key, "its worker died")

    def _interrupt(self, key: FitKey, reason: str) -> None:
        name = self._history.folder.name
        words = f"Interrupted: {reason}; `tunedeck resume {name} {key.experiment}` goes on from its last checkpoint."
        self._set_state(key, State.INTERRUPTED, words)

    def _set_state(self, key: FitKey, state: State, error: str = "") -> None:
        self._history.change(key.experiment, partial(with_fit_state, number=key.fit, state=state, error=error))

    def _launch(self) -> None:
        workers = self._history.setting("workers", DEFAULT_WORKERS)
        self._launcher.keep(workers)
        free = workers - self._launcher.busy
        if free <= 0:
            return
        queued = [each for each in _queued(self._history.unfinished()) if _key(each) not in self._in_hand]
        for group in _share_out(queued, free, self._history.info):
            jobs = tuple(fit for fit in (self._claim(experiment, fit) for experiment, fit in group) if fit)
            if jobs:
                self._launcher.launch(Job(jobs))

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
        self._in_hand.add(key)
        hyperparameters = experiment.hyperparameters.replace(seed=fit.seed)
        folds = sum(each.fold is not None for each in experiment.fits)
        return FitJob(key, experiment.uid, hyperparameters, fit.fold, folds, _words(experiment))

    def _folder(self, key: FitKey) -> FitFolder:
        return FitFolder(self._history.folder.fit(key))


_Queued = tuple[Experiment, Fit]


def _key(queued: _Queued) -> FitKey:
    return FitKey(queued[0].number, queued[1].number)


def _queued(experiments: Iterable[Experiment]) -> list[_Queued]:
    """Queued fits in the order in which they will be taken."""
    return [(experiment, fit) for experiment in experiments for fit in experiment.fits if fit.state is State.QUEUED]


def _share_out(queued: Sequence[_Queued], free: int, info: SessionInfo) -> list[list[_Queued]]:
    """At most `free` groups of fits, each of one shape, from the front of the queue."""
    groups: list[list[_Queued]] = []
    left = list(queued)
    while left and len(groups) < free:
        first = left[0]
        alike = [each for each in left if _shape(each, info) == _shape(first, info)]
        fair = -(-len(alike) // (free - len(groups)))
        group = alike[: max(1, min(fair, _most_together(first, info)))]
        groups.append(group)
        taken = set(map(_key, group))
        left = [each for each in left if _key(each) not in taken]
    return groups


def _shape(queued: _Queued, info: SessionInfo) -> tuple[object, ...]:
    """What members of one population share."""
    return (_train_rows(queued, info), population_shape(queued[0].hyperparameters))


def _most_together(queued: _Queued, info: SessionInfo) -> int:
    values = queued[0].hyperparameters
    sizes = (info.features, *values.hidden_units, info.outputs)
    return worthwhile_size(values, sizes, _train_rows(queued, info))


def _train_rows(queued: _Queued, info: SessionInfo) -> int:
    experiment, fit = queued
    if fit.fold is None:
        return info.train_rows
    rows = info.train_rows + info.validation_rows
    return rows - len(range(fit.fold - 1, rows, len(experiment.fits)))


def _words(experiment: Experiment) -> Document:
    return {
        "number": experiment.number,
        "idea": experiment.idea,
        "tags": list(experiment.tags),
        "created": experiment.created.isoformat(),
        "parent": experiment.parent,
        "sweep": experiment.sweep,
    }

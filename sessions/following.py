"""Following a session by polling: history and growing curves into one snapshot, cheap when nothing is new."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sessions.background.reconciling import reconcile
from sessions.background.starting import conductor_is_alive
from sessions.fits.fit_folder import FitFolder, FitSpec
from sessions.folding import best_of, verdict_of_fit, with_figures
from sessions.history import History
from sessions.paths import FitKey
from sessions.records import Curve, Experiment, SessionInfo, Snapshot, State
from sessions.silence import silence
from sessions.surroundings import troubles

if TYPE_CHECKING:
    from sessions.search.records import Sweep

__all__ = ["Follower"]


class Follower:
    """Builds snapshots of one session. Not safe for several threads at once."""

    def __init__(self, history: History, time_of_day: Callable[[], float] = time.time) -> None:
        self._history = history
        self._time_of_day = time_of_day
        self._watched: frozenset[FitKey] = frozenset()
        self._curves: dict[FitKey, _FitCurve] = {}
        self._live: dict[int, tuple[Experiment, Experiment]] = {}
        self._snapshot: Snapshot | None = None
        self.trouble = ""
        """What else the person must be told, in one sentence."""

    def watch(self, fits: Iterable[FitKey]) -> None:
        """Which curves are wanted besides those in training."""
        self._watched = frozenset(fits)

    def poll(self) -> Snapshot:
        """The session now; the same object as before if nothing changed."""
        has_news = self._history.has_news()
        alive = conductor_is_alive(self._history.folder)
        if not alive:
            reconcile(self._history)
            has_news = self._history.has_news() or has_news
        has_news = self._poll_curves() or has_news
        before = self._snapshot
        messages = self._messages(conductor_alive=alive)
        sweeps = self._history.sweeps.all() if alive else self._sweeps_as_shown()
        known = (alive, messages, sweeps)
        if before is not None and not has_news and (before.conductor_alive, before.messages, before.sweeps) == known:
            return before
        self._snapshot = Snapshot(
            info=self._history.info,
            experiments=tuple(map(self._with_live_figures, self._history.experiments())),
            curves={(key.experiment, key.fit): each.curve for key, each in self._curves.items()},
            conductor_alive=alive,
            messages=messages,
            sweeps=sweeps,
            looks=self._history.looks.all(),
        )
        return self._snapshot

    def _sweeps_as_shown(self) -> tuple[Sweep, ...]:
        sweeps = self._history.sweeps.all()
        if not any(each.state is State.RUNNING for each in sweeps):
            return sweeps
        from sessions.search.attendance import as_shown

        return as_shown(sweeps, self._history.folder)

    def _messages(self, *, conductor_alive: bool) -> tuple[str, ...]:
        folder = self._history.folder
        return (
            *self._history.messages,
            *([self.trouble] if self.trouble else []),
            *troubles(folder, conductor_alive=conductor_alive),
            *silence(folder, self._history.unfinished(), self._time_of_day()),
        )

    def _poll_curves(self) -> bool:
        wanted = self._watched | {
            FitKey(experiment.number, fit.number)
            for experiment in self._history.unfinished()
            for fit in experiment.fits
            if fit.state in (State.RUNNING, State.PAUSED)
        }
        has_news = wanted != self._curves.keys()
        for key in self._curves.keys() - wanted:
            del self._curves[key]
        for key in wanted:
            if key not in self._curves:
                self._curves[key] = _FitCurve(FitFolder(self._history.folder.fit(key)))
            has_news = self._curves[key].poll() or has_news
        return has_news

    def _with_live_figures(self, experiment: Experiment) -> Experiment:
        """A running experiment with the figures its curves show by now."""
        if experiment.state.is_over or experiment.state is State.QUEUED:
            self._live.pop(experiment.number, None)
            return experiment
        curves = {key.fit: each for key, each in self._curves.items() if key.experiment == experiment.number}
        updated = _updated(experiment, curves, self._history.info)
        known = self._live.get(experiment.number)
        if known is not None and known[1] == updated:
            return known[1]
        self._live[experiment.number] = (experiment, updated)
        return updated


class _FitCurve:
    """Follows one fit's curve once its spec says how long a record is."""

    def __init__(self, folder: FitFolder) -> None:
        self._folder = folder
        self._follower: object | None = None
        self.curve = Curve()
        self.spec: FitSpec | None = None
        """Known before the first point of the curve."""

    def poll(self) -> bool:
        from sessions.fits.curve import CurveFollower

        if self._follower is None:
            self.spec = self._folder.read_spec()
            if self.spec is None:
                return False
            self._follower = CurveFollower(self._folder.curve_path, self.spec.layers)
        assert isinstance(self._follower, CurveFollower)
        if not self._follower.poll():
            return False
        self.curve = self._follower.curve
        return True


def _updated(experiment: Experiment, followed: dict[int, _FitCurve], info: SessionInfo) -> Experiment:
    curves = {number: each.curve for number, each in followed.items()}
    fits = [fit if fit.state.is_over else with_figures(fit, curves.get(fit.number, Curve())) for fit in experiment.fits]
    shown = next((fit for fit in fits if fit.number in curves and fit.epochs), fits[0])
    curve = curves.get(shown.number, Curve())
    from sessions.judging import Rows, judge

    verdict = experiment.verdict
    if curve.epoch:
        about = Rows.of_fit(followed[shown.number].spec, info)
        found = judge(curve, experiment.hyperparameters_now, about, is_over=False)
        verdict = verdict_of_fit(found, shown.number, experiment)
    best = best_of(fits[: len(fits) - experiment.fresh]) or experiment.best
    seconds = sum(fit.seconds for fit in fits)
    return replace(experiment, fits=tuple(fits), best=best, verdict=verdict, seconds=seconds)

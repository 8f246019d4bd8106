"""Watches the curves of running trials and asks those that are not worth going on to leave."""

import math
import statistics
from collections.abc import Sequence

from engine.search.pruning import is_pruned
from engine.search.ranking import Merit
from sessions.fits.control import Control, ControlFile, Request
from sessions.fits.curve import CurveFollower
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.paths import FitKey
from sessions.records import Experiment, State
from sessions.search.points import has_own_values
from sessions.search.records import Sweep

__all__ = ["PruningEye"]


class PruningEye:
    """One sweep's curves, each read on from where the last look ended."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._followers: dict[FitKey, CurveFollower] = {}
        self._costs: dict[int, list[float]] = {}
        self._judged: dict[int, int] = {}
        self._asked: set[int] = set()

    def look(self, sweep: Sweep, trials: Sequence[Experiment]) -> None:
        """Judge every epoch of every running trial once; those that a person changed are left out."""
        trials = [each for each in trials if has_own_values(each)]
        running = [each for each in trials if each.state is State.RUNNING and each.number not in self._asked]
        for trial in trials:
            if trial in running or (trial.state.is_over and trial.number not in self._judged):
                self._read(trial)
        for trial in running:
            if self._is_out(sweep, trial, trials):
                self._asked.add(trial.number)
                for fit in trial.fits:
                    ControlFile(self._history.folder.fit(FitKey(trial.number, fit.number))).ask(Control(Request.PRUNE))
        self._judged.update({each.number: len(self._costs.get(each.number, ())) for each in trials})

    def _is_out(self, sweep: Sweep, trial: Experiment, trials: Sequence[Experiment]) -> bool:
        """Curves come in pieces: each new epoch is judged as if it were the last."""
        costs = self._costs.get(trial.number, [])
        numbers = {each.number: each.trial or 0 for each in trials}
        others = {numbers[number]: seen for number, seen in self._costs.items() if number in numbers}
        return any(
            is_pruned(
                sweep.pruner,
                numbers[trial.number],
                {**others, numbers[trial.number]: costs[:seen]},
                epochs=trial.hyperparameters.epochs,
            )
            for seen in range(self._judged.get(trial.number, 0) + 1, len(costs) + 1)
        )

    def _read(self, trial: Experiment) -> None:
        """What the trial is ranked by so far: of several fits their mean, as far as all of them are."""
        curves = [self._curve(FitKey(trial.number, fit.number)) for fit in trial.fits]
        self._costs[trial.number] = [statistics.fmean(each) for each in zip(*curves, strict=False)]

    def _curve(self, key: FitKey) -> list[float]:
        follower = self._followers.get(key)
        if follower is None:
            folder = FitFolder(self._history.folder.fit(key))
            spec = folder.read_spec()
            if spec is None:
                return []
            follower = self._followers[key] = CurveFollower(folder.curve_path, spec.layers)
        follower.poll()
        columns = zip(follower.curve.validation_score, follower.curve.validation_cost, strict=True)
        guides = (Merit(score, cost).guide for score, cost in columns)
        return [guide if math.isfinite(guide) else math.inf for guide in guides]

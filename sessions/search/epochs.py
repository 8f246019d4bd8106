"""How much of the scores at the chosen epochs was luck with the validation rows, by what fits left in their folders."""

from collections.abc import Iterable
from math import isfinite, nan
from statistics import median

import numpy as np

from engine.errors import TunedeckError
from engine.evaluation import predict
from engine.parameters import load_parameters
from engine.search.expectation import epoch_luck, noise_of_difference
from engine.search.row_scores import row_score
from sessions.data_folder import DataShelf
from sessions.fits.fit_arrays import read_arrays, read_fit_curve
from sessions.fits.fit_folder import FitFolder
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, Fit, SessionInfo

__all__ = ["Epochs"]


class Epochs:
    """The epochs of one sweep's fits."""

    def __init__(self, folder: SessionFolder, info: SessionInfo, shelf: DataShelf, folds: int) -> None:
        self._folder, self._info = folder, info
        self._shelf, self._folds = shelf, folds

    def lucks(self, chosen: Iterable[tuple[Experiment, Fit]], rng: np.random.Generator) -> list[float]:
        """`epoch_luck` of each of the chosen fits; one that ended at its best takes the usual noise of the others."""
        found: list[tuple[list[float], int, float]] = []
        for trial, fit in chosen:
            place = FitFolder(self._folder.fit(FitKey(trial.number, fit.number)))
            curve = read_fit_curve(place)
            if fit.best_epoch in curve.epoch:
                best = curve.epoch.index(fit.best_epoch)
                noise = nan if best == len(curve) - 1 else self._noise(place, trial, fit, rng)
                found.append((curve.validation_score, best, noise))
        known = [noise for _, _, noise in found if isfinite(noise)]
        usual = median(known) if known else nan
        return [epoch_luck(scores, best, noise if isfinite(noise) else usual) for scores, best, noise in found]

    def _noise(self, place: FitFolder, trial: Experiment, fit: Fit, rng: np.random.Generator) -> float:
        """Of the difference between the best and the last epoch; NaN where a file is missing."""
        rows = read_arrays(place, "rows")
        data = self._shelf.dataset(fit.fold, self._folds)
        score = row_score(self._info.score_name, len(self._info.classes), data.validation.y, data.target_scale)
        try:
            last = load_parameters(place.path / "last.npz")
        except TunedeckError:
            return nan
        figures = score.figures(predict(last, trial.hyperparameters, self._info.task, data.validation.X))
        if rows is None or "figure" not in rows or not np.isfinite(figures).all():
            return nan
        return noise_of_difference(score, rows["figure"].astype(np.float64), figures, rng)

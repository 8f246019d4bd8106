"""A trained network applied to new rows, with the encoding and the scaling it was trained with."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.making import fill_gaps
from engine.data.prediction import Encoded, encode
from engine.evaluation import predict
from engine.records import Task
from sessions.data_folder import DataShelf
from sessions.documents import Document
from sessions.fits.fit_arrays import learned
from sessions.fits.fit_folder import FitFolder
from sessions.leading import trained_fits
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, Fit, SessionInfo

__all__ = ["Predictions", "predict_file"]


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """What a network says of new rows."""

    info: SessionInfo
    outputs: NDArray[np.float64]
    """(m, C) probabilities of the classes, or (m,) values in the target's own unit."""
    notes: tuple[str, ...]
    """What was filled or unknown in the rows, and whether the network is untrained, a sentence each."""

    def to_csv(self) -> str:
        """A header and one line a row: class and probabilities, or value."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([self.info.target, *(f"probability_{name}" for name in self.info.classes)])
        if self.info.classes:
            pairs = zip(self._answers(), self.outputs.tolist(), strict=True)
            writer.writerows([answer, *(f"{share:.6g}" for share in shares)] for answer, shares in pairs)
        else:
            writer.writerows([f"{value:.9g}"] for value in self._answers())
        return text.getvalue()

    def to_document(self) -> Document:
        """`target`, `predictions` (a class or value a row) and, for classes, `probabilities` by class."""
        document: Document = {"target": self.info.target, "predictions": self._answers(), "notes": list(self.notes)}
        if self.info.classes:
            columns = zip(self.info.classes, self.outputs.T.tolist(), strict=True)
            document["probabilities"] = dict(columns)
        return document

    def _answers(self) -> list[str] | list[float]:
        if not self.info.classes:
            values: list[float] = self.outputs.tolist()
            return values
        return [self.info.classes[place] for place in self.outputs.argmax(axis=1).tolist()]


def predict_file(folder: SessionFolder, info: SessionInfo, experiment: Experiment, source: str) -> Predictions:
    """Apply an experiment to the rows of a file; of several trainings behind its figures, the mean of their outputs.

    Raises UsageError, DataError, NotFoundError or WorkError.
    """
    shelf = DataShelf(folder, info)
    rows = encode(shelf.encoding, source)
    fits = trained_fits(experiment)
    keys = [FitKey(experiment.number, fit.number) for fit in fits]
    outputs = np.mean([_outputs(FitFolder(folder.fit(key)), info.task, shelf, rows) for key in keys], axis=0)
    both = np.column_stack([1 - outputs, outputs]) if info.task is Task.BINARY else outputs
    return Predictions(info, both, rows.notes + _doubts(experiment.number, fits))


def _doubts(number: int, fits: Sequence[Fit]) -> tuple[str, ...]:
    """A caution where the parameters of a fit are those it began with, since no epoch lowered its cost."""
    untrained = sum(fit.best_epoch == 0 for fit in fits)
    if not untrained:
        return ()
    whose = "its best epoch" if len(fits) == 1 else f"the best epoch of {untrained} of its {len(fits)} fits"
    return (f"#{number} predicts with a network that has learned nothing: {whose} is 0, before training.",)


def _outputs(fit: FitFolder, task: Task, shelf: DataShelf, rows: Encoded) -> NDArray[np.float64]:
    """Probabilities, or values in the target's own unit."""
    spec, parameters = learned(fit)
    data = shelf.dataset(spec.fold, spec.folds, spec.hyperparameters.dtype)
    X = fill_gaps(rows.X, rows.gaps, shelf.table, shelf.split_of(spec.fold, spec.folds).train)
    outputs = predict(parameters, spec.hyperparameters, task, data.scaling.apply(X)).astype(np.float64)
    return outputs * data.target_scale + data.target_mean if task is Task.REGRESSION else outputs

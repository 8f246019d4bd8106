"""A trained network applied to new rows, with the encoding and the scaling it was trained with."""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Floats
from engine.data.prediction import encode
from engine.errors import UsageError, WorkError
from engine.evaluation import predict
from engine.parameters import load_parameters
from engine.records import Task
from sessions.data_folder import DataShelf
from sessions.fits.fit_folder import FitFolder
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, SessionInfo
from sessions.whole_file import write_whole

__all__ = ["predict_file"]


def predict_file(
    folder: SessionFolder, info: SessionInfo, experiment: Experiment, source: str, target: Path | None
) -> tuple[int, tuple[str, ...]]:
    """Write one line a row to `target` (None: stdout): class and probabilities, or value.

    How many rows, and what was filled or unknown in them, a sentence each.

    With several fits, the mean of their outputs. Raises UsageError, DataError, NotFoundError or WorkError.
    """
    shelf = DataShelf(folder)
    rows = encode(shelf.encoding, source)
    keys = [FitKey(experiment.number, number) for number in _fits(experiment)]
    outputs = np.mean([_outputs(FitFolder(folder.fit(key)), info.task, shelf, rows.X) for key in keys], axis=0)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_header(info))
    writer.writerows(_lines(info, outputs))
    if target is None:
        sys.stdout.write(text.getvalue())
    else:
        write_whole(target, text.getvalue())
    return len(outputs), rows.notes


def _fits(experiment: Experiment) -> list[int]:
    over = [fit.number for fit in experiment.fits if fit.state.is_over and fit.epochs > 0]
    if not over:
        raise UsageError(
            f"#{experiment.number} is {experiment.state.value} and has no learned parameters: "
            "choose an experiment that has been trained."
        )
    return over


def _outputs(fit: FitFolder, task: Task, shelf: DataShelf, X: Floats) -> NDArray[np.float64]:
    """Probabilities, or values in the target's own unit."""
    spec = fit.read_spec()
    if spec is None:
        raise WorkError(f"{fit.path} has lost its spec: train the experiment again.")
    data = shelf.dataset(spec.fold, spec.folds, spec.hyperparameters.dtype)
    parameters = load_parameters(fit.path / "best.npz")
    outputs = predict(parameters, spec.hyperparameters, task, data.scaling.apply(X)).astype(np.float64)
    return outputs * data.target_scale + data.target_mean if task is Task.REGRESSION else outputs


def _header(info: SessionInfo) -> list[str]:
    if info.task is Task.REGRESSION:
        return [info.target]
    return [info.target, *(f"probability_{name}" for name in info.classes)]


def _lines(info: SessionInfo, outputs: NDArray[np.float64]) -> Iterator[Sequence[object]]:
    if info.task is Task.REGRESSION:
        yield from ([f"{value:.9g}"] for value in outputs)
        return
    shares = np.column_stack([1 - outputs, outputs]) if info.task is Task.BINARY else outputs
    for row in shares:
        yield [info.classes[int(row.argmax())], *(f"{share:.6g}" for share in row)]

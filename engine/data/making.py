"""From a table and a split to the data set a training takes. What is fitted is fitted on the training rows alone."""

from collections.abc import Sequence

import numpy as np

from engine.data.dataset import Dataset, Floats, Gap, Indices, Rows, Split, Table
from engine.data.scaling import ScaleKind, fit_scaling, scale_kind, scaled_rows, target_statistics
from engine.errors import DataError
from engine.records import Task

__all__ = ["fill_gaps", "make_dataset"]

_DTYPES = ("float32", "float64")


def make_dataset(table: Table, split: Split, scale: str = "standard", dtype: str = "float64") -> Dataset:
    """Fill gaps and scale by the training rows; `scale` none with all rows for training gives `X` and `y` untouched.

    Raises DataError for a scale or dtype that is not known.
    """
    if dtype not in _DTYPES:
        raise DataError(f"dtype {dtype!r} is not allowed: use float32 or float64.")
    kind = scale_kind(scale)
    X = fill_gaps(table.X, table.gaps, table, split.train)
    scaling = fit_scaling(kind, X, split.train)
    mean, deviation = (0.0, 1.0) if table.task is not Task.REGRESSION else target_statistics(kind, table.y[split.train])
    train, validation, test = (
        Rows(scaled_rows(scaling, X, rows, dtype), _targets(table, rows, kind, mean, deviation, dtype))
        for rows in (split.train, split.validation, split.test)
    )
    return Dataset(
        task=table.task,
        n_features=table.X.shape[1],
        n_outputs=len(table.classes) if table.task is Task.MULTICLASS else 1,
        classes=table.classes,
        feature_names=table.feature_names,
        train=train,
        validation=validation,
        test=test,
        scaling=scaling,
        target_mean=mean,
        target_scale=deviation,
    )


def _targets(
    table: Table, rows: Indices, kind: ScaleKind, mean: float, deviation: float, dtype: str
) -> Indices | Floats:
    if table.task is not Task.REGRESSION:
        numbers: Indices = table.y[rows].astype(np.intp, copy=False)
        return numbers
    values = table.y[rows] if kind is ScaleKind.NONE else (table.y[rows] - mean) / deviation
    scaled: Floats = values.astype(dtype, copy=False)
    return scaled


def fill_gaps(X: Floats, gaps: Sequence[Gap], table: Table, train: Indices) -> Floats:
    """`X` (m, n), encoded as the table is, with its gaps filled as a network that learned from rows `train` of it saw
    them: by their median, or the level most frequent there. `X` itself without gaps.
    """
    if not gaps:
        return X
    X = X.copy()
    missing = {gap.column: gap.rows for gap in table.gaps}
    for gap in gaps:
        features = slice(gap.column, gap.column + gap.width)
        known = table.X[np.setdiff1d(train, missing.get(gap.column, train[:0])), features]
        if len(known) and gap.width == 1:
            X[gap.rows, gap.column] = np.median(known)
        elif len(known):
            level = np.zeros(gap.width)
            level[np.argmax(known.sum(axis=0))] = 1
            X[gap.rows, features] = level
    return X

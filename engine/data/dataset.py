"""The frozen records of data: a table as read, a split of its rows, and the scaled data set a training takes."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data.encoding import Encoding
from engine.data.scaling import Scaling
from engine.errors import DataError
from engine.records import Task

__all__ = ["Dataset", "Floats", "Gap", "Indices", "Rows", "Split", "Table", "Targets"]

Floats = NDArray[np.float32] | NDArray[np.float64]
Indices = NDArray[np.intp]
Targets = NDArray[np.intp] | NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Examples with their targets."""

    X: Floats
    """(m, n), C-contiguous, scaled."""
    y: Targets
    """(m,): class numbers as intp, or real values (scaled) in the type of `X`."""

    def astype(self, dtype: str) -> "Rows":
        """The same rows in `float32` or `float64`. Raises DataError if a value does not fit."""
        y = self.y if self.y.dtype.kind == "i" else _as_floats(self.y, dtype)
        return Rows(_as_floats(self.X, dtype), y)


@dataclass(frozen=True, eq=False, slots=True)
class Dataset:
    """What a training takes: scaled rows in three parts."""

    task: Task
    n_features: int
    n_outputs: int
    """1 for binary and regression, else the number of classes."""
    classes: tuple[str, ...]
    """Names of the classes in the order of their numbers; empty for regression."""
    feature_names: tuple[str, ...]
    """One for each column of `X`."""
    train: Rows
    """At least one row; every class occurs."""
    validation: Rows
    """May have no rows."""
    test: Rows
    """May have no rows; nobody but the final score looks at them."""
    scaling: Scaling
    """Fitted on the training rows alone; already applied to all three parts."""
    target_mean: float
    """What was subtracted from a regression's target; 0 for classes."""
    target_scale: float
    """What a regression's target was then divided by; 1 for classes."""

    @property
    def class_shares(self) -> tuple[float, ...]:
        """How large a part of the training rows each class has; none for a regression."""
        return self._shares(self.train)

    @property
    def validation_shares(self) -> tuple[float, ...]:
        """The same of the validation rows; none without any."""
        return self._shares(self.validation)

    @property
    def target_variance(self) -> float:
        """Of the training target as the training sees it; 0 where it is the same in every row."""
        y = self.train.y
        if np.ptp(y) == 0:
            return 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            return float(y.var(dtype=np.float64))

    @property
    def validation_spread(self) -> float:
        """Mean squared distance of the validation target from the mean of the training target; NaN without rows."""
        y = self.validation.y
        if not len(y):
            return math.nan
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.square(y - self.train.y.mean(dtype=np.float64)).mean())

    def _shares(self, rows: Rows) -> tuple[float, ...]:
        if self.task is Task.REGRESSION or not len(rows.y):
            return ()
        counts = np.bincount(rows.y.astype(np.intp, copy=False), minlength=len(self.classes))
        return tuple((counts / len(rows.y)).tolist())

    def astype(self, dtype: str) -> "Dataset":
        """The same rows in `float32` or `float64`; itself if they already are. Raises DataError."""
        if self.train.X.dtype == np.dtype(dtype):
            return self
        parts = {name: getattr(self, name).astype(dtype) for name in ("train", "validation", "test")}
        return replace(self, **parts)


@dataclass(frozen=True, eq=False, slots=True)
class Gap:
    """Where values of one column were missing and have been filled."""

    column: int
    """First feature of the column."""
    width: int
    """Features it became: 1 for numbers, the number of levels for text."""
    rows: Indices
    """Sorted row numbers."""


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Data as read: cleaned and numeric, neither scaled nor split."""

    X: Floats
    """(m, n), C-contiguous, finite."""
    y: Targets
    """(m,): class numbers as intp, or real values as float64."""
    feature_names: tuple[str, ...]
    target: str
    """Name of the target column."""
    task: Task
    classes: tuple[str, ...]
    """Names of the classes in the order of their numbers; empty for regression."""
    source: str
    """As it was given."""
    encoding: Encoding
    """How columns became features, so that a new file can be encoded alike."""
    notes: tuple[str, ...] = ()
    """What was done on reading, a sentence each."""
    gaps: tuple[Gap, ...] = ()
    """Filled cells; a data set fills them anew from its training rows, so that nothing leaks."""


@dataclass(frozen=True, eq=False, slots=True)
class Split:
    """Row numbers of the three parts, each sorted; no row is in two of them."""

    train: Indices
    validation: Indices
    test: Indices


def _as_floats(values: Targets, dtype: str) -> Floats:
    with np.errstate(over="ignore"):
        converted: Floats = values.astype(dtype, copy=False)
    if converted.itemsize < values.itemsize and not np.isfinite(converted).all():
        raise DataError(f"Some values are too large for {dtype}: use dtype float64 or scale standard.")
    return converted

"""Reads `X` and `y` from an `.npz` file, which is never allowed to run code (no pickles)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.archives import ARCHIVE_DAMAGE
from engine.data.dataset import Floats
from engine.data.textfile import reading
from engine.data.words import listed, quoted
from engine.errors import DataError

__all__ = ["extent", "read_arrays", "read_features"]

_CHUNK_VALUES = 1 << 18


@dataclass(frozen=True, eq=False, slots=True)
class _Archive:
    path: Path
    file: Any
    """What numpy.load gave."""

    def array(self, key: str) -> NDArray[Any]:
        if key not in self.file.files:
            raise DataError(
                f"{quoted(self.path.name)} has no array '{key}' (it has {listed(self.file.files) or 'none'}): "
                "save X (m, n) and y (m,)."
            )
        try:
            array: NDArray[Any] = self.file[key]
        except ARCHIVE_DAMAGE:
            raise DataError(
                f"The array '{key}' of {quoted(self.path.name)} cannot be read: save plain numbers, not objects."
            ) from None
        return array


def read_arrays(path: Path) -> tuple[Floats, NDArray[Any]]:
    """`X` (m, n) as in `read_features`, and `y` (m,) of booleans, integers, floats or texts. Raises DataError."""
    with _opened(path) as file:
        archive = _Archive(path, file)
        X = _checked_features(archive.array("X"))
        y = archive.array("y")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise DataError(f"y has the shape {y.shape}: give one number a row, of shape ({len(X)},).")
    if len(y) != len(X):
        raise DataError(f"X has {len(X):,} rows but y has {len(y):,}: give one y for each row of X.")
    if y.dtype.kind not in "biufU":
        raise DataError(f"y holds {y.dtype}: give integers for classes or floats for regression.")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        row = int(np.flatnonzero(~np.isfinite(y))[0])
        raise DataError(f"y is {y[row]} in row {row}: give finite numbers or remove the row.")
    return X, y


def read_features(path: Path) -> Floats:
    """`X` (m, n), C-contiguous and finite: float32 stays, small integers become float32, all else float64."""
    with _opened(path) as file:
        return _checked_features(_Archive(path, file).array("X"))


def extent(X: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest value of each column; not finite where some value is not."""
    step = max(1, _CHUNK_VALUES // X.shape[1])
    chunks = [X[start : start + step] for start in range(0, len(X), step)]
    low = np.min([chunk.min(axis=0) for chunk in chunks], axis=0)
    high = np.max([chunk.max(axis=0) for chunk in chunks], axis=0)
    return low, high


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    # The stream is opened here because numpy.load leaves its own open when the archive turns out to be damaged.
    with reading(path), path.open("rb") as stream:
        try:
            file = np.load(stream, allow_pickle=False)
        except ARCHIVE_DAMAGE:
            file = None
        if not hasattr(file, "files"):
            raise DataError(f"{quoted(path.name)} is not an .npz file: save it by numpy.savez(path, X=X, y=y).")
        yield file


def _checked_features(X: NDArray[Any]) -> Floats:
    if X.ndim != 2 or 0 in X.shape:
        raise DataError(f"X has the shape {X.shape}: give (m, n) with a row for each example and a column a feature.")
    if X.dtype.kind not in "biuf":
        raise DataError(f"X holds {X.dtype}: give real numbers.")
    # Up to 16 bits fit float32 exactly, at half the memory of float64.
    is_small = X.dtype.kind == "b" or X.dtype.itemsize <= 2 or X.dtype == np.float32
    with np.errstate(over="ignore"):
        numbers: Any = np.ascontiguousarray(X, dtype=np.float32 if is_small else np.float64)
    low, high = extent(numbers)
    is_bad = ~(np.isfinite(low) & np.isfinite(high))
    if is_bad.any():
        column = int(np.flatnonzero(is_bad)[0])
        row = int(np.flatnonzero(~np.isfinite(numbers[:, column]))[0])
        raise DataError(
            f"X is {numbers[row, column]} in row {row}, column {column}: give finite numbers or remove the row."
        )
    features: Floats = numbers
    return features

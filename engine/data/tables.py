"""Builds a table from the columns of a text file or from the arrays of a numeric one, and notes what was done."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import Column
from engine.data.csvfile import Columns
from engine.data.dataset import Floats, Gap, Table
from engine.data.doubts import doubtful_columns
from engine.data.encoding import ColumnEncoding, Encoding
from engine.data.npzfile import extent
from engine.data.target import Target, are_classes, number_target, text_target
from engine.data.words import counted, listed, quoted, suggestion
from engine.errors import DataError
from engine.records import Task

__all__ = ["array_table", "column_table", "encoded_features", "with_positive"]


def array_table(X: Floats, y: NDArray[Any], task: Task | None, source: str) -> Table:
    """From `X` (m, n) and `y` (m,): integers and texts are classes, floats values unless `task` says otherwise."""
    target = _array_target(y, task)
    names = tuple(f"x{j + 1}" for j in range(X.shape[1]))
    # Only a file to predict from can have gaps, so the medians of some thousand rows do.
    medians = np.median(X[:: 1 + len(X) // 2000], axis=0).tolist()
    encoding = Encoding(tuple(ColumnEncoding(name, (), fill) for name, fill in zip(names, medians, strict=True)), "y")
    notes = target.notes + _constant_note(X, names)
    return Table(X, target.y, names, "y", target.task, target.classes, source, encoding, notes)


def column_table(read: Columns, task: Task | None, drop_missing: bool, source: str) -> Table:
    """From the columns of a text file: texts one-hot encoded, missing values filled, or their rows left out.

    Raises DataError if nothing is left or the target cannot be learned.
    """
    goal = read.columns[read.target]
    features, notes = _useful_features(read)
    features, goal, row_notes = _kept_rows(features, goal, drop_missing)
    target = _column_target(goal, task)
    encoding = Encoding(tuple(map(_encode_column, features)), goal.name)
    X, gaps = encoded_features(features, encoding)
    notes = read.notes + notes + row_notes + target.notes + _gap_notes(features, gaps) + _text_notes(encoding)
    notes += doubtful_columns(features)
    notes += _constant_note(X, encoding.feature_names)
    return Table(
        X, target.y, encoding.feature_names, goal.name, target.task, target.classes, source, encoding, notes, gaps
    )


def encoded_features(columns: Sequence[Column], encoding: Encoding) -> tuple[NDArray[np.float64], tuple[Gap, ...]]:
    """`X` (m, n) of columns in the order of the encoding, and where it had to fill. Levels must be those of it."""
    X = np.zeros((len(columns[0].values), len(encoding.feature_names)))
    gaps = []
    at = 0
    for column, how in zip(columns, encoding.columns, strict=True):
        is_missing = np.isnan(column.values)
        values = np.where(is_missing, how.fill, column.values)
        if is_missing.any():
            gaps.append(Gap(at, len(how.features), np.flatnonzero(is_missing)))
        if how.levels:
            # A level the encoding does not know has the number -1: none of its features is set.
            known = np.flatnonzero(values >= 0)
            X[known, at + values[known].astype(np.intp)] = 1.0
        else:
            X[:, at] = values
        at += len(how.features)
    return X, tuple(gaps)


def with_positive(table: Table, name: str | None) -> Table:
    """The table with that one of its two classes as class 1, which F1 is about; None leaves it. Raises DataError."""
    if name is None:
        return table
    if len(table.classes) != 2:
        what = f"{len(table.classes)} classes" if table.classes else "values"
        raise DataError(
            f"The positive class {quoted(name)} is not possible: the target {quoted(table.target)} has {what}, "
            "and only one of two classes can be positive; leave it out."
        )
    if name not in table.classes:
        close = suggestion(name, table.classes)
        raise DataError(f"There is no class {quoted(name)}{close}: the positive one is {' or '.join(table.classes)}.")
    if name == table.classes[1]:
        return table
    return replace(table, y=1 - table.y, classes=table.classes[::-1])


def _array_target(y: NDArray[Any], task: Task | None) -> Target:
    if y.dtype.kind == "U":
        levels, codes = np.unique(y, return_inverse=True)
        return text_target("y", codes.astype(np.float64), [str(level) for level in levels], task)
    target = number_target("y", y.astype(np.float64), task, y.dtype.kind in "biu")
    distinct = np.unique(y)
    if (
        task is None
        and target.task is Task.REGRESSION
        and len(distinct) <= 20
        and (distinct == np.round(distinct)).all()
    ):
        note = f"y holds {len(distinct)} whole numbers as floats: taken as values, unless a task says classes."
        return replace(target, notes=(note,))
    return target


def _column_target(goal: Column, task: Task | None) -> Target:
    if goal.is_text:
        return text_target(goal.name, goal.values, goal.levels, task)
    target = number_target(goal.name, goal.values, task, are_classes(goal.values))
    if task is None and target.task is Task.MULTICLASS:
        note = f"The target {quoted(goal.name)} holds {len(target.classes)} whole numbers, taken as classes."
        return replace(target, notes=(note,))
    return target


def _useful_features(read: Columns) -> tuple[list[Column], tuple[str, ...]]:
    """All columns but the target, the empty ones, and a nameless first one that only counts the rows."""
    others = [column for j, column in enumerate(read.columns) if j != read.target]
    empty = [column.name for column in others if not column.is_text and np.isnan(column.values).all()]
    notes: tuple[str, ...] = (f"Empty columns left out: {listed(empty)}.",) if empty else ()
    features = [column for column in others if column.name not in empty]
    if read.has_header and features and _counts_rows(features[0]):
        notes += ("The nameless first column only counts the rows and was left out.",)
        features = features[1:]
    if not features:
        raise DataError("No column is left besides the target: give at least one feature.")
    return features, notes


def _counts_rows(column: Column) -> bool:
    values = column.values
    if column.name not in ("x1", "Unnamed: 0") or column.is_text or values[0] not in (0, 1):
        return False
    return len(values) > 2 and bool((values == np.arange(len(values)) + values[0]).all())


def _kept_rows(
    features: list[Column], goal: Column, drop_missing: bool
) -> tuple[list[Column], Column, tuple[str, ...]]:
    has_target = ~np.isnan(goal.values)
    notes: tuple[str, ...] = ()
    if not has_target.all():
        notes += (f"Rows left out because the target {quoted(goal.name)} is missing: {int((~has_target).sum()):,}.",)
    keep = has_target
    if drop_missing:
        is_whole = ~np.any([np.isnan(column.values) for column in features], axis=0)
        keep = has_target & is_whole
        if not is_whole.all():
            notes += (f"Rows left out because of missing values: {int((has_target & ~is_whole).sum()):,}.",)
    if not keep.any():
        why = "all have missing values" if has_target.any() else f"the target {quoted(goal.name)} is empty"
        raise DataError(f"No row is left, since {why}: fill missing values or choose another target.")
    if not keep.all():
        features = [column.kept(keep) for column in features]
        goal = goal.kept(keep)
    return features, goal, notes


def _encode_column(column: Column) -> ColumnEncoding:
    known = column.values[~np.isnan(column.values)]
    if not len(known):
        return ColumnEncoding(column.name, column.levels, 0.0)
    if column.is_text:
        return ColumnEncoding(column.name, column.levels, float(np.argmax(np.bincount(known.astype(np.intp)))))
    return ColumnEncoding(column.name, (), float(np.median(known)))


def _gap_notes(features: Sequence[Column], gaps: Sequence[Gap]) -> tuple[str, ...]:
    if not gaps:
        return ()
    counts = [(column.name, int(np.isnan(column.values).sum())) for column in features]
    where = listed([f"{name} {number:,}" for name, number in counts if number])
    total = counted(sum(number for _, number in counts), "missing value")
    return (f"Filled {total} with the median or the most frequent text of the training rows: {where}.",)


def _text_notes(encoding: Encoding) -> tuple[str, ...]:
    texts = [f"{column.name} {len(column.levels)}" for column in encoding.columns if column.levels]
    if not texts:
        return ()
    return (f"Turned {counted(len(texts), 'text column')} into a feature for each of its texts: {listed(texts)}.",)


def _constant_note(X: Floats, names: Sequence[str]) -> tuple[str, ...]:
    low, high = extent(X)
    constant = [names[j] for j in np.flatnonzero(low == high).tolist()]
    if not constant:
        return ()
    return (f"Features that are the same in every row and so tell nothing: {listed(constant)}.",)

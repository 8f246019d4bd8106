"""Columns that enter the network and hardly do what a person meant: ids, and numbers written as texts."""

from collections.abc import Sequence

import numpy as np

from engine.data.cells import numbers_as_texts
from engine.data.columns import Column
from engine.data.words import quoted

__all__ = ["doubtful_columns"]

_FEWEST_ROWS = 10
"""Below, values that are all different or all in order are too easily a chance."""


def doubtful_columns(features: Sequence[Column]) -> tuple[str, ...]:
    """A sentence for each, with what to do."""
    return tuple(sentence for column in features if (sentence := _doubt(column)))


def _doubt(column: Column) -> str:
    name = f"Column {quoted(column.name)}"
    if written := numbers_as_texts(name, column.levels, ", each of which became a feature of its own"):
        return written
    known = column.values[~np.isnan(column.values)]
    if len(known) < _FEWEST_ROWS:
        return ""
    why = "its texts are all different" if column.is_text and len(column.levels) == len(known) else ""
    if not column.is_text and _numbers_rows(known):
        why = "its whole numbers are all different and in order"
    if not why:
        return ""
    advice = "if it is one, remove it from the file, for it tells nothing of new rows"
    return f"{name} looks like an id, since {why}: {advice}."


def _numbers_rows(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    steps = np.diff(values)
    return bool((np.all(steps > 0) or np.all(steps < 0)) and np.all(values == np.round(values)))

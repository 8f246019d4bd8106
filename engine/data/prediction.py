"""Encodes a new file as the table was that a network learned from, so that the network can predict from it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.data.catalogue import GENERATED
from engine.data.columns import Column
from engine.data.csvfile import read_chosen
from engine.data.dataset import Floats, Gap
from engine.data.encoding import ColumnEncoding, Encoding
from engine.data.layout import Layout
from engine.data.loading import load_table, source_path
from engine.data.npzfile import read_features
from engine.data.tables import encoded_features
from engine.data.words import counted, listed, plain_number, quoted
from engine.errors import DataError

__all__ = ["Encoded", "encode"]


@dataclass(frozen=True, eq=False, slots=True)
class Encoded:
    """The features of a new file, in the order of its rows."""

    X: Floats
    """(m, n), C-contiguous, finite, not yet scaled."""
    gaps: tuple[Gap, ...] = ()
    """What was missing: each network fills it as it saw gaps filled, see `fill_gaps`."""
    notes: tuple[str, ...] = ()
    """What is missing or unknown, a sentence each."""


def encode(encoding: Encoding, source: str) -> Encoded:
    """Read a source like those of `load_table`, whose target may be missing, as the encoding says.

    Columns are found by name, or in order where the file has no header. Raises NotFoundError or DataError.
    """
    if source.split(":")[0] in GENERATED:
        return Encoded(_matching(load_table(source).X, encoding))
    path = source_path(source)
    if path.name.lower().endswith(".npz"):
        return Encoded(_matching(read_features(path), encoding))
    columns = read_chosen(path, lambda layout: _positions(layout, encoding))
    translated = [_translated(column, how) for column, how in zip(columns, encoding.columns, strict=True)]
    X, gaps = encoded_features(translated, encoding)
    missing = sum(len(gap.rows) for gap in gaps)
    how = "by the median, or the most frequent text, of the rows the network learned from"
    notes = (f"Filled {counted(missing, 'missing value')} {how}.",) if missing else ()
    return Encoded(X, gaps, notes + _unknown_notes(columns, encoding.columns))


def _matching(X: Floats, encoding: Encoding) -> Floats:
    n = len(encoding.feature_names)
    if X.shape[1] != n:
        raise DataError(f"X has {counted(X.shape[1], 'column')}: give {n}, one for each feature of the training data.")
    return X


def _positions(layout: Layout, encoding: Encoding) -> Sequence[int]:
    wanted = [column.name for column in encoding.columns]
    are_numbered = all(name == f"x{position}" for position, name in enumerate(wanted, 1))
    if len(layout.names) == len(wanted) and (are_numbered or not layout.has_header):
        return range(len(wanted))
    missing = [name for name in wanted if name not in layout.names]
    if missing:
        raise DataError(
            f"The file lacks {counted(len(missing), 'column')} of the training data: {listed(missing)}; "
            f"it has {listed(layout.names)}: add or rename columns."
        )
    return [layout.names.index(name) for name in wanted]


def _translated(column: Column, how: ColumnEncoding) -> Column:
    """The column with the levels of the encoding; -1 for a text it does not know."""
    if column.is_text and not how.levels:
        raise DataError(
            f"Column {quoted(column.name)} holds texts such as {quoted(column.levels[-1])} but held numbers in "
            "training: correct them or leave the cells empty."
        )
    if not how.levels:
        return column
    places = {level: float(place) for place, level in enumerate(how.levels)}
    texts, codes = _texts(column)
    place = np.array([places.get(text, -1.0) for text in texts])
    values = np.full(len(codes), np.nan)
    is_known = ~np.isnan(codes)
    values[is_known] = place[codes[is_known].astype(np.intp)]
    return replace(column, values=values, levels=how.levels)


def _texts(column: Column) -> tuple[Sequence[str], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The texts of a column, also of one that happens to hold numbers alone, and the position of each row's."""
    if column.is_text:
        return column.levels, column.values
    distinct, codes = np.unique(column.values, return_inverse=True)
    return [plain_number(value) for value in distinct.tolist() if value == value], np.where(
        np.isnan(column.values), np.nan, codes
    )


def _unknown_notes(columns: Sequence[Column], encodings: Sequence[ColumnEncoding]) -> tuple[str, ...]:
    unknown = [
        [f"{column.name} {text}" for text in _texts(column)[0] if text not in how.levels]
        for column, how in zip(columns, encodings, strict=True)
        if how.levels
    ]
    texts = list(itertools.chain.from_iterable(unknown))
    return (f"Texts that did not occur in training and so count as none of them: {listed(texts)}.",) if texts else ()

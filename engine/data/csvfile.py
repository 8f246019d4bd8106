"""Reads a CSV or TSV file into columns: blocks of plain numbers by NumPy's compiled reader, others cell by cell."""

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import MOST_LEVELS, Column, ColumnReader
from engine.data.gaps import with_nan
from engine.data.layout import Layout, find_layout
from engine.data.rows import check_rows, has_width, split_lines
from engine.data.textfile import LATIN, blocks, guess_encoding, open_text, reading
from engine.data.words import listed, quoted, suggestion
from engine.errors import DataError

__all__ = ["Columns", "column_position", "read_chosen", "read_columns"]

_MOST_CLASSES = 1000
"""Different texts a target may hold, however explicitly classes were asked for."""

_CELL_ROWS = 5000
"""Rows turned into columns at a time, so that their cells stay in the cache."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """A text table, column by column."""

    columns: tuple[Column, ...]
    target: int
    """Position of the column that was asked for; by default the last one that is not empty."""
    has_header: bool
    notes: tuple[str, ...]


def read_columns(path: Path, target: str | None = None) -> Columns:
    """Read a file of features and a target whole. Raises DataError."""

    def read(encoding: str) -> Columns:
        layout = _layout(path, encoding, 2)
        position = layout.last if target is None else column_position(layout.names, target)
        most = [_MOST_CLASSES if j == position else MOST_LEVELS for j in range(len(layout.names))]
        columns = _read(path, encoding, layout, most)
        return Columns(tuple(columns), position, layout.has_header, _notes(encoding, layout))

    return _decoded(path, read)


def read_chosen(path: Path, choose: Callable[[Layout], Sequence[int]]) -> tuple[Column, ...]:
    """Read the columns whose positions `choose` finds in the layout, whatever texts they hold. Raises DataError."""

    def read(encoding: str) -> tuple[Column, ...]:
        layout = _layout(path, encoding, 1)
        chosen = choose(layout)
        columns = _read(path, encoding, layout, [sys.maxsize if j in chosen else 0 for j in range(len(layout.names))])
        place = {column.name: column for column in columns}
        return tuple(place[layout.names[j]] for j in chosen)

    return _decoded(path, read)


def column_position(names: Sequence[str], name: str) -> int:
    """Position of the column of that name. Raises DataError."""
    if name in names:
        return list(names).index(name)
    shown = ", ".join(names[:40]) + (", …" if len(names) > 40 else "")
    raise DataError(f"There is no column {quoted(name)}{suggestion(name, names)}: use one of {shown}.")


def _decoded(path: Path, read: Callable[[str], T]) -> T:
    """What `read` gives for the encoding of the file: Latin-1 where it turns out not to be what it looked like."""
    with reading(path):
        encoding = guess_encoding(path)
        try:
            return read(encoding)
        except UnicodeError:
            return read(LATIN)


def _layout(path: Path, encoding: str, fewest_columns: int) -> Layout:
    with open_text(path, encoding) as file:
        return find_layout(file, path.name, fewest_columns)


def _notes(encoding: str, layout: Layout) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if encoding == LATIN:
        notes += ("The file is not UTF-8 and was read as Latin-1: check names with accents.",)
    if layout.renamed:
        notes += (f"Columns that have a name twice got a number behind it: {listed(layout.renamed)}.",)
    if not layout.has_header:
        notes += (f"The file has no header: its columns are called x1 to x{len(layout.names)}.",)
    return notes


def _read(path: Path, encoding: str, layout: Layout, most_levels: Sequence[int]) -> list[Column]:
    """The columns that may have levels at all; the others are passed over."""
    readers = [
        ColumnReader(name, most, layout.numbers) if most else None
        for name, most in zip(layout.names, most_levels, strict=True)
    ]
    with open_text(path, encoding) as file:
        line = layout.header_lines if layout.has_header else 0
        for _ in range(line):
            file.readline()
        for block in blocks(file):
            _take(block, line, layout, readers)
            line += block.count("\n")
    return [reader.finish() for reader in readers if reader]


def _take(block: str, line: int, layout: Layout, readers: Sequence[ColumnReader | None]) -> None:
    if block.isspace():
        return
    numbers = _as_numbers(block, layout, readers) if all(readers) else None
    if numbers is not None and numbers.shape[1] == len(readers):
        for reader, values in zip(readers, numbers.T, strict=True):
            if reader:
                (reader.add_codes if reader.is_text else reader.add_numbers)(values)
        return
    for rows in _cells(block, line, layout):
        for reader, cells in zip(readers, zip(*rows, strict=True), strict=True):
            if reader:
                reader.add_cells(cells)


def _as_numbers(block: str, layout: Layout, readers: Sequence[ColumnReader | None]) -> NDArray[np.float64] | None:
    """The block as (rows, columns): numbers, NaN where missing, and codes in columns already known to hold texts.

    None if that does not fit, so that it has to be read cell by cell.
    """
    delimiter = None if layout.delimiter == " " else layout.delimiter
    coders: dict[int | str, Callable[[str], float]] = {
        j: reader.code for j, reader in enumerate(readers) if reader and reader.is_text
    }
    if coders and (layout.numbers.decimal_comma or f'{layout.delimiter} "' in block):
        return None
    plain = layout.numbers.plain(block)
    # Looking for missing values costs a seventh of the reading, so it waits until reading has met one.
    for prepare in (str, lambda text: with_nan(text, layout.delimiter)):
        try:
            numbers: NDArray[np.float64] = np.loadtxt(
                io.StringIO(prepare(plain), newline="\n"),
                delimiter=delimiter,
                comments=None,
                quotechar='"',
                ndmin=2,
                converters=coders or None,
            )
        except ValueError:
            continue
        return numbers
    return None


def _cells(block: str, line: int, layout: Layout) -> Iterator[list[list[str]]]:
    """Rows of cells, all of the right width, some thousand at a time."""
    width = len(layout.names)
    try:
        rows = split_lines(block, layout.delimiter)
    except csv.Error:
        rows = []
    has_breaks = len(rows) < block.count("\n")
    if has_breaks or not all(len(row) == width or has_width(row, width) for row in rows):
        check_rows(block, layout.delimiter, width, before=line)
    rows = [row for row in rows if len(row) == width]
    for start in range(0, len(rows), _CELL_ROWS):
        yield rows[start : start + _CELL_ROWS]

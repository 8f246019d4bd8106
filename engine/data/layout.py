"""How a text table is laid out: its delimiter, whether it has a header, how it writes numbers. Judged by a sample."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from engine.data.cells import MISSING, NumberStyle
from engine.data.rows import check_rows, split_lines
from engine.data.words import quoted, unique_names, visible
from engine.errors import DataError

__all__ = ["Layout", "find_layout", "number_style"]

_DELIMITERS = (",", ";", "\t", "|", " ")
_SAMPLE_CHARACTERS = 1 << 16
_SAMPLE_ROWS = 60


@dataclass(frozen=True, slots=True)
class Layout:
    """What has to be known to read the rows."""

    delimiter: str
    """A space stands for any run of spaces and tabs."""
    names: tuple[str, ...]
    """Unique and visible; x1, x2, … where there is no header."""
    has_header: bool
    header_lines: int
    """Lines to skip before the first row of data."""
    numbers: NumberStyle
    last: int
    """Position of the last column that is not empty in the sample."""
    renamed: tuple[str, ...] = ()
    """Names that got a number behind them, since another column has the same."""


def find_layout(file: TextIO, file_name: str, fewest_columns: int = 2) -> Layout:
    """Judge by the first 60 lines. Raises DataError if there is no table in it."""
    sample = file.read(_SAMPLE_CHARACTERS)
    is_whole = len(sample) < _SAMPLE_CHARACTERS
    if not sample.strip():
        raise DataError(f"{quoted(file_name)} is empty: give a table with a header and rows.")
    lines = sample.split("\n")
    complete = lines if is_whole or len(lines) == 1 else lines[:-1]
    delimiter, rows = _best_delimiter("\n".join(complete[:_SAMPLE_ROWS]))
    width = len(rows[0])
    if width < fewest_columns:
        check_rows(sample, delimiter if delimiter != " " else ",")
        raise DataError(
            f"{quoted(file_name)} has a single column: separate columns by comma, semicolon, tab, | or spaces."
        )
    numbers = number_style(delimiter, rows)
    has_header = _has_header(rows, numbers)
    body = rows[1:] if has_header else rows
    if not body:
        check_rows(sample, delimiter)
        raise DataError(f"{quoted(file_name)} has a header but no rows: add rows below it.")
    filled = [j for j in range(width) if any(len(row) > j and row[j].strip() for row in rows)] or [0]
    given = rows[0] if has_header else [""] * width
    names = unique_names(given)
    pairs = zip(names, given, strict=True)
    renamed = tuple(name for name, word in pairs if word.strip() and name != visible(word.strip()))
    return Layout(delimiter, names, has_header, _lines_of_header(sample, delimiter), numbers, filled[-1], renamed)


def _best_delimiter(sample: str) -> tuple[str, list[list[str]]]:
    """The one that gives most rows the same width, then most cells that are numbers; and the rows it gives."""
    best: tuple[tuple[bool, float, float], str, list[list[str]]] | None = None
    for delimiter in _DELIMITERS:
        if delimiter == " " and best is not None and best[0][0]:
            break
        try:
            rows = [row for row in split_lines(sample, delimiter) if any(cell.strip() for cell in row) or len(row) > 1]
        except csv.Error:
            continue
        width, times = Counter(map(len, rows)).most_common(1)[0]
        merit = (width > 1, times / len(rows), _share_of_numbers(rows, NumberStyle(delimiter in ";\t|")))
        if best is None or merit > best[0]:
            best = merit, delimiter, rows
    if best is None:
        raise DataError("The quotation marks of the file do not match: close each quoted cell.")
    return best[1], best[2]


def _share_of_numbers(rows: Sequence[Sequence[str]], style: NumberStyle) -> float:
    cells = [cell for row in rows[:20] for cell in row]
    return sum(style.number(cell) is not None for cell in cells) / max(1, len(cells))


def number_style(delimiter: str, rows: Sequence[Sequence[str]]) -> NumberStyle:
    """Decimal commas where some cell is a number only with them."""
    if delimiter == ",":
        return NumberStyle()
    with_comma = [cell for row in rows for cell in row if "," in cell]
    dots_group = any("." in cell and NumberStyle(True, True).number(cell) is not None for cell in with_comma)
    style = NumberStyle(True, dots_group)
    return style if any(style.number(cell) is not None for cell in with_comma) else NumberStyle()


def _has_header(rows: Sequence[Sequence[str]], style: NumberStyle) -> bool:
    """A first row with text above numbers, or with texts that do not come again below."""
    first, rest = rows[0], rows[1:]
    columns = [
        [row[j] for row in rest if len(row) > j and row[j].strip().lower() not in MISSING] for j in _range(first)
    ]
    is_text = [style.number(cell) is None for cell in first]
    if not any(is_text):
        return False
    is_numeric = [bool(cells) and all(style.number(cell) is not None for cell in cells) for cells in columns]
    if any(text and numeric for text, numeric in zip(is_text, is_numeric, strict=True)):
        return True
    if any(numeric and cell.strip() for cell, numeric in zip(first, is_numeric, strict=True)):
        return False
    return not any(text and cell in cells for cell, text, cells in zip(first, is_text, columns, strict=True))


def _range(row: Sequence[str]) -> range:
    return range(len(row))


def _lines_of_header(sample: str, delimiter: str) -> int:
    """Lines up to the end of the first row that is not empty."""
    if delimiter == " ":
        return next(number for number, line in enumerate(sample.split("\n"), 1) if line.strip())
    reader = csv.reader(io.StringIO(sample, newline="\n"), delimiter=delimiter, skipinitialspace=True)
    for row in reader:
        if any(cell.strip() for cell in row) or len(row) > 1:
            break
    return reader.line_num

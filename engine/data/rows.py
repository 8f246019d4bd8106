"""The rows of a text table: split at the delimiter, and looked through for the one that is wrong."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from engine.errors import DataError

__all__ = ["check_rows", "has_width", "split_lines"]

_END = "\ue000"
"""A last line of our own: where it ends up inside a longer cell, that cell's quotation is open."""


def split_lines(text: str, delimiter: str) -> list[list[str]]:
    """The cells of each row; an empty list for an empty line. Raises csv.Error."""
    return list(_rows(text, delimiter))


def has_width(row: Sequence[str], width: int) -> bool:
    """Whether a row has so many cells, or is an empty line."""
    return len(row) == width or not row or (len(row) == 1 and not row[0].strip())


def check_rows(text: str, delimiter: str, width: int | None = None, before: int = 0) -> None:
    """Refuse a text in which a quotation stays open or a row has another width. Raises DataError.

    `before` lines of the file stand before the text. Slow: for what turned out to be wrong.
    """
    whole = f"{text.removesuffix(chr(10))}\n{_END}"
    lines = whole.split("\n")
    at = 0
    try:
        for row in _rows(whole, delimiter):
            breaks = [cell.count("\n") for cell in row]
            after = at + 1 + sum(breaks)
            if after - at > 1 and (after == len(lines) or _is_broken("\n".join(lines[at:after]), delimiter)):
                raise _open_quotation(before + 1 + at + sum(breaks[:-1]) * (after == len(lines)))
            if width is not None and row != [_END] and not has_width(row, width):
                raise _wrong_width(before + 1 + at, after - at, len(row), width)
            at = after
    except csv.Error:
        raise _open_quotation(before + 1 + at) from None


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """A space stands for any run of spaces and tabs, and knows no quotation."""
    lines = io.StringIO(text, newline="\n")
    if delimiter == " ":
        return (line.split() for line in lines)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _is_broken(text: str, delimiter: str) -> bool:
    """Whether a quotation over several lines ends at a mark that stands and goes on as one that begins a cell.

    Then it was open and swallowed that cell's row; anything else behind a closing mark is only untidy. At the start of
    a line, where a text may have its closing mark too, a cell is begun if the marks from there on make pairs.
    """
    mark = re.escape(delimiter)
    for cell in re.finditer(rf'(?:^|{mark}) *(?:"((?:[^"]++|"")*+)"([^{mark}]*)|[^{mark}]*)', text):
        quotation, rest = (part.rstrip(" ") for part in cell.groups(default=""))
        if "\n" not in quotation or not rest or cell[2][0].isspace():
            continue
        holds_row = cell.start() == 0 and delimiter in quotation
        are_pairs = text.count('"', cell.end(1)) % 2 == 0
        if quotation.endswith(delimiter) or (quotation.endswith("\n") and (holds_row or are_pairs)):
            return True
    return False


def _open_quotation(line: int) -> DataError:
    return DataError(
        f"The quotation that begins on line {line} is not closed: put a quotation mark where its cell ends, "
        "or take the first one away."
    )


def _wrong_width(line: int, lines: int, cells: int, width: int) -> DataError:
    if lines > 1:
        return DataError(
            f"The quotation that begins on line {line} reaches to line {line + lines - 1}, which makes {cells} cells "
            f"where there are {width} columns: put a quotation mark where its cell ends, or take the first one away."
        )
    return DataError(
        f"Line {line} has {cells} cells where there are {width} columns: "
        "add or remove cells, and put text that holds the delimiter in quotation marks."
    )

"""Reads a curve that some other program wrote: a CSV with the columns epoch, train_cost and validation_cost."""

import csv
import io
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from engine.data.cells import NumberStyle
from engine.data.layout import number_style
from engine.data.rows import check_rows
from engine.diagnosis.signs import CostCurve
from engine.errors import DataError, NotFoundError

__all__ = ["read_curve_csv"]

_ABSENT = {"", "na", "n/a", "null", "none", "-"}
_LARGEST = 256 * 1024 * 1024


def read_curve_csv(path: str | Path) -> CostCurve:
    """Read a curve. `train_cost` must be there; without `epoch` the rows count from 0; validation costs may be empty.

    Raises NotFoundError if there is no such file, DataError if it is not such a curve.
    """
    name = repr(str(path))
    delimiter, found = _rows(Path(path), name)
    rows = [row for row in found if any(cell.strip() for cell in row)]
    if not rows:
        raise DataError(f"{name} is empty: give a CSV with the columns epoch, train_cost, validation_cost.")
    header = [cell.strip().strip("\ufeff").lower() for cell in rows[0]]
    if "train_cost" not in header:
        raise DataError(
            f"{name} has the columns {', '.join(header)!r}: name one of them train_cost "
            "(and epoch, validation_cost if they are there)."
        )
    if len(rows) == 1:
        raise DataError(f"{name} has a header and no rows: give at least one epoch.")
    if wrong := next((line for line, row in enumerate(rows, start=1) if len(row) != len(header)), None):
        raise DataError(
            f"{name} has {len(rows[wrong - 1])} cells in row {wrong}, {len(header)} in the header: mend that row."
        )
    columns = {word: [row[place] for row in rows[1:]] for place, word in enumerate(header)}
    return _curve(columns, number_style(delimiter, rows[1:]), name)


def _rows(path: Path, name: str) -> tuple[str, list[list[str]]]:
    """The delimiter and the cells between."""
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"{name} is larger than 256 MB: give one curve.")
        text = path.read_text(encoding="utf-8-sig")
        header = text[:1000].partition("\n")[0]
        delimiter = next((mark for mark in ";\t" if mark in header), ",")
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        if len(rows) < text.count("\n"):
            check_rows(text, delimiter)
        return delimiter, rows
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {name}: check the path.") from None
    except UnicodeDecodeError:
        raise DataError(f"{name} is not text in UTF-8: save it as a CSV in UTF-8.") from None
    except csv.Error as error:
        raise DataError(f"{name} is not a CSV ({error}): give one row an epoch, cells separated by commas.") from None
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror}): check the path and its permissions.") from None


def _curve(columns: dict[str, list[str]], style: NumberStyle, name: str) -> CostCurve:
    plain = {column: list(map(style.plain, cells)) for column, cells in columns.items()}
    train = _numbers(plain["train_cost"], "train_cost", name)
    cells = plain.get("validation_cost")
    validation = _numbers(cells, "validation_cost", name, may_be_absent=True) if cells else [math.nan] * len(train)
    epoch = _epochs(plain["epoch"], name) if "epoch" in plain else list(range(len(train)))
    return CostCurve(epoch, train, validation)


def _numbers(cells: Sequence[str], column: str, name: str, *, may_be_absent: bool = False) -> list[float]:
    numbers = []
    for row, cell in enumerate(cells, start=2):
        word = cell.strip()
        try:
            numbers.append(math.nan if may_be_absent and word.lower() in _ABSENT else float(word))
        except ValueError:
            raise DataError(f"{name} has {word!r} as {column} in row {row}: use a number.") from None
    return numbers


def _epochs(cells: Sequence[str], name: str) -> list[int]:
    numbers = _numbers(cells, "epoch", name)
    for row, number in enumerate(numbers, start=2):
        if not math.isfinite(number) or number != int(number):
            raise DataError(f"{name} has {number:g} as epoch in row {row}: use a whole number.")
    epochs = [int(number) for number in numbers]
    for row, (before, after) in enumerate(pairwise(epochs), start=3):
        if after <= before:
            raise DataError(f"{name} has epoch {after} after epoch {before} in row {row}: sort the rows, one an epoch.")
    return epochs

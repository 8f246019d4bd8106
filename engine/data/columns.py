"""Columns of a text table as they grow block by block: numbers as long as it goes, else texts with their levels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.data.cells import NumberStyle, is_date, numbers_as_texts, plain_writing
from engine.data.words import listed, plain_number, quoted, visible
from engine.errors import DataError

__all__ = ["MOST_LEVELS", "Column", "ColumnReader"]

MOST_LEVELS = 50
"""Different texts a column may hold to be one-hot encoded."""

_MOST_NUMBERS_AS_TEXT = 10
"""A column with more different numbers than this is meant to be numeric, whatever texts stray into it."""


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """One column as read."""

    name: str
    values: NDArray[np.float64]
    """(m,): numbers, or positions in `levels`; NaN where missing."""
    levels: tuple[str, ...] = ()
    """Its texts, sorted, by number if all are numbers; empty for a column of numbers."""

    def kept(self, rows: NDArray[np.bool_]) -> "Column":
        """The column of these rows alone, without texts that no longer occur."""
        values = self.values[rows]
        if not self.is_text:
            return Column(self.name, values)
        is_known = ~np.isnan(values)
        used, codes = np.unique(values[is_known].astype(np.intp), return_inverse=True)
        values[is_known] = codes
        return Column(self.name, values, tuple(self.levels[place] for place in used.tolist()))

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return bool(self.levels)


@dataclass(eq=False, slots=True)
class ColumnReader:
    """Collects one column. Raises DataError as soon as it cannot be used."""

    name: str
    most_levels: int
    style: NumberStyle
    is_text: bool = False
    _rows: int = 0
    _first_text: str = ""
    _first_text_row: int = 0
    _parts: list[tuple[bool, NDArray[np.float64]]] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, float] = field(default_factory=dict)

    def add_numbers(self, values: NDArray[np.float64]) -> None:
        """Take values that were read as numbers, NaN where missing."""
        self._parts.append((False, values))
        self._rows += len(values)

    def add_cells(self, cells: Sequence[str]) -> None:
        """Take cells as they stand in the file."""
        if not self.style.decimal_comma and not self.is_text:
            try:
                values = np.array(list(map(float, cells)), dtype=np.float64)
            except ValueError:
                pass
            else:
                if "_" not in "".join(cells):
                    return self.add_numbers(values)
        parsed = {cell: self.style.number(cell) for cell in dict.fromkeys(cells)}
        if None not in parsed.values() and not self.is_text:
            return self.add_numbers(np.array([parsed[cell] for cell in cells], dtype=np.float64))
        self._note_first_text(cells, parsed)
        position = {cell: self._code(cell, number) for cell, number in parsed.items()}
        self._parts.append((True, np.array([position[cell] for cell in cells], dtype=np.float64)))
        self._rows += len(cells)
        return None

    def code(self, cell: str) -> float:
        """The number of a cell's text, NaN if it is missing, for cells that `add_codes` then takes."""
        known = self._seen.get(cell)
        if known is None:
            known = self._seen[cell] = self._code(cell, self.style.number(cell))
        return known

    def add_codes(self, values: NDArray[np.float64]) -> None:
        """Take cells of a column of texts as `code` gave them."""
        self._parts.append((True, values))
        self._rows += len(values)

    def finish(self) -> Column:
        """The whole column."""
        if not self.is_text:
            return self._numbers(np.concatenate([part for _, part in self._parts]))
        codes = np.concatenate([part if is_text else self._as_codes(part) for is_text, part in self._parts])
        if sum(map(_is_number, self._codes)) > _MOST_NUMBERS_AS_TEXT:
            raise self._refusal()
        levels = list(self._codes)
        order = sorted(levels, key=float) if all(map(_is_number, levels)) else sorted(levels)
        position = {level: j for j, level in enumerate(order)}
        place = np.array([position[level] for level in levels], dtype=np.float64)
        is_known = ~np.isnan(codes)
        codes[is_known] = place[codes[is_known].astype(np.intp)]
        return Column(self.name, codes, tuple(order))

    def _numbers(self, values: NDArray[np.float64]) -> Column:
        if np.isinf(values).any():
            row = int(np.flatnonzero(np.isinf(values))[0]) + 1
            raise DataError(
                f"Column {quoted(self.name)} is infinite in data row {row}: "
                "give a number below 1e308, or leave the cell empty."
            )
        return Column(self.name, values)

    def _note_first_text(self, cells: Sequence[str], parsed: dict[str, float | None]) -> None:
        texts = [cell for cell, number in parsed.items() if number is None]
        if texts and all(map(is_date, texts)):
            raise DataError(
                f"Column {quoted(self.name)} holds dates such as {quoted(texts[0].strip())}, which are not understood: "
                "replace them by numbers (days since a start, month, weekday) or remove the column."
            )
        if not self.is_text:
            at = next(at for at, cell in enumerate(cells) if parsed[cell] is None)
            self._first_text, self._first_text_row = cells[at].strip(), self._rows + at + 1
            self.is_text = True

    def _code(self, cell: str, number: float | None) -> float:
        if number is not None and math.isnan(number):
            return math.nan
        level = visible(cell.strip()) if number is None else plain_number(number) if math.isfinite(number) else cell
        code = self._codes.setdefault(level, len(self._codes))
        if code >= self.most_levels:
            raise self._refusal()
        return code

    def _as_codes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Numbers that were read before the first text was met, as levels."""
        distinct, places = np.unique(values, return_inverse=True)
        if len(distinct) > self.most_levels:
            raise self._refusal(more_numbers=len(distinct))
        return np.array([self._code(str(value), value) for value in distinct.tolist()], dtype=np.float64)[places]

    def _refusal(self, more_numbers: int = 0) -> DataError:
        texts = [level for level in self._codes if not _is_number(level)]
        if len(self._codes) - len(texts) + more_numbers > len(texts):
            plain = plain_writing(self._first_text)
            return DataError(
                f"Column {quoted(self.name)} holds numbers, but {quoted(self._first_text)} in data row "
                f"{self._first_text_row}: {f'write it as {plain}' if plain else 'correct it'}, "
                "or leave the cell empty if the value is missing."
            )
        if sentence := numbers_as_texts(f"Column {quoted(self.name)}", texts):
            return DataError(sentence)
        return DataError(
            f"Column {quoted(self.name)} has more than {self.most_levels} different texts ({listed(texts[:3])}, …): "
            "remove the column if it is an id, which tells nothing of new rows, or group its texts."
        )


def _is_number(level: str) -> bool:
    return NumberStyle().number(level) is not None

"""What one cell of a text file says: a number, a missing value, a date or a text."""

import math
import re
from dataclasses import dataclass

__all__ = ["MISSING", "NumberStyle", "is_date"]

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?", "-"})
"""Cells that say nothing, in lower case."""

_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))([T ]\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
)


def is_date(cell: str) -> bool:
    """Whether it is a date or a time of day in figures."""
    return _DATE.fullmatch(cell.strip()) is not None


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a file writes numbers."""

    decimal_comma: bool = False
    """`3,14`; only where something else separates the columns."""
    dots_group: bool = False
    """`1.234,5`; only with a decimal comma."""

    def plain(self, text: str) -> str:
        """Cells or whole lines with numbers as Python writes them."""
        if not self.decimal_comma:
            return text
        return (text.replace(".", "") if self.dots_group else text).replace(",", ".")

    def number(self, cell: str) -> float | None:
        """Its value, NaN if it is missing, None if it is a text."""
        word = cell.strip()
        if word.lower() in MISSING:
            return math.nan
        if "_" in word:
            return None
        try:
            return float(self.plain(word))
        except ValueError:
            return None

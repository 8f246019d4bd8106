"""What one cell of a text file says: a number, a missing value, a date, a text, or a number written as one."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.data.words import quoted

__all__ = ["MISSING", "NumberStyle", "is_date", "numbers_as_texts", "plain_writing"]

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?", "-"})
"""Cells that say nothing, in lower case."""

_DATE = re.compile(
    r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2}))([T ]\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
)
_GROUPED = r"\d{1,3}(?:[,' \xa0]\d{3})+|\d{1,3}(?:\.\d{3})+(?=,)|\d+"
_WRITTEN = re.compile(rf"([-+]?)[$€£¥]?\s?([-+]?)({_GROUPED})(?:[.,](\d+))?\s?[$€£¥%]?")


def is_date(cell: str) -> bool:
    """Whether it is a date or a time of day in figures."""
    return _DATE.fullmatch(cell.strip()) is not None


def plain_writing(text: str) -> str:
    """The number that a text with a currency, percent or thousands sign means: `1103` for `$1,103`; empty if none."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return ""
    sign, inner_sign, digits, fraction = found.groups(default="")
    return f"{sign or inner_sign}{re.sub(r'[^0-9]', '', digits)}{'.' if fraction else ''}{fraction}"


def numbers_as_texts(what: str, texts: Iterable[str], so: str = "") -> str:
    """A sentence to the person if most of the texts in `what` are numbers with signs, else nothing."""
    plain = {text: plain_writing(text) for text in texts if NumberStyle().number(text) is None}
    meant = [text for text, number in plain.items() if number]
    if 2 * len(meant) <= len(plain):
        return ""
    return (
        f"{what} holds numbers written as texts, such as {quoted(meant[0])}{so}: "
        f"write them as plain numbers, such as {plain[meant[0]]}."
    )


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

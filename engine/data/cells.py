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
_BLANKS = " '\xa0\u202f"


def _written(point: str, groups: str) -> re.Pattern[str]:
    """A number with signs. No group of thousands begins with a zero, and one mark parts them all."""
    whole = rf"[1-9][0-9]{{0,2}}(?P<mark>[{groups}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*|[0-9]+"
    number = rf"(?P<whole>{whole})(?:{point}(?P<fraction>[0-9]+))?"
    return re.compile(rf"(?P<sign>[-+]?)[$€£¥]?\s?(?P<inner>[-+]?){number}\s?[$€£¥%]?")


_WRITTEN = {".": _written(r"\.", f",{_BLANKS}"), ",": _written(",", f".{_BLANKS}")}
"""By the sign before the decimals."""


def is_date(cell: str) -> bool:
    """Whether it is a date or a time of day in figures."""
    return _DATE.fullmatch(cell.strip()) is not None


def plain_writing(text: str, points: Iterable[str] = _WRITTEN) -> str:
    """The number that a text with a currency, percent or thousands sign means: `1103` for `$1,103`; empty if none.

    `1103 or 1.103` for `1,103` where both are possible `points`, the signs before the decimals.
    """
    read = _readings(text)
    return " or ".join(dict.fromkeys(read[point] for point in points if point in read))


def _readings(text: str) -> dict[str, str]:
    """The numbers that a text may mean, by the sign before the decimals."""
    found = {point: match for point, pattern in _WRITTEN.items() if (match := pattern.fullmatch(text))}
    if "." in found and found["."]["mark"] == "," and any(sign in text for sign in "$£¥"):
        # Nobody writes these with a decimal comma and three decimals.
        found.pop(",", None)
    return {point: _plain(**match.groupdict("")) for point, match in found.items()}


def _plain(sign: str, inner: str, whole: str, mark: str, fraction: str) -> str:
    digits = whole.replace(mark, "") if mark else whole
    return f"{sign or inner}{digits}{'.' if fraction else ''}{fraction}"


def numbers_as_texts(what: str, texts: Iterable[str], so: str = "") -> str:
    """A sentence to the person if most of the texts in `what` are numbers with signs, else nothing."""
    wordy = [text for text in texts if NumberStyle().number(text) is None]
    meant = {text: read for text in wordy if (read := _readings(text))}
    if 2 * len(meant) <= len(wordy):
        return ""
    points = [point for point in _WRITTEN if all(point in read for read in meant.values())] or list(_WRITTEN)
    plain = {text: plain_writing(text, points) for text in meant}
    clearest = min(plain, key=lambda text: " or " in plain[text])
    return (
        f"{what} holds numbers written as texts, such as {quoted(clearest)}{so}: "
        f"write them as plain numbers, such as {plain[clearest]}."
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

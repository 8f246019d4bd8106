"""Text of a person's file made safe to show: names, values and paths as they appear in notes and errors."""

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

__all__ = ["counted", "listed", "plain_number", "quoted", "suggestion", "unique_names", "visible"]

_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_LONGEST_NAME = 80
_LONGEST_LIST = 12


def visible(text: str, longest: int = _LONGEST_NAME) -> str:
    """The text in one line without control characters: ESC becomes ␛, others their \\x or \\u notation."""
    shown = text if text.isascii() and text.isprintable() else "".join(map(_visible_character, text))
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _visible_character(character: str) -> str:
    if ord(character) < 0x20:
        return chr(0x2400 + ord(character))
    if unicodedata.category(character) in _INVISIBLE:
        return character.encode("ascii", "backslashreplace").decode()
    return character


def quoted(text: str) -> str:
    """The visible text in quotation marks, as errors show a value."""
    return f"'{visible(text)}'"


def listed(names: Sequence[str]) -> str:
    """Names separated by commas, cut after the first dozen."""
    shown = ", ".join(visible(name, 40) for name in names[:_LONGEST_LIST])
    return shown if len(names) <= _LONGEST_LIST else f"{shown} and {len(names) - _LONGEST_LIST} more"


def counted(number: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def suggestion(word: str, names: Sequence[str]) -> str:
    """` (did you mean 'age'?)` if a name is close, else nothing."""
    close = get_close_matches(word, names, 1, 0.6)
    return f" (did you mean {quoted(close[0])}?)" if close else ""


def plain_number(number: float) -> str:
    """The shortest way to write it: `3`, `0.5`, `1e+30`."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Visible names, `x3` for an empty third one, `_2` behind a second of the same."""
    taken: set[str] = set()
    result = []
    for position, name in enumerate(names, 1):
        base = candidate = visible(name.strip()) or f"x{position}"
        number = 2
        while candidate in taken:
            candidate = f"{base}_{number}"
            number += 1
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)

"""What the commands print: results on stdout, words about the work on stderr, user text made harmless."""

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence

from tui.text import clean, cut

__all__ = ["json_text", "print_json", "print_line", "say", "show_progress", "tell_once"]

_USUAL_COLUMNS = 80


def print_line(text: str = "") -> None:
    """One line of a result, for a person."""
    sys.stdout.write(clean(text) + "\n")


def print_json(document: object) -> None:
    """The one JSON document of a `--json` call; NaN and ±inf as null."""
    sys.stdout.write(json_text(document))


def json_text(document: object) -> str:
    """A JSON document on one line; NaN and ±inf as null."""
    return json.dumps(_finite(document), ensure_ascii=False, allow_nan=False) + "\n"


def say(text: str) -> None:
    """A sentence about the work, for a person, on stderr."""
    if sys.stderr is not None:
        sys.stderr.write(clean(text) + "\n")


def tell_once(messages: Sequence[str], told: set[str]) -> None:
    """What the person must know while waiting: a full disk, a damaged history."""
    for message in messages:
        if message not in told:
            told.add(message)
            say(message)


def show_progress(text: str, *, is_last: bool = False) -> None:
    """A line that is overwritten by the next one; nothing unless stderr is a terminal.

    It is cut to the terminal's width: of a line that is wrapped only the last part could be overwritten.
    """
    if sys.stderr is not None and sys.stderr.isatty():
        shown = clean(text) if is_last else cut(clean(text), _columns())
        sys.stderr.write("\r\x1b[2K" + shown + ("\n" if is_last else ""))
        sys.stderr.flush()


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_COLUMNS
    except OSError:
        return _USUAL_COLUMNS


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(each) for each in value]
    return value

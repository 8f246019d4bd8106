"""The one normaliser of stored values, and their JSON form.

What JSON cannot say stands there as an object with one tag: `{"$float": "nan"}`, `{"$int": "0x1f…"}`.
Never imports NumPy.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import TypeAlias, cast

from engine.errors import UsageError

__all__ = ["Document", "Plain", "clone", "dumps", "has_tags", "normalise", "revive"]

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
Document: TypeAlias = dict[str, Plain]

_EXACT = 2**53
"""Whole numbers up to here survive every JSON reader."""
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_SAYABLE = (str, bool, type(None))
_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)


def normalise(value: object) -> Plain:
    """A copy of `value` made of None, bool, int, float, str, list and dict alone.

    Tuples become lists, enums their value, paths and dates text, NumPy scalars and arrays numbers and lists.
    Raises UsageError for anything else, and for a value that contains itself.
    """
    try:
        return _normalise(value)
    except RecursionError:
        raise UsageError("A value is nested too deeply to be stored: store a flat one.") from None


def _normalise(value: object) -> Plain:
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int or kind is float:
        return cast(Plain, value)
    if isinstance(value, Mapping):
        return {_key(key): _normalise(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_normalise(each) for each in value]
    return _convert(value)


def _convert(value: object) -> Plain:
    """Values that are neither JSON's own nor containers of them."""
    if isinstance(value, Enum):
        return _normalise(value.value)
    if isinstance(value, (PurePath, str)):
        return str.__str__(value) if isinstance(value, str) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    to_list = getattr(value, "tolist", None)
    plain = to_list() if callable(to_list) else value
    if type(plain) is type(value):
        raise UsageError(f"{value!r} cannot be stored: use text, numbers, true or false, lists and mappings of these.")
    return _normalise(plain)


def _key(key: object) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return str(int(key))
    raise UsageError(f"{key!r} cannot name a stored value: use text.")


def dumps(value: Plain) -> bytes:
    """JSON in one line of ASCII; `value` is normalised."""
    try:
        return _encoder.encode(value if _is_sayable(value) else _tag(value)).encode("ascii")
    except RecursionError:
        raise UsageError("A value is nested too deeply to be stored: store a flat one.") from None


def _is_sayable(value: Plain) -> bool:
    """Whether JSON can say it without tags."""
    kind = type(value)
    if kind is dict:
        items = cast(Document, value)
        if len(items) == 1 and next(iter(items)).startswith("$"):
            return False
        return all(map(_is_sayable, items.values()))
    if kind is list:
        return all(map(_is_sayable, cast("list[Plain]", value)))
    if kind is float:
        return math.isfinite(cast(float, value))
    return kind is not int or -_EXACT <= cast(int, value) <= _EXACT


def _tag(value: Plain) -> Plain:
    if isinstance(value, dict):
        tagged: Document = {key: each if type(each) in _SAYABLE else _tag(each) for key, each in value.items()}
        is_like_a_tag = len(value) == 1 and next(iter(value)).startswith("$")
        return {"$dict": tagged} if is_like_a_tag else tagged
    if isinstance(value, list):
        return [_tag(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if type(value) is int and not -_EXACT <= value <= _EXACT:
        return {"$int": hex(value)}
    return value


def has_tags(line: bytes) -> bool:
    """Whether the JSON may hold tags, so that `revive` is needed."""
    return b'{"$' in line


def revive(value: Plain) -> Plain:
    """The value that `dumps` was given, from its parsed JSON."""
    if isinstance(value, list):
        return [revive(each) if type(each) in (dict, list) else each for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        tag, inner = next(iter(value.items()))
        if tag == "$float":
            return _FLOATS[str(inner)]
        if tag == "$int":
            return int(str(inner), 16)
        if tag == "$dict":
            return {key: revive(each) for key, each in cast(Document, inner).items()}
    return {key: revive(each) if type(each) in (dict, list) else each for key, each in value.items()}


def clone(document: Document) -> Document:
    """A copy that shares nothing that can change."""
    return {key: _copy(each) if type(each) in (dict, list) else each for key, each in document.items()}


def _copy(value: Plain) -> Plain:
    if isinstance(value, dict):
        return clone(value)
    return [_copy(each) if type(each) in (dict, list) else each for each in cast(Sequence[Plain], value)]

"""The journal's line: one transaction as one line of JSON that proves its own bytes and names its predecessor.

`{"n":7,"p":"<checksum of 6>","v":1,"t":<Unix seconds>,"w":"<host/pid>","put":{table:{id:document}},"del":{table:[id]},
"crc":"<checksum>"}`, without the line break.
Knows neither files nor what a document means.
"""

import json
import re
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

from sessions.store.change import Change
from sessions.store.values import Document, Plain, dumps, has_tags, revive

__all__ = ["NO_PREDECESSOR", "Record", "decode_lines", "encode_line", "is_intact", "named_documents", "salvage"]

NO_PREDECESSOR = "00000000"
_ENDING = len(b',"crc":"00000000"}')
_START = re.compile(rb'\{"n":\d+,"p":"[0-9a-f]{8}"')
_END = re.compile(rb',"crc":"[0-9a-f]{8}"\}')
_NAMED = re.compile(rb'"([a-z_]{1,40})":\{(?="\d)|"(\d{1,16})":\{')


class Record(NamedTuple):
    """One transaction as it was read."""

    number: int
    """1, 2, … without gaps, also across compactions."""
    previous: str
    """Checksum of the record before it; NO_PREDECESSOR for the first of a file."""
    schema: int
    """Version of the documents' form."""
    put: dict[str, dict[str, Document]]
    """Table -> id -> whole document."""
    removed: dict[str, list[str]]
    """Table -> ids."""
    checksum: str
    """CRC-32 of the line's own bytes before it, eight hexadecimal digits."""


def encode_line(
    number: int, previous: str, schema: int, time_s: float, writer: str, change: Change
) -> tuple[bytes, str]:
    """The line with its newline, and its checksum."""
    parts: Document = {"n": number, "p": previous, "v": schema, "t": round(time_s, 3), "w": writer}
    parts["put"] = cast(Plain, change.put)
    if change.removed:
        parts["del"] = {table: list(names) for table, names in change.removed.items()}
    body = dumps(parts)[:-1]
    checksum = f"{zlib.crc32(body):08x}"
    return b'%b,"crc":"%b"}\n' % (body, checksum.encode()), checksum


def is_intact(line: bytes) -> bool:
    """Whether the bytes (without newline) are those that were written."""
    if line[-_ENDING:-10] != b',"crc":"' or line[-2:] != b'"}':
        return False
    return b"%08x" % zlib.crc32(memoryview(line)[:-_ENDING]) == line[-10:-2]


def decode_lines(lines: Sequence[bytes]) -> list[Record | None]:
    """The records of many lines at once; None for a line that is damaged or empty.

    One parse for all of them takes three quarters of the time of one each, and shares their keys in memory.
    """
    intact = [line for line in lines if is_intact(line)]
    try:
        parsed = json.loads(b"[%b]" % b",".join(intact))
    except ValueError:
        return [_decode_one(line) for line in lines]
    if any(map(has_tags, intact)):
        parsed = [revive(each) if has_tags(line) else each for each, line in zip(parsed, intact, strict=True)]
    if len(intact) == len(lines):
        return list(map(_record, parsed))
    rest = iter(parsed)
    return [_record(next(rest)) if is_intact(line) else None for line in lines]


def _decode_one(line: bytes) -> Record | None:
    """For lines whose checksum holds though they are no JSON: something else wrote them."""
    try:
        return _record(revive(json.loads(line))) if is_intact(line) else None
    except ValueError:
        return None


def _record(parts: Any) -> Record | None:
    try:
        return Record(parts["n"], parts["p"], parts["v"], parts["put"], parts.get("del") or {}, parts["crc"])
    except (KeyError, TypeError, AttributeError):
        return None


def salvage(line: bytes) -> list[bytes]:
    """The intact lines inside a damaged stretch, as when a newline was lost or something was put in between."""
    found: list[bytes] = []
    past = 0
    ends = [match.end() for match in _END.finditer(line)]
    for match in _START.finditer(line):
        start = match.start()
        if start < past:
            continue
        for end in [end for end in ends if end > start][:16]:
            if is_intact(line[start:end]):
                found.append(line[start:end])
                past = end
                break
    return found


def named_documents(damaged: bytes) -> tuple[str, ...]:
    """The documents that the rest of a damaged line still names, as `table/id`."""
    named: dict[str, None] = {}
    table = "?"
    for match in _NAMED.finditer(damaged):
        if match[1]:
            table = match[1].decode()
        else:
            named[f"{table}/{match[2].decode()}"] = None
    return tuple(named)

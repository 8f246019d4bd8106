"""The conductor's sign of life: a count that moves on while it works, and what troubles it, for whoever looks.

A lock says that the process lives, the count that it works. No time of day is written or compared: a reader watches
the count with a clock of its own, so that a laptop that slept or a clock that jumped mean nothing.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Beat", "Heartbeat", "read_beat"]

BEAT_EVERY_S = 1.0
_SIZE = 1024
"""Bytes; always the same ones are overwritten, which works on a full disk too."""
_TOLD = 150
"""Characters of a trouble; each may take six bytes."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What the file says."""

    count: int
    trouble: str
    """Why the conductor cannot do its work at the moment, in one sentence; empty if it can."""


class Heartbeat:
    """Written by the one conductor. A disk that refuses it stops nothing."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._count = 0
        self._trouble = ""
        self._due = clock()

    def beat(self, trouble: str = "") -> None:
        """Move the count on if it is time, or at once if the trouble is another."""
        now = self._clock()
        if now < self._due and trouble == self._trouble:
            return
        self._due = now + BEAT_EVERY_S
        self._trouble = trouble
        self._count += 1
        text = json.dumps({"count": self._count, "trouble": trouble[:_TOLD]}).encode().ljust(_SIZE - 1) + b"\n"
        with contextlib.suppress(OSError):
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(fd, text, 0)
            finally:
                os.close(fd)


def read_beat(path: Path) -> Beat | None:
    """The last beat; None if there is none or it is being written."""
    try:
        document = json.loads(path.read_bytes())
        return Beat(int(document["count"]), str(document["trouble"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None

"""Requests to a running fit: one small file in its folder, the last word wins, seen by its worker within 0.2 s."""

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sessions.store import Disk, atomic_write, spoken

__all__ = ["Control", "ControlFile", "Request"]


class Request(Enum):
    """What is asked of a fit."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"
    PRUNE = "prune"


@dataclass(frozen=True, slots=True)
class Control:
    """One request."""

    request: Request


class ControlFile:
    """The request file of one fit. Whoever asks writes it; only the worker of the fit acts on it."""

    def __init__(self, fit_folder: Path) -> None:
        self._path = fit_folder / "control"
        self._seen: tuple[int, int] | None = None

    def ask(self, control: Control) -> None:
        """Replace the request. Raises StoreError if it cannot be written."""
        disk = Disk()
        with spoken(self._path):
            disk.make_folder(self._path.parent)
        atomic_write(self._path, json.dumps({"request": control.request.value}).encode(), disk)

    def clear(self) -> None:
        """Withdraw whatever was asked."""
        self._path.unlink(missing_ok=True)

    def read(self) -> Control | None:
        """The request that stands; None if there is none or it cannot be read."""
        try:
            return Control(Request(json.loads(self._path.read_bytes())["request"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def look_again(self) -> None:
        """Let `news` tell the request once more: it could not be followed yet."""
        self._seen = None

    def news(self) -> Control | None:
        """The request if it changed since the last call, else None. Costs one stat."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        seen = (status.st_ino, status.st_mtime_ns)
        if seen == self._seen:
            return None
        self._seen = seen
        return self.read()

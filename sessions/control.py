"""Requests to a running fit: one small file in its folder, the last word wins, seen by its worker within 0.2 s."""

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from engine.declaration import Value
from engine.hyperparameters import declaration
from sessions.store.disk import Disk, atomic_write

__all__ = ["Control", "ControlFile", "Request"]


class Request(Enum):
    """What is asked of a fit."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"
    PRUNE = "prune"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Control:
    """One request."""

    request: Request
    changes: tuple[tuple[str, Value], ...] = ()
    """Names and new values; only with CHANGE."""


class ControlFile:
    """The request file of one fit. Whoever asks writes it; only the worker of the fit acts on it."""

    def __init__(self, fit_folder: Path) -> None:
        self._path = fit_folder / "control"
        self._seen: tuple[int, int] | None = None

    def ask(self, control: Control) -> None:
        """Replace the request. Raises StoreError if it cannot be written."""
        document = {"request": control.request.value, "changes": dict(control.changes)}
        atomic_write(self._path, json.dumps(document).encode(), Disk())

    def clear(self) -> None:
        """Withdraw whatever was asked."""
        self._path.unlink(missing_ok=True)

    def read(self) -> Control | None:
        """The request that stands; None if there is none or it cannot be read."""
        try:
            document = json.loads(self._path.read_bytes())
            changes = tuple((name, declaration(name).check(value)) for name, value in document["changes"].items())
            return Control(Request(document["request"]), changes)
        except (OSError, ValueError, KeyError, AttributeError):
            return None

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

"""Hyperparameters changed while a fit trains: what was asked of it, and at which update each change took effect.

Two files of one JSON object a line in the fit's folder: `changes`, written by whoever asks, and `events`, written by
the fit's worker before a change takes effect. So a resumed fit and a replay make each change at the very same update.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.declaration import Value, format_value
from engine.errors import HyperparameterError, UsageError
from engine.hyperparameters import Hyperparameters, check_change, declaration
from sessions.documents import Document
from sessions.store import Disk, spoken

__all__ = ["ChangeFiles", "ChangeRequest", "Event", "changed", "check_request"]


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What somebody wants of a fit in training."""

    number: int
    """1, 2, … within the fit."""
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Event:
    """A change that took effect."""

    request: int
    epoch: int
    """The epoch in which it took effect."""
    iteration: int
    """Updates made before; it holds from the next one."""
    name: str
    before: Value
    after: Value

    def to_document(self) -> Document:
        """As the file and `show --json` spell it."""
        return {
            "kind": "change",
            "request": self.request,
            "epoch": self.epoch,
            "iteration": self.iteration,
            "name": self.name,
            "from": self.before,
            "to": self.after,
        }


def changed(hyperparameters: Hyperparameters, events: Iterable[Event]) -> Hyperparameters:
    """The values after these events."""
    return hyperparameters.replace(**{event.name: event.after for event in events})


def check_request(now: Hyperparameters, values: Mapping[str, Value]) -> Hyperparameters:
    """The values after the change. Raises HyperparameterError for one that a fit in training cannot take over."""
    if not values:
        raise UsageError("Nothing to change: give -s NAME=VALUE, such as -s learning_rate=0.003.")
    after = now.replace(**values)
    for name in values:
        if getattr(after, name) == getattr(now, name):
            raise HyperparameterError(
                name, f"{name} is {format_value(getattr(now, name))} already: give another value."
            )
        if not declaration(name).applies(after):
            raise HyperparameterError(
                name, f"{name} has no effect next to the other values of this experiment: start another one to use it."
            )
    check_change(now, after)
    return after


class ChangeFiles:
    """The two files of one fit."""

    def __init__(self, fit_folder: Path) -> None:
        self._requests = fit_folder / "changes"
        self._events = fit_folder / "events"
        self._seen = -1

    def ask(self, values: Mapping[str, Value]) -> None:
        """Ask for a change; durable on return. The caller holds the history's lock. Raises StoreError."""
        with spoken(self._requests):
            Disk().make_folder(self._requests.parent)
        number = 1 + max((each.number for each in self.requests()), default=0)
        _append(self._requests, [{"request": number, "values": dict(values)}])

    def requests(self) -> list[ChangeRequest]:
        """All that was asked so far, oldest first."""
        found = []
        for line in _lines(self._requests):
            with contextlib.suppress(KeyError, TypeError, ValueError, HyperparameterError):
                values = {name: declaration(name).check(value) for name, value in line["values"].items()}
                found.append(ChangeRequest(int(line["request"]), values))
        return found

    def news(self, taken: int) -> list[ChangeRequest]:
        """What was asked after request `taken`. Costs one stat while there is nothing."""
        try:
            size = self._requests.stat().st_size
        except OSError:
            return []
        if size == self._seen:
            return []
        waiting = [each for each in self.requests() if each.number > taken]
        if not waiting:
            self._seen = size
        return waiting

    def record(self, events: Sequence[Event]) -> None:
        """Write down changes that are about to take effect; durable on return. Raises StoreError."""
        _append(self._events, [event.to_document() for event in events])

    def events(self) -> list[Event]:
        """All changes that took effect, oldest first."""
        found = []
        for line in _lines(self._events):
            with contextlib.suppress(KeyError, TypeError, ValueError, HyperparameterError):
                check = declaration(line["name"]).check
                request, epoch, iteration = (int(line[name]) for name in ("request", "epoch", "iteration"))
                found.append(Event(request, epoch, iteration, line["name"], check(line["from"]), check(line["to"])))
        return found


def _append(path: Path, documents: Iterable[Document]) -> None:
    disk = Disk()
    with spoken(path):
        fd = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            size = os.fstat(fd).st_size
            is_torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
            lines = "".join(json.dumps(document) + "\n" for document in documents)
            try:
                disk.write_all(fd, (("\n" if is_torn else "") + lines).encode())
                disk.fsync(fd)
            except OSError:
                disk.truncate(fd, size)
                raise
        finally:
            os.close(fd)


def _lines(path: Path) -> list[dict[str, Any]]:
    """The whole objects of a file; what is torn or damaged is passed over."""
    try:
        raw = path.read_bytes()
    except OSError:
        return []
    found = []
    for line in raw.splitlines():
        with contextlib.suppress(ValueError):
            document = json.loads(line)
            if isinstance(document, dict):
                found.append(document)
    return found

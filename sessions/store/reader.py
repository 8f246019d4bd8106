"""Follows one history file without a lock: looks whether it grew, and takes in the new lines.

Never writes to the file. A file that shrank, was replaced or does not fit is read again from the start.
"""

import gc
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sessions.store.damage import Damage
from sessions.store.lock import WriterLock
from sessions.store.scan import Scan
from sessions.store.schema import Schema
from sessions.store.state import State

__all__ = ["Reader"]

_BLOCK = 1 << 24


class Reader:
    """What the file holds, kept up to date by `refresh`."""

    def __init__(self, path: Path, schema: Schema, lock: WriterLock, put_aside: Callable[[int], Path | None]) -> None:
        self._fd = -1
        self.mutex = threading.RLock()
        """To be held while looking at more than one thing of `state`."""
        self.damage: tuple[Damage, ...] = ()
        """What is wrong with the file, as found when it was last read from the start."""
        self.has_vanished = False
        """The file was there and is no more; `state` is what it held."""
        self._path = path
        self._name = os.fspath(path)
        self._schema = schema
        self._lock = lock
        self._put_aside = put_aside
        self._scan = Scan(State(schema, version=1))
        self._seen: tuple[int, int, int] | None = None

    def __del__(self) -> None:
        self._let_go()

    @property
    def state(self) -> State:
        """The documents, and where the chain of records stands."""
        return self._scan.state

    @property
    def end(self) -> int:
        """Bytes of the file that were read."""
        return self._scan.end

    @property
    def has_open_line(self) -> bool:
        """The file does not end with a newline."""
        return self._scan.is_open

    @property
    def exists(self) -> bool:
        """Whether the file was there when last looked for."""
        return self._seen is not None and not self.has_vanished

    def refresh(self) -> bool:
        """Take in what is new; True if anything was. Raises OSError."""
        if not self.has_vanished and self._look() == self._seen:
            return False
        with self.mutex:
            return self._take_in()

    def _look(self) -> tuple[int, int, int] | None:
        """What tells one content of the file from another; None if it is not there."""
        try:
            status = os.stat(self._name)  # noqa: PTH116 - half the time of Path.stat, several times a second
        except (FileNotFoundError, NotADirectoryError):
            return None
        return (status.st_ino, status.st_size, status.st_mtime_ns)

    def _take_in(self) -> bool:
        seen = self._look()
        if seen is None:
            self.has_vanished = self._seen is not None
            return False
        before = self.state.version
        is_longer = self._seen is not None and seen[0] == self._seen[0] and seen[1] >= self._scan.end
        if not (is_longer and self._read(self._scan, is_following=True)):
            self._read_from_the_start()
        self._seen = seen
        self.has_vanished = False
        return self.state.version != before

    def _read_from_the_start(self) -> None:
        """Build a new state beside the old one, which stays in place if this fails."""
        mark = self._lock.read_mark()
        self._reopen()
        scan = Scan(State(self._schema, version=self.state.version + 1))
        with _collection_put_off():
            self._read(scan, is_following=False)
        with self._lock.quiet() as is_quiet:
            if scan.rest and is_quiet:
                self._read(scan, is_following=False)
            torn = scan.rest if is_quiet else b""
            scan.findings.note_end(scan.offset, torn, scan.state.number, mark, scan.is_ours)
        scan.state.forget_changes()
        self._scan = scan
        self.damage = scan.findings.conclude(self._put_aside)

    def _read(self, scan: Scan, *, is_following: bool) -> bool:
        """Feed the file from where the scan stands to its end; False if it does not fit."""
        while True:
            wanted = os.fstat(self._fd).st_size - scan.offset
            data = os.pread(self._fd, min(wanted, max(_BLOCK, 2 * len(scan.rest))), scan.offset)
            before = scan.end
            if not scan.feed(data, is_following=is_following):
                return False
            if scan.end == before or len(data) == wanted:
                return True

    def _reopen(self) -> None:
        fd = os.open(self._name, os.O_RDONLY | os.O_CLOEXEC)
        self._let_go()
        self._fd = fd

    def _let_go(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def forget(self) -> None:
        """Trust nothing that was read: the next refresh reads everything again."""
        with self.mutex:
            self._seen = None

    def close(self) -> None:
        """Let go of the file."""
        with self.mutex:
            self._let_go()
            self._seen = None


@contextmanager
def _collection_put_off() -> Iterator[None]:
    """Looking for garbage among the documents again and again while they come in doubles the time for 100,000."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

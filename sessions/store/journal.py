"""One history file: transactions under the writers' lock, one line each, and reading that waits for no one.

Decides when a write counts as done. Knows records and changes, not TinyDB.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from sessions.store.appender import Appender
from sessions.store.change import Change
from sessions.store.compaction import compress, is_mostly_dead, keep_predecessor, write_compacted
from sessions.store.damage import Damage, DamageKind, quarantine
from sessions.store.disk import Disk
from sessions.store.errors import StoreError, explain, spoken
from sessions.store.line import encode_line
from sessions.store.lock import Mark, WriterLock
from sessions.store.reader import Reader
from sessions.store.schema import Schema
from sessions.store.state import State

__all__ = ["Journal"]

_TRIES = 5


class Journal:
    """Safe between threads and between processes."""

    def __init__(self, path: Path, disk: Disk, clock: Callable[[], float], writer: str, schema: Schema) -> None:
        """Read what is there; nothing is made before the first write. Raises StoreError."""
        self._path = path
        self._disk = disk
        self._clock = clock
        self._writer = writer
        self._schema = schema
        self._lock = WriterLock(path.with_suffix(".lock"), disk)
        self._reader = Reader(path, schema, self._lock, self._put_aside)
        self._appender = Appender(path, disk)
        self._mutex = threading.RLock()
        self._depth = 0
        self._owner = 0
        self._staged: Change | None = None
        self._trouble: str | None = None
        self._compact_above = 0
        with spoken(path):
            self._reader.refresh()

    def _put_aside(self, fingerprint: int) -> Path | None:
        return quarantine(self._path, self._path.parent / "quarantine", fingerprint, self._disk)

    @property
    def state(self) -> State:
        """What the file held at the last refresh."""
        return self._reader.state

    @property
    def reading(self) -> threading.RLock:
        """To be held while looking at more than one thing of `state`; never held while waiting for the disk to sync."""
        return self._reader.mutex

    @property
    def staged(self) -> Change | None:
        """The open group's change, for the thread that opened it."""
        return self._staged if self._owner == threading.get_ident() else None

    @property
    def damage(self) -> tuple[Damage, ...]:
        """What is wrong with the file."""
        return self._reader.damage

    @property
    def read_only(self) -> str | None:
        """Why nothing can be written, in one sentence; None if it can as far as is known."""
        newest = self.state.newest_schema
        if newest > self._schema.version:
            return (
                f"{self._path} was written by a newer tunedeck (form {newest}, this one knows up to "
                f"{self._schema.version}): it can be read, not changed; install the newer version."
            )
        for each in self.damage:
            if each.kind is DamageKind.FOREIGN:
                return f"{self._path} cannot be written: {each.sentence}"
        if self._reader.has_vanished:
            return f"{self._path} has vanished: what was read of it is still shown; put its folder back to go on."
        return self._appender.refusal or self._trouble

    def refresh(self) -> bool:
        """Take in what others wrote; True if anything changed. Waits for no writer and never raises: what can no
        longer be read is told by `read_only`. Within a transaction of this thread's there are no others."""
        if self._owner == threading.get_ident():
            return False
        try:
            is_new = self._reader.refresh()
        except OSError as fault:
            self._trouble = str(explain(fault, self._path))
            return False
        self._trouble = None
        return is_new

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Let no one else write in between. Raises StoreError; what was written before an error stays."""
        predecessor = None
        with self._mutex:
            self._enter()
            try:
                yield
                if self._depth == 1:
                    predecessor = self._compact_if_due()
            finally:
                self._leave()
        if predecessor is not None:
            compress(predecessor, self._disk)

    def _enter(self) -> None:
        if self._depth == 0:
            self._lock.acquire()
            self._owner = threading.get_ident()
            self._depth = 1
            try:
                self._catch_up()
                self._refuse_if_read_only()
            except BaseException:
                self._leave()
                raise
        else:
            self._depth += 1

    def _leave(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = 0
            self._lock.release()

    def _catch_up(self) -> None:
        with spoken(self._path):
            self._reader.refresh()

    def _refuse_if_read_only(self) -> None:
        reason = self.read_only
        if reason is not None:
            raise StoreError(reason)

    @contextlib.contextmanager
    def group(self) -> Iterator[None]:
        """All commits inside become one record: one fsync, all or nothing. Raises StoreError."""
        with self.transaction():
            before = self._staged
            self._staged = Change() if before is None else before.copy()
            try:
                yield
                change = self._staged
            finally:
                self._staged = before
            if before is not None:
                self._staged = change
            elif change:
                self._append(change)

    def commit(self, change: Change) -> None:
        """Make the change durable, or part of the open group. Inside a transaction only. Raises StoreError."""
        if self._staged is not None:
            self._staged.add(change)
        elif change:
            self._append(change)

    def _append(self, change: Change) -> None:
        self._refuse_if_read_only()
        for _ in range(_TRIES):
            mark, line = self._next_line(change)
            if self._write(line):
                break
            self._catch_up()
        else:
            raise StoreError(f"Others write to {self._path} in spite of its lock: move the session to a local disk.")
        self._lock.write_mark(mark)
        self._catch_up()
        if self.state.checksum != mark.checksum:
            self._reader.forget()
            raise StoreError(f"{self._path} does not hold what was just written: check the disk, then look again.")

    def _next_line(self, change: Change) -> tuple[Mark, bytes]:
        """A line that continues what was acknowledged last, even if the file has lost it: so the gap stays visible."""
        mark = self._lock.held_mark()
        state = self.state
        last = mark if mark.number > state.number else Mark(state.number, state.checksum)
        time_s = self._clock()
        line, checksum = encode_line(last.number + 1, last.checksum, self._schema.version, time_s, self._writer, change)
        return Mark(last.number + 1, checksum), b"\n" + line if self._reader.has_open_line else line

    def _write(self, line: bytes) -> bool:
        try:
            with spoken(self._path):
                return self._appender.append(line, self._reader.end)
        except BaseException:
            self._reader.forget()
            raise

    def compact(self) -> None:
        """Write the file anew without what was replaced; the predecessor goes to `archive/`. Raises StoreError."""
        with self.transaction():
            predecessor = self._compact()
        if predecessor is not None:
            compress(predecessor, self._disk)

    def _compact_if_due(self) -> Path | None:
        """A failure concerns no one: the history is whole without it. It is tried again when the file has doubled."""
        size = self._reader.end
        if size < self._compact_above or not is_mostly_dead(self.state, size):
            return None
        self._compact_above = 2 * size
        with contextlib.suppress(StoreError):
            return self._compact()
        return None

    def _compact(self) -> Path | None:
        self._catch_up()
        if not self._reader.exists:
            return None
        last = Mark(max(self.state.number, self._lock.held_mark().number), self.state.checksum)
        new = self._path.with_suffix(".new")
        try:
            with spoken(self._path):
                mark, predecessor = self._exchange(new, last)
        except BaseException:
            with contextlib.suppress(OSError):
                self._disk.unlink(new)
            self._reader.forget()
            raise
        self._lock.write_mark(mark)
        self._catch_up()
        self._compact_above = 0
        return predecessor

    def _exchange(self, new: Path, last: Mark) -> tuple[Mark, Path]:
        """Put a compacted file in the place of the present one, which gets a name in `archive/`."""
        version, time_s = self._schema.version, self._clock()
        mark = write_compacted(new, self.state, last.number, version, time_s, self._writer, self._disk)
        predecessor = keep_predecessor(self._path, self._path.parent / "archive", last, self._disk)
        try:
            self._disk.replace(new, self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                self._disk.unlink(predecessor)
            raise
        self._disk.sync_folder(self._path.parent)
        return mark, predecessor

    def migrate(self) -> None:
        """Rewrite a history of an older form; where that fails it is served in the present form anyway."""
        if self.state.oldest_schema < self._schema.version and self.read_only is None:
            with contextlib.suppress(StoreError):
                self.compact()

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

"""The history of a session as a TinyDB database, and the one way to open it."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB

from sessions.store.damage import Damage
from sessions.store.disk import Disk
from sessions.store.errors import StoreError, spoken
from sessions.store.journal import Journal
from sessions.store.lock import WriterLock
from sessions.store.schema import CURRENT, Schema
from sessions.store.state import Changes
from sessions.store.storage import JournalStorage
from sessions.store.table import JournalTable

__all__ = ["Store", "open_store"]


class Store(TinyDB):
    """TinyDB whose writes are durable when they return, shared by any number of processes and threads."""

    table_class = JournalTable

    def __init__(self, journal: Journal) -> None:
        super().__init__(storage=lambda: JournalStorage(journal))
        self._journal = journal

    @property
    def damage(self) -> tuple[Damage, ...]:
        """What is wrong with the file: each finding has a `sentence` for the person."""
        return self._journal.damage

    @property
    def read_only(self) -> str | None:
        """Why nothing can be written, in one sentence; None if it can as far as is known."""
        return self._journal.read_only

    @property
    def schema(self) -> int:
        """Version of the form in which the file's documents were written; 0 for an empty history."""
        return self._journal.state.newest_schema

    def table(self, name: str, **kwargs: Any) -> JournalTable:
        """The table of that name; it needs no making."""
        return cast(JournalTable, super().table(name, **kwargs))

    def tables(self) -> set[str]:
        """Names of the tables that hold a document."""
        return cast(JournalStorage, self.storage).tables()

    def transaction(self) -> AbstractContextManager[None]:
        """Hold the writers' lock over reading, checking and writing; each write inside is durable when it returns."""
        return self._journal.transaction()

    def group(self) -> AbstractContextManager[None]:
        """Make several writes one: one fsync, all or nothing, seen by others when the block is left."""
        return self._journal.group()

    def refresh(self) -> bool:
        """Take in what others wrote; True if anything changed. Waits for no one and never raises."""
        return self._journal.refresh()

    def changes(self, table: str, since: int) -> Changes:
        """What happened in a table since the mark of an earlier answer of this object; 0 asks for everything."""
        return cast(JournalStorage, self.storage).changes(table, since)

    def compact(self) -> None:
        """Write the file anew without what was replaced; the predecessor is kept in `archive/`. Raises StoreError."""
        self._journal.compact()

    def drop_table(self, name: str) -> None:
        """Remove all documents of a table."""
        self.table(name).truncate()

    def drop_tables(self) -> None:
        """Remove all documents in one step."""
        with self.group():
            for name in self.tables():
                self.drop_table(name)


def open_store(
    path: Path,
    *,
    must_exist: bool = False,
    disk: Disk | None = None,
    clock: Callable[[], float] = time.time,
    writer: str = "",
    schema: Schema = CURRENT,
) -> Store:
    """Open the history at `path` (`…/history.jsonl`); beside it come its lock, `archive/` and `quarantine/`.

    A new one is made by the first write, its folder here. Raises StoreError if `must_exist` and it does not, if it
    once held something and is gone, and if it cannot be read.
    """
    disk = disk or Disk()
    with spoken(path):
        is_there = path.exists()
    if not is_there:
        _refuse_if_missing(path, must_exist, disk)
        with spoken(path.parent):
            disk.make_folder(path.parent)
    journal = Journal(path, disk, clock, writer or f"{os.uname().nodename}/{os.getpid()}", schema)
    journal.migrate()
    return Store(journal)


def _refuse_if_missing(path: Path, must_exist: bool, disk: Disk) -> None:
    written = WriterLock(path.with_suffix(".lock"), disk).read_mark().number
    if written or must_exist:
        held = f" though {written} records were written to it" if written else ""
        raise StoreError(f"{path} is missing{held}: put it back, or restore it from archive/ or a copy of the session.")

"""The TinyDB storage over a journal. Readers get one moment of a table; a group is seen by its own thread only."""

from collections.abc import Mapping
from typing import Any, cast

from tinydb.storages import Storage

from sessions.store.change import Change
from sessions.store.journal import Journal
from sessions.store.state import Changes
from sessions.store.values import Document, clone, normalise

__all__ = ["JournalStorage"]


class JournalStorage(Storage):
    """The documents of one journal."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def documents(self, table: str) -> dict[str, Document]:
        """Id -> document of one table at one moment. The mapping is the caller's, the documents are not."""
        self.journal.refresh()
        with self.journal.reading:
            kept = dict(self.journal.state.tables.get(table, {}))
        staged = self.journal.staged
        if staged is not None:
            kept.update(staged.put.get(table, {}))
            for name in staged.removed.get(table, ()):
                kept.pop(name, None)
        return kept

    def document(self, table: str, name: str) -> Document | None:
        """One document, not to be changed; None if there is none."""
        self.journal.refresh()
        staged = self.journal.staged
        if staged is not None:
            if name in staged.removed.get(table, ()):
                return None
            if name in staged.put.get(table, ()):
                return staged.put[table][name]
        return self.journal.state.tables.get(table, {}).get(name)

    def count(self, table: str) -> int:
        """How many documents a table has."""
        if self.journal.staged is not None:
            return len(self.documents(table))
        self.journal.refresh()
        return len(self.journal.state.tables.get(table, ()))

    def tables(self) -> set[str]:
        """Names of the tables that hold a document."""
        self.journal.refresh()
        with self.journal.reading:
            names = set(self.journal.state.tables)
        staged = self.journal.staged
        return {name for name in names.union(staged.put if staged else ()) if self.count(name)}

    def changes(self, table: str, since: int) -> Changes:
        """What happened in a table since a mark that this object gave; 0 asks for everything."""
        self.journal.refresh()
        with self.journal.reading:
            return self.journal.state.changes(table, since)

    def read(self) -> dict[str, dict[str, Document]] | None:
        """All documents, as TinyDB's own code asks for them; None if there are none."""
        tables = {table: self.documents(table) for table in sorted(self.tables())}
        copies = {table: {name: clone(each) for name, each in kept.items()} for table, kept in tables.items()}
        return copies or None

    def write(self, data: Mapping[str, Mapping[Any, Any]]) -> None:
        """Make `data` all there is, as TinyDB's own code asks; costs the size of the history. Raises StoreError."""
        with self.journal.transaction():
            change = Change()
            for table in self.tables().union(data):
                _compare(change, table, self.documents(table), data.get(table, {}))
            self.journal.commit(change)

    def close(self) -> None:
        """Let go of the file."""
        self.journal.close()


def _compare(change: Change, table: str, old: dict[str, Document], new: Mapping[Any, Any]) -> None:
    wanted = {str(name): cast(Document, normalise(document)) for name, document in new.items()}
    for name in old.keys() - wanted.keys():
        change.remove_document(table, name)
    for name, document in wanted.items():
        if old.get(name) != document:
            change.put_document(table, name, document)

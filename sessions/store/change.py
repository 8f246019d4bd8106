"""What one transaction does to the documents, before it is written.

Holds for each document its last word only. Touches no file.
"""

from dataclasses import dataclass, field

from sessions.store.values import Document

__all__ = ["Change"]


@dataclass(slots=True)
class Change:
    """Documents put and removed; a document is in one of the two, or in neither."""

    put: dict[str, dict[str, Document]] = field(default_factory=dict)
    """Table -> id -> normalised document."""
    removed: dict[str, dict[str, None]] = field(default_factory=dict)
    """Table -> ids, in order."""

    def __bool__(self) -> bool:
        return bool(self.put or self.removed)

    def put_document(self, table: str, name: str, document: Document) -> None:
        """The document is to be there in this form."""
        _drop(self.removed, table, name)
        self.put.setdefault(table, {})[name] = document

    def remove_document(self, table: str, name: str) -> None:
        """The document is to be gone."""
        _drop(self.put, table, name)
        self.removed.setdefault(table, {})[name] = None

    def add(self, later: "Change") -> None:
        """Let a later change follow this one."""
        for table, documents in later.put.items():
            for name, document in documents.items():
                self.put_document(table, name, document)
        for table, names in later.removed.items():
            for name in names:
                self.remove_document(table, name)

    def copy(self) -> "Change":
        """A copy that later additions to this one do not reach."""
        put = {table: dict(documents) for table, documents in self.put.items()}
        return Change(put, {table: dict(names) for table, names in self.removed.items()})


def _drop(tables: dict[str, dict[str, Document]] | dict[str, dict[str, None]], table: str, name: str) -> None:
    names = tables.get(table)
    if names is not None and name in names:
        del names[name]
        if not names:
            del tables[table]

"""The TinyDB table over a journal: every call is one transaction, results are the caller's own copies.

Ids are random and never used again. There is no query cache: it could not know what other processes write.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, cast

from tinydb.queries import QueryLike
from tinydb.table import Document as TinyDocument
from tinydb.table import Table

from sessions.store.overlay import Overlay
from sessions.store.storage import JournalStorage
from sessions.store.values import Document, clone

__all__ = ["JournalTable"]

Fields = Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None]


class JournalTable(Table):
    """One table. Writing raises StoreError, and UsageError for a value that cannot be stored."""

    default_query_cache_capacity = 0

    @property
    def _kept(self) -> JournalStorage:
        return cast(JournalStorage, self._storage)

    # Reading

    def search(self, cond: QueryLike) -> list[TinyDocument]:
        """All documents for which `cond` holds."""
        return [_own(name, document) for name, document in self._matching(cond)]

    def get(  # type: ignore[override]
        self, cond: QueryLike | None = None, doc_id: int | None = None, doc_ids: Iterable[int] | None = None
    ) -> TinyDocument | list[TinyDocument] | None:
        """One document by id or condition, None if there is none; or a list of those with the ids that exist."""
        if doc_id is not None:
            document = self._kept.document(self.name, str(doc_id))
            return None if document is None else _own(str(doc_id), document)
        if doc_ids is not None:
            return self._several(doc_ids)
        if cond is None:
            raise RuntimeError("You have to pass either cond or doc_id or doc_ids")
        return next((_own(name, document) for name, document in self._matching(cond)), None)

    def _several(self, doc_ids: Iterable[int]) -> list[TinyDocument]:
        found = ((str(each), self._kept.document(self.name, str(each))) for each in dict.fromkeys(doc_ids))
        return [_own(name, document) for name, document in found if document is not None]

    def _matching(self, cond: QueryLike) -> Iterator[tuple[str, Document]]:
        return (pair for pair in self._kept.documents(self.name).items() if cond(pair[1]))

    def __iter__(self) -> Iterator[TinyDocument]:
        return (_own(name, document) for name, document in self._kept.documents(self.name).items())

    def __len__(self) -> int:
        return self._kept.count(self.name)

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return cast("dict[str, Mapping[str, Any]]", self._kept.documents(self.name))

    # Writing

    def insert(self, document: Mapping[str, Any]) -> int:
        """Add a document; its id."""
        with self._kept.journal.transaction():
            return super().insert(document)

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        """Add documents, all or none; their ids."""
        with self._kept.journal.transaction():
            return super().insert_multiple(documents)

    def update(self, fields: Fields, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """Change the documents with these ids, or that match, or all; the ids of those that there were."""
        with self._kept.journal.transaction():
            return super().update(cast(Any, fields), doc_ids=self._ids(cond) if doc_ids is None else doc_ids)

    def update_multiple(self, updates: Iterable[tuple[Fields, QueryLike]]) -> list[int]:
        """For each document in turn, apply every (fields, condition) whose condition holds by then."""
        steps = list(updates)
        with self._kept.journal.transaction():
            ids = self._ids(lambda document: any(cond(document) for _, cond in steps))
            updated: list[int] = []
            self._update_table(lambda table: updated.extend(_apply(table, ids, steps)))
            return updated

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[int]:
        """Update what matches, or insert; the ids."""
        with self._kept.journal.transaction():
            return super().upsert(document, cond)

    def remove(self, cond: QueryLike | None = None, doc_ids: Iterable[int] | None = None) -> list[int]:
        """Remove the documents that match or have these ids; the ids of those that there were."""
        with self._kept.journal.transaction():
            if doc_ids is None and cond is not None:
                doc_ids = self._ids(cond)
            return super().remove(doc_ids=doc_ids)

    def _ids(self, cond: QueryLike | Callable[[Mapping[str, Any]], bool] | None) -> list[int]:
        """Found without copying a document, so that a change of few among many is cheap."""
        return [
            int(name) for name, document in self._kept.documents(self.name).items() if cond is None or cond(document)
        ]

    def _get_next_id(self) -> int:
        """52 random bits: exact in every JSON reader, and two of a million documents agree once in 10,000 histories."""
        while True:
            number = int.from_bytes(os.urandom(7), "big") >> 4
            if number and self._kept.document(self.name, str(number)) is None:
                return number

    def _update_table(self, updater: Callable[[Any], Any]) -> None:
        kept = self._kept
        with kept.journal.transaction():
            overlay = Overlay(lambda name: kept.document(self.name, name), lambda: list(kept.documents(self.name)))
            updater(overlay)
            kept.journal.commit(overlay.change(self.name))


def _apply(table: MutableMapping[int, Any], ids: Iterable[int], steps: list[tuple[Fields, QueryLike]]) -> Iterator[int]:
    for doc_id in ids:
        for fields, cond in steps:
            if cond(table[doc_id]):
                if callable(fields):
                    fields(table[doc_id])
                else:
                    table[doc_id].update(fields)
                yield doc_id


def _own(name: str, document: Document) -> TinyDocument:
    return TinyDocument(clone(document), int(name))

"""Numbered records of one table of the history, mirrored in memory: a look costs only what changed."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar

from sessions.documents import Document
from sessions.store import Store

__all__ = ["Collection", "Numbered"]


class Numbered(Protocol):
    """A record with the running number people see."""

    @property
    def number(self) -> int:
        """1, 2, … in the order in which they were made."""


Record = TypeVar("Record", bound=Numbered)


class Collection(Generic[Record]):
    """One table. What it writes is durable on return, or when the surrounding group is left."""

    def __init__(
        self,
        store: Store,
        name: str,
        to_document: Callable[[Record], Document],
        from_document: Callable[[Mapping[str, Any]], Record],
        transaction: Callable[[], AbstractContextManager[None]],
    ) -> None:
        """`transaction` holds the writer's lock and has read what others wrote, or refuses."""
        self._store, self._name = store, name
        self._to_document, self._from_document = to_document, from_document
        self._transaction = transaction
        self._mark = 0
        self._records: dict[int, Record] = {}
        self._ids: dict[int, int] = {}

    def refresh(self) -> bool:
        """Take in what the store has read. True if any record changed."""
        changes = self._store.changes(self._name, self._mark)
        if changes.mark == self._mark:
            return False
        self._records.clear()
        self._ids.clear()
        for document in self._store.table(self._name).all():
            self._keep(self._from_document(document), document.doc_id)
        self._mark = changes.mark
        return True

    def forget(self) -> None:
        """Read everything anew at the next refresh."""
        self._mark = 0

    def all(self) -> tuple[Record, ...]:
        """As of the last refresh, by number."""
        return tuple(self._records[number] for number in sorted(self._records))

    def get(self, number: int) -> Record | None:
        """As of the last refresh; None if there is none."""
        return self._records.get(number)

    def add(self, make: Callable[[int], Record], last: int = 0) -> Record:
        """Keep the record that `make` gives for its running number, which is higher than `last`."""
        with self._transaction():
            self.refresh()
            record = make(max([last, *self._records]) + 1)
            document_id = self._store.table(self._name).insert(self._to_document(record))
            self._keep(record, document_id)
        return record

    def put_back(self, records: Iterable[Record]) -> None:
        """Keep records under the numbers they had before they were lost, unless somebody else has put them back."""
        with self._transaction():
            self.refresh()
            lost = [each for each in records if each.number not in self._records]
            ids = self._store.table(self._name).insert_multiple([self._to_document(each) for each in lost])
            for record, document_id in zip(lost, ids, strict=True):
                self._keep(record, document_id)

    def change(self, number: int, transform: Callable[[Record], Record]) -> Record:
        """Replace a record by what `transform` makes of its present state. Raises KeyError if there is none."""
        with self._transaction():
            self.refresh()
            before = self._records[number]
            after = transform(before)
            if after != before:
                self._store.table(self._name).update(self._to_document(after), doc_ids=[self._ids[number]])
                self._records[number] = after
        return after

    def _keep(self, record: Record, document_id: int) -> None:
        self._records[record.number] = record
        self._ids[record.number] = document_id

"""What the history's records add up to: the documents, where the chain of records stands, and what changed since when.

Touches no file and takes no lock; its owner does.
"""

from dataclasses import dataclass
from enum import Enum, auto

from sessions.store.line import NO_PREDECESSOR, Record
from sessions.store.schema import Schema
from sessions.store.values import Document

__all__ = ["Changes", "Place", "State"]

_REMEMBERED = 4096
"""Checksums kept, at least, to tell branches and repeats; both stand close to what they branch from or repeat."""


class Place(Enum):
    """How a record continues what was read so far."""

    NEXT = auto()
    """It follows the last one."""
    JUMP = auto()
    """Records before it are missing."""
    BRANCH = auto()
    """It follows an earlier one."""
    REPEAT = auto()
    """It was there before, or is older than can be told."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in one table since a mark. A mark holds for the store object that gave it."""

    mark: int
    """To be handed in the next time."""
    whole: bool
    """Everything must be read again; the other fields are empty."""
    put: tuple[int, ...] = ()
    """Ids of the documents that are new or changed, in the order of their last change."""
    removed: tuple[int, ...] = ()


class State:
    """The documents after the last record read. Documents are replaced whole, never changed."""

    def __init__(self, schema: Schema, version: int) -> None:
        self.tables: dict[str, dict[str, Document]] = {}
        self.number = 0
        """Highest record number applied."""
        self.checksum = NO_PREDECESSOR
        """Of the last record applied: what the next one has to name."""
        self.newest_schema = 0
        """Highest version that any record has; 0 before the first record."""
        self.oldest_schema = schema.version
        self.puts = 0
        """Documents written so far, those replaced since included."""
        self.version = version
        """Counts up with every record applied."""
        self._schema = schema
        self._whole_before = version
        self._changed: dict[str, dict[str, int]] = {}
        self._recent = {NO_PREDECESSOR}
        self._less_recent: set[str] = set()

    @property
    def documents(self) -> int:
        """Documents alive, all tables together."""
        return sum(map(len, self.tables.values()))

    def place(self, record: Record) -> Place:
        """How `record` continues the chain."""
        if record.previous == self.checksum and (record.number == self.number + 1 or not self.newest_schema):
            return Place.NEXT
        is_previous_known = self._is_known(record.previous)
        if record.number > self.number and not is_previous_known:
            return Place.JUMP
        return Place.BRANCH if is_previous_known and not self._is_known(record.checksum) else Place.REPEAT

    def _is_known(self, checksum: str) -> bool:
        return checksum in self._recent or checksum in self._less_recent

    def apply(self, record: Record) -> None:
        """Let `record` happen."""
        for table, documents in record.put.items():
            self._put(table, documents, record.schema)
        for table, names in record.removed.items():
            kept = self.tables.get(table, {})
            for name in names:
                kept.pop(name, None)
        self.number = max(self.number, record.number)
        self.checksum = record.checksum
        self.newest_schema = max(self.newest_schema, record.schema)
        self.oldest_schema = min(self.oldest_schema, record.schema)
        self.version += 1
        self._recent.add(record.checksum)
        if len(self._recent) > _REMEMBERED:
            self._recent, self._less_recent = set(), self._recent

    def _put(self, table: str, documents: dict[str, Document], schema: int) -> None:
        self.puts += len(documents)
        if schema < self._schema.version:
            documents = {name: self._schema.upgrade(table, each, schema) for name, each in documents.items()}
        self.tables.setdefault(table, {}).update(documents)

    def remember(self, record: Record) -> None:
        """Note which documents `record` changed, for those who poll. To be called after `apply`."""
        for table in {**record.put, **record.removed}:
            changed = self._changed.setdefault(table, {})
            for name in (*record.put.get(table, ()), *record.removed.get(table, ())):
                changed.pop(name, None)
                changed[name] = self.version

    def forget_changes(self) -> None:
        """Marks given so far no longer tell what changed: everything has to be read again."""
        self._whole_before = self.version
        self._changed.clear()

    def changes(self, table: str, since: int) -> Changes:
        """What happened in `table` since the mark `since`; 0 asks for everything."""
        if since <= 0 or since < self._whole_before:
            return Changes(self.version, whole=True)
        put: list[int] = []
        removed: list[int] = []
        alive = self.tables.get(table, {})
        for name, version in reversed(self._changed.get(table, {}).items()):
            if version <= since:
                break
            (put if name in alive else removed).append(int(name))
        return Changes(self.version, whole=False, put=tuple(reversed(put)), removed=tuple(reversed(removed)))

"""What TinyDB's updaters see of a table: documents are copied when first touched, so that the change is known exactly.

Nothing below it is ever changed.
"""

from collections.abc import Callable, Iterator, MutableMapping
from typing import cast

from sessions.store.change import Change
from sessions.store.values import Document, clone, normalise

__all__ = ["Overlay"]


class Overlay(MutableMapping[int, Document]):
    """Ids as numbers over documents by text id."""

    def __init__(self, look_up: Callable[[str], Document | None], all_names: Callable[[], list[str]]) -> None:
        self._look_up = look_up
        self._all_names = all_names
        self._touched: dict[str, Document | None] = {}

    def __getitem__(self, key: int) -> Document:
        name = str(key)
        if name not in self._touched:
            kept = self._look_up(name)
            if kept is None:
                raise KeyError(key)
            self._touched[name] = clone(kept)
        document = self._touched[name]
        if document is None:
            raise KeyError(key)
        return document

    def __contains__(self, key: object) -> bool:
        name = str(key)
        return (self._touched[name] if name in self._touched else self._look_up(name)) is not None

    def __setitem__(self, key: int, document: Document) -> None:
        self._touched[str(key)] = document

    def __delitem__(self, key: int) -> None:
        if key not in self:
            raise KeyError(key)
        self._touched[str(key)] = None

    def __iter__(self) -> Iterator[int]:
        names = dict.fromkeys(self._all_names())
        names.update(dict.fromkeys(self._touched))
        return iter([int(name) for name in names if self._touched.get(name, ...) is not None])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove every document."""
        self._touched = dict.fromkeys([*self._all_names(), *self._touched])

    def change(self, table: str) -> Change:
        """What differs from the table below. Raises UsageError for a value that cannot be stored."""
        change = Change()
        for name, touched in self._touched.items():
            kept = self._look_up(name)
            if touched is None:
                if kept is not None:
                    change.remove_document(table, name)
                continue
            document = cast(Document, normalise(touched))
            if kept != document:
                change.put_document(table, name, document)
        return change

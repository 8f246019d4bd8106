"""The ledger of looks at the test rows, kept twice: in the history, and each look in a file of its own.

A history that is lost so takes no look with it: whoever saw the test rows has seen them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sessions.document_file import encode_document, read_document
from sessions.documents import look_from_document, look_to_document
from sessions.history import History
from sessions.paths import SessionFolder
from sessions.records import Look
from sessions.store import Disk, atomic_write, spoken

__all__ = ["Ledger", "enter_look", "mend_ledger"]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What history and files say, and what either lacks."""

    looks: tuple[Look, ...]
    """All that either knows, by number."""
    lost: tuple[Look, ...]
    """In a file alone: the history has lost them."""
    single: tuple[Look, ...]
    """In the history alone, or beside a file that cannot be read."""
    unreadable: tuple[int, ...]
    """Numbers of files that cannot be read, where the history does not know the look either."""

    @classmethod
    def of(cls, history: History) -> "Ledger":
        """As of now; changes nothing."""
        history.refresh()
        known = {look.number: look for look in history.looks.all()}
        kept = _kept(history.folder)
        lost = {number: look for number, look in kept.items() if look and number not in known}
        return cls(
            looks=tuple(look for _, look in sorted((known | lost).items())),
            lost=tuple(lost.values()),
            single=tuple(look for number, look in known.items() if not kept.get(number)),
            unreadable=tuple(number for number, look in kept.items() if not look and number not in known),
        )


def enter_look(history: History, make: Callable[[int], Look]) -> Look:
    """Keep the look that `make` gives for its running number; on return it is durable twice. Raises StoreError."""
    mend_ledger(history)
    look = history.looks.add(make, last=max(_kept(history.folder), default=0))
    _keep(history.folder, look)
    return look


def mend_ledger(history: History) -> Ledger:
    """Give the history what the files alone have, and the other way round; what was mended. Raises StoreError."""
    ledger = Ledger.of(history)
    if ledger.lost:
        history.looks.put_back(ledger.lost)
    for look in ledger.single:
        _keep(history.folder, look)
    return ledger


def _keep(folder: SessionFolder, look: Look) -> None:
    disk = Disk()
    with spoken(folder.looks):
        disk.make_folder(folder.looks)
    atomic_write(folder.looks / f"{look.number}.json", encode_document(look_to_document(look)), disk)


def _kept(folder: SessionFolder) -> Mapping[int, Look | None]:
    """By number, None for a file that cannot be read."""
    files = {int(path.stem): path for path in folder.looks.glob("*.json") if path.stem.isdecimal()}
    return {number: _read(files[number]) for number in sorted(files)}


def _read(path: Path) -> Look | None:
    document = read_document(path)
    try:
        return None if document is None else look_from_document(document)
    except (KeyError, TypeError, ValueError):
        return None

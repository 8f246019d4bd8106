"""Putting a history aside that cannot be read, so that a new one can be begun in its place."""

from pathlib import Path

from sessions.store.disk import Disk
from sessions.store.errors import spoken
from sessions.store.line import NO_PREDECESSOR
from sessions.store.lock import Mark, WriterLock

__all__ = ["put_history_aside"]


def put_history_aside(path: Path, disk: Disk | None = None) -> Path | None:
    """Move the history file to `quarantine/` and forget how much was written; where it is now, None if there is none.

    Nobody may have the history open. Raises StoreError.
    """
    disk = disk or Disk()
    lock = WriterLock(path.with_suffix(".lock"), disk)
    lock.acquire()
    try:
        with spoken(path):
            aside = _free_name(path)
            disk.make_folder(aside.parent)
            is_there = path.exists()
            if is_there:
                disk.replace(path, aside)
            lock.write_mark(Mark(0, NO_PREDECESSOR))
        return aside if is_there else None
    finally:
        lock.release()


def _free_name(path: Path) -> Path:
    folder = path.parent / "quarantine"
    number = 1
    while (aside := folder / f"{path.stem}-unreadable-{number}{path.suffix}").exists():
        number += 1
    return aside

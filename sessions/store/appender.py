"""Adds lines to the history file so that each is on the medium or taken back.

Called only by the holder of the writers' lock. Bytes that were once acknowledged are never changed.
"""

import os
from pathlib import Path

from sessions.store.disk import Disk

__all__ = ["Appender"]


class Appender:
    """The writing end of one history file."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self.refusal: str | None = None
        """Why nothing more is written from here; None as long as the disk keeps its word."""
        self._path = path
        self._disk = disk
        self._failed_fsyncs = 0

    def append(self, data: bytes, end: int) -> bool:
        """Add `data` at `end` and wait until it is on the medium; False if the file does not end there.

        Raises OSError, and then the file is as long as before, unless `refusal` says otherwise.
        """
        fd = self._disk.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            if os.fstat(fd).st_size != end:
                return False
            try:
                self._disk.write_all(fd, data)
                self._sync(fd, is_first=end == 0)
            except BaseException:
                self._take_back(fd, end)
                raise
        finally:
            os.close(fd)
        return True

    def _sync(self, fd: int, is_first: bool) -> None:
        """A failed fsync may have dropped the data for good, so it is never repeated on the same bytes."""
        try:
            self._disk.fsync(fd)
            if is_first:
                self._disk.sync_folder(self._path.parent)
        except OSError:
            self._failed_fsyncs += 1
            if self._failed_fsyncs > 1:
                self._refuse("the disk failed twice to keep what was written")
            raise
        self._failed_fsyncs = 0

    def _take_back(self, fd: int, end: int) -> None:
        try:
            self._disk.truncate(fd, end)
        except OSError:
            self._refuse("a failed write could not be taken back")

    def _refuse(self, reason: str) -> None:
        self.refusal = (
            f"Nothing more is written to {self._path} from here, because {reason}: check the disk, then start again."
        )

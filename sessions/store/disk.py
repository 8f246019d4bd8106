"""Every operation by which the store changes a disk, as one replaceable object, and the whole-file write made of them.

Reads go past it. A test hands in a subclass that fails at a chosen step.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from sessions.store.errors import spoken

__all__ = ["FILE_MODE", "FOLDER_MODE", "Disk", "atomic_write", "write_new", "write_together"]

FILE_MODE = 0o600
FOLDER_MODE = 0o700

_FULL_FSYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)


class Disk:
    """The real disk. All methods raise OSError."""

    def open(self, path: Path, flags: int) -> int:
        """A file descriptor that is not inherited by programs started later."""
        return os.open(path, flags | os.O_CLOEXEC, FILE_MODE)

    def write_all(self, fd: int, data: bytes) -> None:
        """Write all of `data`, or raise after having written a part."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]

    def write_at(self, fd: int, data: bytes, offset: int) -> None:
        """Overwrite in place."""
        os.pwrite(fd, data, offset)

    def fsync(self, fd: int) -> None:
        """Return when the file's content is on the medium (macOS needs F_FULLFSYNC for that)."""
        if _FULL_FSYNC is not None:
            with contextlib.suppress(OSError):
                fcntl.fcntl(fd, _FULL_FSYNC)
                return
        os.fsync(fd)

    def truncate(self, fd: int, size: int) -> None:
        """Cut the file to `size` bytes."""
        os.ftruncate(fd, size)

    def replace(self, source: Path, target: Path) -> None:
        """Rename over `target` in one step."""
        os.replace(source, target)  # noqa: PTH105

    def link(self, source: Path, target: Path) -> None:
        """A second name for the same file."""
        os.link(source, target)

    def unlink(self, path: Path) -> None:
        """Remove one name."""
        path.unlink()

    def make_folder(self, path: Path) -> None:
        """Make a private folder and its parents; an existing one is left as it is."""
        for each in (*reversed(path.parents), path):
            if not each.is_dir():
                each.mkdir(mode=FOLDER_MODE, exist_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in `folder` are on the medium."""
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def atomic_write(path: Path, data: bytes, disk: Disk) -> None:
    """Put `data` at `path`: after a crash there is the old file or the new one, whole. Raises StoreError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    with spoken(path):
        try:
            write_new(temporary, [data], disk)
            disk.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                disk.unlink(temporary)
            raise
        disk.sync_folder(path.parent)


def write_together(folder: Path, files: Mapping[str, bytes], disk: Disk) -> None:
    """Put several files into `folder`, the last one only when all others are there. Raises StoreError.

    The names are waited for once, so that five files cost six waits for the medium and not ten.
    """
    mark = f"{os.getpid()}-{os.urandom(4).hex()}"
    temporary = {name: folder / f".{name}.{mark}.tmp" for name in files}
    with spoken(folder):
        try:
            for name, data in files.items():
                write_new(temporary[name], [data], disk)
            for name, path in temporary.items():
                disk.replace(path, folder / name)
        except BaseException:
            for path in temporary.values():
                with contextlib.suppress(OSError):
                    disk.unlink(path)
            raise
        disk.sync_folder(folder)


def write_new(path: Path, pieces: Iterable[bytes], disk: Disk) -> None:
    """Make or empty `path`, write the pieces and wait until they are on the medium. Raises OSError."""
    fd = disk.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        for piece in pieces:
            disk.write_all(fd, piece)
        disk.fsync(fd)
    finally:
        os.close(fd)

"""The one lock of a history's writers, and the mark of how far they got, which is kept inside the lock's file.

The kernel frees the lock when its holder dies. The file is never renamed or removed, and there is no soft fall-back.
"""

import contextlib
import fcntl
import os
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sessions.store.disk import Disk
from sessions.store.errors import StoreError, spoken

__all__ = ["Mark", "WriterLock"]


class Mark(NamedTuple):
    """The last record that was acknowledged. Written after its fsync, so it is never ahead of the medium."""

    number: int
    checksum: str


_BODY = 32
_SIZE = _BODY + 10
_NOTHING = Mark(0, "")


class WriterLock:
    """An exclusive flock, waited for at most `patience_s`."""

    def __init__(self, path: Path, disk: Disk, patience_s: float = 60.0) -> None:
        self._path = path
        self._disk = disk
        self._patience_s = patience_s
        self._fd = -1

    def acquire(self) -> None:
        """Wait until no one else writes. Raises StoreError."""
        with spoken(self._path):
            while True:
                fd = self._disk.open(self._path, os.O_RDWR | os.O_CREAT)
                try:
                    self._wait(fd)
                    if self._is_current(fd):
                        self._fd = fd
                        return
                except BaseException:
                    _let_go(fd)
                    raise
                _let_go(fd)

    def release(self) -> None:
        """Let the next writer in."""
        fd, self._fd = self._fd, -1
        _let_go(fd)

    def _is_current(self, fd: int) -> bool:
        """Whether the path still names the file that was locked: someone may have removed it in between."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(fd), self._path.stat())
        return False

    def _wait(self, fd: int) -> None:
        if not _try_lock(fd, fcntl.LOCK_EX):
            self._wait_in_a_thread(fd)

    def _wait_in_a_thread(self, fd: int) -> None:
        """Blocking is fair and costs no polling, but cannot be given up: so a thread does it, on its own descriptor."""
        attempt = _Attempt(os.dup(fd))
        thread = threading.Thread(target=attempt.run, name="history lock", daemon=True)
        try:
            thread.start()
            attempt.done.wait(self._patience_s)
        finally:
            is_held = attempt.settle()
        if attempt.fault is not None:
            raise attempt.fault
        if not is_held:
            raise StoreError(
                f"Another process has been writing to {self._path.parent} for {self._patience_s:.0f} seconds: "
                "let it go on (fg) or end it, then try again."
            )

    @contextlib.contextmanager
    def quiet(self) -> Iterator[bool]:
        """Whether no one is writing; if so, no one begins inside the block."""
        try:
            fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            yield True
            return
        try:
            is_quiet = True
            with contextlib.suppress(OSError):
                is_quiet = _try_lock(fd, fcntl.LOCK_SH)
            yield is_quiet
        finally:
            _let_go(fd)

    def read_mark(self) -> Mark:
        """The last acknowledged record; number 0 if it is not known."""
        try:
            return _parse(self._path.read_bytes()[:_SIZE])
        except OSError:
            return _NOTHING

    def held_mark(self) -> Mark:
        """`read_mark` for the holder of the lock, at a tenth of the cost."""
        return _parse(os.pread(self._fd, _SIZE, 0))

    def write_mark(self, mark: Mark) -> None:
        """Note what was acknowledged; the lock is held. A failure costs only a later warning."""
        body = f"{mark.number} {mark.checksum}".encode().rjust(_BODY)
        with contextlib.suppress(OSError):
            self._disk.write_at(self._fd, b"%b %08x\n" % (body, zlib.crc32(body)), 0)


def _parse(data: bytes) -> Mark:
    try:
        body, check = data.rstrip().rsplit(b" ", 1)
        number, checksum = body.decode("ascii").split()
        return Mark(int(number), checksum) if int(check, 16) == zlib.crc32(body) else _NOTHING
    except ValueError:
        return _NOTHING


class _Attempt:
    """One blocking wait for the lock, which its caller may give up."""

    def __init__(self, fd: int) -> None:
        self.done = threading.Event()
        self.fault: OSError | None = None
        self._fd = fd
        self._turn = threading.Lock()
        self._is_given_up = False

    def run(self) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        except OSError as fault:
            self.fault = fault
        with self._turn:
            if self._is_given_up:
                fcntl.flock(self._fd, fcntl.LOCK_UN)
            os.close(self._fd)
            self.done.set()

    def settle(self) -> bool:
        """Whether the lock is held; if not, it never will be by this attempt."""
        with self._turn:
            self._is_given_up = not self.done.is_set()
            return not self._is_given_up and self.fault is None


def _try_lock(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _let_go(fd: int) -> None:
    with contextlib.suppress(OSError):
        fcntl.flock(fd, fcntl.LOCK_UN)
    os.close(fd)

"""Who is alive: OS locks that the kernel frees on any death, and processes told apart by pid, start time and boot.

A lock is the truth; an identity explains it to a person. Nothing here trusts a pid alone.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Self

__all__ = ["Identity", "LifeLock", "PresenceLock", "is_anyone_present", "is_held", "read_owner"]


@dataclass(frozen=True, slots=True)
class Identity:
    """One process for ever: a pid alone is used again, also after a reboot."""

    pid: int
    started: str
    """The kernel's start time of the process, as text."""
    boot: str
    """Identity of this boot of the machine."""

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The identity of a living process; None if there is none (or only a zombie)."""
        started = _start_time(pid)
        return None if started is None else cls(pid, started, _boot())

    def is_alive(self) -> bool:
        """Whether that very process still runs on this machine."""
        return Identity.of(self.pid) == self


class LifeLock:
    """An exclusive `flock` held until `release` or the death of the process; its file says by whom.

    The file is never renamed or removed, so that all processes lock the same inode.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    @property
    def fd(self) -> int | None:
        """The descriptor that holds the lock: a forked child must close it."""
        return self._fd

    def acquire(self, patience_s: float = 0.0, clock: Callable[[], float] = time.monotonic) -> bool:
        """Take the lock, trying for `patience_s`. False if somebody else holds it. Raises OSError."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = clock() + patience_s
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if clock() >= until:
                    os.close(fd)
                    return False
                time.sleep(0.002)
        self._fd = fd
        with contextlib.suppress(OSError):
            os.ftruncate(fd, 0)
            os.pwrite(fd, _about(os.getpid()), 0)
        return True

    def is_in_place(self) -> bool:
        """Whether the file this process has locked is still the one that others would lock."""
        try:
            ours, theirs = os.fstat(-1 if self._fd is None else self._fd), self._path.stat()
        except OSError:
            return False
        return (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino)

    def touch(self) -> None:
        """A sign of life for whoever looks at the file's time; a disk that refuses it stops nothing."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.utime(self._fd)

    def end_owner(self) -> Identity | None:
        """Kill the process that holds it, if its pid is still that very process; never this one. None if none was."""
        owner = read_owner(self._path) if is_held(self._path) else None
        if owner is None or owner.pid == os.getpid() or not owner.is_alive():
            return None
        with contextlib.suppress(ProcessLookupError):
            os.kill(owner.pid, signal.SIGKILL)
        return owner

    def release(self) -> None:
        """Give the lock back."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class PresenceLock:
    """A shared `flock`: any number of processes hold it at once, each until `release` or its death."""

    def __init__(self, path: Path) -> None:
        self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def release(self) -> None:
        """No longer present."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def read_owner(path: Path) -> Identity | None:
    """Who took the lock last, as its file says; None if it says nothing."""
    try:
        return Identity(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def is_held(path: Path) -> bool:
    """Whether some living process holds the `LifeLock`. A missing file is not held."""
    return _is_refused(path, fcntl.LOCK_SH)


def is_anyone_present(path: Path) -> bool:
    """Whether some living process holds the `PresenceLock`. A missing file is not held."""
    return _is_refused(path, fcntl.LOCK_EX)


def _is_refused(path: Path, kind: int) -> bool:
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


@cache
def _about(pid: int) -> bytes:
    identity = Identity.of(pid)
    return json.dumps(asdict(identity) if identity else {"pid": pid}).encode() + b"\n"


def _boot() -> str:
    if sys.platform == "linux":
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return subprocess.run(["sysctl", "-n", "kern.boottime"], capture_output=True, text=True, check=False).stdout.strip()


def _start_time(pid: int) -> str | None:
    if sys.platform == "linux":
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if after_name[0] == "Z" else after_name[19]
    found = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip() or None

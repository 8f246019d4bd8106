"""The dashboard in a terminal of its own, as a person meets it: keys in, bytes out. Interprets none of them."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["Terminal", "cpu_s", "queued_s", "terminal"]

_START = "from tui.main import main; main()"
_READY = re.compile(rb"Experiments\s+\d")
"""The table's title once the session is open."""
_SURROUNDINGS = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class Terminal:
    """One running dashboard."""

    def __init__(self, process: subprocess.Popen[bytes], fd: int) -> None:
        self.process = process
        self._fd = fd

    def press(self, key: str) -> float:
        """Send a key; when it was sent."""
        os.write(self._fd, key.encode())
        return time.perf_counter()

    def read_until(self, is_there: Callable[[bytes], bool], patience_s: float) -> float:
        """Read until what came since the call satisfies `is_there`; when it did. Raises TimeoutError."""
        seen, until = b"", time.perf_counter() + patience_s
        while time.perf_counter() < until:
            seen += self._read(0.5)
            if is_there(seen):
                return time.perf_counter()
        raise TimeoutError(f"not shown within {patience_s} s")

    def read_for(self, seconds: float) -> list[tuple[float, int]]:
        """What arrives in that time: (when, bytes) of each burst; writes less than 20 ms apart are one."""
        bursts: list[tuple[float, int]] = []
        last, until = 0.0, time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            size, now = len(self._read(left)), time.perf_counter()
            if size and bursts and now - last < 0.02:
                bursts[-1] = (bursts[-1][0], bursts[-1][1] + size)
            elif size:
                bursts.append((now, size))
            last = now
        return bursts

    def read_until_quiet(self, calm_s: float, patience_s: float = 60.0) -> None:
        """Read until nothing has come for a while. Raises TimeoutError."""
        until = time.perf_counter() + patience_s
        while time.perf_counter() < until:
            if not self._read(calm_s):
                return
        raise TimeoutError(f"not quiet within {patience_s} s")

    def _read(self, patience_s: float) -> bytes:
        if not select.select([self._fd], [], [], patience_s)[0]:
            return b""
        return os.read(self._fd, 65536)


@contextlib.contextmanager
def terminal(root: Path, session: str, columns: int, rows: int) -> Iterator[Terminal]:
    """A dashboard on a session, ended on leaving."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", _START, "--root", str(root), session],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=os.environ | _SURROUNDINGS,
    )
    os.close(theirs)
    shown = Terminal(process, ours)
    try:
        shown.read_until(lambda seen: _READY.search(seen) is not None, 60.0)
        shown.read_until_quiet(2.0)
        yield shown
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(OSError):  # its end of the line is gone
            shown.read_until_quiet(1.0)
        process.wait(10)
        os.close(ours)


def cpu_s(pid: int) -> float:
    """CPU seconds a living process has used; NaN where the system does not tell."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def queued_s(pid: int) -> float:
    """Seconds a living process has waited for a processor; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0

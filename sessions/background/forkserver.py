"""The forkserver: a process with NumPy and the engine loaded that does nothing but fork workers.

Ours instead of the one of `multiprocessing`, which starts two more Pythons from nothing: this one is forked from its
conductor while that has hardly loaded anything, and the two load side by side.
"""

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

__all__ = ["ForkServer", "be_known_as"]

_NEWS = struct.Struct("=qq")
"""What the server tells: a pid and how that process ended, as `os.waitstatus_to_exitcode` says it; or an answer."""
_HIRED, _REFUSED = 1 << 32, 1 << 33
"""Answers to a request: (pid, _HIRED), or (errno, _REFUSED)."""
_PATIENCE_S = 2.0
_AGAIN = "import sys; from sessions.background.forkserver import serve; serve(int(sys.argv[1]), sys.argv[2])"


class ForkServer:
    """The conductor's end of it. Started again if it died: what it has forked lives on."""

    def __init__(self, path: str) -> None:
        """For workers of the session in folder `path`."""
        self._path = path
        self._line: socket.socket | None = None
        self._again: subprocess.Popen[bytes] | None = None
        """The one that was started from nothing, if any."""
        self._ends: dict[int, int] = {}
        """How those ended that were not asked about yet."""

    def start(self, strange: int) -> None:
        """Fork it; for a process with one thread and nothing open but the descriptor `strange`. Raises OSError."""
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            ours.close()
            os.close(strange)
            serve(theirs.detach(), self._path)
        theirs.close()
        self._line = ours

    def hire(self, channel: int, role: str = "worker") -> int:
        """The pid of a new worker, or errand, whose conductor is at the other end of the descriptor. Raises OSError."""
        try:
            return self._ask(channel, role)
        except ConnectionError:
            self._start_again()
            return self._ask(channel, role)

    def exit_code(self, pid: int, patience_s: float) -> int | None:
        """How a worker ended: minus the signal that killed it. None if that is not known in time."""
        until = time.monotonic() + patience_s
        with contextlib.suppress(ConnectionError):
            while pid not in self._ends and (left := until - time.monotonic()) > 0:
                if self._line is None or not select.select([self._line], [], [], left)[0]:
                    break
                self._hear()
        return self._ends.pop(pid, None)

    def close(self) -> None:
        """Let it go."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._again is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._again.wait(_PATIENCE_S)
            self._again = None

    def _ask(self, channel: int, role: str) -> int:
        if self._line is None:
            raise ConnectionError
        socket.send_fds(self._line, [role[:1].encode()], [channel])
        while (answer := self._hear()) is None:
            continue
        number, kind = answer
        if kind == _REFUSED:
            raise OSError(number, os.strerror(number))
        return number

    def _hear(self) -> tuple[int, int] | None:
        """One piece of news: an answer, or None for the end of a worker, which is noted. Raises ConnectionError."""
        assert self._line is not None
        news = self._line.recv(_NEWS.size, socket.MSG_WAITALL)
        if len(news) < _NEWS.size:
            raise ConnectionError
        pid, what = _NEWS.unpack(news)
        if what in (_HIRED, _REFUSED):
            return pid, what
        self._ends[pid] = what
        return None

    def _start_again(self) -> None:
        """From nothing: a conductor at work has locks and threads, of which a fork would keep half."""
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-c", _AGAIN, str(theirs.fileno()), self._path]
            self._again = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        self._line = ours


def serve(line: int, path: str) -> NoReturn:
    """Be the forkserver: load what workers need, then fork one for each request, until the conductor is gone."""
    code = 1
    try:
        be_known_as("forkserver")
        with contextlib.suppress(ConnectionError):
            _Server(socket.socket(fileno=line), path).run()
        code = 0
    except Exception:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


class _Server:
    def __init__(self, line: socket.socket, path: str) -> None:
        self._line = line
        self._path = path
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def run(self) -> None:
        from sessions.background.errand import run
        from sessions.background.worker import work

        acts: dict[str, Callable[[int], None]] = {"worker": partial(work, path=self._path), "errand": run}
        roles = {role[:1].encode(): role for role in acts}
        signal.signal(signal.SIGCHLD, lambda signum, frame: None)
        signal.set_wakeup_fd(self._waker)
        while True:
            ready = select.select([self._line.fileno(), self._woken], [], [])[0]
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._tell_of_the_dead()
            if self._line.fileno() in ready:
                initial, channels, _, _ = socket.recv_fds(self._line, 1, 1)
                if not channels:
                    return
                role = roles[initial]
                self._fork(role, partial(acts[role], channels[0]))
                os.close(channels[0])

    def _fork(self, role: str, work: Callable[[], None]) -> None:
        try:
            pid = os.fork()
        except OSError as fault:
            self._tell(fault.errno or 0, _REFUSED)
        else:
            if pid == 0:
                self._do(role, work)
            self._tell(pid, _HIRED)

    def _do(self, role: str, work: Callable[[], None]) -> NoReturn:
        """In the forked process."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._line.close()
            os.close(self._woken)
            os.close(self._waker)
            be_known_as(role)
            work()
            code = 0
        except SystemExit:
            code = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def _tell_of_the_dead(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                self._tell(found[0], os.waitstatus_to_exitcode(found[1]))

    def _tell(self, number: int, what: int) -> None:
        with contextlib.suppress(OSError):  # a dead conductor: the next request ends it
            self._line.sendall(_NEWS.pack(number, what))


def be_known_as(role: str) -> None:
    """Have `top` and `ps -o comm` show what this process is, where the system lets a process say so."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(f"td-{role}", encoding="ascii")

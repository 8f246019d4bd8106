"""The forkserver: a process with NumPy and the engine loaded that does nothing but fork workers and errands.

Ours instead of the one of `multiprocessing`, which starts two more Pythons from nothing: this one is forked from its
conductor while that has opened nothing yet, and the two load on side by side.
"""

import contextlib
import errno
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from enum import Enum
from functools import partial
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import NoReturn

__all__ = ["ForkServer", "Role", "be_known_as", "serve"]

_NEWS = struct.Struct("=cqq")
"""What the server tells: the kind of news, a pid and a number."""
_HIRED, _REFUSED, _ENDED = b"h", b"r", b"e"
"""(pid, 0); (0, errno); (pid, how it ended as `os.waitstatus_to_exitcode` says it)."""
_FROM_NOTHING = "import sys; from sessions.background.forkserver import serve; serve(int(sys.argv[1]), sys.argv[2])"
_PATIENCE_S = 2.0


class Role(Enum):
    """What a forked process does; the value is how it is asked for."""

    WORKER = b"w"
    ERRAND = b"e"


class ForkServer:
    """The conductor's end of it. Started from nothing where it is needed and not there; what it forked lives on."""

    def __init__(self, path: str) -> None:
        """For workers of the session in folder `path`."""
        self._path = path
        self._line: socket.socket | None = None
        self._wait: Callable[[], object] = lambda: None
        """For the server, which has ended or is about to."""
        self._ends: dict[int, int | None] = {}
        """How those ended that the present server forked; None for the living."""

    def start(self, foreign: int) -> None:
        """Fork it; for a process with one thread and nothing open but the descriptor `foreign`. Raises OSError.

        Returns when the server has let go of that descriptor.
        """
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            try:
                ours.close()
                os.close(foreign)
                theirs.send(_HIRED)
                serve(theirs.detach(), self._path)
            finally:
                os._exit(1)
        theirs.close()
        ours.recv(1)
        self._line, self._wait = ours, partial(os.waitpid, pid, os.WNOHANG)

    def hire(self, role: Role) -> tuple[int, Connection]:
        """The pid of a new process, and the channel to it. Raises OSError."""
        try:
            return self._ask(role)
        except ConnectionError:
            self._start_from_nothing()
        try:
            return self._ask(role)
        except ConnectionError:
            raise OSError(errno.ECHILD, "the forkserver died; conductor.log says why") from None

    def exit_code(self, pid: int, patience_s: float) -> int | None:
        """How a process ended: minus the signal that killed it. None if nobody tells in time."""
        until = time.monotonic() + patience_s
        with contextlib.suppress(ConnectionError):
            while self._ends.get(pid, 0) is None and self._has_news(until - time.monotonic()):
                self._hear()
        return self._ends.pop(pid, None)

    def close(self) -> None:
        """Let it go."""
        if self._line is not None:
            self._line.close()
            self._line = None
            self._wait()

    def _ask(self, role: Role) -> tuple[int, Connection]:
        if self._line is None:
            raise ConnectionError
        ours, theirs = Pipe()
        with theirs:
            try:
                socket.send_fds(self._line, [role.value], [theirs.fileno()])
                pid, reason = self._answer()
            except OSError:
                ours.close()
                raise
        if reason:
            ours.close()
            raise OSError(reason, os.strerror(reason))
        if role is Role.WORKER:
            self._ends[pid] = None
        return pid, ours

    def _answer(self) -> tuple[int, int]:
        while (news := self._hear())[0] == _ENDED:
            continue
        return news[1:]

    def _has_news(self, patience_s: float) -> bool:
        return self._line is not None and bool(select.select([self._line.fileno()], [], [], max(0.0, patience_s))[0])

    def _hear(self) -> tuple[bytes, int, int]:
        """One piece of news; how a worker ended is noted. Raises ConnectionError."""
        assert self._line is not None
        news = self._line.recv(_NEWS.size, socket.MSG_WAITALL)
        if len(news) < _NEWS.size:
            raise ConnectionResetError
        kind, pid, number = _NEWS.unpack(news)
        if kind == _ENDED and pid in self._ends:
            self._ends[pid] = number
        return kind, pid, number

    def _start_from_nothing(self) -> None:
        """A conductor at work has locks and threads, of which a fork would keep half. Raises OSError."""
        self.close()
        self._ends.clear()  # of those nobody will tell any more
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-c", _FROM_NOTHING, str(theirs.fileno()), self._path]
            server = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        self._line, self._wait = ours, partial(_wait_for, server)


def _wait_for(server: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(_PATIENCE_S)


def serve(line: int, path: str) -> NoReturn:
    """Be the forkserver: load what workers need, then fork one for each request, until the conductor is gone."""
    _end_after(partial(_serve, line, path))


def _serve(line: int, path: str) -> None:
    be_known_as("forkserver")
    with socket.socket(fileno=line) as conductor, contextlib.suppress(ConnectionError):
        _Server(conductor, path).run()


def _end_after(act: Callable[[], None]) -> NoReturn:
    """What was forked ends here, whatever happens: the code it was forked from must not go on in two processes."""
    code = 1
    try:
        act()
        code = 0
    except SystemExit:
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


class _Server:
    def __init__(self, conductor: socket.socket, path: str) -> None:
        self._conductor = conductor
        self._path = path
        self._woken, self._waker = os.pipe()
        """Written to when a child has ended."""

    def run(self) -> None:
        from sessions.background.errand import run
        from sessions.background.worker import work

        acts: dict[Role, Callable[[int], None]] = {Role.WORKER: partial(work, path=self._path), Role.ERRAND: run}
        os.set_blocking(self._waker, False)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, lambda signum, frame: None)
        signal.set_wakeup_fd(self._waker)
        while True:
            ready = select.select([self._conductor.fileno(), self._woken], [], [])[0]
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._tell_of_the_dead()
            if self._conductor.fileno() in ready:
                asked, channels, _, _ = socket.recv_fds(self._conductor, 1, 1)
                if not channels:
                    return
                role = Role(asked)
                self._fork(role, partial(acts[role], channels[0]))
                os.close(channels[0])

    def _fork(self, role: Role, act: Callable[[], None]) -> None:
        try:
            pid = os.fork()
        except OSError as fault:
            self._tell(_REFUSED, 0, fault.errno or errno.EAGAIN)
            return
        if pid == 0:
            _end_after(partial(self._become, role, act))
        self._tell(_HIRED, pid, 0)

    def _become(self, role: Role, act: Callable[[], None]) -> None:
        """In the forked process: keep nothing of the server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._conductor.close()
        os.close(self._woken)
        os.close(self._waker)
        be_known_as(role.name.lower())
        act()

    def _tell_of_the_dead(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                self._tell(_ENDED, found[0], os.waitstatus_to_exitcode(found[1]))

    def _tell(self, kind: bytes, pid: int, number: int) -> None:
        with contextlib.suppress(OSError):  # a dead conductor: the next request ends it
            self._conductor.sendall(_NEWS.pack(kind, pid, number))


def be_known_as(role: str) -> None:
    """Have `top` and `ps -o comm` show what this process is, where the system lets a process say so."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(f"td-{role}", encoding="ascii")

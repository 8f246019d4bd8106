"""The forkserver and what is forked from it, with real processes."""

import errno
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_support import children_of, wait_until

from engine.errors import WorkError
from sessions.background import forkserver as module
from sessions.background.forkserver import ForkServer
from sessions.background.launcher import LocalLauncher


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    monkeypatch.setenv("PYTHONPATH", str(Path(module.__file__).parents[2]))
    server = ForkServer(str(tmp_path))
    yield server
    server.close()


def newest_child(before: set[int]) -> int:
    (pid,) = set(children_of(os.getpid())) - before
    return pid


def test_an_errand_is_run_by_another_process(server: ForkServer) -> None:
    launcher = LocalLauncher(server)
    assert launcher.run(os.getpid) != os.getpid()
    assert launcher.run(divmod, 7, 2) == (3, 1)


def test_what_an_errand_raises_is_raised_where_it_was_asked_for(server: ForkServer) -> None:
    with pytest.raises(ValueError, match="no figures"):
        LocalLauncher(server).run(raise_it, "ValueError('no figures')")
    with pytest.raises(WorkError, match="the data is gone"):
        LocalLauncher(server).run(raise_it, "WorkError('the data is gone')")


def raise_it(words: str) -> None:
    raise eval(words)


def test_an_errand_whose_process_dies_is_run_here(server: ForkServer) -> None:
    deadly = f"import os; os.getpid() == {os.getpid()} or os._exit(1)"
    assert LocalLauncher(server).run(eval, f"exec({deadly!r}) or 5") == 5


def test_it_tells_how_a_worker_ended(server: ForkServer) -> None:
    killed, left = (socket.socketpair() for _ in range(2))
    pids = [server.hire(theirs.fileno()) for _, theirs in (killed, left)]
    os.kill(pids[0], signal.SIGKILL)
    for ends in (*left, *killed):
        ends.close()  # the conductor is gone
    assert server.exit_code(pids[1], patience_s=20.0) == 0
    assert server.exit_code(pids[0], patience_s=20.0) == -signal.SIGKILL
    assert server.exit_code(1, patience_s=0.0) is None


def test_one_that_was_killed_is_started_again(server: ForkServer) -> None:
    before = set(children_of(os.getpid()))
    launcher = LocalLauncher(server)
    launcher.run(os.getpid)
    first = newest_child(before)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: first not in children_of(os.getpid()))
    assert launcher.run(divmod, 9, 4) == (2, 1)
    assert newest_child(before) != first


def test_it_goes_when_its_conductor_does(server: ForkServer) -> None:
    before = set(children_of(os.getpid()))
    LocalLauncher(server).run(os.getpid)
    pid = newest_child(before)
    server.close()
    wait_until(lambda: pid not in children_of(os.getpid()))


def test_a_process_that_cannot_be_forked_is_told_with_its_reason(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise OSError(errno.EAGAIN, "too many")

    ours, theirs = socket.socketpair()
    handler = signal.getsignal(signal.SIGTERM)
    server_process = module._Server(theirs, "")
    signal.signal(signal.SIGTERM, handler)
    server._line = ours
    monkeypatch.setattr(os, "fork", refuse)
    server_process._fork("worker", lambda: None)
    with pytest.raises(BlockingIOError):
        server.hire(theirs.fileno())
    theirs.close()


def test_processes_tell_what_they_are(server: ForkServer) -> None:
    assert LocalLauncher(server).run(Path.read_text, Path("/proc/self/comm")) == "td-errand\n"

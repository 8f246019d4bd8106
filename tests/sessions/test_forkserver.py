"""The forkserver and what is forked from it, with real processes."""

import errno
import os
import signal
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tests_support import children_of, wait_until

from engine.errors import HyperparameterError
from engine.hyperparameters import Hyperparameters
from sessions.background import forkserver as module
from sessions.background import launcher as launcher_module
from sessions.background.forkserver import ForkServer, Role
from sessions.background.launcher import LocalLauncher

FORKED = """
import os, sys
from sessions.background.forkserver import ForkServer, Role
server, (word, teller) = ForkServer(sys.argv[1]), os.pipe()
server.start(word)
os.close(word)
try:
    os.write(teller, b"x")
except BrokenPipeError:
    print("nobody hears the word")
pid, channel = server.hire(Role.ERRAND)
channel.send((os.listdir, ("/proc/self/fd",)))
print(len(channel.recv()))
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    monkeypatch.setenv("PYTHONPATH", str(Path(module.__file__).parents[2]))
    server = ForkServer(str(tmp_path))
    yield server
    server.close()


@pytest.fixture
def workers(server: ForkServer) -> Iterator[list[tuple[int, Connection]]]:
    workers = [server.hire(Role.WORKER) for _ in range(4)]
    yield workers
    for _, channel in workers:
        channel.close()


def newest_child(before: set[int]) -> int:
    (pid,) = set(children_of(os.getpid())) - before
    return pid


def test_one_that_is_forked_keeps_nothing_of_its_conductor(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORKED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    # 0, 1, 2, the other end of the word, its channel, and the folder it lists.
    assert done.stdout.splitlines() == ["nobody hears the word", "6"]


def test_an_errand_is_run_by_another_process(server: ForkServer) -> None:
    launcher = LocalLauncher(server)
    assert launcher.run(os.getpid) != os.getpid()
    assert launcher.run(divmod, 7, 2) == (3, 1)
    long = b"x" * 3_000_000
    assert launcher.run(bytes.upper, long) == long.upper()


def test_what_an_errand_raises_is_raised_whole_where_it_was_asked_for(server: ForkServer) -> None:
    launcher = LocalLauncher(server)
    with pytest.raises(HyperparameterError, match="learning_rate") as caught:
        launcher.run(Hyperparameters.from_mapping, {"learning_rate": -1})
    assert caught.value.name == "learning_rate"
    with pytest.raises(statistics.StatisticsError) as other:
        launcher.run(statistics.mean, [])
    assert "statistics.py" in str(other.traceback[-1].path)


def test_an_errand_whose_process_dies_is_run_here(server: ForkServer) -> None:
    deadly = f"import os; os.getpid() == {os.getpid()} or os._exit(1)"
    assert LocalLauncher(server).run(eval, f"exec({deadly!r}) or 5") == 5


def test_an_errand_that_is_halted_is_ended_and_run_here(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher_module, "_ERRAND_S", 0.5)
    halting = f"import os, signal; os.getpid() == {os.getpid()} or os.kill(os.getpid(), signal.SIGSTOP)"
    before = set(children_of(os.getpid()))
    assert LocalLauncher(server).run(eval, f"exec({halting!r}) or 5") == 5
    forkserver = newest_child(before)
    wait_until(lambda: not children_of(forkserver))


def test_it_tells_how_a_worker_ended(server: ForkServer, workers: list[tuple[int, Connection]]) -> None:
    (killed, _), (left, channel) = workers[:2]
    os.kill(killed, signal.SIGKILL)
    channel.close()  # its conductor is gone
    assert server.exit_code(left, patience_s=20.0) == 0
    assert server.exit_code(killed, patience_s=20.0) == -signal.SIGKILL
    assert server.exit_code(killed, patience_s=20.0) is None


def test_nobody_is_waited_for_whom_a_dead_one_forked(
    server: ForkServer, workers: list[tuple[int, Connection]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(children_of(os.getpid()))
    forkserver = next(pid for pid in before if workers[0][0] in children_of(pid))
    os.kill(forkserver, signal.SIGKILL)
    wait_until(lambda: forkserver not in children_of(os.getpid()))
    assert LocalLauncher(server).run(divmod, 9, 4) == (2, 1)
    assert newest_child(before - {forkserver}) != forkserver
    monkeypatch.setattr(module.select, "select", lambda *_: pytest.fail("it waits"))
    assert [server.exit_code(pid, patience_s=20.0) for pid, _ in workers] == [None] * 4


def test_it_goes_when_its_conductor_does(server: ForkServer) -> None:
    before = set(children_of(os.getpid()))
    LocalLauncher(server).run(os.getpid)
    pid = newest_child(before)
    server.close()
    assert pid not in children_of(os.getpid())


def test_one_that_cannot_load_what_it_needs_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: ForkServer
) -> None:
    (tmp_path / "numpy.py").write_text("raise ImportError('no numpy here')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    with pytest.raises(OSError, match=r"the forkserver died; conductor\.log says why"):
        server.hire(Role.WORKER)


def test_a_process_that_cannot_be_forked_is_told_with_its_reason(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise OSError(errno.EAGAIN, "too many")

    ours, theirs = socket.socketpair()
    with theirs:
        server._line = ours
        monkeypatch.setattr(os, "fork", refuse)
        module._Server(theirs, "")._fork(Role.WORKER, lambda: None)
        with pytest.raises(BlockingIOError, match=os.strerror(errno.EAGAIN)):
            server.hire(Role.WORKER)


def test_processes_tell_what_they_are(server: ForkServer) -> None:
    assert LocalLauncher(server).run(Path.read_text, Path("/proc/self/comm")) == "td-errand\n"

"""Workers that are halted or stuck: a stop ends them, whoever looks is told of them, and the others are left alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.hyperparameters import Hyperparameters
from sessions.background.launcher import InProcessLauncher
from sessions.background.steward import Steward
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.fits.control import Control, ControlFile, Request
from sessions.fits.fit_folder import FitFolder
from sessions.folding import with_fit_state
from sessions.following import Follower
from sessions.history import History
from sessions.liveness import LifeLock
from sessions.paths import FitKey, SessionFolder
from sessions.records import State

KEY = FitKey(1, 1)
HOLD = """
import sys
from pathlib import Path
from sessions.liveness import LifeLock

lock = LifeLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def history(root: Path) -> History:
    """One experiment, said to be in training."""
    create_session(root, "iris", DataChoice(source="iris"))
    history = History.open(SessionFolder(root / "iris"))
    history.add([draft(Hyperparameters(epochs=2))])
    history.change(1, lambda present: with_fit_state(present, 1, State.RUNNING))
    return history


@pytest.fixture
def worker(history: History) -> Iterator[subprocess.Popen[bytes]]:
    """A halted process that has the experiment's fit in hand."""
    FitFolder(history.folder.fit(KEY)).create()
    command = [sys.executable, "-c", HOLD, str(lock_of(history))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"True\n"
    os.kill(process.pid, signal.SIGSTOP)
    yield process
    process.kill()
    process.communicate()


def lock_of(history: History) -> Path:
    return history.folder.fit(KEY) / "lock"


def steward_of(history: History, clock: Clock) -> Steward:
    steward = Steward(history, InProcessLauncher(history.folder), clock)
    steward.adopt()
    return steward


def ask(history: History, request: Request) -> None:
    ControlFile(history.folder.fit(KEY)).ask(Control(request))


def test_a_stop_ends_a_worker_that_gives_no_sign_of_life(history: History, worker: subprocess.Popen[bytes]) -> None:
    clock = Clock()
    steward = steward_of(history, clock)
    ask(history, Request.STOP)
    for clock.now in (0.0, 10.0, 20.0):
        steward.step(0.0)
        assert worker.poll() is None
    clock.now = 21.0
    steward.step(0.0)
    assert worker.wait(timeout=30) == -signal.SIGKILL
    steward.step(0.0)
    found = history.experiment(1)
    assert found.state is State.INTERRUPTED
    assert "its worker died" in found.error
    assert "begins it anew" in found.error


@pytest.mark.parametrize("request_", [Request.PAUSE, Request.PRUNE, Request.RUN])
def test_only_a_stop_ends_a_silent_worker(history: History, worker: subprocess.Popen[bytes], request_: Request) -> None:
    clock = Clock()
    steward = steward_of(history, clock)
    ask(history, request_)
    for clock.now in (0.0, 100.0, 200.0):
        steward.step(0.0)
    assert worker.poll() is None


def test_a_worker_that_is_slow_to_stop_but_gives_signs_of_life_is_left_alone(
    history: History, worker: subprocess.Popen[bytes]
) -> None:
    clock = Clock()
    steward = steward_of(history, clock)
    ask(history, Request.STOP)
    for step in range(10):
        clock.now = 15.0 * step
        os.utime(lock_of(history), ns=(step, step))
        steward.step(0.0)
    assert worker.poll() is None


def test_nobody_ends_himself_by_a_lock_of_his_own(tmp_path: Path) -> None:
    lock = LifeLock(tmp_path / "lock")
    assert lock.acquire()
    assert LifeLock(tmp_path / "lock").end_owner() is None
    lock.release()


def test_a_worker_without_news_for_minutes_is_told_of_with_what_to_do(
    history: History, worker: subprocess.Popen[bytes]
) -> None:
    heard = lock_of(history).stat().st_mtime
    assert Follower(history, lambda: heard + 299).poll().messages == ()
    [words] = Follower(history, lambda: heard + 301).poll().messages
    assert words.startswith("#1: no news from its worker for more than 5 minutes; `tunedeck stop iris 1`")


def test_a_worker_gives_signs_of_life_as_it_trains(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    signs: list[Path] = []
    monkeypatch.setattr(LifeLock, "touch", lambda self: signs.append(self._path))
    monkeypatch.setattr("sessions.fits.training_run.CHECKPOINT_EVERY_S", 0.0)
    monkeypatch.setattr("sessions.fits.training_run.CONTROL_EVERY_S", 0.0)
    history.change(1, lambda present: with_fit_state(present, 1, State.QUEUED))
    steward = Steward(history, InProcessLauncher(history.folder))
    steward.step(0.0)
    steward.step(0.0)
    assert history.experiment(1).state is State.FINISHED
    assert set(signs) == {lock_of(history)}

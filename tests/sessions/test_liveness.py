"""Who is alive: told by locks and by pid, start time and boot, never by a pid or the time of day alone."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from tests_support import children_of, conductor_pid, wait_until

from engine.hyperparameters import Hyperparameters
from sessions.background.heartbeat import Heartbeat, read_beat
from sessions.background.starting import conductor_is_alive
from sessions.creating import DataChoice, create_session
from sessions.doctor.checking import PATIENCE_S, is_working
from sessions.drafting import draft
from sessions.liveness import Identity, LifeLock, is_held, read_owner
from sessions.paths import SessionFolder
from sessions.records import State
from sessions.workbench import Workbench

LONG = Hyperparameters(epochs=100_000, hidden_units=(16,))


@pytest.fixture
def bench(root: Path) -> Workbench:
    create_session(root, "iris", DataChoice(source="iris"))
    return Workbench(SessionFolder(root / "iris"))


def me() -> Identity:
    identity = Identity.of(os.getpid())
    assert identity is not None
    return identity


def test_a_process_is_itself_as_long_as_it_lives() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = Identity.of(child.pid)
    assert identity is not None
    assert identity.is_alive()
    child.kill()
    child.communicate()
    assert not identity.is_alive()


def test_a_pid_that_is_used_again_is_another_process() -> None:
    assert not replace(me(), started="1").is_alive()


def test_after_a_reboot_nobody_of_before_is_alive_though_pid_and_start_time_agree() -> None:
    assert not replace(me(), boot="00000000-0000-0000-0000-000000000000").is_alive()


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    wait_until(lambda: Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
    assert Identity.of(child.pid) is None
    child.wait()


def test_a_lock_file_with_a_living_pid_in_it_is_not_held_unless_it_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text(json.dumps(asdict(me())))
    assert not is_held(path)
    lock = LifeLock(path)
    assert lock.acquire()
    assert is_held(path)
    assert read_owner(path) == me()
    lock.release()
    assert not is_held(path)


@pytest.mark.parametrize("when", [0, 2**32])
def test_a_lock_is_held_whatever_the_clock_says(tmp_path: Path, when: int) -> None:
    path = tmp_path / "lock"
    lock = LifeLock(path)
    assert lock.acquire()
    os.utime(path, (when, when))
    assert is_held(path)


def test_a_lock_whose_file_was_replaced_is_no_longer_in_place(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = LifeLock(path)
    assert lock.acquire()
    assert lock.is_in_place()
    path.unlink()
    assert not lock.is_in_place()
    path.touch()
    assert not lock.is_in_place()


def test_a_beat_moves_on_once_a_second_or_with_the_trouble(tmp_path: Path) -> None:
    now = 100.0
    heart = Heartbeat(tmp_path / "beat", lambda: now)
    counts = []
    for step, trouble in ((0.0, ""), (0.5, ""), (0.2, "full"), (0.1, "full"), (1.0, ""), (0.1, "")):
        now += step
        heart.beat(trouble)
        beat = read_beat(tmp_path / "beat")
        assert beat is not None
        counts.append((beat.count, beat.trouble))
    assert counts == [(1, ""), (1, ""), (2, "full"), (2, "full"), (3, ""), (3, "")]


def test_a_conductor_is_judged_by_the_beats_seen_not_by_their_age(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    lock = LifeLock(folder.conductor_lock)
    assert lock.acquire()
    heart = Heartbeat(folder.heartbeat, lambda: 0.0)
    heart.beat("first")
    os.utime(folder.heartbeat, (0, 0))
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        if now > 1.0:
            heart.beat("second")

    assert is_working(folder, lambda: now, sleep)
    now = -1e9
    assert not is_working(folder, lambda: now, lambda seconds: sleep(PATIENCE_S))
    lock.release()
    now = 0.0
    assert is_working(folder, lambda: now, sleep)


def test_experiments_from_the_future_are_trained_like_others(bench: Workbench) -> None:
    from datetime import UTC, datetime

    early, late = datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
    drafts = [draft(Hyperparameters(epochs=2), now=lambda when=when: when) for when in (late, early)]
    numbers = [each.number for each in bench.history.add(drafts)]
    bench.release([])
    wait_until(lambda: all(bench.experiment(number).state is State.FINISHED for number in numbers))
    assert [bench.experiment(number).created for number in numbers] == [late, early]


def test_the_death_of_the_forkserver_alone_costs_nothing(bench: Workbench) -> None:
    first = bench.run(LONG)
    wait_until(lambda: len(bench.look(first)[1][0]) > 3)
    [server] = [pid for pid in children_of(conductor_pid(bench.folder.path)) if children_of(pid)]
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{server}/exe").exists() or not children_of(server))
    seen = len(bench.look(first)[1][0])
    wait_until(lambda: len(bench.look(first)[1][0]) > seen)
    second = bench.run(LONG.replace(hidden_units=(17,)))
    wait_until(lambda: len(bench.look(second)[1][0]) > 3)
    assert bench.experiment(first).state is State.RUNNING
    bench.stop([first, second])
    wait_until(lambda: all(bench.experiment(number).state is State.STOPPED for number in (first, second)))


def test_a_worker_whose_conductor_died_ends_after_the_fit_in_hand(bench: Workbench) -> None:
    bench.set_workers(1)
    number = bench.run(Hyperparameters(epochs=1000, hidden_units=(16,)))
    wait_until(lambda: len(bench.look(number)[1][0]) > 3)
    conductor = conductor_pid(bench.folder.path)
    workers = [pid for server in children_of(conductor) for pid in children_of(server)]
    assert workers
    os.kill(conductor, signal.SIGKILL)
    wait_until(lambda: not any(Identity.of(pid) for pid in workers))
    number_state = next(each.state for each in bench.poll().experiments if each.number == number)
    assert number_state is State.FINISHED


def test_a_dashboard_gives_waiting_work_another_conductor(bench: Workbench) -> None:
    bench.attend()
    number = bench.run(LONG)
    wait_until(lambda: len(bench.look(number)[1][0]) > 3)
    first = conductor_pid(bench.folder.path)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not conductor_is_alive(bench.folder))
    wait_until(lambda: bench.poll().conductor_alive and conductor_pid(bench.folder.path) != first)
    bench.stop([number])
    wait_until(lambda: bench.poll() and bench.experiment(number).state is State.STOPPED)
    assert not Identity.of(first)
    bench.close()


def test_an_idle_conductor_takes_no_processor_time(bench: Workbench) -> None:
    number = bench.run(LONG)
    wait_until(lambda: len(bench.look(number)[1][0]) > 3)
    bench.pause([number])
    wait_until(lambda: bench.experiment(number).state is State.PAUSED)
    pid = conductor_pid(bench.folder.path)
    before, beat = processor_ticks(pid), read_beat(bench.folder.heartbeat)
    assert beat is not None
    wait_until(lambda: (read_beat(bench.folder.heartbeat) or beat).count >= beat.count + 2)
    # Two seconds of a spinning process are 200 ticks.
    assert processor_ticks(pid) - before < 60
    bench.stop([number])
    wait_until(lambda: bench.experiment(number).state is State.STOPPED)


def processor_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])

"""Starting conductors, with real processes."""

import os
import signal
from pathlib import Path

import pytest
from tests_support import children_of, conductor_pid, end_conductor, wait_until

from sessions.background.starting import conductor_ahead, conductor_is_alive, ensure_conductor, is_attended
from sessions.creating import DataChoice, create_session
from sessions.liveness import PresenceLock, is_anyone_present
from sessions.paths import SessionFolder


@pytest.fixture
def folder(root: Path) -> SessionFolder:
    create_session(root, "iris", DataChoice(source="iris"))
    return SessionFolder(root / "iris")


def one_child_more(before: set[int]) -> int:
    (pid,) = set(children_of(os.getpid())) - before
    return pid


def test_a_conductor_that_loads_ahead_touches_nothing_and_goes_without_the_word(folder: SessionFolder) -> None:
    before = set(children_of(os.getpid()))
    history = folder.history.read_bytes()
    with conductor_ahead(folder):
        pid = one_child_more(before)
        wait_until(lambda: children_of(pid))  # its forkserver has begun
        assert not conductor_is_alive(folder)
    wait_until(lambda: pid not in children_of(os.getpid()))
    assert not folder.conductor_lock.exists()
    assert folder.history.read_bytes() == history


def test_the_conductor_that_loaded_ahead_is_the_one_that_begins(folder: SessionFolder) -> None:
    before = set(children_of(os.getpid()))
    with conductor_ahead(folder):
        pid = one_child_more(before)
        ensure_conductor(folder)
        assert conductor_pid(folder.path) == pid
    end_conductor(folder.path)


def test_two_wishes_in_a_row_start_one_conductor(folder: SessionFolder) -> None:
    before = set(children_of(os.getpid()))
    ensure_conductor(folder)
    pid = one_child_more(before)
    ensure_conductor(folder)
    assert set(children_of(os.getpid())) - before == {pid}
    assert conductor_pid(folder.path) == pid
    end_conductor(folder.path)
    ensure_conductor(folder)
    assert conductor_pid(folder.path) != pid
    end_conductor(folder.path)


def test_a_conductor_that_died_while_it_loaded_is_replaced(folder: SessionFolder) -> None:
    before = set(children_of(os.getpid()))
    with conductor_ahead(folder):
        pid = one_child_more(before)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: pid not in children_of(os.getpid()))
        ensure_conductor(folder)
        assert conductor_pid(folder.path) != pid
    end_conductor(folder.path)


def test_none_loads_ahead_where_one_lives(folder: SessionFolder) -> None:
    ensure_conductor(folder)
    conductor_pid(folder.path)
    before = set(children_of(os.getpid()))
    with conductor_ahead(folder):
        assert set(children_of(os.getpid())) == before
    end_conductor(folder.path)


def test_a_session_is_attended_while_a_conductor_starts_or_lives_and_no_longer(folder: SessionFolder) -> None:
    assert not is_attended(folder)
    with conductor_ahead(folder):
        assert not conductor_is_alive(folder)
        assert is_attended(folder), "it is starting"
        ensure_conductor(folder)
        pid = conductor_pid(folder.path)
    wait_until(lambda: not is_anyone_present(folder.conductor_log))
    assert is_attended(folder)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_attended(folder))


def test_a_session_whose_dashboard_is_open_is_attended(folder: SessionFolder) -> None:
    presence = PresenceLock(folder.presence_lock)
    assert is_attended(folder)
    presence.release()
    assert not is_attended(folder)

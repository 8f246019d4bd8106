"""Helpers of the tests: waiting for conditions, and finding our processes."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sessions.liveness import is_held


def wait_until(condition: Callable[[], object], timeout_s: float = 60.0) -> None:
    """Return as soon as the condition holds; fail if it does not for a long time."""
    until = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > until:
            pytest.fail("the condition did not come true in time")
        time.sleep(0.01)


def conductor_pid(folder: Path) -> int:
    """Pid of the session's conductor."""
    wait_until(lambda: is_held(folder / "conductor.lock") and (folder / "conductor.lock").read_text().strip())
    pid: int = json.loads((folder / "conductor.lock").read_text())["pid"]
    return pid


def children_of(parent: int) -> list[int]:
    """Pids of the living children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def end_conductor(folder: Path) -> None:
    """End the conductor of a session, if one lives, and wait until it is gone."""
    lock = folder / "conductor.lock"
    if is_held(lock):
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(json.loads(lock.read_text())["pid"], signal.SIGTERM)
        wait_until(lambda: not is_held(lock))


class Terminal:
    """Runs commands in this process and keeps what they printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        from tui.main import main

        code = main(words)
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err

    def json(self, *words: str):
        code, out, _ = self(*words, "--json")
        assert code == 0
        assert out.count("\n") == 1
        return json.loads(out)

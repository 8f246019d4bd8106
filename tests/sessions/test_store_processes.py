"""Several processes on one history: none of their writes is lost, also when they are killed."""

import runpy
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).parent / "programs"
processes = runpy.run_path(str(PROGRAMS / "store_processes.py"))


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    waits = processes["all_write"](tmp_path / "history.jsonl", 2, 40, 0.5)
    assert len(waits) == 160


def test_killed_writers_lose_nothing_they_acknowledged(tmp_path: Path) -> None:
    known: dict[str, Any] = {}
    acknowledged = sum(processes["kill_round"](tmp_path / "history.jsonl", 1, each, known) for each in range(3))
    assert acknowledged > 0
    assert known

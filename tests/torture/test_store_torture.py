"""The long forms of the store's proofs. `make torture`; each prints its seed and its figures."""

import random
import runpy
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.torture

PROGRAMS = Path(__file__).parents[1] / "sessions" / "programs"
processes = runpy.run_path(str(PROGRAMS / "store_processes.py"))
run = runpy.run_path(str(PROGRAMS / "store_faults.py"))["run"]


def say(sentence: str) -> None:
    sys.stdout.write(f"\n{sentence}\n")


@pytest.fixture
def seed() -> int:
    drawn = random.SystemRandom().randrange(10**6)
    say(f"seed {drawn}")
    return drawn


def test_eight_processes_write_two_hundred_and_fifty_each_on_a_slow_disk(tmp_path: Path) -> None:
    waits = sorted(processes["all_write"](tmp_path / "history.jsonl", 8, 250, 4.0))
    p50, p95 = waits[len(waits) // 2], waits[len(waits) * 95 // 100]
    say(f"{len(waits)} writes, fsync 4 ms: wait p50 {1e3 * p50:.0f} ms, p95 {1e3 * p95:.0f} ms, max {waits[-1]:.2f} s")
    assert len(waits) == 4000


def test_a_hundred_rounds_of_killing_lose_nothing(tmp_path: Path, seed: int) -> None:
    known: dict[str, Any] = {}
    acknowledged = 0
    for number in range(100):
        if number % 10 == 0:
            shutil.rmtree(tmp_path)
            known.clear()
        acknowledged += processes["kill_round"](tmp_path / "history.jsonl", seed, number, known)
    say(f"300 kills, {acknowledged} acknowledged writes, none lost")
    assert acknowledged > 1000


@pytest.mark.parametrize("mode", ["once", "good", "crash", "power"])
def test_faults_at_every_step_of_many_runs(tmp_path: Path, seed: int, mode: str) -> None:
    hits: Counter[str] = Counter()
    for each in range(seed, seed + 25):
        for at in range(1, 2000):
            hit = run(each, at, mode, tmp_path / "run", length=14)
            shutil.rmtree(tmp_path / "run", ignore_errors=True)
            if not hit:
                break
            hits[hit] += 1
    say(f"{hits.total()} faults ({mode}): {dict(hits)}")
    assert hits.total() > 1000

"""The long form of the proof that the background loses nothing. `make torture`; it prints its seed and its figures."""

import os
import random
import runpy
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.torture

PROGRAMS = Path(__file__).parents[1] / "sessions" / "programs"
torture = runpy.run_path(str(PROGRAMS / "background_torture.py"))["torture"]


def say(sentence: str) -> None:
    sys.stdout.write(f"\n{sentence}\n")
    sys.stdout.flush()


def test_three_hundred_rounds_of_killing_lose_nothing_and_leave_nothing_over(root: Path) -> None:
    rounds = int(os.environ.get("TORTURE_ROUNDS", "300"))
    seed = int(os.environ.get("TORTURE_SEED", str(random.SystemRandom().randrange(10**6))))
    say(f"seed {seed}, {rounds} rounds")
    started = time.monotonic()
    tally = torture(root, seed, rounds, say)
    say(
        f"{tally.kills.total()} kills {dict(tally.kills)}, {len(tally.runs)} runs and {len(tally.notes)} notes "
        f"acknowledged, none lost; {tally.verified} replays identical; {time.monotonic() - started:.0f} s"
    )
    assert tally.verified > 0

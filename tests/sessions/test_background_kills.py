"""Random processes of ours are killed at random moments; nothing acknowledged is lost, nothing is left over."""

import runpy
from pathlib import Path

torture = runpy.run_path(str(Path(__file__).parent / "programs" / "background_torture.py"))["torture"]


def test_whatever_is_killed_nothing_acknowledged_is_lost_and_no_process_is_left(root: Path) -> None:
    tally = torture(root, seed=1, rounds=10)
    assert tally.kills.total() > 0
    assert tally.runs
    assert tally.notes

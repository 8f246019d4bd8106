"""Training a stored fit again: what was compared, and what was not."""

from pathlib import Path

import numpy as np
import pytest

from engine.hyperparameters import Hyperparameters
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.fits.curve import record_dtype
from sessions.history import History
from sessions.paths import FitKey, SessionFolder
from sessions.workbench import Workbench

POINTS = 11


@pytest.fixture
def bench(root: Path) -> Workbench:
    """A session with one experiment of ten epochs."""
    create_session(root, "iris", DataChoice(source="iris"))
    folder = SessionFolder(root / "iris")
    history = History.open(folder)
    history.add([draft(Hyperparameters(epochs=POINTS - 1, hidden_units=(4,)))])
    Conductor(history, InProcessLauncher(folder)).run(linger_s=0.0)
    history.close()
    return Workbench(folder)


def rewrite_curve(bench: Workbench, keep: list[int]) -> None:
    path = bench.folder.fit(FitKey(1, 1)) / "curve"
    records = np.fromfile(path, record_dtype(2))
    assert len(records) == POINTS
    records[keep].tofile(path)


def test_a_whole_curve_is_compared_in_all_its_points(bench: Workbench) -> None:
    assert bench.verify(1) == (False, "Fit 1 of #1 is identical in all 11 points.")


@pytest.mark.parametrize("kept", [[0, 1, 2, 5, 6, 7, 8, 9, 10], list(range(9))])
def test_points_that_are_missing_are_not_said_to_be_identical(bench: Workbench, kept: list[int]) -> None:
    rewrite_curve(bench, kept)
    assert bench.verify(1) == (
        False,
        "Fit 1 of #1 is identical in 9 of 11 points; the other 2 were not compared, since they are missing from the "
        "stored curve.",
    )

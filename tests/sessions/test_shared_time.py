"""What trainings that run together cost, each by its share."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.data_folder import DataShelf
from sessions.fits.fit_folder import FitFolder
from sessions.fits.training_run import TrainingRun
from sessions.jobs import FitJob
from sessions.paths import FitKey, SessionFolder
from sessions.store import StoreError

SHORT = Hyperparameters(epochs=10, hidden_units=(4,))
STAYS = SHORT.replace(epochs=200)
DIVERGES = STAYS.replace(learning_rate=1e3)


@pytest.fixture
def folder(root: Path) -> SessionFolder:
    create_session(root, "iris", DataChoice(source="iris"))
    return SessionFolder(root / "iris")


def train(folder: SessionFolder, members: Sequence[Hyperparameters]) -> tuple[list[float], int]:
    """Seconds of each, and of all together, by a clock that ticks when it is looked at."""
    jobs = [FitJob(FitKey(number, 1), f"uid {number}", each, None, 0, {}) for number, each in enumerate(members, 1)]
    ticks = count()
    TrainingRun(jobs, folder, DataShelf(folder), lambda _: None, clock=lambda: float(next(ticks))).train()
    results = [FitFolder(folder.fit(each.key)).read_result() for each in jobs]
    return [each.fit.seconds for each in results if each is not None], next(ticks)


def test_trainings_that_run_together_share_the_time_they_take(folder: SessionFolder) -> None:
    shares, all_together = train(folder, [SHORT] * 4)
    assert len(shares) == 4
    assert 0.75 * all_together < sum(shares) < all_together


def test_the_time_after_one_has_left_is_the_others(folder: SessionFolder) -> None:
    (left, stayed), all_together = train(folder, [DIVERGES, STAYS])
    assert left < 0.2 * stayed
    assert 0.9 * all_together < left + stayed < all_together


def test_what_left_pays_for_nobody_while_its_result_is_waiting_for_the_disk(
    folder: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions.fits.training_run.RETRY_EVERY_S", 0.0)
    write, refused = FitFolder.write_result, []

    def refuse_once(self: FitFolder, *rest: Any) -> None:
        if not refused:
            refused.append(self)
            raise StoreError("the disk is full")
        write(self, *rest)

    monkeypatch.setattr(FitFolder, "write_result", refuse_once)
    (left, stayed), _ = train(folder, [DIVERGES, STAYS])
    assert left < 0.2 * stayed


def test_time_that_only_the_curve_knows_of_is_not_lost(folder: SessionFolder) -> None:
    (first,), _ = train(folder, [SHORT])
    FitFolder(folder.fit(FitKey(1, 1))).remove_result()
    (again,), _ = train(folder, [SHORT])
    assert again > first

"""What trainings that run together cost, each by its share."""

from itertools import count
from pathlib import Path

from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.data_folder import DataShelf
from sessions.fits.fit_folder import FitFolder
from sessions.fits.training_run import TrainingRun
from sessions.jobs import FitJob
from sessions.paths import FitKey, SessionFolder


def test_trainings_that_run_together_share_the_time_they_take(root: Path) -> None:
    create_session(root, "iris", DataChoice(source="iris"))
    folder = SessionFolder(root / "iris")
    hyperparameters = Hyperparameters(epochs=10, hidden_units=(4,))
    jobs = [FitJob(FitKey(number, 1), f"uid {number}", hyperparameters, None, 0, {}) for number in range(1, 5)]
    ticks = count()
    TrainingRun(jobs, folder, DataShelf(folder), lambda _: None, clock=lambda: float(next(ticks))).train()
    results = [FitFolder(folder.fit(each.key)).read_result() for each in jobs]
    shares = [each.fit.seconds for each in results if each is not None]
    assert len(shares) == 4
    assert 0.75 * next(ticks) < sum(shares) < next(ticks)

"""A network predicts the rows it was judged on as it did when it was judged."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WorkError
from engine.hyperparameters import Hyperparameters
from engine.search.space import Space
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.creating import DataChoice, create_session
from sessions.data_folder import DataShelf
from sessions.drafting import draft
from sessions.finalizing import break_seal
from sessions.history import History
from sessions.paths import FitKey, SessionFolder
from sessions.predicting import predict_file
from sessions.search.planning import draft_sweep
from sessions.search.records import Budget, Sampler


def gappy(path: Path) -> Path:
    """Prices by town and size, a third of both missing, so that what is usual differs from one part to the next."""
    draw = np.random.default_rng(0)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["town", "size", "price"])
        for _ in range(90):
            town, size = draw.integers(4), draw.lognormal(3)
            price = [0, 300, 900, 100][town] + size
            cells = "" if draw.random() < 0.3 else f"town {town}", "" if draw.random() < 0.3 else f"{size:.2f}"
            writer.writerow([*cells, f"{price:.2f}"])
    return path


@pytest.mark.parametrize("seed", range(4))
def test_missing_values_are_filled_as_the_network_saw_them_filled(seed: int, tmp_path: Path) -> None:
    data = gappy(tmp_path / "houses.csv")
    create_session(tmp_path, "houses", DataChoice(str(data), seed=seed))
    history = History.open(SessionFolder(tmp_path / "houses"))
    history.add([draft(Hyperparameters(epochs=5, hidden_units=(8,)))])
    Conductor(history, InProcessLauncher(history.folder)).run(linger_s=0.0)
    shelf, best = DataShelf(history.folder), history.experiment(1).best
    assert best is not None
    rows = shelf.split.validation
    error = predict_file(history.folder, history.info, history.experiment(1), str(data)).outputs[rows]
    target = shelf.table.y[rows]
    error -= target
    assert 1 - (error**2).sum() / ((target - target.mean()) ** 2).sum() == pytest.approx(
        best.validation_score, abs=1e-4
    )
    history.close()


def test_a_network_whose_best_epoch_came_before_training_predicts_with_a_caution(tmp_path: Path) -> None:
    data = gappy(tmp_path / "houses.csv")
    create_session(tmp_path, "houses", DataChoice(str(data)))
    history = History.open(SessionFolder(tmp_path / "houses"))
    history.add([draft(Hyperparameters(epochs=5, hidden_units=(8,), learning_rate=rate)) for rate in (1000.0, 0.01)])
    Conductor(history, InProcessLauncher(history.folder)).run(linger_s=0.0)
    lost, learned = (
        predict_file(history.folder, history.info, history.experiment(number), str(data)).notes for number in (1, 2)
    )
    assert lost[-1] == "#1 predicts with a network that has learned nothing: its best epoch is 0, before training."
    assert not any("learned nothing" in note for note in learned)
    history.close()


def test_what_fresh_seeds_confirmed_predicts_with_their_networks_alone(tmp_path: Path) -> None:
    create_session(tmp_path, "iris", DataChoice("iris"))
    history = History.open(SessionFolder(tmp_path / "iris"))
    base = Hyperparameters(epochs=2, hidden_units=(4,))
    space = Space.from_text({"learning_rate": "0.01|0.1|0.3|1"}, base)
    planned = draft_sweep(space, history.info, sampler=Sampler.RANDOM, budget=Budget(trials=8))
    history.sweeps.add(lambda number: replace(planned, number=number))
    Conductor(history, InProcessLauncher(history.folder)).run(linger_s=0.0)
    winner = next(each for each in history.experiments() if each.confirmed)
    both = predict_file(history.folder, history.info, winner, "iris").outputs
    for fit in winner.first_fits:
        (history.folder.fit(FitKey(winner.number, fit.number)) / "best.npz").unlink()
    assert np.array_equal(predict_file(history.folder, history.info, winner, "iris").outputs, both)
    history.close()


def test_parameters_that_were_lost_are_told_and_what_to_do(tmp_path: Path) -> None:
    create_session(tmp_path, "iris", DataChoice("iris"))
    history = History.open(SessionFolder(tmp_path / "iris"))
    history.add([draft(Hyperparameters(epochs=1))])
    Conductor(history, InProcessLauncher(history.folder)).run(linger_s=0.0)
    (history.folder.fit(FitKey(1, 1)) / "best.npz").unlink()
    with pytest.raises(WorkError, match=r"has lost best\.npz: train the experiment again"):
        predict_file(history.folder, history.info, history.experiment(1), "iris")
    with pytest.raises(WorkError, match=r"has lost best\.npz: train the experiment again"):
        break_seal(history, history.experiment(1), "a look")
    history.close()

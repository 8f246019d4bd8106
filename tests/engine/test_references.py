"""Trainings follow trajectories that PyTorch computed in float64 (tests/references) to a relative error of 1e-9."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.hyperparameters import Hyperparameters
from engine.parameters import load_parameters
from engine.records import Task
from engine.training import train

FOLDER = Path(__file__).parents[1] / "references"
FIXED = {"dtype": "float64", "shuffle": False, "monitor": "full"}
RUNS = sorted(path.stem for path in FOLDER.glob("*_*.npz"))


@pytest.mark.parametrize("name", RUNS)
def test_a_reference_trajectory_is_followed(name, make_dataset) -> None:
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as run:
        h = Hyperparameters.from_mapping({**json.loads(str(run["hyperparameters"])), **FIXED})
        data = make_dataset(Task(str(run["task"])), run["X"], run["y"])
        cost = run["cost"]
    records = train(h, data, initial_parameters=load_parameters(FOLDER / f"{name}.npz"))
    found = np.array([progress.train_cost for progress in records])
    np.testing.assert_allclose(found, cost, rtol=1e-9)

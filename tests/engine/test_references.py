"""Trainings follow trajectories that PyTorch computed in float64 (tests/references) to a relative error of 1e-9."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.hyperparameters import Hyperparameters
from engine.parameters import Parameters, load_parameters
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


def more_runs() -> list[tuple[int, str]]:
    with np.load(FOLDER / "more.npz", allow_pickle=False) as archive:
        runs = json.loads(str(archive["runs"]))
    base = runs[0]["hyperparameters"]
    changed = [{k: v for k, v in run["hyperparameters"].items() if base.get(k) != v} for run in runs]
    return [(i, f"{run['task']} {changed[i]}") for i, run in enumerate(runs)]


@pytest.mark.parametrize("number", [pytest.param(i, id=name) for i, name in more_runs()])
def test_every_optimizer_schedule_activation_and_penalty_follows_pytorch(number, make_dataset) -> None:
    with np.load(FOLDER / "more.npz", allow_pickle=False) as archive:
        run = json.loads(str(archive["runs"]))[number]
        task, h = Task(run["task"]), Hyperparameters.from_mapping({**run["hyperparameters"], **FIXED})
        data = make_dataset(task, archive[f"X_{task.value}"], archive[f"y_{task.value}"])
        sizes = (data.n_features, *h.hidden_units, data.n_outputs)
        name = "_".join(map(str, sizes))
        layers = range(1, len(sizes))
        start = Parameters(
            tuple(archive[f"W{i}_{name}"] for i in layers), tuple(archive[f"b{i}_{name}"] for i in layers)
        )
        cost = archive["costs"][number]
    found = np.array([progress.train_cost for progress in train(h, data, initial_parameters=start)])
    np.testing.assert_allclose(found, cost, rtol=1e-9)

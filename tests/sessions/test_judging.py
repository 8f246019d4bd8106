"""What a verdict knows of the rows trained on: from the data where they are, from the fit's spec everywhere else."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests_support import end_conductor, wait_until

from engine.hyperparameters import Hyperparameters
from engine.records import VerdictKind
from sessions.creating import DataChoice, create_session
from sessions.data_folder import DataShelf
from sessions.doctor import repair_session
from sessions.fits.fit_folder import FitFolder
from sessions.folding import with_fit_state
from sessions.following import Follower
from sessions.judging import Rows
from sessions.paths import FitKey, SessionFolder
from sessions.records import State
from sessions.workbench import Workbench

LINEAR = Hyperparameters(epochs=60, hidden_units=(), batch_size=8)
BALANCED = LINEAR.replace(class_weight="balanced")
KEY = FitKey(1, 1)


def session(root: Path, tmp_path: Path, targets: list[object], scale: str = "standard") -> SessionFolder:
    """A session on one feature, the row's number, and these targets."""
    source = tmp_path / "own.csv"
    source.write_text("\n".join(["a,y", *(f"{row / 100},{y}" for row, y in enumerate(targets)), ""]))
    create_session(root, "s", DataChoice(source=str(source), scale=scale))
    return SessionFolder(root / "s")


@pytest.fixture
def unscaled(root: Path, tmp_path: Path) -> SessionFolder:
    """A regression with a target of variance 33 and noise of variance 4."""
    return session(root, tmp_path, [50 + row / 10 + 2 * (-1) ** row + 0.5 for row in range(200)], scale="none")


@pytest.mark.parametrize("fold", [None, 2])
def test_a_regression_is_compared_with_half_the_variance_of_its_training_target(
    unscaled: SessionFolder, fold: int | None
) -> None:
    shelf = DataShelf(unscaled)
    data = shelf.dataset(fold, 3 if fold else 0)
    about = Rows.of(data, LINEAR)
    split = shelf.split_of(fold, 3)
    trained, validated = shelf.table.y[split.train], shelf.table.y[split.validation]
    half, other = np.var(trained) / 2, np.mean((validated - trained.mean()) ** 2) / 2
    assert other != pytest.approx(half)
    assert about.n_train == len(data.train.y)
    assert (about.baseline.training, about.baseline.validation) == (pytest.approx(half), pytest.approx(other))
    single = Rows.of(data.astype("float32"), LINEAR).baseline
    assert (single.training, single.validation) == (pytest.approx(half), pytest.approx(other))


def test_classes_are_compared_with_the_entropy_of_their_shares_and_weighted_ones_with_equal_shares(
    root: Path, tmp_path: Path
) -> None:
    data = DataShelf(session(root, tmp_path, ["no" if row % 10 else "yes" for row in range(200)])).dataset()
    entropy = -(0.1 * math.log(0.1) + 0.9 * math.log(0.9))
    plain, weighted = Rows.of(data, LINEAR).baseline, Rows.of(data, BALANCED).baseline
    assert (plain.training, plain.validation) == (pytest.approx(entropy), pytest.approx(entropy))
    assert (weighted.training, weighted.validation) == (pytest.approx(math.log(2)), pytest.approx(entropy))


def test_without_validation_rows_their_baseline_is_that_of_the_training_rows(root: Path, tmp_path: Path) -> None:
    for number, targets in enumerate((["no", "yes", "yes", "yes"] * 20, [float(row) for row in range(80)])):
        data = DataShelf(session(root / str(number), tmp_path, targets)).dataset()
        alone = replace(data, validation=type(data.train)(data.validation.X[:0], data.validation.y[:0]))
        baseline = Rows.of(alone, LINEAR).baseline
        assert baseline.validation == baseline.training > 0.0


def test_a_target_that_is_the_same_in_every_training_row_is_no_baseline(unscaled: SessionFolder) -> None:
    data = DataShelf(unscaled).dataset()
    data.train.y[:] = 0.1
    assert Rows.of(data, LINEAR).baseline.training == 0.0


def trained(folder: SessionFolder) -> Workbench:
    """One experiment, finished, and no conductor."""
    bench = Workbench(folder)
    number = bench.run(LINEAR)
    wait_until(lambda: bench.experiment(number).state is State.FINISHED)
    end_conductor(folder.path)
    return bench


def forget_baseline(folder: SessionFolder) -> None:
    """Make the spec one of an older version."""
    path = FitFolder(folder.fit(KEY)).path / "spec.json"
    document = json.loads(path.read_text())
    del document["baseline"], document["n_train"]
    path.write_text(json.dumps(document))


def test_a_good_fit_to_an_unscaled_target_is_never_called_stuck(
    unscaled: SessionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by its worker, nor by who looks on while it trains, nor by who rebuilds it; an older spec does not know."""
    bench = trained(unscaled)
    verdict = bench.experiment(1).verdict
    assert verdict is not None
    assert verdict.kind is VerdictKind.CONVERGED
    monkeypatch.setattr("sessions.following.conductor_is_alive", lambda folder: True)
    bench.history.change(1, lambda present: with_fit_state(present, 1, State.RUNNING))
    assert live_verdict(bench) is VerdictKind.LEARNING
    rebuild(bench)
    assert rebuilt_verdict(unscaled) is VerdictKind.CONVERGED
    forget_baseline(unscaled)
    unscaled.history.unlink()
    repair_session(unscaled)
    assert rebuilt_verdict(unscaled) is VerdictKind.STUCK


def live_verdict(bench: Workbench) -> VerdictKind:
    [experiment] = Follower(bench.history).poll().experiments
    assert experiment.verdict is not None
    return experiment.verdict.kind


def rebuild(bench: Workbench) -> None:
    """Lose the history and the result, and let the curve tell."""
    bench.close()
    FitFolder(bench.folder.fit(KEY)).remove_result()
    bench.folder.history.unlink()
    repair_session(bench.folder)


def rebuilt_verdict(folder: SessionFolder) -> VerdictKind:
    bench = Workbench(folder)
    verdict = bench.experiment(1).verdict
    bench.close()
    assert verdict is not None
    return verdict.kind

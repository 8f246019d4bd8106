"""Small data sets made in memory, for tests of the numerics."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset, Rows
from engine.data.scaling import ScaleKind, Scaling
from engine.records import Task


def dataset_of(task: Task, X: NDArray, y: NDArray, *, train: int | None = None) -> Dataset:
    """The first `train` rows (all by default) to train on, the others for validation."""
    cut = len(y) if train is None else train
    y = np.asarray(y, X.dtype if task is Task.REGRESSION else np.intp)
    n_classes = 0 if task is Task.REGRESSION else int(y.max()) + 1
    n = X.shape[1]
    return Dataset(
        task=task,
        n_features=n,
        n_outputs=n_classes if task is Task.MULTICLASS else 1,
        classes=tuple(str(c) for c in range(n_classes)),
        feature_names=tuple(f"x{i}" for i in range(n)),
        train=Rows(np.ascontiguousarray(X[:cut]), y[:cut]),
        validation=Rows(np.ascontiguousarray(X[cut:]), y[cut:]),
        test=Rows(X[:0], y[:0]),
        scaling=Scaling(ScaleKind.NONE, np.zeros(n), np.ones(n)),
        target_mean=0.0,
        target_scale=1.0,
    )


def noisy_data(task: Task, rows: int = 60, features: int = 5, train: int | None = None, seed: int = 0) -> Dataset:
    """A learnable task with noise; three classes, or two, or a value."""
    random = np.random.default_rng([seed, 1])
    X = random.standard_normal((rows, features))
    z = X @ random.standard_normal((features, 3)) + 0.3 * random.standard_normal((rows, 3))
    y = {Task.MULTICLASS: z.argmax(axis=1), Task.BINARY: z[:, 0] > 0, Task.REGRESSION: np.sin(z[:, 0])}[task]
    return dataset_of(task, X, y, train=train)


@pytest.fixture
def make_data() -> Callable[..., Dataset]:
    """`noisy_data(task, rows, features, train, seed)`."""
    return noisy_data


@pytest.fixture
def make_dataset() -> Callable[..., Dataset]:
    """`dataset_of(task, X, y, train=…)`."""
    return dataset_of

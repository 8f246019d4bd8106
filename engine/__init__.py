"""The NumPy engine: data, networks, training, diagnosis, statistics.

Knows no file of tunedeck's own, no clock, no screen and no store. Names are resolved on first use, so that
`engine.hyperparameters` can be read without importing NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.data import Dataset, load_dataset
    from engine.hyperparameters import Hyperparameters
    from engine.training import train, train_population

__all__ = ["Dataset", "Hyperparameters", "load_dataset", "train", "train_population"]

_HOMES = {
    "Dataset": "engine.data",
    "Hyperparameters": "engine.hyperparameters",
    "load_dataset": "engine.data",
    "train": "engine.training",
    "train_population": "engine.training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

"""The NumPy engine: data, networks, training, diagnosis, statistics.

Knows no file of tunedeck's own, no clock, no screen and no store. Names are resolved on first use, so that
`engine.hyperparameters` can be read without importing NumPy.
"""

from typing import TYPE_CHECKING

from engine.later import later

if TYPE_CHECKING:
    from engine.data import Dataset, load_dataset
    from engine.hyperparameters import Hyperparameters
    from engine.training import train, train_population

__all__ = ["Dataset", "Hyperparameters", "load_dataset", "train", "train_population"]

_HOMES = {
    "Dataset": "data",
    "Hyperparameters": "hyperparameters",
    "load_dataset": "data",
    "train": "training",
    "train_population": "training",
}

__getattr__ = later(__name__, _HOMES)

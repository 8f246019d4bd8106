"""How a search is run, declared like hyperparameters so that the same fields show, read and explain it."""

import math

from engine.declaration import Declaration, Group, Kind, Scale, Value
from engine.search.pruning import Pruner
from sessions.search.planning import DEFAULT_TRIALS
from sessions.search.records import Sampler

__all__ = ["SETTINGS", "setting"]


def _setting(
    name: str,
    label: str,
    kind: Kind,
    default: Value,
    sentence: str,
    *,
    choices: tuple[str, ...] = (),
    low: float = 1,
    high: float = math.inf,
    unit: str = "",
) -> Declaration:
    return Declaration(
        name=name, label=label, symbol="", unit=unit, kind=kind, default=default, low=low, high=high, low_open=False,
        high_open=False, scale=Scale.LINEAR, choices=choices, group=Group.MAIN, when=None, search=None,
        sentence=sentence, source="", shapes=False,
    )  # fmt: skip


SETTINGS = (
    _setting("sampler", "Sampler", Kind.CHOICE, "tpe",
             "Who proposes the next trial: tpe learns from the earlier ones, qmc fills the space evenly.",
             choices=tuple(each.value for each in Sampler)),
    _setting("pruner", "Pruner", Kind.CHOICE, "none", "How hopeless trials are ended early.",
             choices=tuple(each.value for each in Pruner)),
    _setting("trials", "Trials", Kind.INTEGER, DEFAULT_TRIALS,
             "Trainings to spend, confirmation included; 0 leaves it to epochs or minutes.", low=0, high=100_000),
    _setting("epochs_budget", "Epochs in all", Kind.INTEGER, 0,
             "Epochs of all trainings together; 0 sets no end. What is reached first counts.", low=0, high=10**9),
    _setting("minutes", "Minutes", Kind.REAL, 0.0,
             "Time to spend, pauses left out; 0 sets no end. What is reached first counts.", low=0, high=100_000),
    _setting("confirm", "Confirm", Kind.SWITCH, True,
             "The last quarter of the trials re-trains the five best with fresh seeds."),
    _setting("repeats", "Repeats", Kind.INTEGER, 1, "Trainings of each configuration, with a seed each.", high=100),
    _setting("folds", "Folds", Kind.INTEGER, 0,
             "Cross-validates each configuration with so many folds instead of repeats; 0: none.", low=0, high=1000),
    _setting("workers", "Workers", Kind.INTEGER, 2, "Processes that train at once.", high=256),
)  # fmt: skip
"""Every setting, in the order of the form."""

_BY_NAME = {each.name: each for each in SETTINGS}


def setting(name: str) -> Declaration:
    """The declaration of one setting. Raises KeyError."""
    return _BY_NAME[name]

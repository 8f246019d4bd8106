"""How a search is run, declared like hyperparameters so that the same fields show, read and explain it."""

import math

from engine.declaration import Declaration, Group, Kind, Scale, Value
from engine.search.pruning import Pruner
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
    _setting("trials", "Trials", Kind.INTEGER, 60, "Trainings to spend, confirmation included.", high=100_000),
    _setting("confirm", "Confirm", Kind.SWITCH, True,
             "The last quarter of the trials re-trains the five best with fresh seeds."),
    _setting("workers", "Workers", Kind.INTEGER, 2, "Processes that train at once.", high=256),
)  # fmt: skip
"""Every setting, in the order of the form."""

_BY_NAME = {each.name: each for each in SETTINGS}


def setting(name: str) -> Declaration:
    """The declaration of one setting. Raises KeyError."""
    return _BY_NAME[name]

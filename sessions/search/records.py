"""The frozen records of sweeps: what is searched, how far, and what came of it. Pure data."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from engine.search.pruning import Pruner
from engine.search.space import Space
from sessions.states import State

__all__ = ["Budget", "Outcome", "Sampler", "Sweep"]


class Sampler(Enum):
    """Who proposes the next trial."""

    GRID = "grid"
    RANDOM = "random"
    QMC = "qmc"
    TPE = "tpe"
    CMAES = "cmaes"

    @property
    def learns(self) -> bool:
        """Whether it needs the results of earlier trials."""
        return self in (Sampler.TPE, Sampler.CMAES)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be spent; what is reached first counts. At least one is set."""

    trials: int | None = None
    """Trainings of one configuration with all its repeats or folds, confirmation included."""
    epochs: int | None = None
    """Epochs of all trainings together."""
    minutes: float | None = None
    """From the start, pauses included."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sweep found."""

    winner: int
    """Number of the experiment."""
    is_confirmed: bool
    """False: its score rests on the training that chose it."""
    promised: float
    """The winner's validation score: the mean over fresh seeds where it is confirmed."""
    value: float | None
    """The score to be expected on new rows; None where it cannot be told."""
    low: float | None
    """Of an 80 % interval."""
    high: float | None
    looks: int
    """Configurations that were compared on the same validation rows."""
    rows: int
    """Validation rows it rests on."""
    sense: str
    """A sentence: whether more experiments on these rows make sense, or why nothing is expected."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One search over a space of hyperparameters. Its trials are ordinary experiments that name it."""

    number: int
    """The running number people see (sweep 3)."""
    uid: str
    state: State
    """RUNNING, PAUSED, or one that is over."""
    space: Space
    sampler: Sampler
    pruner: Pruner
    budget: Budget
    is_confirming: bool
    """Whether the last quarter of the budget re-trains the best with fresh seeds."""
    repeats: int
    folds: int
    """0 where there are none."""
    seed: int
    """Of the proposals; trials train with the base hyperparameters' own seed."""
    created: datetime
    idea: str = ""
    outcome: Outcome | None = None
    """None until it is over."""
    finalists: tuple[int, ...] = ()
    """Experiments chosen for confirmation; empty until then."""
    ended: str = ""
    """Why it is over, one sentence."""

    @property
    def fits_per_trial(self) -> int:
        """Trainings that make up one trial."""
        return self.folds or self.repeats

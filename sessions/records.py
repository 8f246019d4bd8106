"""The frozen records of what a session keeps: sessions, experiments, fits, and the snapshot a screen draws from.

Pure data: no store, no files, no NumPy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from engine.hyperparameters import Hyperparameters
from engine.records import Health, Task, Verdict

__all__ = ["Best", "Curve", "Experiment", "Fit", "SessionInfo", "Snapshot", "State"]


class State(Enum):
    """Where an experiment or a fit stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    PRUNED = "pruned"

    @property
    def is_over(self) -> bool:
        """Nothing more will happen by itself."""
        return self not in (State.QUEUED, State.RUNNING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What a session is about: one line of tuning work on one data set."""

    name: str
    task: Task
    source: str
    """The data source as it was given: a built-in name or a file's name."""
    target: str
    """Name of the target column."""
    classes: tuple[str, ...]
    """Names of the classes in the order of the outputs; empty for regression."""
    features: int
    """Columns that enter the network."""
    train_rows: int
    validation_rows: int
    test_rows: int
    """Sealed until `final`."""
    split: tuple[float, float, float]
    scale: str
    seed: int
    """Seed of the split."""
    score_name: str
    """The score that chooses; greater is better."""
    fingerprint: str
    """Hash of the data's content."""
    created: datetime
    notes: tuple[str, ...] = ()
    """What was done to the data on reading (missing values, one-hot columns), a sentence each."""

    @property
    def outputs(self) -> int:
        """Outputs of a network for this task."""
        return len(self.classes) if self.task is Task.MULTICLASS else 1


@dataclass(frozen=True, slots=True)
class Best:
    """The epoch that counts: lowest validation cost (training cost where there are no validation rows)."""

    epoch: int
    validation_cost: float
    validation_score: float


@dataclass(frozen=True, slots=True)
class Fit:
    """One training of an experiment: one repeat (seed) or fold. Figures are those of the best epoch."""

    number: int
    """1, 2, … within the experiment; names its folder."""
    state: State
    seed: int
    fold: int | None
    """None where there are no folds."""
    epochs: int
    """Epochs trained so far."""
    best_epoch: int
    train_cost: float
    validation_cost: float
    validation_score: float
    seconds: float
    error: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Every score of the task on the validation rows at the best epoch, by name."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One documented configuration."""

    number: int
    """The running number people see (#12)."""
    uid: str
    """Unique for ever, across sessions and machines."""
    state: State
    hyperparameters: Hyperparameters
    created: datetime
    idea: str = ""
    conclusion: str = ""
    tags: tuple[str, ...] = ()
    fits: tuple[Fit, ...] = ()
    """At least one; folds and repeats in order."""
    best: Best | None = None
    """Mean over the fits that are over; None before the first figure."""
    verdict: Verdict | None = None
    n_parameters: int = 0
    seconds: float = 0.0
    """Time spent training, all fits together."""
    parent: int | None = None
    """Number of the experiment this one was derived from."""
    sweep: int | None = None
    error: str = ""
    """Why it failed or was interrupted, one sentence."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The columns of one fit's curve, all of equal length; plain lists of numbers, NaN where there is none."""

    epoch: list[int] = field(default_factory=list)
    iteration: list[int] = field(default_factory=list)
    train_cost: list[float] = field(default_factory=list)
    validation_cost: list[float] = field(default_factory=list)
    train_score: list[float] = field(default_factory=list)
    validation_score: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Since the fit's start, without the time it was paused."""
    health: list[Health | None] = field(default_factory=list)
    complete: bool = True
    """False if some points could not be written or were damaged."""

    def __len__(self) -> int:
        return len(self.epoch)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a screen needs of one session at one moment; made off the event loop, replaced whole."""

    info: SessionInfo
    experiments: tuple[Experiment, ...]
    """By number, oldest first. An unchanged experiment is the same object as in the snapshot before."""
    curves: dict[tuple[int, int], Curve]
    """(experiment, fit) -> curve, for the fits that run and those that were asked for."""
    conductor_alive: bool
    messages: tuple[str, ...] = ()
    """What the person must be told: damage found, disk full, read-only."""

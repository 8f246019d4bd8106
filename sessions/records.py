"""The frozen records of what a session keeps: sessions, experiments, fits, and the snapshot a screen draws from.

Pure data: no store, no files, no NumPy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from engine.declaration import Value
from engine.hyperparameters import Hyperparameters
from engine.records import Health, Task, Verdict
from sessions.states import State

if TYPE_CHECKING:
    from sessions.search.records import Sweep

__all__ = ["Best", "Change", "Curve", "EarlierNote", "Experiment", "Fit", "Look", "SessionInfo", "Snapshot", "State"]


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
    def positive(self) -> str | None:
        """Of two classes the one that F1 is about: class 1."""
        return self.classes[1] if len(self.classes) == 2 else None

    @property
    def rows(self) -> list[int]:
        """Of the training, validation and test part."""
        return [self.train_rows, self.validation_rows, self.test_rows]

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
    """Spent training: of what trained together, its share."""
    error: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Every score of the task on the validation rows at the best epoch, by name."""
    curve_is_complete: bool = True
    """False if points of its curve could not be written: disk full, read-only."""
    at_once: bool = False
    """A person resumed it: it is taken up at once, by an additional worker if all are busy."""
    ended: datetime | None = None
    """When its figures were written down; None before, and where an older version wrote them."""

    @property
    def has_parameters(self) -> bool:
        """Whether it left its best parameters: one that was interrupted has figures, and no time to write them."""
        return self.state.is_over and self.state is not State.INTERRUPTED and self.epochs > 0


@dataclass(frozen=True, slots=True)
class Change:
    """A hyperparameter that was changed in training: from then on the experiment is a branch of what was submitted.

    The update at which each fit took it over stands in the fit's own events.
    """

    name: str
    before: Value
    after: Value
    at: datetime
    """When it was asked for."""


@dataclass(frozen=True, slots=True)
class EarlierNote:
    """A text that somebody replaced: the last one counts, no earlier one vanishes."""

    field: str
    """`idea` or `conclusion`."""
    text: str
    at: datetime
    """When it was replaced."""
    by: str
    """Who replaced it: user, machine and process."""


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
    trial: int | None = None
    """1, 2, … within its sweep."""
    fresh: int = 0
    """How many of the last fits were added to confirm it with fresh seeds; `best` leaves them out."""
    confirmed: Best | None = None
    """Mean over the fresh fits, once all of them are over."""
    error: str = ""
    """Why it failed or was interrupted, one sentence."""
    priority: int = 0
    """The higher, the earlier it is taken from the queue; equal ones by number."""
    held: bool = False
    """Stays in the queue, whatever else happens, until it is released."""
    changes: tuple[Change, ...] = ()
    """In the order in which they were asked for; `hyperparameters` stays what was submitted."""
    earlier: tuple[EarlierNote, ...] = ()
    """Texts that were replaced, oldest first."""

    @property
    def hyperparameters_now(self) -> Hyperparameters:
        """What was submitted, with the changes made since."""
        changes = {change.name: change.after for change in self.changes}
        return self.hyperparameters.replace(**changes) if changes else self.hyperparameters

    @property
    def first_fits(self) -> tuple[Fit, ...]:
        """Those that `best` rests on."""
        return self.fits[: len(self.fits) - self.fresh]

    @property
    def fresh_fits(self) -> tuple[Fit, ...]:
        """Those that `confirmed` rests on."""
        return self.fits[len(self.fits) - self.fresh :]

    @property
    def folds(self) -> int:
        """Folds of its cross-validation; 0 where there are none."""
        return max((fit.fold or 0 for fit in self.fits), default=0)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the sealed test rows: an entry of the ledger."""

    number: int
    """1 is the first look of the session."""
    experiment: int
    reason: str
    score: float
    """The session's score on the test rows."""
    cost: float
    scores: Mapping[str, float]
    """Every score of the task, by name."""
    fits: int
    """Trainings it is the mean of."""
    created: datetime


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
    """Since the fit's start, without the time it was paused; where fits train together, its share."""
    health: Sequence[Health | None] = ()
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
    sweeps: "tuple[Sweep, ...]" = ()
    """By number, oldest first."""
    looks: tuple[Look, ...] = ()
    """The ledger of looks at the sealed test rows, first look first."""

"""The frozen records of sweeps: what is searched, how far, and what came of it. Pure data."""

from dataclasses import dataclass, replace
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
    """At work, from the start; pauses do not count."""


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
    """Trials of this sweep that were compared on the validation rows: what the expectation rests on."""
    rows: int
    """Validation rows it rests on."""
    sense: str = ""
    """Why nothing is expected or nobody leads, one sentence; an older version wrote here what `sense_now` says."""
    luck: float | None = None
    """Share of the winner's lead over the median trial that is luck with these rows; None where it cannot be told."""
    has_folds: bool = False
    """Whether the rows are those of all folds."""
    unconfirmed: str = ""
    """Why it is not confirmed, one sentence; empty where it is."""
    equal: int = 0
    """Other trials with the same figures, to the last digit."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One search over a space of hyperparameters. Its trials are ordinary experiments that name it."""

    number: int
    """The running number people see (sweep 3)."""
    uid: str
    state: State
    """RUNNING, PAUSED, or one that is over; INTERRUPTED only as it is shown, never as it is kept."""
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
    halted: datetime | None = None
    """Since when it is paused or over; None while it runs."""
    idle_s: float = 0.0
    """Seconds it was paused or over before it went on."""

    @property
    def fits_per_trial(self) -> int:
        """Trainings that make up one trial."""
        return self.folds or self.repeats

    def is_twin_of(self, other: "Sweep") -> bool:
        """Whether it would try just what another one does: all that decides about its trials is the same."""
        varied = {each.name for each in self.space.ranges}
        if (
            set(self.space.ranges) != set(other.space.ranges)
            or self.space.base.differences(other.space.base).keys() - varied
        ):
            return False
        mine, others = (
            (each.sampler, each.pruner, each.budget, each.is_confirming, each.repeats, each.folds, each.seed)
            for each in (self, other)
        )
        return mine == others

    @property
    def is_settled(self) -> bool:
        """Whether it is over and what it found is drawn up."""
        return self.state.is_over and self.state is not State.INTERRUPTED and bool(self.ended)

    @property
    def is_to_be_drawn_up(self) -> bool:
        """Whether it was stopped and what it found is not drawn up yet."""
        return self.state is State.STOPPED and self.outcome is None and not self.ended

    def worked_s(self, now: datetime) -> float:
        """Seconds from its start on, without those in which it was paused or over."""
        return max(((self.halted or now) - self.created).total_seconds() - self.idle_s, 0.0)

    def at_rest(self, state: State, now: datetime) -> "Sweep":
        """The sweep in a state in which it does not run."""
        return replace(self, state=state, halted=self.halted or now)

    def at_work(self, now: datetime) -> "Sweep":
        """The sweep running again; what had ended it counts no more, unless it was only paused."""
        ended = self.ended if self.state is State.PAUSED else ""
        idle_s = self.idle_s + ((now - self.halted).total_seconds() if self.halted else 0.0)
        return replace(self, state=State.RUNNING, outcome=None, ended=ended, halted=None, idle_s=idle_s)

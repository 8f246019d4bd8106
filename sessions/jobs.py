"""What a conductor hands to a worker, and what a worker tells it. Imports nothing heavy."""

from dataclasses import dataclass
from enum import Enum

from engine.hyperparameters import Hyperparameters
from sessions.documents import Document
from sessions.paths import FitKey
from sessions.records import SessionInfo

__all__ = ["FitJob", "Job", "Report", "ReportKind"]


@dataclass(frozen=True, slots=True)
class FitJob:
    """One fit to train."""

    key: FitKey
    uid: str
    """Of the experiment."""
    hyperparameters: Hyperparameters
    """With the fit's own seed."""
    fold: int | None
    folds: int
    """0 where there are no folds."""
    experiment: Document
    """The experiment's own words, for the spec."""
    seconds: float = 0.0
    """It has been trained already, as the history tells it: more than its checkpoint knows if it was stopped since."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker takes at once: populations of fits of one shape, one after another."""

    populations: tuple[tuple[FitJob, ...], ...]
    info: SessionInfo
    """What the history says of the data that they are to be trained on."""

    @property
    def fits(self) -> tuple[FitJob, ...]:
        """All of them, in the order in which they are trained."""
        return tuple(fit for population in self.populations for fit in population)


class ReportKind(Enum):
    """What a worker tells its conductor."""

    PAUSED = "paused"
    """The fit's checkpoint stands, nobody trains it."""
    OVER = "over"
    """The fit's result.json stands."""
    REFUSED = "refused"
    """Somebody else is training this fit."""
    DIED = "died"
    """The fit has no result and nobody trains it any more."""
    IDLE = "idle"
    """The whole job is done."""


@dataclass(frozen=True, slots=True)
class Report:
    """One message about one fit; IDLE is about the whole job."""

    kind: ReportKind
    key: FitKey | None = None
    reason: str = ""

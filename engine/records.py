"""The frozen records that leave the engine: progress of a training, and what is to be said of a curve.

Imports nothing heavy, so that every floor can name them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

__all__ = ["Advice", "Health", "Outcome", "Progress", "Task", "Verdict", "VerdictKind"]


class Task(Enum):
    """What the network has to do; decides its output layer and its cost."""

    BINARY = "binary"
    """One sigmoid output, mean cross-entropy."""
    MULTICLASS = "multiclass"
    """Softmax over the classes, mean cross-entropy."""
    REGRESSION = "regression"
    """One linear output, half the mean squared error."""


class Outcome(Enum):
    """Why a member left its population."""

    FINISHED = "finished"
    """All epochs were trained."""
    STOPPED_EARLY = "stopped early"
    """No better validation cost for `early_stopping` epochs."""
    DIVERGED = "diverged"
    """A cost, gradient or parameter was no longer finite."""
    LEFT = "left"
    """It was asked to leave."""


@dataclass(frozen=True, slots=True)
class Health:
    """How each layer is doing at the end of one epoch; one number a layer, the output layer last."""

    update_ratio: tuple[float, ...]
    """2-norm of the last update of W[l] over the 2-norm of W[l]; about 1e-3 is healthy."""
    dead: tuple[float, ...]
    """Share of the units that are zero on every row looked at; NaN where the activation cannot die."""
    saturated: tuple[float, ...]
    """Share of the activations in the flat part of tanh or sigmoid; NaN where there is none."""


class Progress(NamedTuple):
    """One point of a curve. Costs and scores are NaN where there are no such rows.

    A tuple is made in a quarter of a frozen dataclass's time, and there is one for every epoch.
    """

    epoch: int
    """0 is before any update."""
    iteration: int
    """Updates made so far."""
    train_cost: float
    """Mean cost with penalties: over all training rows at epoch 0 and when monitor is full, else over the batches."""
    validation_cost: float
    """Mean loss over all validation rows at the current parameters, dropout off, without penalties and class weights:
    comparable between experiments."""
    train_score: float
    """The choosing score (accuracy or R²) on the rows that gave `train_cost`."""
    validation_score: float
    """The choosing score (accuracy or R²) on all validation rows."""
    learning_rate: float
    """α that the schedule gave for this epoch."""
    gradient_norm: float
    """2-norm of the whole gradient at the last update, before clipping."""
    health: Health | None = None
    """None at epoch 0; where epochs are short, that of the last one sampled (every 40 updates or so)."""

    @property
    def is_finite(self) -> bool:
        """Whether the training cost is a number."""
        return math.isfinite(self.train_cost)


class VerdictKind(Enum):
    """What a curve shows."""

    DIVERGED = "diverged"
    UNSTABLE = "unstable"
    STUCK = "stuck"
    LEARNING = "learning"
    OVERFITTING = "overfitting"
    CONVERGED = "converged"
    UNDERFITTING = "underfitting"
    TOO_SHORT = "too short"


@dataclass(frozen=True, slots=True)
class Advice:
    """One change to try next."""

    name: str
    """The hyperparameter."""
    current: str
    """Its value now, as a person types it."""
    proposed: str
    """The value to try, as a person types it."""
    why: str
    """One clause."""

    def to_document(self) -> dict[str, str]:
        """As the history and `--json` carry it."""
        return {"name": self.name, "from": self.current, "to": self.proposed, "why": self.why}

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> "Advice":
        """Inverse of `to_document`."""
        return cls(document["name"], document["from"], document["to"], document["why"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one curve, and what to try next."""

    kind: VerdictKind
    text: str
    """One sentence with the figures and the epochs it rests on."""
    advice: tuple[Advice, ...] = ()
    """Best first; may be empty."""

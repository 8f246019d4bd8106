"""One member's own book-keeping: how far it is, its best epoch, why it left; and all of it as arrays for a checkpoint.

Touches no file.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.data.dataset import Dataset
from engine.hyperparameters import Hyperparameters
from engine.layout import Lay
from engine.records import Health, Outcome, Progress
from engine.schedules import learning_rate

__all__ = ["Best", "Seat", "State", "restore", "snapshot"]

State = Mapping[str, NDArray[np.generic]]
"""Everything a member needs to go on exactly where it stands, by name; `np.savez` takes it without pickles."""

_NUMBERS = (
    "epoch", "iteration", "train_cost", "validation_cost", "train_score", "validation_score", "learning_rate",
    "gradient_norm",
)  # fmt: skip


@dataclass(eq=False, slots=True)
class Best:
    """A member at its best epoch; its arrays are written over when a better one comes."""

    progress: Progress
    theta: Array
    """Parameters, (P,)."""
    head: Array
    """What it puts out for the validation rows, (head rows, rows)."""

    def replace(self, progress: Progress, theta: Array, head: Array) -> None:
        """Take a better epoch."""
        self.progress = progress
        self.theta[...] = theta
        if head.size:
            self.head[...] = head


@dataclass(eq=False, slots=True)
class Seat:
    """One member of a population, training or gone."""

    hyperparameters: Hyperparameters
    data: Dataset
    """In the type of the training."""
    iteration: int = 0
    """Updates made."""
    waited: int = 0
    """Epochs since the best one."""
    gradient_norm: float = math.nan
    """At the last update of an epoch."""
    health: Health | None = None
    """As last sampled."""
    best: Best | None = None
    outcome: Outcome | None = None
    """None while it trains."""
    non_finite: tuple[int, int] | None = None
    """(epoch, layer) of the first number that was not finite."""
    theta: Array | None = None
    """Parameters after it left, (P,)."""
    generator: np.random.Generator | None = None
    """Dropout's stream of this epoch."""
    learning_rate: float = field(init=False)
    """α that the schedule gives for the epoch in training."""
    has_validation: bool = field(init=False)
    """Whether there are rows to judge it by."""

    def __post_init__(self) -> None:
        """What would be looked up at every epoch is looked up once."""
        self.learning_rate = learning_rate(self.hyperparameters, 0)
        self.has_validation = len(self.data.validation.y) > 0

    def figure(self, progress: Progress) -> float:
        """What decides which epoch is best: the smaller the better."""
        return progress.validation_cost if self.has_validation else progress.train_cost

    def is_better(self, progress: Progress) -> bool:
        """Whether this epoch is better than every one before it."""
        figure = self.figure(progress)
        return math.isfinite(figure) and (self.best is None or figure < self.figure(self.best.progress))

    def has_diverged(self, progress: Progress) -> bool:
        """Whether a cost is no number."""
        return not math.isfinite(progress.train_cost) or (
            self.has_validation and not math.isfinite(progress.validation_cost)
        )

    def judge(self, progress: Progress, theta: Array, head: Array) -> None:
        """Keep the best epoch, and say whether the member is through; `theta` and `head` are as in `Best`."""
        self.waited += 1
        if self.best is None:
            self.best, self.waited = Best(progress, theta.copy(), head.copy()), 0
        elif self.is_better(progress):
            self.best.replace(progress, theta, head)
            self.waited = 0
        if self.has_diverged(progress):
            self.outcome = Outcome.DIVERGED
        elif progress.epoch >= self.hyperparameters.epochs:
            self.outcome = Outcome.FINISHED
        elif self.hyperparameters.early_stopping and self.waited >= self.hyperparameters.early_stopping:
            self.outcome = Outcome.STOPPED_EARLY


def snapshot(seat: Seat, own: Lay) -> dict[str, NDArray[np.generic]]:
    """The seat's part of a state; `own` copies what belongs to the member out of a (P,) that may be filled up."""
    state: dict[str, NDArray[np.generic]] = {
        "iteration": np.array(seat.iteration),
        "waited": np.array(seat.waited),
        "gradient_norm": np.array(seat.gradient_norm),
        "health": _health_array(seat.health),
    }
    if seat.best is not None:
        best = seat.best
        state["best_progress"] = np.array([getattr(best.progress, name) for name in _NUMBERS], np.float64)
        state["best_health"] = _health_array(best.progress.health)
        state["best_theta"], state["best_head"] = own(best.theta), best.head.copy()
    if seat.generator is not None:
        state["generator"] = _generator_array(seat.generator)
    return state


def restore(seat: Seat, state: State, filled_up: Lay) -> None:
    """Inverse of `snapshot`; the generator must already be one of the right kind."""
    seat.iteration, seat.waited = int(state["iteration"]), int(state["waited"])
    seat.gradient_norm = float(state["gradient_norm"])
    seat.health = _health(state["health"])
    if "best_progress" in state:
        numbers = [float(number) for number in state["best_progress"]]
        progress = Progress(int(numbers[0]), int(numbers[1]), *numbers[2:8], _health(state["best_health"]))  # type: ignore[call-arg, arg-type]
        seat.best = Best(progress, filled_up(np.array(state["best_theta"])), np.array(state["best_head"]))
    if "generator" in state:
        seat.generator = _generator(state["generator"])


def _health_array(health: Health | None) -> NDArray[np.float64]:
    """(3, layers); no layers for None."""
    return np.array([health.update_ratio, health.dead, health.saturated]) if health else np.empty((3, 0))


def _health(array: NDArray[np.generic]) -> Health | None:
    rows = [tuple(float(number) for number in row) for row in array]
    return Health(*rows) if rows[0] else None


def _generator_array(generator: np.random.Generator) -> NDArray[np.uint64]:
    """PCG64's state as six 64-bit words."""
    state = generator.bit_generator.state
    inner, mask = state["state"], 2**64 - 1
    halves = [half for word in (inner["state"], inner["inc"]) for half in (word >> 64, word & mask)]
    return np.array([*halves, state["has_uint32"], state["uinteger"]], np.uint64)


def _generator(array: NDArray[np.generic]) -> np.random.Generator:
    words = [int(word) for word in array]
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": words[0] << 64 | words[1], "inc": words[2] << 64 | words[3]},
        "has_uint32": words[4],
        "uinteger": words[5],
    }
    return np.random.Generator(bits)

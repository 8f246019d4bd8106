"""What each epoch's record says: costs and scores of the members of one crew on training and validation rows."""

import math

import numpy as np

from engine.arrays import Array
from engine.crew import Crew
from engine.data.dataset import Rows
from engine.evaluation import Evaluator, measure
from engine.losses import Labels
from engine.records import Progress
from engine.regularization import penalty
from engine.schedules import learning_rate
from engine.seat import Seat

__all__ = ["Monitor"]


class Monitor:
    """Judges the members of one crew at the end of an epoch."""

    def __init__(self, crew: Crew, score: str) -> None:
        self._crew, self._score, self._n_weights = crew, score, crew.layout.n_weights
        self._validation = self._evaluators("validation")
        self._validation_labels = [Labels.of(crew.task, data.validation.y) for data in crew.data]
        self._train_labels = [Labels.of(crew.task, data.train.y) for data in crew.data]
        self._train: list[tuple[list[int], Evaluator]] | None = None

    def _evaluators(self, part: str) -> list[tuple[list[int], Evaluator]]:
        """(members, evaluator): neighbours of the same data set are evaluated together."""
        crew = self._crew
        groups: list[list[int]] = []
        for row, data in enumerate(crew.data):
            if groups and crew.data[groups[-1][0]] is data:
                groups[-1].append(row)
            else:
                groups.append([row])
        found = []
        for rows in groups:
            theta = crew.memory.theta[rows[0] : rows[-1] + 1]
            x = _part(crew, rows[0], part).X
            found.append((rows, Evaluator(crew.layout, crew.members[0].activation, crew.task, theta, x)))
        return found

    def validation_heads(self) -> list[Array]:
        """What each member puts out for its validation rows, at its parameters as they are."""
        return [head for _, evaluator in self._validation for head in evaluator.run()]

    def train_heads(self) -> list[Array]:
        """What each member puts out for all its training rows, at its parameters as they are."""
        if self._train is None:
            self._train = self._evaluators("train")
        return [head for _, evaluator in self._train for head in evaluator.run()]

    def record(
        self, row: int, seat: Seat, epoch: int, iteration: int, validation: Array, train: Array | None
    ) -> Progress:
        """One member's record. Without `train` heads its cost is the mean over the epoch's batches.

        The penalty is that of the parameters at the epoch's end in either case.
        """
        crew, h, data = self._crew, seat.hyperparameters, seat.data
        theta = crew.memory.theta[row]
        natural = train is not None or crew.batches.per_epoch == 1
        order = None if natural else crew.batches.order(row)
        labels = self._train_labels[row] if order is None else Labels.of(crew.task, data.train.y[order])
        head = crew.memory.head[row] if train is None else train
        weights, scale = crew.batches.row_weights(row, order), data.target_scale
        on_train = measure(crew.task, head, labels, self._score, weights, scale)
        on_validation = measure(crew.task, validation, self._validation_labels[row], self._score, None, scale)
        cost = on_train.cost
        if h.l2 or h.l1:
            cost += penalty(h, theta[: self._n_weights])
        return Progress(
            epoch=epoch,
            iteration=iteration,
            train_cost=cost if math.isfinite(np.dot(theta, theta)) else math.nan,
            validation_cost=on_validation.cost,
            train_score=on_train.score,
            validation_score=on_validation.score,
            learning_rate=learning_rate(h, max(epoch - 1, 0)),
            gradient_norm=seat.gradient_norm,
            health=seat.health,
        )


def _part(crew: Crew, row: int, part: str) -> Rows:
    data = crew.data[row]
    return data.train if part == "train" else data.validation

"""What each epoch's record says: costs and scores of the members of one crew on training and validation rows."""

import math

from engine.arrays import Array
from engine.crew import Crew
from engine.data.dataset import Rows
from engine.evaluation import Evaluator, Measure, measure
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
        self._thetas, self._heads = list(crew.memory.theta), list(crew.memory.head)
        self._validation = self._evaluators("validation")
        self._nothing = [] if any(len(data.validation.y) for data in crew.data) else self._run_validation()
        """Heads without rows, where there are no validation rows."""
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
        return self._nothing or self._run_validation()

    def _run_validation(self) -> list[Array]:
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
        h, theta, scale = seat.hyperparameters, self._thetas[row], seat.data.target_scale
        cost, score = self._on_train(row, train, scale)
        validation_cost, validation_score = measure(
            self._crew.task, validation, self._validation_labels[row], self._score, None, scale
        )
        if h.l2 or h.l1:
            cost += penalty(h, theta[: self._n_weights])
        return Progress(
            epoch,
            iteration,
            cost if math.isfinite(theta.dot(theta)) else math.nan,
            validation_cost,
            score,
            validation_score,
            learning_rate(h, max(epoch - 1, 0)),
            seat.gradient_norm,
            seat.health,
        )

    def _on_train(self, row: int, train: Array | None, scale: float) -> Measure:
        crew, order, labels = self._crew, None, self._train_labels[row]
        if train is None and crew.batches.per_epoch > 1:
            order = crew.batches.order(row)
            labels = Labels.of(crew.task, crew.data[row].train.y[order])
        head = self._heads[row] if train is None else train
        return measure(crew.task, head, labels, self._score, crew.batches.row_weights(row, order), scale)


def _part(crew: Crew, row: int, part: str) -> Rows:
    data = crew.data[row]
    return data.train if part == "train" else data.validation

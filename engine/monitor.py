"""What each epoch's record says: costs and scores of the members of one crew on training and validation rows."""

import math
from collections.abc import Iterable, Sequence

from engine.arrays import Array
from engine.crew import Crew
from engine.data.dataset import Rows
from engine.evaluation import Evaluator, Judge
from engine.losses import Labels
from engine.records import Progress
from engine.regularization import penalty
from engine.seat import Seat

__all__ = ["Monitor"]

_CALM = 1e6
"""With a norm of the gradient and an α below this no parameter comes near 1e19 between two looks."""


class Monitor:
    """Judges the members of one crew at the end of an epoch."""

    def __init__(self, crew: Crew, score: str) -> None:
        self._crew, self._score, self._n_weights = crew, score, crew.layout.n_weights
        self._look_every = crew.health_every
        self._validation = _evaluators(crew, [data.validation for data in crew.data])
        self._validation_heads = [head for evaluator in self._validation for head in evaluator.head]
        self._has_validation = any(head.size for head in self._validation_heads)
        validation_judges = self._judges(self._validation_heads, [data.validation for data in crew.data])
        batch_judges = self._judges(crew.memory.head, [data.train for data in crew.data])
        self._weigh(batch_judges)
        penalised = [bool(h.l2 or h.l1) for h in crew.members]
        self._members = list(zip(crew.memory.theta, batch_judges, validation_judges, penalised, strict=True))
        """What each member's record takes, looked up at once: there is one after every epoch."""
        self._is_shuffled = crew.batches.is_shuffled
        self._in_order: Labels | None = None
        """Of the rows last judged in the order of an epoch: members with the same batches share them."""
        self._train: list[Evaluator] = []
        self._train_judges: list[Judge] = []

    def _judges(self, heads: Iterable[Array], parts: Sequence[Rows]) -> list[Judge]:
        return [
            Judge(self._crew.task, head, Labels.of(self._crew.task, part.y), self._score, data.target_scale)
            for head, part, data in zip(heads, parts, self._crew.data, strict=True)
        ]

    def _weigh(self, judges: Sequence[Judge]) -> None:
        """Weight the training rows, in their own order."""
        for row, judge in enumerate(judges):
            judge.weights = self._crew.batches.row_weights(row, None)

    def validation_heads(self) -> Sequence[Array]:
        """What each member puts out for its validation rows, at its parameters as they are; the same arrays always."""
        if self._has_validation:
            for evaluator in self._validation:
                evaluator.run()
        return self._validation_heads

    def look_at_training_rows(self) -> None:
        """Put all training rows through the networks as they are."""
        if not self._train:
            rows = [data.train for data in self._crew.data]
            self._train = _evaluators(self._crew, rows)
            self._train_judges = self._judges([head for each in self._train for head in each.head], rows)
            self._weigh(self._train_judges)
        for evaluator in self._train:
            evaluator.run()

    def record(self, row: int, seat: Seat, epoch: int, iteration: int, *, full: bool) -> Progress:
        """One member's record, from the validation heads and, if `full`, the training rows as last looked at.

        Otherwise its cost is the mean over the epoch's batches. The penalty is that of the parameters at the epoch's
        end in either case. Where epochs are short, the parameters are looked at as often as health is and at the end,
        and whenever gradient or α are so large that they might not be finite by the next look.
        """
        theta, judge, validation_judge, is_penalised = self._members[row]
        if full:
            judge = self._train_judges[row]
        elif self._is_shuffled:
            self._follow_order(row, judge)
        cost, score = judge.measure()
        validation_cost, validation_score = validation_judge.measure()
        h, norm, alpha = seat.hyperparameters, seat.gradient_norm, seat.learning_rate
        if is_penalised:
            cost += penalty(h, theta[: self._n_weights])
        is_calm = norm < _CALM and alpha < _CALM and epoch % self._look_every and epoch < h.epochs
        if not is_calm and not math.isfinite(theta.dot(theta)):
            cost = math.nan
        # Half of what its constructor takes, after every epoch.
        return tuple.__new__(
            Progress,
            (epoch, iteration, cost, validation_cost, score, validation_score, alpha, norm, seat.health),
        )

    def _follow_order(self, row: int, judge: Judge) -> None:
        """Let a judge of the epoch's batches take their rows in the order they came in."""
        batches = self._crew.batches
        y = batches.y(row)
        if self._in_order is None or self._in_order.y is not y:
            self._in_order = Labels.of(self._crew.task, y)
        judge.labels = self._in_order
        judge.weights = batches.row_weights(row, batches.order(row))


def _evaluators(crew: Crew, parts: Sequence[Rows]) -> list[Evaluator]:
    """In the order of the members: neighbours of the same rows are evaluated together."""
    groups: list[list[int]] = []
    for row, part in enumerate(parts):
        if groups and parts[groups[-1][0]] is part:
            groups[-1].append(row)
        else:
            groups.append([row])
    found = []
    for rows in groups:
        theta = crew.memory.theta[rows[0] : rows[-1] + 1]
        found.append(Evaluator(crew.layout, crew.members[0].activation, crew.task, theta, parts[rows[0]].X))
    return found

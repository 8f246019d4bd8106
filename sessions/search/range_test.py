"""The learning-rate range test (Smith 2017): one training whose α rises at every update, and the α it proposes."""

import math
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Dataset
from engine.evaluation import Evaluator
from engine.hyperparameters import Hyperparameters
from engine.losses import Labels, row_losses
from engine.population import Member, Population
from engine.search.presets import Proposal, propose_learning_rate, range_test_rates
from sessions.data_folder import DataShelf
from sessions.paths import SessionFolder
from sessions.records import SessionInfo

__all__ = ["UPDATES", "RangeTest", "range_test"]

UPDATES = 120

_MOST_ROWS = 2000
"""The cost is taken on so many rows: enough to tell a fall from noise, few enough to take it at every update."""
_TOO_HIGH = 4.0
"""The test ends where the cost is so many times the first one."""


@dataclass(frozen=True, slots=True)
class RangeTest:
    """What came out of it."""

    rates: tuple[float, ...]
    """Rising α, one an update."""
    costs: tuple[float, ...]
    """Cost on training rows after that update; the last may not be finite."""
    proposal: Proposal | None
    """None where the cost fell nowhere."""


def range_test(
    folder: SessionFolder, info: SessionInfo, hyperparameters: Hyperparameters, updates: int = UPDATES
) -> RangeTest:
    """Train with α rising from 1e-5 to 10 over so many updates. Raises WorkError if the data cannot be used."""
    rates = range_test_rates(steps=updates)
    data = DataShelf(folder, info).dataset(dtype=hyperparameters.dtype)
    batch = min(hyperparameters.batch_size or len(data.train.y), len(data.train.y))
    values = hyperparameters.replace(
        learning_rate=rates[0],
        epochs=-(-updates * batch // len(data.train.y)) + 1,
        schedule="constant",
        warmup_epochs=0,
        early_stopping=0,
    )
    costs = _Climb(values, data, rates).run()
    return RangeTest(rates[: len(costs)], tuple(costs), propose_learning_rate(rates, costs))


class _Climb:
    """One training that is looked at, and given the next α, after every update."""

    def __init__(self, values: Hyperparameters, data: Dataset, rates: tuple[float, ...]) -> None:
        self._values, self._rates, self._task = values, rates, data.task
        member = Member(values, data)
        rows = slice(None, None, -(-len(data.train.y) // _MOST_ROWS))
        self._layout, self._labels = member.layout, Labels.of(data.task, data.train.y[rows])
        self._theta = np.zeros((1, member.layout.n_parameters), values.dtype)
        x = np.ascontiguousarray(data.train.X[rows])
        self._evaluator = Evaluator(member.layout, values.activation, data.task, self._theta, x)
        self._population = Population([member], pulse=self._after_update)
        self._costs: list[float] = []

    def run(self) -> list[float]:
        """The cost after each update, as far as it makes sense to go."""
        for _ in self._population.run():
            continue
        return self._costs

    def _after_update(self) -> None:
        if len(self._costs) == len(self._rates):
            return
        self._costs.append(self._cost())
        last = self._costs[-1]
        if len(self._costs) == len(self._rates) or not last <= _TOO_HIGH * self._costs[0]:
            self._population.leave(0)
        else:
            self._population.change(0, self._values.replace(learning_rate=self._rates[len(self._costs)]))

    def _cost(self) -> float:
        with np.errstate(all="ignore"):
            self._theta[0] = self._layout.pack(self._population.parameters(0), self._values.dtype)
            losses = row_losses(self._task, self._evaluator.run()[0], self._labels)
            cost = float(losses.mean(dtype=np.float64))
        return cost if math.isfinite(cost) else math.inf

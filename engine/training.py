"""Training from Python: one network, or any mix of them. The same code the workers run."""

from collections.abc import Hashable, Iterator, Sequence

from engine.data.dataset import Dataset
from engine.hyperparameters import Hyperparameters
from engine.parameters import Parameters
from engine.population import Member, Population, shape_key, worthwhile_size
from engine.records import Progress

__all__ = ["train", "train_population"]


def train(
    hyperparameters: Hyperparameters,
    data: Dataset,
    *,
    initial_parameters: Parameters | None = None,
    score: str | None = None,
) -> Iterator[Progress]:
    """Train one network: the records of epoch 0, 1, … as they come. Closing the iterator stops the training.

    `score` names the figure that chooses (accuracy or R² by default). Raises UsageError before the first record if
    the initial parameters do not fit, the network is too large, or there is no such score.
    """
    population = Population([Member(hyperparameters, data, initial_parameters)], score=score)
    return (progress for _, progress in population.run())


def train_population(
    hyperparameters: Sequence[Hyperparameters],
    data: Dataset | Sequence[Dataset],
    *,
    initial_parameters: Sequence[Parameters | None] = (),
    score: str | None = None,
) -> Iterator[tuple[int, Progress]]:
    """Train any mix of networks: (index, record) pairs, those of one shape together where that is faster.

    `data` is one data set for all, or one for each (folds). Each one's records are those `train` gives, to the bit.
    """
    each = [data] * len(hyperparameters) if isinstance(data, Dataset) else list(data)
    starts = list(initial_parameters) or [None] * len(hyperparameters)
    members = [Member(*parts) for parts in zip(hyperparameters, each, starts, strict=True)]
    return _train_groups(members, score)


def _train_groups(members: Sequence[Member], score: str | None) -> Iterator[tuple[int, Progress]]:
    for group in _groups(members):
        population = Population([members[i] for i in group], score=score)
        yield from ((group[i], progress) for i, progress in population.run())


def _groups(members: Sequence[Member]) -> list[list[int]]:
    """Indices of members to be trained together, in the order given."""
    shapes: dict[Hashable, list[int]] = {}
    for i, member in enumerate(members):
        shapes.setdefault(shape_key(member), []).append(i)
    groups = []
    for indices in shapes.values():
        size = worthwhile_size(members[indices[0]])
        groups += [indices[start : start + size] for start in range(0, len(indices), size)]
    return groups

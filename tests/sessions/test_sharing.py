"""Which fits go to which worker."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.hyperparameters import Hyperparameters
from sessions.background.sharing import Queued, share_out
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.history import History
from sessions.paths import SessionFolder

SHORT = Hyperparameters(epochs=50, batch_size=16, hidden_units=(10,))
LONG = SHORT.replace(epochs=2000)


@pytest.fixture
def history(root: Path) -> History:
    create_session(root, "iris", DataChoice(source="iris"))
    return History.open(SessionFolder(root / "iris"))


def sizes(history: History, queue: Sequence[Hyperparameters], free: int, workers: int = 2) -> list[list[int]]:
    """Of the populations that each free worker gets."""
    added = history.add([draft(each) for each in queue])
    queued = [Queued(each, each.fits[0]) for each in added]
    shares = share_out(queued, free, workers, history.info, lambda key: None)
    return [[len(population) for population in share] for share in shares]


def test_little_work_is_shared_out_whole_in_equal_parts(history: History) -> None:
    assert sizes(history, [SHORT] * 20, free=2) == [[10], [10]]


def test_a_busy_worker_finds_its_part_when_it_comes(history: History) -> None:
    assert sizes(history, [SHORT] * 20, free=1) == [[10]]


def test_much_work_is_taken_in_pieces(history: History) -> None:
    assert sizes(history, [LONG] * 40, free=2) == [[16], [16]]


def test_a_moments_work_is_not_split(history: History) -> None:
    assert sizes(history, [SHORT] * 6, free=2) == [[6]]


def test_a_few_that_take_long_are_split_among_idle_workers(history: History) -> None:
    assert sizes(history, [LONG] * 4, free=2) == [[2], [2]]


def test_networks_that_take_long_alone_go_to_different_workers(history: History) -> None:
    large = Hyperparameters(hidden_units=(2000, 2000), batch_size=0)
    assert sizes(history, [large] * 2, free=2) == [[1], [1]]

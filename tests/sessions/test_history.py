"""The history's mirror in memory: what it takes in, and of what it tells."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.drafting import draft
from sessions.history import History
from sessions.paths import SessionFolder
from sessions.records import Experiment


@pytest.fixture
def folder(root: Path) -> SessionFolder:
    create_session(root, "iris", DataChoice(source="iris"))
    return SessionFolder(root / "iris")


def drafts(count: int) -> list[Experiment]:
    return [draft(Hyperparameters()) for _ in range(count)]


def test_a_look_after_writes_of_ones_own_tells_of_them_once(folder: SessionFolder) -> None:
    history = History.open(folder)
    history.refresh()
    history.add(drafts(2))
    assert history.refresh()
    assert not history.refresh()
    history.change(1, lambda each: replace(each, idea="why"))
    assert history.refresh()
    assert not history.refresh()


def test_what_others_wrote_before_and_after_a_write_of_ones_own_is_taken_in(folder: SessionFolder) -> None:
    ours, theirs = History.open(folder), History.open(folder)
    theirs.add(drafts(2))
    with ours.group():
        ours.change(1, lambda each: replace(each, idea="ours"))
    theirs.change(2, lambda each: replace(each, idea="theirs"))
    assert ours.refresh()
    assert theirs.refresh()
    assert [each.idea for each in ours.experiments()] == ["ours", "theirs"]
    assert repr(ours.experiments()) == repr(theirs.experiments())


def test_a_group_that_fails_leaves_nothing_in_memory(folder: SessionFolder) -> None:
    history = History.open(folder)
    history.add(drafts(1))

    def fail() -> None:
        with history.group():
            history.add(drafts(1))
            history.change(1, lambda each: replace(each, idea="lost"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    history.refresh()
    assert [each.idea for each in history.experiments()] == [""]

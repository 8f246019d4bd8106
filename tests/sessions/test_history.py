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


def test_ones_own_writes_are_news_once(folder: SessionFolder) -> None:
    history = History.open(folder)
    history.has_news()
    history.add(drafts(2))
    assert history.has_news()
    assert not history.has_news()
    history.change(1, lambda each: replace(each, idea="why"))
    assert history.has_news()
    assert not history.has_news()


def test_news_stay_news_however_often_they_were_taken_in_meanwhile(folder: SessionFolder) -> None:
    ours, theirs = History.open(folder), History.open(folder)
    theirs.add(drafts(1))
    ours.refresh()
    ours.experiment(1)
    assert ours.has_news()


def test_what_was_just_written_is_not_read_back(folder: SessionFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History.open(folder)
    history.add(drafts(1))
    monkeypatch.setattr("sessions.history.experiment_from_document", lambda document: pytest.fail("it was read back"))
    with history.group():
        history.add(drafts(2))
        history.change(1, lambda each: replace(each, idea="why"))
    history.change(2, lambda each: replace(each, idea="because"))
    history.refresh()
    assert [each.idea for each in history.experiments()] == ["why", "because", ""]


def test_two_that_add_in_turn_never_give_one_number_twice(folder: SessionFolder) -> None:
    ours, theirs = History.open(folder), History.open(folder)
    added = [each.add(drafts(1))[0].number for each in (ours, theirs, ours, theirs)]
    assert added == [1, 2, 3, 4]


def test_what_others_wrote_before_and_after_a_write_of_ones_own_is_taken_in(folder: SessionFolder) -> None:
    ours, theirs = History.open(folder), History.open(folder)
    theirs.add(drafts(2))
    with ours.group():
        ours.change(1, lambda each: replace(each, idea="ours"))
    theirs.change(2, lambda each: replace(each, idea="theirs"))
    assert ours.has_news()
    assert theirs.has_news()
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


def test_a_failed_part_of_a_group_that_goes_on_leaves_nothing_in_memory(folder: SessionFolder) -> None:
    history = History.open(folder)
    history.add(drafts(1))

    def fail() -> None:
        with history.group():
            history.add(drafts(1))
            raise KeyboardInterrupt

    with history.group(), pytest.raises(KeyboardInterrupt):
        fail()
    history.refresh()
    assert len(history.experiments()) == 1

"""A session whose sweeps nobody conducts but the test."""

from pathlib import Path

import pytest

from sessions.creating import DataChoice, create_session
from sessions.paths import SessionFolder
from sessions.search import attendance
from sessions.search import desk as desk_module
from sessions.search.desk import SweepDesk
from sessions.workbench import Workbench


@pytest.fixture
def bench(root: Path) -> Workbench:
    create_session(root, "iris", DataChoice(source="iris"))
    bench = Workbench(SessionFolder(root / "iris"))
    bench.history.set_setting("workers", 1)
    return bench


@pytest.fixture
def desk(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> SweepDesk:
    monkeypatch.setattr(desk_module, "ensure_conductor", lambda folder: None)
    monkeypatch.setattr(attendance, "is_attended", lambda folder: True)
    monkeypatch.setattr("sessions.workbench.ensure_conductor", lambda folder: None)
    return SweepDesk(bench)

"""The data of a session on disk: what is not copied is read again just as it was."""

from pathlib import Path

import numpy as np
import pytest

from engine.data import fingerprint
from sessions import data_folder
from sessions.creating import DataChoice, create_session
from sessions.data_folder import DataShelf
from sessions.paths import SessionFolder


def test_data_that_is_not_copied_is_read_again_as_the_session_was_made(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_folder, "COPY_UP_TO_BYTES", 0)
    source = tmp_path / "own.csv"
    lines = [f"{k},{'' if k == 7 else k % 5},{'no' if k % 3 else 'yes'}" for k in range(40)]
    source.write_text("\n".join(["a,b,y", *lines, ""]))
    info = create_session(root, "s", DataChoice(source=str(source), missing="drop", positive="no"))
    table = DataShelf(SessionFolder(root / "s")).table
    assert fingerprint(table) == info.fingerprint
    assert info.positive == table.classes[1] == "no"
    assert len(table.y) == 39
    assert table.y.sum() == np.count_nonzero([k % 3 for k in range(40) if k != 7])


def test_generated_data_that_is_not_copied_is_generated_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "COPY_UP_TO_BYTES", 0)
    info = create_session(root, "s", DataChoice(source="moons:100:3"))
    assert fingerprint(DataShelf(SessionFolder(root / "s")).table) == info.fingerprint

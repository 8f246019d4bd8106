"""The data of a session on disk: it is read again just as it was, or refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.data import fingerprint
from engine.errors import WorkError
from sessions import data_folder
from sessions.creating import DataChoice, create_session
from sessions.data_folder import DataShelf
from sessions.doctor import Severity, examine_session
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


@pytest.fixture
def folder(root: Path) -> SessionFolder:
    create_session(root, "s", DataChoice(source="iris"))
    return SessionFolder(root / "s")


def put(folder: SessionFolder, name: str, change: Callable[[np.ndarray], object]) -> None:
    """Change one array of the stored data."""
    with np.load(folder.table) as file:
        arrays = {each: file[each] for each in file.files}
    change(arrays[name])
    np.savez(folder.table, **arrays)


def test_a_copied_number_that_changed_is_refused(folder: SessionFolder) -> None:
    put(folder, "X", lambda X: X.__setitem__((3, 0), X[3, 0] + 1))
    with pytest.raises(WorkError, match=r"data changed since the session 's' was made: restore it"):
        DataShelf(folder).dataset()


def test_a_split_that_changed_is_refused(folder: SessionFolder) -> None:
    put(folder, "train", lambda rows: rows.__setitem__(0, np.load(folder.table)["test"][0]))
    with pytest.raises(WorkError, match=r"The split in .* changed since"):
        DataShelf(folder).dataset()


def test_a_description_that_tells_other_classes_is_refused(folder: SessionFolder) -> None:
    about = json.loads(folder.description.read_text())
    folder.description.write_text(json.dumps(about | {"classes": ["a", "b", "c"]}))
    with pytest.raises(WorkError, match="changed since"):
        DataShelf(folder).dataset()


def test_data_that_was_put_right_is_taken_by_who_met_it_changed(folder: SessionFolder) -> None:
    whole, shelf = folder.table.read_bytes(), DataShelf(folder)
    put(folder, "y", lambda y: y.__setitem__(0, 1 - y[0]))
    with pytest.raises(WorkError):
        shelf.dataset()
    folder.table.write_bytes(whole)
    assert len(shelf.dataset().train.y) == 90


@pytest.mark.parametrize("name", ["table.npz", "description.json"])
@pytest.mark.parametrize("content", [None, b"", b"torn", b"PK\x03\x04torn", b"[]"])
def test_data_that_is_lost_or_damaged_is_refused_in_a_sentence(
    folder: SessionFolder, name: str, content: bytes | None
) -> None:
    (folder.data / name).unlink()
    if content is not None:
        (folder.data / name).write_bytes(content)
    with pytest.raises(WorkError, match=f"cannot be read .*{name}: .* restore it from a copy"):
        DataShelf(folder).dataset()


def test_one_damaged_byte_of_the_stored_data_is_refused_in_a_sentence_or_does_no_harm(folder: SessionFolder) -> None:
    whole, refused = folder.table.read_bytes(), set()
    for place in (*range(0, 200, 2), *range(len(whole) - 700, len(whole), 2)):
        for bits in (1, 64):
            damaged = bytearray(whole)
            damaged[place] ^= bits
            folder.table.write_bytes(damaged)
            try:
                DataShelf(folder).dataset()
            except WorkError as error:
                refused.add(str(error).partition(":")[0])
    assert refused == {f"The session's data cannot be read ({folder.table}"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("target", None),
        ("encoding", {}),
        ("encoding", {"target": "y", "columns": [{"name": "a", "levels": None, "fill": 0}]}),
        ("task", 5),
        ("task", ["binary"]),
        ("task", "regression"),
        ("gaps", None),
        ("gaps", [[0]]),
        ("gaps", [[9, 1]]),
        ("feature_names", [1, 2, 3, 4]),
        ("classes", "abc"),
        ("notes", [None]),
        ("source", 0),
        ("is_copied", "yes"),
        ("fingerprint", {}),
        ("split_fingerprint", 7),
        ("scale", []),
        ("seed", "0"),
        ("seed", -1),
        ("score_name", "beauty"),
        ("missing", None),
        ("positive", 1),
    ],
)
def test_a_description_with_a_value_of_another_kind_is_refused_in_a_sentence(
    folder: SessionFolder, name: str, value: object
) -> None:
    about = json.loads(folder.description.read_text())
    folder.description.write_text(json.dumps(about | {name: value}))
    with pytest.raises(WorkError, match=r"cannot be read .*description.json: the file is damaged"):
        DataShelf(folder).dataset()
    [finding] = [each for each in examine_session(folder) if each.severity is Severity.WRONG and "data" in each.text]
    assert "the file is damaged" in finding.text


def test_that_data_is_not_copied_is_said_with_the_path_it_rests_on(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_folder, "COPY_UP_TO_BYTES", 0)
    monkeypatch.chdir(tmp_path)
    Path("own.csv").write_text("a,y\n" + "".join(f"{k},{k % 2}\n" for k in range(40)))
    of_a_file = create_session(root, "s", DataChoice(source="own.csv")).notes[-1]
    assert "not copied into the session" in of_a_file
    assert f"read again from '{tmp_path / 'own.csv'}', which must stay there unchanged" in of_a_file
    assert "made again from 'moons:50'" in create_session(root, "t", DataChoice(source="moons:50")).notes[-1]


def test_nothing_is_said_of_copying_where_the_data_is_copied(root: Path) -> None:
    assert not any("copied" in note for note in create_session(root, "s", DataChoice(source="iris")).notes)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_source_that_changed_or_is_gone_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    monkeypatch.setattr(data_folder, "COPY_UP_TO_BYTES", 0)
    source = tmp_path / "own.csv"
    source.write_text("a,y\n" + "".join(f"{k},{k % 2}\n" for k in range(40)))
    create_session(root, "s", DataChoice(source=str(source)))
    source.unlink()
    if is_there:
        source.write_text("a,y\n" + "".join(f"{k + 1},{k % 2}\n" for k in range(40)))
    words = "own.csv' changed since" if is_there else "its source cannot be read again: .*own.csv"
    with pytest.raises(WorkError, match=words):
        DataShelf(SessionFolder(root / "s")).dataset()

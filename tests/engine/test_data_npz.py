"""Arrays from `.npz` files, whole and damaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import fingerprint, load_dataset, load_table
from engine.errors import DataError
from engine.records import Task


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.npz"


X = np.random.default_rng(0).normal(size=(12, 3))
Y = np.arange(12) % 3


def test_all_rows_unscaled_are_bit_for_bit_the_arrays_of_the_file(path: Path) -> None:
    y = np.random.default_rng(1).normal(size=12)
    np.savez(path, X=X, y=y, W1=np.ones((3, 2)))
    data = load_dataset(str(path), split=(1, 0, 0), scale="none")
    assert np.array_equal(data.train.X, X)
    assert np.array_equal(data.train.y, y)
    assert data.train.X.dtype == data.train.y.dtype == np.float64
    assert len(data.validation.y) == len(data.test.y) == 0


@pytest.mark.parametrize(
    ("y", "task", "expected", "classes"),
    [
        (Y, None, Task.MULTICLASS, ("0", "1", "2")),
        (Y + 5, None, Task.MULTICLASS, ("5", "6", "7")),
        (Y == 1, None, Task.BINARY, ("0", "1")),
        (Y.astype(float), None, Task.REGRESSION, ()),
        (Y.astype(float), "multiclass", Task.MULTICLASS, ("0", "1", "2")),
        (Y, "regression", Task.REGRESSION, ()),
        (np.array(["b", "a", "c"] * 4), None, Task.MULTICLASS, ("a", "b", "c")),
        (Y[:, None], None, Task.MULTICLASS, ("0", "1", "2")),
    ],
)
def test_the_task_follows_from_the_type_of_y(
    path: Path, y: np.ndarray, task: str | None, expected: Task, classes: tuple[str, ...]
) -> None:
    np.savez(path, X=X, y=y)
    table = load_table(str(path), task=task)
    assert (table.task, table.classes) == (expected, classes)


def test_whole_floats_are_taken_as_values_and_that_is_said(path: Path) -> None:
    np.savez(path, X=X, y=Y.astype(float))
    assert any("taken as values" in note for note in load_table(str(path)).notes)


@pytest.mark.parametrize(
    ("stored", "kept"),
    [("float32", "float32"), ("uint8", "float32"), ("bool", "float32"), ("int64", "float64"), (">f8", "float64")],
)
def test_small_numbers_stay_small(path: Path, stored: str, kept: str) -> None:
    np.savez(path, X=np.abs(X * 100).astype(stored), y=Y)
    table = load_table(str(path))
    assert table.X.dtype == np.dtype(kept)
    assert np.array_equal(table.X, np.abs(X * 100).astype(stored).astype(kept))
    assert load_dataset(str(path)).train.X.dtype == np.dtype(kept)


def test_columns_stored_first_come_out_as_rows(path: Path) -> None:
    np.savez(path, X=np.asfortranarray(X), y=Y)
    table = load_table(str(path))
    assert table.X.flags.c_contiguous
    assert np.array_equal(table.X, X)


def test_the_fingerprint_is_that_of_the_values_in_any_type(tmp_path: Path) -> None:
    whole = np.arange(36).reshape(12, 3)
    for dtype in ("float32", "int64"):
        np.savez(tmp_path / f"{dtype}.npz", X=whole.astype(dtype), y=Y)
    assert len({fingerprint(load_table(str(tmp_path / f"{dtype}.npz"))) for dtype in ("float32", "int64")}) == 1


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"X": X}, "no array 'y'"),
        ({"x": X, "y": Y}, "no array 'X' .it has x, y."),
        ({}, "no array 'X'"),
        ({"X": X, "y": Y[:5]}, "12 rows but y has 5"),
        ({"X": X[:, 0], "y": Y}, "X has the shape .12,."),
        ({"X": X.reshape(12, 3, 1), "y": Y}, "X has the shape"),
        ({"X": X[:, :0], "y": Y}, "X has the shape"),
        ({"X": X[:0], "y": Y[:0]}, "X has the shape"),
        ({"X": X, "y": np.eye(12)}, "y has the shape"),
        ({"X": X + 1j, "y": Y}, "X holds complex"),
        ({"X": X.astype(str), "y": Y}, "X holds <U"),
        ({"X": X, "y": Y * 1j}, "y holds complex"),
        ({"X": X.astype(object), "y": Y}, "'X' .* cannot be read"),
        ({"X": X, "y": Y.astype(object)}, "'y' .* cannot be read"),
        ({"X": np.where(X[4, 1] == X, np.nan, X), "y": Y}, "X is nan in row 4, column 1"),
        ({"X": np.where(X[4, 1] == X, -np.inf, X), "y": Y}, "X is -inf in row 4, column 1"),
        ({"X": X, "y": np.where(Y == 1, np.inf, 0.5)}, "y is inf in row 1"),
        ({"X": X, "y": np.zeros(12, int)}, "nothing to learn"),
        ({"X": X, "y": np.arange(12)}, "ask for task regression"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(path: Path, arrays: dict[str, Any], sentence: str) -> None:
    np.savez(path, **arrays)
    with pytest.raises(DataError, match=sentence):
        load_table(str(path))


def test_a_task_with_too_few_classes_for_it_is_refused(path: Path) -> None:
    np.savez(path, X=X, y=Y)
    with pytest.raises(DataError, match="3 classes"):
        load_table(str(path), task="binary")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut", b"\x80\x04\x95pickle"])
def test_a_file_that_is_no_archive_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"not an \.npz file"):
        load_table(str(path))


def test_a_damaged_archive_is_refused(path: Path) -> None:
    np.savez_compressed(path, X=X, y=Y)
    content = bytearray(path.read_bytes())
    content[120:200] = bytes(80)
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match=r"cannot be read|not an"):
        load_table(str(path))


def test_a_single_array_under_the_wrong_name_is_refused(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, X)
    with pytest.raises(DataError, match=r"not an \.npz file"):
        load_table(str(path))


def test_a_target_other_than_y_is_refused(path: Path) -> None:
    np.savez(path, X=X, y=Y)
    with pytest.raises(DataError, match="the target of this source is y"):
        load_table(str(path), target="label")

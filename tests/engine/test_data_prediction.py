"""New files, encoded as the data a network learned from."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.data import Encoding, Table, encode, load_table
from engine.errors import DataError


@pytest.fixture
def table(tmp_path: Path) -> Table:
    path = tmp_path / "known.csv"
    path.write_text("age,town,id,y\n10,Bonn,1,no\n20,Ulm,2,yes\n40,Ulm,2,no\n,Trier,1,yes\n")
    return load_table(str(path))


def _encode(table: Table, tmp_path: Path, content: str) -> tuple[list[list[float]], tuple[str, ...]]:
    path = tmp_path / "new.csv"
    path.write_text(content)
    encoded = encode(table.encoding, str(path))
    return encoded.X.tolist(), encoded.notes


def test_the_file_of_the_training_encodes_to_the_table(table: Table) -> None:
    assert np.array_equal(encode(table.encoding, table.source).X, table.X)


def test_an_encoding_survives_json(table: Table) -> None:
    assert Encoding.from_document(json.loads(json.dumps(table.encoding.to_document()))) == table.encoding


def test_columns_are_found_by_name_in_any_order_and_others_passed_over(table: Table, tmp_path: Path) -> None:
    X, notes = _encode(table, tmp_path, "when,id,town,age\n2024-01-01,7,Ulm,33\n2024-01-02,8,Bonn,44\n")
    assert X == [[33, 0, 0, 1, 7], [44, 1, 0, 0, 8]]
    assert notes == ()


def test_missing_values_and_unknown_texts_are_told(table: Table, tmp_path: Path) -> None:
    X, notes = _encode(table, tmp_path, "age,town,id\n,Mainz,1\n5,,1\n")
    assert X == [[20, 0, 0, 0, 1], [5, 0, 0, 1, 1]]
    assert any("2 missing values" in note for note in notes)
    assert any("town Mainz" in note for note in notes)


def test_a_column_that_is_not_there_is_named(table: Table, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="lacks 1 column of the training data: town; it has"):
        _encode(table, tmp_path, "age,id\n1,2\n3,4\n")


def test_texts_where_numbers_were_are_refused(table: Table, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'age' holds texts such as 'old'"):
        _encode(table, tmp_path, "age,town,id\nold,Ulm,1\n3,Ulm,4\n")


def test_a_file_without_header_is_taken_in_order(table: Table, tmp_path: Path) -> None:
    assert _encode(table, tmp_path, "5,Ulm,1\n6,Ulm,2\n7,Bonn,1\n")[0][2] == [7, 1, 0, 0, 1]


def test_a_single_feature_needs_no_delimiter(tmp_path: Path) -> None:
    assert _encode(load_table("sine"), tmp_path, "x1\n0.5\n-0.25\n")[0] == [[0.5], [-0.25]]


def test_arrays_are_taken_by_their_number_of_columns(tmp_path: Path) -> None:
    np.savez(tmp_path / "new.npz", X=np.ones((4, 64)))
    encoding = load_table("digits").encoding
    assert encode(encoding, str(tmp_path / "new.npz")).X.shape == (4, 64)
    np.savez(tmp_path / "new.npz", X=np.ones((4, 63)))
    with pytest.raises(DataError, match="give 64"):
        encode(encoding, str(tmp_path / "new.npz"))

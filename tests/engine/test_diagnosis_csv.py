"""Curves from anywhere: what is read, and the sentence each kind of bad file gets."""

import math
from pathlib import Path

import pytest

from engine.diagnosis import diagnose
from engine.diagnosis.curve_csv import read_curve_csv
from engine.errors import DataError, NotFoundError
from engine.records import VerdictKind


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "curve.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_three_columns_are_read_in_any_order_and_others_are_left_alone(tmp_path: Path) -> None:
    curve = read_curve_csv(written(tmp_path, "note,validation_cost,epoch,train_cost\na,2,0,2.3\nb,,5,1e-1\n"))
    assert curve.epoch == [0, 5]
    assert curve.train_cost == [2.3, 0.1]
    assert curve.validation_cost[0] == 2.0
    assert math.isnan(curve.validation_cost[1])


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_delimiters_byte_order_marks_and_blank_lines_do_not_matter(tmp_path: Path, mark: str) -> None:
    text = "\ufeffEpoch,Train_cost\r\n0,2\r\n\r\n1,1\r\n".replace(",", mark)
    assert read_curve_csv(written(tmp_path, text)).train_cost == [2.0, 1.0]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_decimal_commas_are_read_where_something_else_separates_the_columns(tmp_path: Path, mark: str) -> None:
    text = f"epoch{mark}train_cost{mark}validation_cost\n0{mark}1.102,5{mark}-\n1{mark}0,5{mark}2e-1\n"
    curve = read_curve_csv(written(tmp_path, text))
    assert curve.train_cost == [1102.5, 0.5]
    assert curve.validation_cost[1] == 0.2


def test_rows_count_from_zero_without_an_epoch_column(tmp_path: Path) -> None:
    assert read_curve_csv(written(tmp_path, "train_cost\n3\n2\n")).epoch == [0, 1]


def test_a_curve_with_nan_in_words_has_diverged(tmp_path: Path) -> None:
    curve = read_curve_csv(written(tmp_path, "epoch,train_cost\n0,2.3\n1,nan\n"))
    assert diagnose(curve).kind is VerdictKind.DIVERGED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("epoch,train_cost\n", "a header and no rows"),
        ("epoch,loss\n0,1\n", "name one of them train_cost"),
        ("epoch,train_cost\n0,abc\n", "'abc' as train_cost in row 2"),
        ("epoch,train_cost\n0,\n", "'' as train_cost in row 2"),
        ("epoch,train_cost\n0,1\n0.5,1\n", "0.5 as epoch in row 3"),
        ("epoch,train_cost\n0,1\n0,1\n", "epoch 0 after epoch 0 in row 3"),
        ("epoch,train_cost\n0,1\n1\n", "1 cells in row 3"),
        ('epoch,train_cost\n0,1\n1,"2\n2,3\n', "quotation that begins on line 3 is not closed"),
        ("epoch,train_cost\n0,\x1b[31m\n", r"'\x1b[31m'"),
        (b"\xff\xfe\x00epoch", "UTF-8"),
        (b"epoch,train_cost\n0,\x00\n", "'\\x00'"),
    ],
)
def test_a_file_that_is_no_curve_gets_one_sentence(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read_curve_csv(written(tmp_path, text))
    assert said in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\x1b" not in str(caught.value)


def test_a_missing_file_or_a_folder_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="check the path"):
        read_curve_csv(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="cannot be read"):
        read_curve_csv(tmp_path)

"""Columns that hardly do what a person meant: ids, and numbers written as texts."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.data import Table, load_table
from engine.data.cells import plain_writing
from engine.errors import DataError


def read(folder: Path, column: Sequence[object], *, as_target: bool = False, task: str | None = None) -> Table:
    """A table whose column `c` holds these, beside one that is no id."""
    rows = [f'"{cell}",{(7 * at % 5) / 4}' for at, cell in enumerate(column)]
    path = folder / "mine.csv"
    path.write_text("c,other\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return load_table(
        str(path), target="c" if as_target else "other", task=task or (None if as_target else "regression")
    )


IDS = {
    "rising": [1000 + 3 * at for at in range(30)],
    "falling": range(30, 0, -1),
    "texts": [f"P-{at:02d}" for at in range(30)],
}


@pytest.mark.parametrize("kind", IDS)
def test_a_feature_that_is_only_an_id_is_noted_with_the_reason_and_what_to_do(tmp_path: Path, kind: str) -> None:
    [note] = [note for note in read(tmp_path, IDS[kind]).notes if "looks like an id" in note]
    why = "its texts are all different" if kind == "texts" else "its whole numbers are all different and in order"
    assert note == (
        f"Column 'c' looks like an id, since {why}: if it is one, remove it from the file, "
        "for it tells nothing of new rows."
    )


@pytest.mark.parametrize(
    "column",
    [
        [at + 0.5 for at in range(30)],
        [7 * at % 30 for at in range(30)],
        [at // 2 for at in range(30)],
        [f"P-{at // 2}" for at in range(30)],
        range(5),
    ],
    ids=["no whole numbers", "not in order", "twice each", "texts twice each", "too few rows"],
)
def test_other_features_are_not_taken_for_ids(tmp_path: Path, column: Sequence[object]) -> None:
    assert not any("looks like an id" in note for note in read(tmp_path, column).notes)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("$1,103", "1103"),
        ("1,103", "1103 or 1.103"),
        ("1.500 €", "1.500 or 1500"),
        ("$1.500", "1.500 or 1500"),
        ("0,125%", "0.125"),
        ("0,100 €", "0.100"),
        ("-0,500", "-0.500"),
        ("1.234.567 €", "1234567"),
        ("1.234.567,89 €", "1234567.89"),
        ("1\u202f103,5\xa0€", "1103.5"),
        ("1,234,56", ""),
        ("1,234 567", ""),
        ("1,234,567.80", "1234567.80"),
        ("12%", "12"),
        ("-3.5 %", "-3.5"),
        ("€ -4", "-4"),
        ("1.103,50", "1103.50"),
        ("3,14", "3.14"),
        ("1 103", "1103"),
        ("P-12", ""),
        ("12 kg", ""),
        ("2024-01-01", ""),
        ("1,2,3", ""),
        ("%", ""),
        ("", ""),
    ],
)
def test_the_plain_number_behind_signs_is_found(text: str, plain: str) -> None:
    assert plain_writing(text) == plain


MANY = [f"${1000 + 7 * at:,}" for at in range(80)]
SENTENCE = "holds numbers written as texts, such as '$1,000': write them as plain numbers, such as 1000."


@pytest.mark.parametrize("task", [None, "regression"])
def test_a_target_of_numbers_with_signs_is_told_how_to_write_them(tmp_path: Path, task: str | None) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path, MANY, as_target=True, task=task)
    assert str(error.value) == f"The target 'c' {SENTENCE}"


def test_a_feature_of_too_many_numbers_with_signs_is_told_how_to_write_them(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path, MANY)
    assert str(error.value) == f"Column 'c' {SENTENCE}"


def test_few_numbers_with_signs_are_texts_and_noted_as_what_they_may_be(tmp_path: Path) -> None:
    shares = [f"{at % 6}%" for at in range(30)]
    advice = "write them as plain numbers, such as 0."
    feature, target = read(tmp_path, shares), read(tmp_path, shares, as_target=True)
    written = "holds numbers written as texts, such as '0%'"
    assert f"Column 'c' {written}, each of which became a feature of its own: {advice}" in feature.notes
    assert f"The target 'c' {written}, taken as classes: {advice}" in target.notes
    assert len(target.classes) == 6


@pytest.mark.parametrize(
    ("cells", "first", "plain"),
    [
        (["1.500 €", "2.250 €"], "1.500 €", "1.500 or 1500"),
        (["1.500 €", "2.250,75 €"], "1.500 €", "1500"),
        (["1,500 %", "0,250 %"], "0,250 %", "0.250"),
        (["1,500 %", "2,250 %", "3 %"], "3 %", "3"),
        (["1,500 €", "0,250 €", "0.5 €"], "0,250 €", "0.250"),
    ],
)
def test_where_one_text_may_mean_two_numbers_the_others_of_its_column_decide(
    tmp_path: Path, cells: list[str], first: str, plain: str
) -> None:
    notes = read(tmp_path, (cells * 15)[:30]).notes
    assert any(f"such as '{first}'" in note and note.endswith(f"plain numbers, such as {plain}.") for note in notes)


def test_classes_that_were_asked_for_are_not_doubted(tmp_path: Path) -> None:
    table = read(tmp_path, [f"{at % 6}%" for at in range(30)], as_target=True, task="multiclass")
    assert not any("written as texts" in note for note in table.notes)


def test_a_stray_number_with_a_sign_among_numbers_is_told_by_its_row_and_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'1,103' in data row 61: write it as 1103 or 1.103, or leave"):
        read(tmp_path, [*range(60), "1,103"])


def test_a_feature_of_too_many_texts_is_told_that_it_may_be_an_id(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"more than 50 different texts.*remove the column if it is an id"):
        read(tmp_path, [f"P-{at:02d}" for at in range(80)])

"""Missing cells spelled nan: the cells that splitting each line finds, and nothing else."""

import random

import pytest

from engine.data.cells import MISSING
from engine.data.gaps import with_nan

CELLS = ["", "", "1", "-1.5", "-", "NA", "n/a", "?", "NULL", "Null", "nine", "é", "none"]


def cell_by_cell(block: str, delimiter: str) -> str:
    lines = [line.split(delimiter) for line in block.split("\n")]
    spelled = [
        [cell if len(line) == 1 or (delimiter == " " and not cell) or cell.lower() not in MISSING else "nan"
         for cell in line]
        for line in lines
    ]  # fmt: skip
    return "\n".join(map(delimiter.join, spelled))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_what_is_missing_is_what_splitting_finds(delimiter: str) -> None:
    draw = random.Random(delimiter)
    for _ in range(300):
        rows = [delimiter.join(draw.choices(CELLS, k=draw.randint(1, 5))) for _ in range(draw.randint(1, 6))]
        block = "\n".join(rows) + "\n"
        assert with_nan(block, delimiter) == cell_by_cell(block, delimiter)


def test_a_last_row_without_a_newline_is_looked_at_too() -> None:
    assert with_nan("1,2\n,-", ",") == "1,2\nnan,nan\n"


@pytest.mark.parametrize("block", ['5" pipe,"tall,,wide",,3\n"b,,c",,2,1\n', 'a"b",\n', '1,5"\n,"a,,b"\n'])
def test_a_block_with_a_quotation_mark_amid_a_cell_is_left_alone(block: str) -> None:
    assert with_nan(block, ",") == block


def test_a_doubled_quotation_mark_inside_a_quoted_cell_is_none_amid_a_cell() -> None:
    assert with_nan('"a ""b"",, c",,1\n"""",\n', ",") == '"a ""b"",, c",nan,1\n"""",nan\n'


def test_a_delimiter_within_quotation_marks_ends_no_cell() -> None:
    assert with_nan('"a,,b",\n"c\n,d",?\n', ",") == '"a,,b",nan\n"c\n,d",nan\n'

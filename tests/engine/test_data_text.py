"""Text tables of all kinds, whole and damaged."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.data import Table, fingerprint, fold_rows, load_table, make_dataset, split_rows
from engine.errors import DataError, NotFoundError
from engine.records import Task

Read = Callable[..., Table]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(content: str | bytes, name: str = "mine.csv", **wishes: str) -> Table:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_table(str(path), **wishes)

    return read_text


PLAIN = "a,b,y\n1,2.5,u\n3,4,v\n5,6,u\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "  "])
def test_the_delimiter_is_found(read: Read, delimiter: str) -> None:
    table = read(PLAIN.replace(",", delimiter))
    assert table.feature_names == ("a", "b")
    assert table.X.tolist() == [[1, 2.5], [3, 4], [5, 6]]
    assert table.classes == ("u", "v")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_the_encoding_is_found(read: Read, encoding: str) -> None:
    table = read("höhe,b,y\n1,2,ä\n3,4,b\n5,6,ä\n".encode(encoding))
    assert table.feature_names == ("höhe", "b")
    assert table.classes == ("b", "ä")
    assert any("Latin-1" in note for note in table.notes) == (encoding == "latin-1")


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.data.textfile._BLOCK_CHARACTERS", 100)


@pytest.mark.usefixtures("small_blocks")
def test_bytes_that_are_not_utf8_far_inside_the_file_are_read_too(read: Read) -> None:
    table = read(b"a,y\n" + b"1,x\n2,z\n" * 60_000 + b"3,\xe4\n")
    assert table.classes == ("x", "z", "ä")
    assert len(table.y) == 120_001


@pytest.mark.usefixtures("small_blocks")
def test_a_quoted_line_end_at_the_border_of_two_blocks_stays_in_its_cell(read: Read) -> None:
    table = read("a,y\n" + '1,"u\nv"\n2,w\n' * 100)
    assert table.classes == ("u␊v", "w")
    assert len(table.y) == 200


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_and_no_last_one_are_read(read: Read, end: str) -> None:
    assert read(PLAIN.rstrip("\n").replace("\n", end)).X.shape == (3, 2)


def test_a_compressed_file_is_the_same_data(read: Read) -> None:
    assert fingerprint(read(gzip.compress(PLAIN.encode()), "mine.csv.gz")) == fingerprint(read(PLAIN))


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(read: Read) -> None:
    table = read('"a, b","c ""d""",y\n"1",2,"u\nv"\n3,4,w\n')
    assert table.feature_names == ("a, b", 'c "d"')
    assert table.classes == ("u␊v", "w")


def test_decimal_commas_are_read_where_something_else_delimits(read: Read) -> None:
    assert read("a;b;y\n3,14;1.234,5;u\n-2,5;2;v\n").X.tolist() == [[3.14, 1234.5], [-2.5, 2]]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("5.1,3.5,setosa\n4.9,3.0,setosa\n6,2,virginica\n", ("x1", "x2")),
        ("1,2,3.5\n4,5,6.5\n7,8,9.5\n", ("x1", "x2")),
        ("size,colour,y\nS,red,a\nM,blue,b\nS,blue,a\n", ("size=M", "size=S", "colour=blue", "colour=red")),
        ("id,1,y\n1,2,3.5\n4,5,6.5\n", ("id", "1")),
    ],
)
def test_a_header_is_told_from_data(read: Read, content: str, names: tuple[str, ...]) -> None:
    table = read(content)
    assert table.feature_names == names
    assert any("no header" in note for note in table.notes) == (names[0] == "x1")


def test_missing_values_are_filled_counted_and_reported(read: Read) -> None:
    table = read("a,b,c,y\n1,,x,0\nNA,2,y,1\n3,?,x,0\n4,null,,1\n5,9,N/A,0\n")
    assert table.X[:, 0].tolist() == [1, 3.5, 3, 4, 5]
    assert table.X[:, 1].tolist() == [5.5, 2, 5.5, 5.5, 9]
    assert table.X[3, 2:].tolist() == [1, 0]
    assert any("Filled 6 missing values" in note and "a 1, b 3, c 2" in note for note in table.notes)


@pytest.mark.parametrize("word", ["", "NA", "n/a", "NaN", "null", "NULL", "?", "-", " "])
def test_each_spelling_of_a_missing_value_counts_as_missing(read: Read, word: str) -> None:
    table = read(f"a,b,y\n{word},1,0\n2,{word},1\n4,{word},1\n6,3,0\n")
    assert table.X[:, 0].tolist() == [4, 2, 4, 6]
    assert table.X[:, 1].tolist() == [1, 2, 2, 3]


def test_rows_with_missing_values_are_dropped_on_request(read: Read) -> None:
    table = read("a,b,y\n1,,0\n2,u,1\n3,v,1\n4,u,0\n,w,0\n", missing="drop")
    assert table.X[:, 0].tolist() == [2, 3, 4]
    assert table.feature_names == ("a", "b=u", "b=v")
    assert any("missing values: 2" in note for note in table.notes)


def test_rows_without_a_target_are_dropped_and_told(read: Read) -> None:
    table = read("a,y\n1,u\n2,\n3,v\n")
    assert table.X[:, 0].tolist() == [1, 3]
    assert any("target 'y' is missing: 1" in note for note in table.notes)


def test_gaps_are_filled_from_training_rows_alone(read: Read) -> None:
    random = np.random.default_rng(0)
    rows = [f"{value:.3f},{'uv'[k % 2]},{k % 2}" for k, value in enumerate(random.normal(size=100))]
    table = read("a,b,y\n" + ",,1\n" * 5 + "\n".join(rows))
    split = split_rows(table)
    data = make_dataset(table, split, "none")
    part = data.train if 0 in split.train else data.validation if 0 in split.validation else data.test
    known = np.setdiff1d(split.train, np.arange(5))
    assert part.X[0, 0] == np.median(table.X[known, 0])
    assert part.X[0, 1:].sum() == 1


def test_text_columns_become_one_feature_for_each_text(read: Read) -> None:
    table = read("a,colour,y\n1,red,0\n2,blue,1\n3,red,1\n4,green,0\n")
    assert table.feature_names == ("a", "colour=blue", "colour=green", "colour=red")
    assert table.X[:, 1:].tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]]


@pytest.mark.usefixtures("small_blocks")
def test_a_text_met_late_turns_earlier_numbers_into_texts(read: Read) -> None:
    table = read("a,b,y\n" + "1,0,0\n2,0,1\n" * 500 + "3+,0,0\n")
    assert table.feature_names == ("a=1", "a=2", "a=3+", "b")
    assert table.X.sum(axis=0).tolist() == [500, 500, 1, 0]


@pytest.mark.parametrize(
    ("targets", "task", "classes"),
    [
        (["0", "1"] * 6, Task.BINARY, ("0", "1")),
        (["10", "9", "2"] * 4, Task.MULTICLASS, ("2", "9", "10")),
        (["b", "a", "c"] * 4, Task.MULTICLASS, ("a", "b", "c")),
        (["0.5", "1.5"] * 6, Task.REGRESSION, ()),
        ([str(k) for k in range(12)], Task.REGRESSION, ()),
    ],
)
def test_the_task_follows_from_the_target(read: Read, targets: list[str], task: Task, classes: tuple[str, ...]) -> None:
    table = read("a,y\n" + "".join(f"{k}.5,{each}\n" for k, each in enumerate(targets)))
    assert (table.task, table.classes) == (task, classes)
    if classes:
        assert [classes[number] for number in table.y] == targets


def test_a_task_that_was_asked_for_decides(read: Read) -> None:
    content = "a,y\n" + "".join(f"{k}.5,{3 + k % 4}\n" for k in range(40))
    assert read(content, task="regression").y[:4].tolist() == [3, 4, 5, 6]
    assert read(content).classes == ("3", "4", "5", "6")
    assert read("a,y\n1,0\n2,1\n", task="multiclass").task is Task.MULTICLASS


@pytest.mark.usefixtures("small_blocks")
def test_texts_in_many_blocks_are_the_texts_of_one(read: Read) -> None:
    random = np.random.default_rng(0)
    towns = random.choice(["Bonn", "Ulm", " Trier ", '"Köln, ""West"""', "", "NA", "-"], 400)
    rows = [f"{k},{town},{'yn'[k % 2]}" for k, town in enumerate(towns)]
    table = read("k,town,y\n" + "\n".join(rows))
    names = ("Bonn", 'Köln, "West"', "Trier", "Ulm")
    assert table.feature_names == ("k", *(f"town={name}" for name in names))
    for spelled, name in zip(["Bonn", '"Köln, ""West"""', " Trier "], names, strict=False):
        assert (table.X[towns == spelled, 1 + names.index(name)] == 1).all()
    gap = next(gap for gap in table.gaps if gap.column == 1)
    assert np.array_equal(gap.rows, np.flatnonzero(np.isin(towns, ["", "NA", "-"])))


def test_the_target_may_be_any_column(read: Read) -> None:
    table = read(PLAIN, target="a")
    assert (table.target, table.feature_names) == ("a", ("b", "y=u", "y=v"))


def test_empty_counting_and_repeated_columns_are_put_right(read: Read) -> None:
    table = read(",a,a,y,\n0,5,1,u,\n1,6,2,v,\n2,7,3,u,\n")
    assert table.feature_names == ("a", "a_2")
    assert "Columns that have a name twice got a number behind it: a_2." in table.notes
    assert table.target == "y"


def test_control_characters_never_leave_the_file(read: Read) -> None:
    table = read("a\x1b[31m,b\x9b,y\n1,2,\x1b]0;own\x07\n3,4,\u202eb\n")
    shown = "".join((*table.feature_names, *table.classes, *table.notes))
    assert shown.isprintable()
    assert "a␛[31m" in table.feature_names


@pytest.mark.parametrize("behind", [" ", " (sic)", "(sic)", ' or "so"', ' 5" long'])
@pytest.mark.parametrize(
    "inside", ["two\nlines", "two, or\nthree, lines", "\nlines \n  of", 'two ""x""\n,lines', "line\n", "a, b\n"]
)
def test_a_quotation_over_two_lines_is_closed_whatever_stands_behind_its_mark(
    read: Read, inside: str, behind: str
) -> None:
    table = read("a,b,y\n" + f'1,"{inside}"{behind},0\n2,x,1\n' * 30)
    assert table.X.shape == (60, 3)
    assert table.y.tolist() == [0, 1] * 30


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ("\n  \n", "is empty"),
        ("a,b,y\n", "header but no rows"),
        ("a,b,y\n1,2,3\n4,5\n", "Line 3 has 2 cells where there are 3 columns"),
        ('a,b,y\n1,"x,2\n2,y,3\n3,z,4\n', "quotation that begins on line 2 is not closed"),
        ('a,b,y\n1,x,2\n2,y,"3\n3,z,4\n', "quotation that begins on line 3 is not closed"),
        ('a,b,y\n1,"x\nx","2\n2,y,3\n3,z,4\n', "quotation that begins on line 3 is not closed"),
        ('"a,b,y\n1,x,2\n', "quotation that begins on line 1 is not closed"),
        ('a,b,y\n1,x,2\n2,"y,2\n3,"z",4\n', "quotation that begins on line 3 is not closed"),
        ('a,b,y\n1,x,2\n2,"y,2\n3,"z,4\n', "quotation that begins on line 3 is not closed"),
        ('a,b,y\n1,"x\nx" ,2\n2,"y,2\n3, "z", 4\n', "quotation that begins on line 4 is not closed"),
        ('a,b,y\nx,1,"2\n"y",2,3\n"z",3,4\n', "quotation that begins on line 2 is not closed"),
        ('a,b,y\n1,"x,2\n"y, z",3,4\n5,u,6\n', "quotation that begins on line 2 is not closed"),
        ('a,b,y\nu,0,1\n"x,1,2\n"y,2,3\nz,3,4\n', "quotation that begins on line 3 is not closed"),
        ('a,b,y\n1,"x\nx",2,2\n2,y,3\n', "line 2 reaches to line 3, which makes 4 cells"),
        ('a,b,y\n1,"x\nx",2\n2,y\n', "Line 4 has 2 cells"),
        ("a\n1\n2\n", "single column"),
        ("a#b\n1#2\n", "single column"),
        ("a,y\n1,0\n2,0\n", "nothing to learn"),
        ("a,y\n1,u\n2,u\n", "single class 'u'"),
        ("a,y\n1,\n2,\n", "target 'y' is empty"),
        ("a,b,y\n,,1\n,,0\n", "No column is left"),
        ("a,y\n1,0\ninf,1\n", "infinite in data row 2"),
        ("a,y\n1,0\n1e999,1\n", "infinite in data row 2"),
        ("a,y\n2024-01-02,0\n2024-01-03,1\n", "holds dates such as '2024-01-02'"),
        ("a,y\n1.2.2024,0\n3.4.2024,1\n", "holds dates"),
        ("a,y\n" + "".join(f"{k},{k % 2}\n" for k in range(99)) + "oops,1\n", "'oops' in data row 100"),
        ("a,y\n" + "".join(f"n{k},{k % 2}\n" for k in range(99)), "more than 50 different texts"),
        ("a,y\n" + "".join(f"{k},n{k}\n" for k in range(99)), "99 different texts"),
        ("a,y\n" + "".join(f"{k},n{k}\n" for k in range(9)), "9 different texts in 9 rows, too many for classes"),
        (b"PK\x03\x04rest", "zip or Excel"),
        (bytes(range(256)) * 9, "not a text file"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(read: Read, content: str | bytes, sentence: str) -> None:
    with pytest.raises(DataError) as refusal:
        read(content)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"target": "speceis"}, "no column 'speceis' .did you mean 'species'.*petal"),
        ({"task": "binary"}, "3 classes .*use multiclass"),
        ({"task": "regression"}, "holds texts"),
        ({"task": "clustering"}, "use binary, multiclass or regression"),
        ({"missing": "ignore"}, "use fill or drop"),
    ],
)
def test_wishes_that_do_not_fit_are_refused(wishes: dict[str, str], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        load_table("iris", **wishes)


def test_a_target_of_numbers_that_are_all_different_is_no_task_of_classes(read: Read) -> None:
    with pytest.raises(DataError, match="9 different values in 9 rows, too many for classes: ask for task regression"):
        read("a,y\n" + "".join(f"{k},{k}.5\n" for k in range(9)), task="multiclass")


def test_files_that_are_not_there_or_not_readable_are_told(tmp_path: Path, read: Read) -> None:
    with pytest.raises(NotFoundError, match=r"no file 'x␛.csv'"):
        load_table("x\x1b.csv")
    with pytest.raises(DataError, match="not a regular file"):
        load_table(str(tmp_path / "."))
    with pytest.raises(DataError, match="cannot be read"):
        read(gzip.compress(PLAIN.encode() * 99)[:40], "cut.csv.gz")
    with pytest.raises(DataError, match="of a kind that is not read"):
        read("{}", "mine.json")


def test_the_fingerprint_depends_on_names_and_values_but_not_on_the_way_they_are_written(read: Read) -> None:
    print_of_plain = fingerprint(read(PLAIN))
    assert fingerprint(read(PLAIN.replace(",", ";").replace("3;4", "3.0;4e0"))) == print_of_plain
    assert fingerprint(read(PLAIN.replace("2.5", "2.6"))) != print_of_plain
    assert fingerprint(read(PLAIN.replace("a,b", "a,c"))) != print_of_plain


@pytest.mark.usefixtures("small_blocks")
def test_numbers_read_in_blocks_are_exactly_those_python_reads(read: Read) -> None:
    values = np.random.default_rng(0).normal(size=(2000, 6)) * 10.0 ** np.arange(-3, 3)
    lines = [",".join(map(repr, row)) for row in values.tolist()]
    table = read("a,b,c,d,e,y\n" + "\n".join(lines))
    assert np.array_equal(table.X, values[:, :5])
    assert np.array_equal(table.y, values[:, 5])


def test_folds_of_a_regression_are_possible(read: Read) -> None:
    table = read("a,y\n" + "".join(f"{k},{k}.5\n" for k in range(20)))
    assert [len(fold.validation) for fold in fold_rows(table, np.arange(20), 4)] == [5, 5, 5, 5]

"""The data sets that are always at hand."""

import subprocess
import sys

import numpy as np
import pytest

from engine import load_dataset
from engine.data import BUILT_IN, fingerprint, load_table
from engine.data.catalogue import GENERATED, SHIPPED
from engine.errors import DataError, NotFoundError
from engine.records import Task


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_the_sentence_of_a_built_in_tells_its_true_size(name: str) -> None:
    table = load_table(name)
    goal = "regression" if table.task is Task.REGRESSION else f"{len(table.classes)} classes"
    features = "feature" if table.X.shape[1] == 1 else "features"
    assert BUILT_IN[name].endswith(f": {len(table.y)} rows, {table.X.shape[1]} {features}, {goal}.")


@pytest.mark.parametrize(
    ("name", "total", "classes"),
    [
        ("digits", 561718.0, tuple("0123456789")),
        ("breast_cancer", 1056474.4596356, ("benign", "malignant")),
        ("wine", 159975.295999, ("class_0", "class_1", "class_2")),
        ("iris", 2078.7, ("setosa", "versicolor", "virginica")),
        ("diabetes", 276404.2336, ()),
    ],
)
def test_shipped_values_and_class_names_are_those_of_the_source(
    name: str, total: float, classes: tuple[str, ...]
) -> None:
    table = load_table(name)
    assert table.X.sum() == pytest.approx(total, rel=1e-6)
    assert table.classes == classes


@pytest.mark.parametrize("name", list(GENERATED))
def test_a_generated_set_has_the_rows_asked_for_and_is_the_same_each_time(name: str) -> None:
    table, again = load_table(f"{name}:500"), load_table(f"{name}:500")
    assert table.X.shape[0] == 500
    assert fingerprint(table) == fingerprint(again) != fingerprint(load_table(f"{name}:500:1"))


@pytest.mark.parametrize("name", [name for name in GENERATED if name != "sine"])
def test_the_classes_of_a_generated_set_overlap_but_not_much(name: str) -> None:
    known, new = load_table(f"{name}:2000"), load_table(f"{name}:400:1")
    distance = ((new.X[:, None] - known.X[None]) ** 2).sum(axis=2)
    nearest = np.argsort(distance, axis=1)[:, :15]
    votes = [np.bincount(known.y[row], minlength=len(known.classes)).argmax() for row in nearest]
    assert 0.75 < np.mean(votes == new.y) < 0.995


@pytest.mark.parametrize("source", ["moons:5", "moons:x", "moons:100:1:2", "moons:-100", "moons:99999999", "digits:50"])
def test_a_size_that_is_not_allowed_is_refused_with_what_to_write(source: str) -> None:
    with pytest.raises(DataError, match=r"use (moons|digits)"):
        load_table(source)


def test_an_unknown_name_is_not_found_and_the_closest_is_suggested() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'digits'"):
        load_table("digit")


def test_load_dataset_of_the_engine_gives_scaled_parts() -> None:
    data = load_dataset("digits")
    assert (data.task, data.n_features, data.n_outputs) == (Task.MULTICLASS, 64, 10)
    assert [len(part.y) for part in (data.train, data.validation, data.test)] == [1078, 360, 359]


def test_the_catalogue_is_listed_without_numpy() -> None:
    code = "import sys; from engine.data import BUILT_IN; assert len(BUILT_IN) == 11; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_each_shipped_file_has_its_source_and_licence_named() -> None:
    from engine.data.loading import source_path

    readme = (source_path("digits").parent / "README.md").read_text()
    assert all(f"`{name}.csv.gz`" in readme for name in SHIPPED)
    assert "CC BY 4.0" in readme

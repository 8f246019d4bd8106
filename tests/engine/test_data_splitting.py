"""Which rows go where, and what is fitted on which of them."""

from dataclasses import replace

import numpy as np
import pytest

from engine.data import Table, fold_rows, load_table, make_dataset, split_notes, split_rows
from engine.errors import DataError
from engine.records import Task


@pytest.fixture(scope="module")
def iris() -> Table:
    return load_table("iris")


def _with_classes(table: Table, y: np.ndarray) -> Table:
    classes = tuple(str(number) for number in range(int(y.max()) + 1))
    return replace(table, X=np.resize(table.X, (len(y), 4)), y=y, task=Task.MULTICLASS, classes=classes)


def test_any_split_covers_each_row_once_in_order_with_totals_and_classes_near_their_shares(iris: Table) -> None:
    random = np.random.default_rng(0)
    for _ in range(200):
        members = random.integers(5, 60, random.integers(2, 12))
        table = _with_classes(iris, random.permutation(np.repeat(np.arange(len(members)), members)))
        shares = random.dirichlet([4, 2, 2])
        split = split_rows(table, tuple(shares), int(random.integers(1000)))
        parts = (split.train, split.validation, split.test)
        assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(members.sum()))
        assert all((np.diff(part) > 0).all() for part in parts)
        for part, share in zip(parts, shares, strict=True):
            assert abs(len(part) - share * members.sum()) < 1
            assert (abs(np.bincount(table.y[part], minlength=len(members)) - share * members) < 2).all()
        assert set(table.y[split.train]) == set(range(len(members)))


def test_a_class_with_a_single_row_is_learned_from(iris: Table) -> None:
    table = _with_classes(iris, np.array([0] * 30 + [1] * 30 + [2]))
    for seed in range(20):
        split = split_rows(table, (0.02, 0.02, 0.96), seed)
        assert set(table.y[split.train]) == {0, 1, 2}
        assert len(split.validation) >= 1


def test_the_same_seed_gives_the_same_split_and_another_one_another(iris: Table) -> None:
    first, again, other = (split_rows(iris, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.train, again.train)
    assert not np.array_equal(first.train, other.train)


def test_all_rows_for_training_keep_their_order(iris: Table) -> None:
    split = split_rows(iris, (1, 0, 0), 5)
    assert np.array_equal(split.train, np.arange(150))
    assert len(split.validation) == len(split.test) == 0


@pytest.mark.parametrize(
    "fractions", [(0.5, 0.5), (0.5, 0.5, 0.5), (1.2, -0.2, 0.0), (0.0, 0.5, 0.5), (float("nan"), 0.5, 0.5)]
)
def test_fractions_that_are_not_allowed_are_refused(iris: Table, fractions: tuple[float, ...]) -> None:
    with pytest.raises(DataError, match="The split"):
        split_rows(iris, fractions)


def test_too_few_rows_for_the_split_are_refused(iris: Table) -> None:
    table = _with_classes(iris, np.array([0, 1, 0]))
    with pytest.raises(DataError, match=r"3 rows are too few for the split 0.6,0.2,0.2.*at least 5 rows"):
        split_rows(table)


def test_too_few_validation_rows_to_trust_a_score_are_noted(iris: Table) -> None:
    assert split_notes(iris, split_rows(iris)) == ()
    assert split_notes(iris, split_rows(iris, (1, 0, 0))) == ()
    few, classes = split_notes(iris, split_rows(iris, (0.9, 0.08, 0.02)))
    assert few.startswith("A score on 12 validation rows tells little: train with --folds")
    assert "Fewer than 5 validation rows of the classes 'setosa' (4), 'versicolor' (4), 'virginica' (4)" in classes
    assert "A score on 1 validation row tells" in split_notes(iris, split_rows(iris, (0.99, 0.01, 0)))[0]


def test_a_class_with_few_validation_rows_is_named_among_many_others(iris: Table) -> None:
    y = np.repeat(iris.y, 4)
    y[np.flatnonzero(y == 2)[10:]] = 0
    many = _with_classes(iris, y)
    [note] = split_notes(many, split_rows(many))
    assert note == "Fewer than 5 validation rows of the class '2' (2): a score tells little of them."


def test_a_negative_seed_is_refused(iris: Table) -> None:
    with pytest.raises(DataError, match="seed -1"):
        split_rows(iris, seed=-1)


def test_each_row_validates_in_one_fold_and_the_test_rows_in_none(iris: Table) -> None:
    split = split_rows(iris)
    rows = np.concatenate([split.train, split.validation])
    folds = fold_rows(iris, rows, 5, 0)
    assert np.array_equal(np.sort(np.concatenate([fold.validation for fold in folds])), np.sort(rows))
    for fold in folds:
        assert not set(fold.train) & set(fold.validation)
        assert not set(split.test) & (set(fold.train) | set(fold.validation))
        assert len(fold.test) == 0
        assert np.ptp(np.bincount(iris.y[fold.validation], minlength=3)) <= 1


@pytest.mark.parametrize("folds", [0, 1, 4])
def test_more_folds_than_members_of_the_rarest_class_are_refused(iris: Table, folds: int) -> None:
    table = _with_classes(iris, np.array([0] * 9 + [1] * 3))
    with pytest.raises(DataError, match="use from 2 to 3"):
        fold_rows(table, np.arange(12), folds, 0)


@pytest.mark.parametrize(("members", "told"), [(1, "1"), (0, "no")])
def test_folds_of_a_class_with_one_member_are_refused_by_its_name(iris: Table, members: int, told: str) -> None:
    table = _with_classes(iris, np.array([1] * members + [0] * 9))
    table = replace(table, classes=("many", "rare"))
    with pytest.raises(DataError, match=f"beside the test rows there is {told} row of the class 'rare'"):
        fold_rows(table, np.arange(9 + members), 2, 0)


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_what_is_fitted_does_not_change_with_the_other_rows(iris: Table, scale: str) -> None:
    split = split_rows(iris)
    X = iris.X.copy()
    X[np.concatenate([split.validation, split.test])] *= 1e6
    first, second = make_dataset(iris, split, scale), make_dataset(replace(iris, X=X), split, scale)
    assert np.array_equal(first.scaling.shift, second.scaling.shift)
    assert np.array_equal(first.train.X, second.train.X)


def test_standard_scaling_gives_training_rows_mean_0_and_deviation_1(iris: Table) -> None:
    train = make_dataset(iris, split_rows(iris)).train.X
    assert train.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    assert train.std(axis=0) == pytest.approx(np.ones(4))


def test_minmax_scaling_gives_training_rows_0_to_1(iris: Table) -> None:
    train = make_dataset(iris, split_rows(iris), "minmax").train.X
    assert (train.min(axis=0) == 0).all()
    assert (train.max(axis=0) == 1).all()


def test_a_column_that_is_constant_in_training_is_not_divided_by_zero(iris: Table) -> None:
    X = iris.X.copy()
    X[:, 2] = 0.1
    data = make_dataset(replace(iris, X=X), split_rows(iris))
    assert data.scaling.scale[2] == 1
    assert data.train.X[:, 2] == pytest.approx(np.zeros(90), abs=1e-12)


def test_the_target_of_a_regression_is_standardised_and_can_be_brought_back() -> None:
    table = load_table("diabetes")
    split = split_rows(table)
    data = make_dataset(table, split, "minmax")
    assert float(data.train.y.mean()) == pytest.approx(0, abs=1e-12)
    assert data.validation.y * data.target_scale + data.target_mean == pytest.approx(table.y[split.validation])


def test_scaling_none_leaves_features_and_target_alone() -> None:
    table = load_table("diabetes")
    data = make_dataset(table, split_rows(table, (1, 0, 0)), "none")
    assert data.train.X is table.X
    assert np.array_equal(data.train.y, table.y)
    assert (data.target_mean, data.target_scale) == (0, 1)


def test_scaling_applied_to_new_rows_is_that_of_the_training_rows(iris: Table) -> None:
    split = split_rows(iris)
    data = make_dataset(iris, split)
    revived = type(data.scaling).from_document(data.scaling.to_document())
    assert np.array_equal(revived.apply(iris.X[split.test]), data.test.X)


def test_a_data_set_changes_its_number_type_and_is_itself_if_it_need_not(iris: Table) -> None:
    data = make_dataset(iris, split_rows(iris))
    assert data.astype("float64") is data
    small = data.astype("float32")
    assert small.train.X.dtype == np.float32
    assert small.train.y is data.train.y


def test_values_too_large_for_float32_are_refused_not_made_infinite(iris: Table) -> None:
    data = make_dataset(replace(iris, X=iris.X * 1e60), split_rows(iris), "none")
    with pytest.raises(DataError, match="too large for float32"):
        data.astype("float32")


@pytest.mark.parametrize(("scale", "dtype"), [("log", "float64"), ("standard", "float16")])
def test_an_unknown_scale_or_number_type_is_refused(iris: Table, scale: str, dtype: str) -> None:
    with pytest.raises(DataError, match="use "):
        make_dataset(iris, split_rows(iris), scale, dtype)

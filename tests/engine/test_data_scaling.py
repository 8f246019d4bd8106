"""Standard scaling holds far values within reach, alike for training rows and for new ones."""

import numpy as np

from engine.data import Split, make_dataset
from engine.data.dataset import Table
from engine.data.encoding import ColumnEncoding, Encoding
from engine.data.scaling import FARTHEST
from engine.records import Task


def table(column: list[float]) -> Table:
    X = np.array(column)[:, None]
    encoding = Encoding((ColumnEncoding("a", (), 0.0),), "y")
    return Table(X, np.zeros(len(X)), ("a",), "y", Task.REGRESSION, (), "memory", encoding)


def test_a_value_hundreds_of_deviations_away_is_held_at_ten() -> None:
    source = table([0.0] * 50 + [0.1] + [90.0, -90.0])
    split = Split(np.arange(51), np.array([51, 52]), np.empty(0, np.intp))
    data = make_dataset(source, split)
    assert data.validation.X.ravel().tolist() == [FARTHEST, -FARTHEST]
    np.testing.assert_array_equal(data.scaling.apply(source.X[51:]), data.validation.X)
    assert abs(data.train.X).max() < FARTHEST


def test_no_scaling_touches_no_value() -> None:
    source = table([0.0] * 50 + [0.1] + [90.0, -90.0])
    data = make_dataset(source, Split(np.arange(53), np.empty(0, np.intp), np.empty(0, np.intp)), "none")
    np.testing.assert_array_equal(data.train.X, source.X)

"""Learned parameters into files and back; what does not fit is refused in a sentence."""

from itertools import pairwise

import numpy as np
import pytest

from engine.errors import NotFoundError, UsageError
from engine.evaluation import predict
from engine.hyperparameters import Hyperparameters
from engine.layout import Layout
from engine.parameters import Parameters, load_parameters, save_parameters
from engine.population import Member, Population
from engine.records import Task
from engine.training import train

H = Hyperparameters(hidden_units=(4, 3), epochs=3)


def some(sizes=(5, 4, 3, 2)) -> Parameters:
    random = np.random.default_rng(0)
    return Parameters(
        tuple(random.standard_normal(shape) for shape in pairwise(sizes)),
        tuple(random.standard_normal(n) for n in sizes[1:]),
    )


def test_parameters_come_back_from_their_file_unchanged(tmp_path) -> None:
    saved = some()
    save_parameters(tmp_path / "p.npz", saved)
    loaded = load_parameters(tmp_path / "p.npz")
    assert list(loaded.named()) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert all(np.array_equal(loaded.named()[name], array) for name, array in saved.named().items())


def test_packing_and_unpacking_changes_nothing() -> None:
    saved, layout = some(), Layout((5, 4, 3, 2))
    again = layout.unpack(layout.pack(saved, "float64"), layout.sizes)
    assert all(np.array_equal(again.named()[name], array) for name, array in saved.named().items())
    assert layout.n_parameters == saved.count == 5 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2


def test_a_training_starts_from_given_parameters(make_data) -> None:
    data = make_data(Task.BINARY, 40, 5)
    population = Population([Member(H, data)])
    list(population.run())
    first = next(train(H, data, initial_parameters=population.best_parameters(0)))
    assert first.train_cost == pytest.approx(population.best(0).train_cost, rel=0.2)


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [((5, 4, 1), "2 layers, the network has 3"), ((5, 9, 3, 1), "Layer 1: W1 has the shape .5, 9.*needs .5, 4")],
)
def test_parameters_of_another_network_are_refused(sizes, sentence, make_data) -> None:
    with pytest.raises(UsageError, match=sentence):
        train(H, make_data(Task.BINARY, 40, 5), initial_parameters=some(sizes))


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({}, "no such array"), ({"W1": np.ones((2, 2))}, "without gaps"),
        ({"W1": np.ones((2, 2)), "b2": np.ones(2)}, "without gaps"),
        ({"W1": np.ones(2), "b1": np.ones(2)}, "W1 .* give a matrix"),
        ({"W1": np.array([["a"]]), "b1": np.ones(1)}, "W1 .* give a matrix"),
        ({"W1": np.array([[np.nan]]), "b1": np.ones(1)}, "not finite"),
    ],
)  # fmt: skip
def test_a_file_without_a_whole_network_is_refused(arrays, sentence, tmp_path) -> None:
    np.savez(tmp_path / "p.npz", **arrays)
    with pytest.raises(UsageError, match=sentence):
        load_parameters(tmp_path / "p.npz")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_refused(content, tmp_path) -> None:
    (tmp_path / "p.npz").write_bytes(content)
    with pytest.raises(UsageError, match="not a readable"):
        load_parameters(tmp_path / "p.npz")


def test_a_single_array_is_not_a_network(tmp_path) -> None:
    np.save(tmp_path / "p.npy", np.ones(3))
    with pytest.raises(UsageError, match="needs W1"):
        load_parameters(tmp_path / "p.npy")


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(NotFoundError, match="There is no file"):
        load_parameters(tmp_path / "p.npz")


@pytest.mark.parametrize("task", list(Task))
def test_predictions_are_those_of_the_training(task, make_data) -> None:
    data = make_data(task, 60, 5, 40).astype("float32")
    population = Population([Member(H, data)])
    list(population.run())
    found = predict(population.best_parameters(0), H, task, data.validation.X)
    assert np.array_equal(found, population.predictions(0))
    if task is Task.MULTICLASS:
        assert found.sum(axis=1) == pytest.approx(np.ones(20), rel=1e-5)


def test_no_rows_give_no_predictions() -> None:
    assert predict(some(), H, Task.MULTICLASS, np.empty((0, 5))).shape == (0, 2)

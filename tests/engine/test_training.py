"""Training as a person calls it: what the records say, and that a default network is a good one."""

import math

import numpy as np
import pytest

from engine import Hyperparameters, load_dataset, train
from engine.batches import Batches
from engine.health import health
from engine.layout import Layout
from engine.network import Buffers
from engine.records import Task

BASE = Hyperparameters(hidden_units=(8,), epochs=4, batch_size=16)


def test_the_default_network_is_right_on_95_percent_of_the_digits_it_has_not_seen() -> None:
    best = max(progress.validation_score for progress in train(Hyperparameters(), load_dataset("digits")))
    assert best >= 0.95


def test_a_curve_starts_before_any_update_and_counts_epochs_and_updates(make_data) -> None:
    records = list(train(BASE, make_data(Task.BINARY, 60, 5, 50)))
    assert [each.epoch for each in records] == [0, 1, 2, 3, 4]
    assert [each.iteration for each in records] == [0, 4, 8, 12, 16]
    assert math.isnan(records[0].gradient_norm)
    assert records[0].health is None
    assert all(each.gradient_norm > 0 for each in records[1:])
    assert records[-1].train_cost < records[0].train_cost


def test_without_validation_rows_their_figures_are_not_numbers(make_data) -> None:
    records = list(train(BASE, make_data(Task.REGRESSION, 60, 5)))
    assert all(math.isnan(each.validation_cost) and math.isnan(each.validation_score) for each in records)
    assert all(each.is_finite for each in records)


def test_the_running_cost_is_the_mean_over_the_batches_of_the_epoch(make_data) -> None:
    data = make_data(Task.MULTICLASS, 50, 5)
    h = BASE.replace(dtype="float64", learning_rate=1e-12, epochs=1)
    start, after = train(h, data)
    assert after.train_cost == pytest.approx(start.train_cost, rel=1e-9)
    assert after.train_score == start.train_score


def test_the_validation_cost_has_neither_penalty_nor_class_weights(make_data) -> None:
    data = make_data(Task.BINARY, 60, 5, 40)
    plain, heavy = (next(train(h, data)) for h in (BASE, BASE.replace(l2=10.0, l1=1.0, class_weight="balanced")))
    assert heavy.validation_cost == plain.validation_cost
    assert heavy.train_cost > plain.train_cost


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(make_data) -> None:
    data = make_data(Task.BINARY, 60, 5, 40)
    first, again, other = (list(map(repr, train(BASE.replace(seed=seed), data))) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_every_row_is_taken_once_an_epoch_in_an_order_of_its_own(make_data) -> None:
    data = make_data(Task.BINARY, 50, 5)
    batches = Batches([BASE], [data])
    orders = []
    for epoch in (1, 2):
        batches.begin_epoch(epoch)
        orders.append(batches.order(0).copy())
    assert [sorted(order) for order in orders] == [list(range(50))] * 2
    assert not np.array_equal(*orders)


@pytest.mark.parametrize("task", list(Task))
def test_each_batch_is_gathered_into_the_same_arrays_whatever_its_rows(task, make_data) -> None:
    data = make_data(task, 130, 9)
    batches = Batches([BASE.replace(batch_size=50)], [data])
    batches.begin_epoch(1)
    for update, size in enumerate((50, 50, 30)):
        batches.load(update)
        batch, rows = batches.batch(update), batches.order(0)[update * 50 : update * 50 + 50]
        assert batch.rows == len(rows) == size
        assert np.shares_memory(batch.x, batches.batch(0).x)
        assert np.array_equal(batch.x[0], data.train.X[rows])
        found = batch.target[0].argmax(axis=0) if task is Task.MULTICLASS else batch.target[0, 0]
        assert np.array_equal(found, data.train.y[rows])
        assert batch.target.shape == (1, data.n_outputs, size)


def test_health_tells_dead_units_saturation_and_the_size_of_an_update() -> None:
    layout = Layout((2, 4, 1))
    theta, step = np.zeros(layout.n_parameters), np.zeros(layout.n_parameters)
    theta[layout.weight_slice(0)], step[layout.weight_slice(0)] = 2.0, 0.5
    theta[layout.weight_slice(1)], step[layout.weight_slice(1)] = 1.0, 0.25
    buffers = Buffers.allocate(layout, "relu", 1, 3, "float64", training=True)
    buffers.activations[0][:] = [[[0, 1, 2, 0], [0, 0, 3, 0], [0, 1, 1, 0]]]
    found = health(layout, theta, step, buffers, 0, (4,))
    assert found.update_ratio == pytest.approx((0.25, 0.25))
    assert found.dead[0] == pytest.approx(0.5)
    assert math.isnan(found.dead[1])
    assert math.isnan(found.saturated[0])
    tanh = Buffers.allocate(layout, "tanh", 1, 2, "float64", training=True)
    tanh.activations[0][:] = [[[0.99, -0.99, 0.5, 0.0], [0.1, 0.2, 0.3, 1.0]]]
    assert health(layout, theta, step, tanh, 0, (4,)).saturated[0] == pytest.approx(3 / 8)
    assert health(layout, theta, step, tanh, 0, (2,)).saturated[0] == pytest.approx(2 / 4)


def test_a_population_from_python_yields_pairs_of_index_and_record(make_data) -> None:
    from engine import train_population

    pairs = list(train_population([BASE, BASE.replace(seed=1)], make_data(Task.BINARY, 60, 5, 40)))
    assert sorted({index for index, _ in pairs}) == [0, 1]
    assert len(pairs) == 2 * 5
